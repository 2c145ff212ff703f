//! An ordinary e-mail of each kind, for tests and for previews of a template or a language.

#![allow(clippy::expect_used)] // a sample that does not render is a defect of its template

use super::{
    CancelledPayment, DateRange, Delivered, Difference, Language, Line, Money, Order, OrderCancelled, OrderEdited,
    Parcel, ParcelTrouble, PaymentConfirmed, PricedLine, RefundSent, RefundedFor, RefundedLine, Rendered,
    ReturnReceived, Shipped, Shop, Totals, Tracking, TrackingCorrected, Trouble,
};
use domain::{placed_order::Address, text::Text};
use jiff::civil::date;

/// Every kind in a language, by name, with and without the optional parts.
pub fn all(language: Language) -> Vec<(&'static str, Rendered)> {
    let shop = shop();
    let no_refund = OrderCancelled { payment: CancelledPayment::Uncharged, ..order_cancelled() };
    let only_parcel = Shipped { parcel: Parcel { number: 1, total: Some(1) }, ..shipped() };
    let first_parcel = Shipped { parcel: Parcel { number: 1, total: None }, ..shipped() };
    let delivered_part = Delivered { parcel: Parcel { number: 2, total: Some(2) }, ..delivered() };
    let dearer = OrderEdited { difference: Difference::Due(eur(200)), ..order_edited() };
    let undated = PaymentConfirmed { arrival: None, ..payment_confirmed() };
    let authorized = PaymentConfirmed { is_paid: false, ..payment_confirmed() };
    let without_goods = PaymentConfirmed { ships: false, ..undated.clone() };
    [
        ("payment-confirmed", payment_confirmed().render(&shop, language)),
        ("payment-confirmed-authorized", authorized.render(&shop, language)),
        ("payment-confirmed-undated", undated.render(&shop, language)),
        ("payment-confirmed-without-goods", without_goods.render(&shop, language)),
        ("shipped", only_parcel.render(&shop, language)),
        ("shipped-part", shipped().render(&shop, language)),
        ("shipped-first-part", first_parcel.render(&shop, language)),
        ("delivered", delivered().render(&shop, language)),
        ("delivered-part", delivered_part.render(&shop, language)),
        ("order-edited", order_edited().render(&shop, language)),
        ("order-edited-dearer", dearer.render(&shop, language)),
        ("tracking-corrected", tracking_corrected().render(&shop, language)),
        ("parcel-attempt-failed", parcel_underway(Trouble::AttemptFailed).render(&shop, language)),
        ("parcel-awaiting-pickup", parcel_underway(Trouble::AwaitingPickup).render(&shop, language)),
        ("parcel-delayed", parcel_underway(Trouble::Delayed).render(&shop, language)),
        ("parcel-damaged", ParcelTrouble { trouble: Trouble::Damaged, ..parcel_lost() }.render(&shop, language)),
        ("parcel-returned", ParcelTrouble { trouble: Trouble::Returned, ..parcel_lost() }.render(&shop, language)),
        ("parcel-lost", parcel_lost().render(&shop, language)),
        ("order-cancelled", order_cancelled().render(&shop, language)),
        ("order-cancelled-uncharged", no_refund.render(&shop, language)),
        ("rest-cancelled", rest_cancelled().render(&shop, language)),
        ("return-received", return_received().render(&shop, language)),
        ("refund-sent", refund_sent().render(&shop, language)),
    ]
    .map(|(kind, rendered)| (kind, rendered.expect("the templates render")))
    .into()
}

pub fn shop() -> Shop {
    Shop {
        name: "Orderly Demo Shop".to_owned(),
        email: "help@example.com".to_owned(),
        phone: Some("+1 555 010 0199".to_owned()),
        help_page: "https://example.com/help".parse().ok(),
        language: Language::default(),
    }
}

fn eur(amount: i64) -> Money {
    Money { amount, currency: "EUR".parse().expect("a currency") }
}

pub fn order() -> Order {
    Order { number: "#1042".to_owned(), customer: Some("Ada Lovelace".to_owned()) }
}

fn address() -> Address {
    Address {
        name: Text::literal("Ada Lovelace"),
        company: None,
        line1: Text::literal("12 St. James’s Square"),
        line2: None,
        city: Some(Text::literal("London")),
        postal_code: Some(Text::literal("SW1Y 4JH")),
        region: None,
        country: "GB".parse().expect("a country"),
    }
}

