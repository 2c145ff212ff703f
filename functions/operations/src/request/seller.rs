//! A seller: who issues invoices.

use api::{Body, Fields, address};
use domain::{
    contact::{EmailAddress, Iban},
    ids::{NumberPrefix, SellerId},
    placed_order::Address,
    settings::Seller,
    text::Text,
    whole::KeptYears,
};

/// A legal entity that sells.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug)]
pub struct PutSeller {
    /// Its name and seat, as invoices must show them.
    pub address: Address,
    /// `DE123456789`. Absent if it has none.
    pub vat_id: Option<Text<1, 20>>,
    /// What its tax office knows it by.
    pub tax_number: Option<Text<1, 30>>,
    /// What the law wants on its letters: register, number, managing directors.
    pub registration: Option<Text<1, 200>>,
    /// Where customers reach it.
    pub email: Option<EmailAddress>,
    /// Where money on account is paid to.
    pub iban: Option<Iban>,
    /// What its numbers begin with: `RE-` makes `RE-2026-000001`.
    pub prefix: Option<NumberPrefix>,
    /// For how many years its invoices are kept after the year of their issue. 10 if absent.
    pub kept_years: Option<KeptYears>,
}

impl PutSeller {
    pub fn seller(self, id: SellerId) -> Seller {
        let Self { address, vat_id, tax_number, registration, email, iban, prefix, kept_years } = self;
        let kept_years = kept_years.map_or_else(Seller::ten_years, KeptYears::get);
        Seller { id, address, vat_id, tax_number, registration, email, iban, prefix, kept_years, changed: None }
    }
}

impl Body for PutSeller {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let address = fields.object("address", address);
        let vat_id = fields.optional_text("vat_id");
        let tax_number = fields.optional_text("tax_number");
        let registration = fields.optional_text("registration");
        let email = fields.restriction("email");
        let iban = fields.restriction("iban");
        let prefix = fields.restriction("prefix");
        let kept_years = fields.optional_whole("kept_years");
        Some(Self {
            address: address?,
            vat_id: vat_id?,
            tax_number: tax_number?,
            registration: registration?,
            email: email?,
            iban: iban?,
            prefix: prefix?,
            kept_years: kept_years?,
        })
    }
}
