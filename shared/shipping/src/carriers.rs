//! Carriers as Orderly and the services name them.

use crate::service::Service;
use domain::carriers::comparable;

/// A row a carrier: its names here (`|` between them, the first is the one we use), then what EasyPost, Shippo, AfterShip and Sendcloud call it
/// (`|` between several, the first is the one we send; empty: the service has no name for it that we know).
const CARRIERS: &str = include_str!("carriers.tsv");

/// What a service calls a carrier. None: nothing that we know.
pub(crate) fn theirs(service: Service, carrier: &str) -> Option<&'static str> {
    let wanted = comparable(carrier);
    let own = |row: &[&'static str]| {
        names(row[0]).any(|name| comparable(name) == wanted).then(|| names(cell(service, row)?).next())
    };
    rows().find_map(|row| own(&row)).flatten()
}

/// The carrier that a service calls so.
pub(crate) fn ours(service: Service, code: &str) -> Option<&'static str> {
    let is_it = |row: &Vec<&'static str>| {
        cell(service, row).is_some_and(|cell| names(cell).any(|name| name.eq_ignore_ascii_case(code.trim())))
    };
    rows().find(is_it).and_then(|row| names(row[0]).next())
}

fn rows() -> impl Iterator<Item = Vec<&'static str>> {
    CARRIERS.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect())
}

fn cell(service: Service, row: &[&'static str]) -> Option<&'static str> {
    let column = match service {
        Service::EasyPost => 1,
        Service::Shippo => 2,
        Service::AfterShip => 3,
        Service::Sendcloud => 4,
    };
    row.get(column).copied()
}

fn names(cell: &'static str) -> impl Iterator<Item = &'static str> {
    cell.split('|').filter(|name| !name.is_empty())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn carriers_have_the_services_names_however_ours_are_written() {
        for (service, ours, theirs_) in [
            (Service::EasyPost, "fedex express", Some("FedEx")),
            (Service::EasyPost, "D.H.L. Express", Some("DHLExpress")),
            (Service::Shippo, "USPS", Some("usps")),
            (Service::Shippo, "Deutsche Post", Some("deutsche_post")),
            (Service::Shippo, "PostNL", None),
            (Service::AfterShip, "DHL Paket", Some("dhl-germany")),
            (Service::AfterShip, "My cousin's van", None),
            (Service::AfterShip, "", None),
        ] {
            assert_eq!(theirs(service, ours), theirs_, "{ours}");
        }
    }

    /// "DHL" is the name of two businesses, and nobody can say whose a number is.
    #[test]
    fn a_name_that_two_carriers_share_is_sent_to_nobody_as_one_of_them() {
        for service in [Service::EasyPost, Service::Shippo, Service::AfterShip] {
            assert_eq!(theirs(service, "DHL"), None);
        }
    }

    #[test]
    fn the_services_names_are_ours_again() {
        assert_eq!(ours(Service::EasyPost, "FedEx"), Some("FedEx"));
        assert_eq!(ours(Service::Shippo, "DHL_EXPRESS"), Some("DHL Express"));
        assert_eq!(ours(Service::Sendcloud, "postnl"), Some("PostNL"));
        assert_eq!(ours(Service::AfterShip, "nobody"), None);
        assert_eq!(ours(Service::AfterShip, ""), None);
    }

    #[test]
    fn every_row_has_a_column_for_each_service_and_every_name_is_there_once() {
        let mut seen = std::collections::BTreeSet::new();
        for row in rows() {
            assert_eq!(row.len(), 5, "{row:?}");
            assert!(names(row[0]).all(|name| seen.insert(comparable(name))), "{row:?} has a name that another row has");
        }
        for service in Service::ALL {
            let mut codes = std::collections::BTreeSet::new();
            let all = rows().flat_map(|row| names(cell(*service, &row).unwrap()).collect::<Vec<_>>());
            all.for_each(|code| assert!(codes.insert(code.to_lowercase()), "{code} is two carriers"));
        }
    }

    /// Whoever has a page in the domain's table has a row here: its first name must be known.
    #[test]
    fn every_carrier_with_a_page_has_a_row() {
        let domain = include_str!("../../domain/src/carriers/carriers.tsv");
        for line in domain.lines().filter(|line| !line.starts_with('#')) {
            let name = line.split(['|', '\t']).next().unwrap();
            assert!(rows().any(|row| names(row[0]).any(|own| comparable(own) == comparable(name))), "{name}");
        }
    }
}
