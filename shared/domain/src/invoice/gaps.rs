//! What a document lacks to be an electronic invoice by EN 16931.

use super::{Breakdown, Invoice, Unbroken};
use crate::{money::decimal, tax::TaxCategory};

/// Something that is missing, by the field that would have it, and why it is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// As the document names it: `seller.vat_id`.
    pub field: String,
    pub why: String,
}

impl Gap {
    fn new(field: impl Into<String>, why: impl Into<String>) -> Self {
        Self { field: field.into(), why: why.into() }
    }
}

impl Invoice {
    /// Why it cannot be an electronic invoice. Empty: it can.
    pub fn gaps(&self) -> Vec<Gap> {
        let mut gaps: Vec<Gap> = self.seller_gap().into_iter().collect();
        let Some(breakdown) = &self.breakdown else {
            gaps.extend(self.unbroken());
            return gaps;
        };
        let of = |category| breakdown.taxes.iter().any(|sum| sum.category == category);
        if self.buyer_vat_id.is_none() {
            let needs = breakdown.taxes.iter().find(|sum| sum.category.needs_buyer_vat_id());
            let why = |category| format!("the buyer's VAT id is missing, which {category} needs");
            gaps.extend(needs.map(|sum| Gap::new("buyer_vat_id", why(sum.category))));
        }
        if of(TaxCategory::IntraCommunity) && self.supplied_on.is_none() {
            let why = "the goods had not left when it was issued, and intra_community needs the day of their supply: have such orders \
                       invoiced when they leave";
            gaps.push(Gap::new("supplied_on", why));
        }
        if of(TaxCategory::IntraCommunity) && self.delivered_to.as_ref() == Some(&self.seller.address.country) {
            gaps.push(Gap::new("delivered_to", "the goods stay in the seller's country, so intra_community cannot be"));
        }
        if breakdown.taxes.iter().any(|sum| sum.category == TaxCategory::Exempt && sum.exemption.is_none()) {
            gaps.push(Gap::new("exemption", "nobody told which law frees it from tax"));
        }
        gaps
    }

    fn seller_gap(&self) -> Option<Gap> {
        let id = self.seller.vat_id.as_deref().unwrap_or_default();
        let has_country = id.len() > 2 && id.bytes().take(2).all(|b| b.is_ascii_uppercase());
        let why = "the seller's VAT id is missing, or does not begin with its country; PUT /sellers tells it for later documents";
        (!has_country).then(|| Gap::new("seller.vat_id", why))
    }

    /// Why it has no breakdown.
    fn unbroken(&self) -> Vec<Gap> {
        let Err(faults) = Breakdown::of(&self.rows, self.tax_included, self.currency) else {
            return vec![Gap::new("breakdown", "it was issued by a version of Orderly that made none")];
        };
        let told = |fault| match fault {
            Unbroken::NoCategory(n) => {
                let field = format!("rows[{n}].tax_category");
                Gap::new(field, "the order tells neither a tax_rate above 0 nor a tax_category")
            }
            Unbroken::Currency(currency) => {
                Gap::new("currency", format!("amounts in {currency} have three decimals, and EN 16931 has two"))
            }
            Unbroken::TaxUnfit { rate, told, computed } => {
                let money = |amount| self.currency.format(amount);
                let (told, computed, percent) = (money(told), money(computed), decimal(rate.into(), 2));
                let why = format!("the order tells {told} of tax at {percent} %, which comes to {computed}");
                Gap::new("taxes", why)
            }
        };
        faults.into_iter().map(told).collect()
    }
}

#[cfg(test)]
mod tests;
