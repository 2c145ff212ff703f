//! A document's rows without tax, and its taxes by case and rate, so that the sums of EN 16931 hold (BR-CO-10 to 17) and its total stays
//! what the customer is charged.
//!
//! A shop rounds the tax of each line; EN 16931 has it computed once for each case and rate, on the sum of the nets. So:
//!
//! 1. Where prices contain their tax, the nets come from the gross: that of all rows that are taxed alike is rounded once, and each row
//!    gets the difference of two sums up to it. Where tax is added to prices, each row's net is its price.
//! 2. The tax is the rate's part of those nets, rounded once.
//! 3. What is then missing from the total, or is too much, is its rounding (BT-114): a cent at most for each case and rate where prices
//!    contain their tax, else what the shop rounded line by line.

use super::Row;
use crate::{
    money::{Amount, Currency},
    tax::{Exemption, TaxCategory},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The decimals of a net unit price.
const PRICE_DECIMALS: u32 = 4;
/// The decimals that an amount has at most.
const AMOUNT_DECIMALS: u32 = 2;

/// The rows without tax, and the tax by its case and rate. Nets, taxes and the rounding add up to the document's total.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Breakdown {
    /// One for each row, in their order.
    pub rows: Vec<NetRow>,
    /// By case and rate.
    pub taxes: Vec<TaxSubtotal>,
    /// What is added to nets and taxes to make the total, in minor units: the cents by which the shop rounded otherwise.
    #[serde(default, skip_serializing_if = "crate::sparse::is_zero")]
    pub rounding: Amount,
}

/// A row without tax: `quantity` times `unit_price`, rounded, less `discount`, is `net`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NetRow {
    /// Units. 0: a charge on the whole document, or an allowance if it is negative.
    pub quantity: i64,
    /// Of one unit before the discount, in ten-thousandths of the currency's unit: 84034 for 8.4034 EUR.
    pub unit_price: i64,
    /// In minor units. Negative: a charge.
    #[serde(default, skip_serializing_if = "crate::sparse::is_zero")]
    pub discount: Amount,
    /// In minor units.
    pub net: Amount,
}

/// What is taxed alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TaxSubtotal {
    /// The case of the tax.
    pub category: TaxCategory,
    /// In hundredths of a percent.
    pub rate: u16,
    /// Why no tax is asked for, as the order says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exemption: Option<Exemption>,
    /// What the tax is on, in minor units.
    pub net: Amount,
    /// The tax, in minor units.
    pub tax: Amount,
}

/// Why rows cannot be broken down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unbroken {
    /// Nobody told how this row is taxed.
    NoCategory(usize),
    /// No amount has so many decimals.
    Currency(Currency),
    /// The tax is another one than its rate comes to, by more than rounding.
    TaxUnfit { rate: u16, told: Amount, computed: Amount },
}