fn line(sku: &str, title: &str, quantity: u32) -> Line {
    Line { sku: sku.to_owned(), title: title.to_owned(), quantity }
}

fn lines() -> Vec<Line> {
    vec![
        line("MUG-STONE-350", "Stoneware mug, sand, 350 ml", 2),
        line("NOTE-A5-DOT", "Notebook A5, dotted, 192 pages", 1),
    ]
}

pub fn payment_confirmed() -> PaymentConfirmed {
    let priced = |line: Line, backordered, unit_price, total| PricedLine {
        sku: line.sku,
        title: line.title,
        quantity: line.quantity,
        backordered,
        unit_price: eur(unit_price),
        total: eur(total),
    };
    PaymentConfirmed {
        order: order(),
        lines: vec![
            priced(line("MUG-STONE-350", "Stoneware mug, sand, 350 ml", 2), 0, 2_400, 4_800),
            priced(line("NOTE-A5-DOT", "Notebook A5, dotted, 192 pages", 1), 0, 1_750, 1_750),
            priced(
                line("LAMP-DESK-OAK", "Desk lamp in oiled oak with linen shade and dimmer, 2 m cable", 3),
                1,
                46_200,
                138_600,
            ),
        ],
        totals: Totals {
            subtotal: eur(145_150),
            discounts: Some(eur(14_515)),
            shipping: eur(690),
            tax: eur(21_888),
            tax_included: true,
            total: eur(131_325),
        },
        is_paid: true,
        ships: true,
        arrival: Some(DateRange { earliest: date(2026, 11, 26), latest: date(2026, 12, 1) }),
        ship_to: address(),
    }
}

pub fn shipped() -> Shipped {
    Shipped {
        order: order(),
        parcel: Parcel { number: 1, total: Some(2) },
        lines: lines(),
        carrier: "DHL Express".to_owned(),
        tracking_number: "JD01460000379381".to_owned(),
        tracking_page: "https://tracking.example/JD01460000379381?lang=en&src=shop".parse().ok(),
        arrival: Some(DateRange { earliest: date(2026, 11, 26), latest: date(2026, 11, 30) }),
        ship_to: address(),
    }
}

pub fn delivered() -> Delivered {
    Delivered {
        order: order(),
        parcel: Parcel { number: 1, total: Some(1) },
        lines: lines(),
        delivered_on: date(2026, 11, 27),
    }
}

pub fn tracking_corrected() -> TrackingCorrected {
    let Shipped { order, lines, carrier, tracking_number, tracking_page, .. } = shipped();
    TrackingCorrected { order, lines, carrier, tracking_number, tracking_page }
}

pub fn parcel_lost() -> ParcelTrouble {
    ParcelTrouble { order: order(), lines: lines(), trouble: Trouble::Lost, tracking: None }
}

pub fn parcel_underway(trouble: Trouble) -> ParcelTrouble {
    let Shipped { carrier, tracking_number: number, tracking_page: page, .. } = shipped();
    ParcelTrouble { trouble, tracking: Some(Tracking { carrier, number, page }), ..parcel_lost() }
}

pub fn order_cancelled() -> OrderCancelled {
    OrderCancelled {
        order: order(),
        is_rest: false,
        lines: lines(),
        payment: CancelledPayment::Refunding(eur(131_325)),
    }
}

pub fn rest_cancelled() -> OrderCancelled {
    let payment = CancelledPayment::Refunding(eur(1_290));
    OrderCancelled { is_rest: true, lines: lines().split_off(1), payment, ..order_cancelled() }
}

pub fn return_received() -> ReturnReceived {
    ReturnReceived { order: order(), lines: vec![line("MUG-STONE-350", "Stoneware mug, sand, 350 ml", 1)] }
}

pub fn order_edited() -> OrderEdited {
    let PaymentConfirmed { order, mut lines, totals, ship_to, .. } = payment_confirmed();
    lines.truncate(1);
    OrderEdited { order, lines, totals, difference: Difference::Refunded(eur(2_160)), ship_to }
}

pub fn refund_sent() -> RefundSent {
    RefundSent {
        order: order(),
        cause: RefundedFor::Return,
        lines: vec![RefundedLine {
            sku: "MUG-STONE-350".to_owned(),
            title: "Stoneware mug, sand, 350 ml".to_owned(),
            quantity: 1,
            amount: Some(eur(2_160)),
        }],
        shipping: Some(eur(690)),
        deduction: None,
        total: eur(2_850),
    }
}
