//! What carriers take for a parcel, and the numbers that they give it.

use super::service::Service;

/// Carriers take nothing heavier.
const MAX_G: u32 = 31_500;

/// A service of a carrier, as a service of ours sells it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tariff {
    seller: Service,
    /// As the seller names them.
    pub(super) carrier: &'static str,
    pub(super) carrier_name: &'static str,
    pub(super) level: &'static str,
    pub(super) level_name: &'static str,
    base: i64,
    per_kg: i64,
    pub(super) days: u16,
    number: Form,
}

#[derive(Debug, Clone, Copy)]
enum Form {
    Usps,
    Ups,
    FedEx,
    DhlPaket,
}

const fn row(
    seller: Service,
    [carrier, carrier_name, level, level_name]: [&'static str; 4],
    [base, per_kg]: [i64; 2],
    days: u16,
    number: Form,
) -> Tariff {
    Tariff { seller, carrier, carrier_name, level, level_name, base, per_kg, days, number }
}

const TARIFFS: [Tariff; 11] = {
    use Form::{DhlPaket, FedEx, Ups, Usps};
    use Service::{EasyPost, Sendcloud, Shippo};
    [
        row(EasyPost, ["USPS", "USPS", "GroundAdvantage", "GroundAdvantage"], [507, 100], 3, Usps),
        row(EasyPost, ["USPS", "USPS", "Priority", "Priority"], [692, 150], 2, Usps),
        row(EasyPost, ["UPS", "UPS", "Ground", "Ground"], [650, 90], 4, Ups),
        row(EasyPost, ["FedExDefault", "FedEx", "PRIORITY_OVERNIGHT", "PRIORITY_OVERNIGHT"], [3_950, 400], 1, FedEx),
        row(Shippo, ["usps", "USPS", "usps_ground_advantage", "Ground Advantage"], [515, 101], 3, Usps),
        row(Shippo, ["usps", "USPS", "usps_priority", "Priority Mail"], [701, 151], 2, Usps),
        row(Shippo, ["ups", "UPS", "ups_ground", "Ground"], [644, 91], 4, Ups),
        row(Sendcloud, ["dhl_de", "DHL", "dhl_de:paket", "DHL Paket"], [449, 60], 2, DhlPaket),
        row(Sendcloud, ["dhl_de", "DHL", "dhl_de:paket/signature", "DHL Paket, signature"], [599, 60], 2, DhlPaket),
        row(Sendcloud, ["ups", "UPS", "ups:standard", "UPS Standard"], [530, 75], 3, Ups),
        row(Sendcloud, ["ups", "UPS", "ups:express_saver", "UPS Express Saver"], [1_980, 210], 1, Ups),
    ]
};

/// What a service sells for a parcel of this weight.
pub(super) fn for_parcel(seller: Service, weight_g: u32) -> impl Iterator<Item = Tariff> {
    TARIFFS.into_iter().filter(move |tariff| tariff.seller == seller && (1..=MAX_G).contains(&weight_g))
}

impl Tariff {
    /// In minor units: for each kilogram that is begun.
    pub(super) fn price(self, weight_g: u32) -> i64 {
        self.base + self.per_kg * i64::from(weight_g.div_ceil(1_000))
    }

    pub(super) fn currency(self) -> &'static str {
        if self.seller == Service::Sendcloud { "EUR" } else { "USD" }
    }

    /// A new number with the carrier's check digit.
    pub(super) fn number(self) -> String {
        match self.number {
            Form::Usps => gs1(format!("94001{}", digits(16))),
            Form::DhlPaket => gs1(format!("00340434{}", digits(11))),
            Form::FedEx => {
                let number = digits(11);
                let check = weighted(&number, &[3, 1, 7]) % 11 % 10;
                format!("{number}{check}")
            }
            Form::Ups => {
                // The letters of the sender's number count 2 each.
                let (sent, serial) = ("999AA1", digits(7));
                let check = (10 - weighted(&format!("99922103{serial}"), &[1, 2]) % 10) % 10;
                format!("1Z{sent}03{serial}{check}")
            }
        }
    }
}

fn digits(length: usize) -> String {
    std::iter::repeat_with(|| fastrand::digit(10)).take(length).collect()
}

fn weighted(digits: &str, weights: &[u32]) -> u32 {
    digits
        .chars()
        .filter_map(|digit| digit.to_digit(10))
        .zip(weights.iter().cycle())
        .map(|(digit, by)| digit * by)
        .sum()
}

/// From the right, every other digit counts three times.
fn gs1(number: String) -> String {
    let from_right: String = number.chars().rev().collect();
    let check = (10 - weighted(&from_right, &[3, 1]) % 10) % 10;
    number + &check.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_one_of_its_carrier_s() {
        for tariff in TARIFFS {
            let name = match tariff.number {
                Form::Usps => "USPS",
                Form::Ups => "UPS",
                Form::FedEx => "FedEx",
                Form::DhlPaket => "DHL Paket",
            };
            for _ in 0..50 {
                let number = tariff.number();
                assert_eq!(domain::carriers::doubt_about(name, &number), None, "{number}");
                assert!(domain::carriers::business(name, &number).is_some(), "{number}");
            }
        }
    }

    #[test]
    fn what_is_heavier_costs_more_and_what_is_too_heavy_nobody_takes() {
        for seller in [Service::EasyPost, Service::Shippo, Service::Sendcloud] {
            assert!(for_parcel(seller, 900).count() > 2);
            assert!(for_parcel(seller, 900).all(|tariff| tariff.price(900) < tariff.price(1_001)));
            assert_eq!(for_parcel(seller, 0).count() + for_parcel(seller, MAX_G + 1).count(), 0);
        }
        assert_eq!(for_parcel(Service::AfterShip, 900).count(), 0);
    }
}