impl Breakdown {
    pub fn of(rows: &[Row], tax_included: bool, currency: Currency) -> Result<Self, Vec<Unbroken>> {
        if currency.exponent() > AMOUNT_DECIMALS {
            return Err(vec![Unbroken::Currency(currency)]);
        }
        let unknown = rows.iter().enumerate().filter(|(_, row)| row.taxation.category().is_none());
        let mut faults: Vec<_> = unknown.map(|(n, _)| Unbroken::NoCategory(n)).collect();
        let mut alike: BTreeMap<(TaxCategory, u16), Vec<usize>> = BTreeMap::new();
        for (n, row) in rows.iter().enumerate() {
            if let Some(category) = row.taxation.category() {
                alike.entry((category, row.taxation.rate.unwrap_or_default())).or_default().push(n);
            }
        }
        let (mut nets, mut taxes, mut rounding) = (vec![0; rows.len()], Vec::new(), 0);
        for ((category, rate), members) in alike {
            let group: Vec<&Row> = members.iter().map(|n| &rows[*n]).collect();
            let of_group = nets_of(&group, rate, tax_included);
            let net = of_group.iter().sum();
            let tax = ratio(net, rate.into(), 10_000);
            let left = group.iter().map(|row| row.gross).sum::<Amount>() - net - tax;
            // Shops round for each unit at most.
            if left.abs() > group.iter().map(|row| row.quantity.abs().max(1)).sum() {
                let told = group.iter().map(|row| row.tax).sum();
                faults.push(Unbroken::TaxUnfit { rate, told, computed: tax });
            }
            rounding += left;
            members.iter().zip(of_group).for_each(|(n, net)| nets[*n] = net);
            taxes.push(TaxSubtotal { category, rate, exemption: exemption(&group), net, tax });
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let of_minor = 10_i64.pow(PRICE_DECIMALS - currency.exponent());
        // A document without a line is none (BR-16): then its charges are.
        let has_lines = rows.iter().zip(&nets).any(|(row, net)| is_line(row, *net));
        let net_row = |(row, net): (&Row, Amount)| match is_line(row, net) {
            true => line(row, net, tax_included, of_minor),
            false if has_lines => NetRow { quantity: 0, unit_price: 0, discount: 0, net },
            false => {
                let quantity = if net < 0 { -1 } else { 1 };
                NetRow { quantity, unit_price: ratio(net.abs(), of_minor, 1), discount: 0, net }
            }
        };
        Ok(Self { rows: rows.iter().zip(nets).map(net_row).collect(), taxes, rounding })
    }

    /// The nets of the lines (BT-106).
    pub fn lines(&self) -> Amount {
        self.rows.iter().filter(|row| row.quantity != 0).map(|row| row.net).sum()
    }

    /// What the whole document is charged beside its lines (BT-108).
    pub fn charges(&self) -> Amount {
        self.rows.iter().filter(|row| row.quantity == 0).map(|row| row.net.max(0)).sum()
    }

    /// What is taken off the whole document (BT-107).
    pub fn allowances(&self) -> Amount {
        self.rows.iter().filter(|row| row.quantity == 0).map(|row| (-row.net).max(0)).sum()
    }

    /// Without tax (BT-109).
    pub fn net(&self) -> Amount {
        self.taxes.iter().map(|sum| sum.net).sum()
    }

    /// All taxes (BT-110).
    pub fn tax(&self) -> Amount {
        self.taxes.iter().map(|sum| sum.tax).sum()
    }
}

/// The nets of rows that are taxed alike.
fn nets_of(rows: &[&Row], rate: u16, tax_included: bool) -> Vec<Amount> {
    if !tax_included && rate > 0 {
        return rows.iter().map(|row| row.gross - row.tax).collect();
    }
    let net = |gross: Amount| ratio(gross, 10_000, 10_000 + i64::from(rate));
    let mut so_far = 0;
    let of_row = |row: &&Row| {
        let before = net(so_far);
        so_far += row.gross;
        net(so_far) - before
    };
    rows.iter().map(of_row).collect()
}

/// Whether a row is so many units, and not a change of the price alone. A price is never negative, so units and net have one sign.
fn is_line(row: &Row, net: Amount) -> bool {
    row.quantity != 0 && net.signum() * row.quantity.signum() >= 0
}

fn line(row: &Row, net: Amount, tax_included: bool, of_minor: i64) -> NetRow {
    let (quantity, rate) = (row.quantity, i64::from(row.taxation.rate.unwrap_or_default()));
    let asked = if tax_included { row.gross } else { row.gross - row.tax };
    let unit_price = if row.unit_price.checked_mul(quantity) == Some(asked) {
        ratio(net, of_minor, quantity)
    } else {
        ratio(row.unit_price, 10_000 * of_minor, 10_000 + if tax_included { rate } else { 0 })
    };
    NetRow { quantity, unit_price, discount: ratio(unit_price, quantity, of_minor).saturating_sub(net), net }
}

/// All words that rows say of why they are not taxed. A case has one entry only, whatever its reasons.
fn exemption(rows: &[&Row]) -> Option<Exemption> {
    let mut words: Vec<&Exemption> = Vec::new();
    for word in rows.iter().filter_map(|row| row.taxation.exemption.as_ref()) {
        if !words.contains(&word) {
            words.push(word);
        }
    }
    let all = words.iter().map(|word| word.as_str()).collect::<Vec<_>>().join("; ");
    // Too many for one text: the first stands for all.
    all.parse().ok().or_else(|| words.first().map(|word| (*word).clone()))
}

/// `of × times ÷ by`, rounded half away from zero. One that does not fit is the largest there is.
fn ratio(of: i64, times: i64, by: i64) -> i64 {
    let (product, by) = (2 * i128::from(of) * i128::from(times), i128::from(by));
    let rounded = (product.abs() + by.abs()) / (2 * by.abs()).max(1);
    i64::try_from(rounded * product.signum() * by.signum()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
