//! Papers with ordinary, long and foreign content. The example `preview` writes the same ones.

use papers::{
    InParcel, Invoice, InvoiceRow, Language, Notice, PackingSlip, PickLine, Picklist, ReturnSlip, ReturnedLine,
    ServiceLine, SlipLine, TaxLine,
};

/// What is attached: the paper takes it as it is.
pub const ELECTRONIC: &str = "<rsm:CrossIndustryInvoice/>";

const TITLES: [&str; 8] = [
    "Enamel mug, blue",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft, Größe L",
    "Théière en fonte émaillée « Été à Évian », capacité un litre et demi, avec infuseur et dessous-de-plat",
    "Łyżka żaroodporna do źdźbeł, gęś i jaźń",
    "有田焼 湯呑み 青い花模様（大）",
    "إبريق شاي نحاسي مزخرف",
    "한국 찻잔 세트",
    "#panic(1) $x$ *not bold* \\ @ref <label> [box] `raw`",
];

fn title(n: usize) -> String {
    TITLES[n % TITLES.len()].to_owned()
}

fn sku(n: usize) -> String {
    if n % 8 == 1 {
        "VERY-LONG-SKU-0123456789-ABCDEFGHIJKLMNOPQRSTUVWXYZ-0123456789".to_owned()
    } else {
        format!("SKU-{n:04}")
    }
}

fn texts(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|&line| line.to_owned()).collect()
}

pub fn slip(language: Language, lines: u32, parcels: u32) -> PackingSlip {
    let line = |n: u32| {
        let at = usize::try_from(n).unwrap_or_default();
        let part = |n: u32| InParcel { parcel: format!("P{}", n + 1), quantity: 1 };
        SlipLine {
            sku: sku(at),
            title: title(at),
            ordered: parcels + n % 3,
            here: parcels,
            to_follow: n % 3,
            parcels: if parcels > 1 { (0..parcels).map(part).collect() } else { Vec::new() },
        }
    };
    PackingSlip {
        language,
        order: "1001".to_owned(),
        sender: texts(&["Orderly Shop GmbH", "Lange Straße 1", "10115 Berlin", "Germany"]),
        recipient: texts(&[
            "山田 太郎 / Zażółć Gęślą",
            "محمد عبد الله",
            "12 St James Square",
            "London SW1Y 4JH",
            "United Kingdom",
        ]),
        notice: None,
        lines: (0..lines).map(line).collect(),
    }
}

pub fn list(lines: u32, totes: bool) -> Picklist {
    let line = |n: u32| {
        let at = usize::try_from(n).unwrap_or_default();
        PickLine {
            bin: (n % 11 != 10).then(|| format!("A-{:02}-{}", n / 4, n % 4)),
            sku: sku(at),
            title: title(at),
            quantity: n % 5 + 1,
            tote: totes.then(|| format!("TOTE-{:02}", n % 50)),
            notice: (totes && n % 40 == 39).then_some(Notice::OnHold),
        }
    };
    Picklist {
        number: "ord_01k2v7x9q4m8n3p5r6t7w8y9za/01".to_owned(),
        location: "main".to_owned(),
        notice: None,
        lines: (0..lines).map(line).collect(),
        services: vec![ServiceLine {
            title: "Gift wrap / Geschenkverpackung".to_owned(),
            quantity: 1,
            tote: totes.then(|| "TOTE-01".to_owned()),
        }],
    }
}

pub fn return_slip(language: Language, lines: u32) -> ReturnSlip {
    let line = |n: u32| {
        let at = usize::try_from(n).unwrap_or_default();
        ReturnedLine { sku: sku(at), title: title(at), quantity: n % 5 + 1 }
    };
    let PackingSlip { order, sender, recipient, .. } = slip(language, 0, 1);
    let number = format!("{}/01", list(0, false).number.trim_end_matches("/01"));
    ReturnSlip { language, number, order, to: sender, from: recipient, lines: (0..lines).map(line).collect() }
}

pub fn invoice(language: Language, lines: u32) -> Invoice {
    let row = |n: u32| {
        let at = usize::try_from(n).unwrap_or_default();
        InvoiceRow {
            title: Some(title(at)),
            sku: Some(sku(at)),
            quantity: Some((n % 5 + 1).to_string()),
            unit_price: Some("1.234.567,89".to_owned()),
            rate: (n % 3 != 2).then(|| "19\u{a0}%".to_owned()),
            gross: "12.345.678,90".to_owned(),
        }
    };
    let adjustment = InvoiceRow {
        title: None,
        sku: None,
        quantity: None,
        unit_price: None,
        rate: Some("7\u{a0}%".to_owned()),
        gross: "\u{2013}5,00".to_owned(),
    };
    let sum = |rate: Option<&str>| TaxLine {
        rate: rate.map(str::to_owned),
        net: "10.374.520,92".to_owned(),
        tax: "1.971.157,98".to_owned(),
        exemption: rate.is_none().then(|| "Steuerschuldnerschaft des Leistungsempfängers (Reverse charge)".to_owned()),
    };
    let PackingSlip { order, sender, recipient, .. } = slip(language, 0, 1);
    Invoice {
        language,
        is_credit_note: lines == 1,
        number: "RE-2026-000042".to_owned(),
        issued_on: "30.11.2026".to_owned(),
        corrects: (lines == 1).then(|| "RE-2026-000007".to_owned()),
        order,
        ordered_on: "29.11.2026".to_owned(),
        supplied_on: (lines != 1).then(|| "30.11.2026".to_owned()),
        seller: sender,
        vat_id: Some("DE123456789".to_owned()),
        tax_number: Some("27/123/45678".to_owned()),
        seller_facts: texts(&[
            "Amtsgericht Charlottenburg, HRB 12345, Geschäftsführerin: Ada Lovelace",
            "invoices@example.com",
            "IBAN DE89370400440532013000",
        ]),
        buyer: recipient,
        buyer_vat_id: Some("ATU13585627".to_owned()),
        currency: "EUR".to_owned(),
        tax_included: true,
        rows: (0..lines).map(row).chain([adjustment]).collect(),
        taxes: vec![sum(Some("19\u{a0}%")), sum(Some("7\u{a0}%")), sum(None)],
        net: "10.374.520,92".to_owned(),
        rounding: Some("\u{2013}0,01".to_owned()),
        total: "12.345.678,90".to_owned(),
        electronic: (lines != 1).then(|| ELECTRONIC.to_owned()),
        issued: (2026, 11, 30),
    }
}
