//! The words on the papers. A missing one does not compile.

use crate::Language;
use serde::Serialize;

impl Language {
    pub(crate) fn words(self) -> &'static Words {
        match self {
            Self::English => &ENGLISH,
            Self::German => &GERMAN,
        }
    }
}

#[derive(Debug, Serialize)]
pub(crate) struct Words {
    packing_slip: &'static str,
    picklist: &'static str,
    return_slip: &'static str,
    order: &'static str,
    r#return: &'static str,
    article: &'static str,
    ordered: &'static str,
    here: &'static str,
    to_follow: &'static str,
    parcel: &'static str,
    page: &'static str,
    of: &'static str,
    location: &'static str,
    bin: &'static str,
    no_bin: &'static str,
    quantity: &'static str,
    tote: &'static str,
    services: &'static str,
    send_to: &'static str,
    how_to_return: &'static str,
    on_hold: &'static str,
    cancelled: &'static str,
}

static ENGLISH: Words = Words {
    packing_slip: "Packing slip",
    picklist: "Picklist",
    return_slip: "Return slip",
    order: "Order",
    r#return: "Return",
    article: "Article",
    ordered: "Ordered",
    here: "In this delivery",
    to_follow: "To follow",
    parcel: "Parcel",
    page: "Page",
    of: "of",
    location: "Location",
    bin: "Bin",
    no_bin: "no bin",
    quantity: "Quantity",
    tote: "Tote",
    services: "To be done beside",
    send_to: "Send to",
    how_to_return: "Please put this page into the parcel. It tells us whose it is.",
    on_hold: "ON HOLD: do not pick, pack or hand over",
    cancelled: "CANCELLED: put the goods back",
};

static GERMAN: Words = Words {
    packing_slip: "Lieferschein",
    picklist: "Pickliste",
    return_slip: "Rücksendeschein",
    order: "Bestellung",
    r#return: "Rücksendung",
    article: "Artikel",
    ordered: "Bestellt",
    here: "In dieser Lieferung",
    to_follow: "Folgt",
    parcel: "Paket",
    page: "Seite",
    of: "von",
    location: "Standort",
    bin: "Fach",
    no_bin: "kein Fach",
    quantity: "Menge",
    tote: "Behälter",
    services: "Außerdem zu tun",
    send_to: "Senden an",
    how_to_return: "Bitte legen Sie diese Seite in das Paket. Sie sagt uns, wem es gehört.",
    on_hold: "ANGEHALTEN: nicht entnehmen, packen oder übergeben",
    cancelled: "STORNIERT: Ware zurücklegen",
};
