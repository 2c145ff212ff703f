//! What the shop has given back: <https://woocommerce.github.io/woocommerce-rest-api-docs/#order-refund-properties>. Units are below 0, and
//! each line names the one that it takes back.

use super::reader::Reader;
use crate::woocommerce::fields::{self, list, meta, text, utc};
use domain::channel_order::ChannelRefund;
use serde_json::Value;

pub(super) fn read(refunds: &[Value], reader: &mut Reader) -> Result<Vec<ChannelRefund>, String> {
    let mut read = Vec::with_capacity(refunds.len());
    for (n, refund) in refunds.iter().enumerate() {
        let place = format!("refunds[{n}].");
        read.push(ChannelRefund {
            id: fields::id(&refund["id"]).ok_or_else(|| format!("{place}id is missing"))?,
            at: utc(refund, "date_created_gmt").ok_or_else(|| format!("{place}date_created_gmt is no time"))?,
            amount: reader.given_back(refund, &place, "amount")?,
            // It is written down first, and deleted if the payment provider refuses.
            is_paid: refund["refunded_payment"] == true,
            reason: text(refund, "reason"),
            lines: lines(refund, &place, reader)?,
        });
    }
    read.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
    Ok(read)
}

fn lines(refund: &Value, place: &str, reader: &mut Reader) -> Result<Vec<(String, u32)>, String> {
    let mut lines = Vec::new();
    for (n, line) in list(refund, "line_items").iter().enumerate() {
        let place = format!("{place}line_items[{n}].");
        let units = reader.units(line, &place, -1)?;
        match meta(line, "_refunded_item_id").and_then(fields::id) {
            _ if units == 0 => {} // money alone
            Some(id) => lines.push((id, units)),
            None => reader.doubt(format!("{place}meta_data does not say which line it takes back.")),
        }
    }
    Ok(lines)
}
