//! What of an order's taxes cannot be.

use super::PlacedOrder;
use crate::{
    money::{Amount, decimal},
    tax::{TaxCategory, Taxation},
};

/// A field of an order that says something of its taxes that cannot be, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxFault {
    /// As requests name it: `lines[0].tax_rate`.
    pub field: String,
    pub why: String,
}

/// A line or the shipping.
struct Part<'a> {
    name: String,
    taxation: &'a Taxation,
    tax: Amount,
    /// After every discount that may lie on it, and before any. Shops spread an order's discount in their own ways.
    price: (Amount, Amount),
    /// Shops round for each unit, or for all of them.
    units: Amount,
}

impl PlacedOrder {
    /// What its taxes say that cannot be: a case of the law without what the law asks for, or a tax that its rate does not come
    /// to.
    pub fn tax_faults(&self) -> Vec<TaxFault> {
        let parts = self.parts();
        let mut faults: Vec<TaxFault> = parts.iter().flat_map(|part| self.faults_of(part)).collect();
        faults.extend(self.buyer_fault(&parts));
        faults
    }

    /// What an edit of `before` has made of the taxes that cannot be. A line's tax is not looked at: an edit shares it out among the units
    /// that stay, and rounds.
    pub(crate) fn new_tax_fault(&self, before: &Self) -> Option<TaxFault> {
        let before = before.tax_faults();
        let is_shared_out = |fault: &TaxFault| fault.field.starts_with("lines[") && fault.field.ends_with("].tax");
        self.tax_faults().into_iter().find(|fault| !before.contains(fault) && !is_shared_out(fault))
    }

    fn parts(&self) -> Vec<Part<'_>> {
        let of_order = self.discount.as_ref().map_or(0, |discount| discount.amount);
        let least = |price: Amount| price.saturating_sub(of_order).max(0);
        let lines = self.lines.iter().enumerate().map(|(n, line)| {
            let (units, price) = (i64::from(line.quantity), line.before_discount().unwrap_or(i64::MAX));
            let price = (least(price - line.discount), price);
            Part { name: format!("lines[{n}]"), taxation: &line.taxation, tax: line.tax, price, units }
        });
        let shipping = &self.shipping;
        let price = (least(shipping.price - shipping.discount), shipping.price);
        let shipping =
            Part { name: "shipping".to_owned(), taxation: &shipping.taxation, tax: shipping.tax, price, units: 1 };
        lines.chain([shipping]).collect()
    }

    fn faults_of(&self, part: &Part<'_>) -> Vec<TaxFault> {
        let mut faults = Vec::new();
        let mut fault = |field: &str, why: String| {
            faults.push(TaxFault { field: format!("{}.{field}", part.name), why });
        };
        let Taxation { rate, category, exemption } = part.taxation;
        let is_taxed = *rate > Some(0);
        match category {
            Some(TaxCategory::Standard) if !is_taxed => {
                fault("tax_rate", "must be more than 0 where tax_category is standard".to_owned());
            }
            Some(TaxCategory::Standard) | None => {}
            Some(category) if is_taxed => {
                fault("tax_rate", format!("must be 0 or left out where tax_category is {category}"));
            }
            Some(category) if part.tax != 0 => {
                fault("tax", format!("must be 0 or left out where tax_category is {category}"));
            }
            Some(TaxCategory::IntraCommunity) if !self.shipping_address.is_in_eu_vat_area() => {
                let why =
                    "intra_community needs a shipping_address where the EU's value added tax holds; else it is export";
                fault("tax_category", why.to_owned());
            }
            Some(TaxCategory::Export) if self.shipping_address.is_in_eu_vat_area() => {
                let why = "export needs a shipping_address where the EU's value added tax does not hold";
                fault("tax_category", why.to_owned());
            }
            Some(_) => {}
        }
        let is_told_taxed = is_taxed || category.is_some_and(|category| !category.is_exempted());
        if *category == Some(TaxCategory::Exempt) && exemption.is_none() {
            fault("exemption", "is required where tax_category is exempt: which law frees it from tax".to_owned());
        } else if exemption.is_some() && is_told_taxed {
            let why = "says why no tax is asked for, so it needs a tax_category of exempt, reverse_charge, intra_community or export";
            fault("exemption", why.to_owned());
        }
        if let Some(why) = self.misfit(part) {
            fault("tax", why);
        }
        faults
    }

    /// Why the tax is none that its rate comes to.
    fn misfit(&self, part: &Part<'_>) -> Option<String> {
        let rate = part.taxation.rate?;
        if part.taxation.category.is_some_and(|category| category != TaxCategory::Standard) {
            return None;
        }
        let percent = format!("{} %", decimal(rate.into(), 2));
        // At twice the rate, so that half a hundredth of a percent is a whole number.
        let over = |doubled: i128| 20_000 + if self.tax_included { doubled } else { 0 };
        let down = |price: Amount, doubled: i128| i128::from(price) * doubled / over(doubled);
        let up = |price: Amount, doubled: i128| (i128::from(price) * doubled + over(doubled) - 1) / over(doubled);
        let doubled = 2 * i128::from(rate);
        let (low, high) = (down(part.price.0, doubled), up(part.price.1, doubled));
        // Some rates have a third decimal (New York's is 8.875 %), which a hundredth of a percent rounds away.
        let (least, most) = (down(part.price.0, doubled - 1), up(part.price.1, doubled + 1));
        let (tolerance, tax) = (i128::from(part.units) + 1, i128::from(part.tax));
        if (least - tolerance..=most + tolerance).contains(&tax) {
            return None;
        }
        let money = |amount| self.currency.format(i64::try_from(amount).unwrap_or(i64::MAX));
        let of = if self.tax_included { "in" } else { "on" };
        let expected = if low == high { money(low) } else { format!("{} to {}", money(low), money(high)) };
        Some(format!("is {}, but {percent} {of} its price come to {expected}", money(tax)))
    }

    /// What of the buyer's VAT id does not go with the case of a part.
    fn buyer_fault(&self, parts: &[Part<'_>]) -> Option<TaxFault> {
        let needs = |part: &&Part<'_>| part.taxation.category.is_some_and(TaxCategory::needs_buyer_vat_id);
        let (part, category) = parts.iter().find(needs).and_then(|part| Some((part, part.taxation.category?)))?;
        let why = match &self.customer.vat_id {
            None => format!("is required, since the tax_category of {} is {category}", part.name),
            Some(id) if category == TaxCategory::IntraCommunity && !id.is_of_eu() => {
                format!("must be of a country of the EU, since the tax_category of {} is {category}", part.name)
            }
            Some(_) => return None,
        };
        Some(TaxFault { field: "customer.vat_id".to_owned(), why })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
