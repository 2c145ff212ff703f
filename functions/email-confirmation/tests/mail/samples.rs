//! One ordinary e-mail of each kind.

#![allow(clippy::expect_used)]

use email_confirmation::mail::{
    DateRange, Delivered, Line, Link, Order, OrderCancelled, Parcel, PaymentConfirmed, PricedLine, RefundSent,
    RefundedLine, Rendered, ReturnReceived, Shipped, Shop, Totals,
};
use jiff::civil::date;

/// Every kind by its name, with and without what may be left out.
pub(crate) fn all() -> Vec<(&'static str, Rendered)> {
    let shop = shop();
    let no_refund = OrderCancelled { refund: None, ..order_cancelled() };
    let only_parcel = Shipped { parcel: Parcel { number: 1, count: 1 }, ..shipped() };
    let undated = PaymentConfirmed { arrival: None, ..payment_confirmed() };
    [
        ("payment-confirmed", payment_confirmed().render(&shop)),
        ("payment-confirmed-undated", undated.render(&shop)),
        ("shipped", only_parcel.render(&shop)),
        ("shipped-part", shipped().render(&shop)),
        ("delivered", delivered().render(&shop)),
        ("order-cancelled", order_cancelled().render(&shop)),
        ("order-cancelled-uncharged", no_refund.render(&shop)),
        ("return-received", return_received().render(&shop)),
        ("refund-sent", refund_sent().render(&shop)),
    ]
    .map(|(kind, rendered)| (kind, rendered.expect("the templates render")))
    .into()
}

pub(crate) fn shop() -> Shop {
    Shop {
        name: "Orderly Demo Shop".to_owned(),
        email: "help@example.com".to_owned(),
        phone: Some("+1 555 010 0199".to_owned()),
        help_page: Link::parse("https://example.com/help"),
    }
}

pub(crate) fn order() -> Order {
    Order { number: "#1042".to_owned(), customer: Some("Ada Lovelace".to_owned()) }
}

fn address() -> Vec<String> {
    ["Ada Lovelace", "12 St. James’s Square", "London SW1Y 4JH", "United Kingdom"].map(str::to_owned).into()
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

pub(crate) fn payment_confirmed() -> PaymentConfirmed {
    let priced = |line: Line, backordered, unit_price: &str, total: &str| PricedLine {
        sku: line.sku,
        title: line.title,
        quantity: line.quantity,
        backordered,
        unit_price: unit_price.to_owned(),
        total: total.to_owned(),
    };
    PaymentConfirmed {
        order: order(),
        lines: vec![
            priced(line("MUG-STONE-350", "Stoneware mug, sand, 350 ml", 2), 0, "€24.00", "€48.00"),
            priced(line("NOTE-A5-DOT", "Notebook A5, dotted, 192 pages", 1), 0, "€17.50", "€17.50"),
            priced(
                line("LAMP-DESK-OAK", "Desk lamp in oiled oak with linen shade and dimmer, 2 m cable", 3),
                1,
                "€129.00",
                "€387.00",
            ),
        ],
        totals: Totals {
            subtotal: "€452.50".to_owned(),
            discounts: Some("€45.25".to_owned()),
            shipping: "€6.90".to_owned(),
            tax: "€69.07".to_owned(),
            tax_included: true,
            total: "€414.15".to_owned(),
        },
        arrival: Some(DateRange { earliest: date(2026, 11, 26), latest: date(2026, 12, 1) }),
        ship_to: address(),
    }
}

pub(crate) fn shipped() -> Shipped {
    Shipped {
        order: order(),
        parcel: Parcel { number: 1, count: 2 },
        lines: lines(),
        carrier: "DHL Express".to_owned(),
        tracking_number: "JD01460000379381".to_owned(),
        tracking_page: Link::parse("https://tracking.example/JD01460000379381?lang=en&src=shop"),
        arrival: Some(DateRange { earliest: date(2026, 11, 26), latest: date(2026, 11, 30) }),
        ship_to: address(),
    }
}

pub(crate) fn delivered() -> Delivered {
    Delivered {
        order: order(),
        parcel: Parcel { number: 1, count: 1 },
        lines: lines(),
        delivered_on: date(2026, 11, 27),
    }
}

pub(crate) fn order_cancelled() -> OrderCancelled {
    OrderCancelled { order: order(), lines: lines(), refund: Some("€414.15".to_owned()) }
}

pub(crate) fn return_received() -> ReturnReceived {
    ReturnReceived { order: order(), lines: vec![line("MUG-STONE-350", "Stoneware mug, sand, 350 ml", 1)] }
}

pub(crate) fn refund_sent() -> RefundSent {
    RefundSent {
        order: order(),
        lines: vec![RefundedLine {
            sku: "MUG-STONE-350".to_owned(),
            title: "Stoneware mug, sand, 350 ml".to_owned(),
            quantity: 1,
            amount: "€21.60".to_owned(),
        }],
        shipping: Some("€6.90".to_owned()),
        total: "€28.50".to_owned(),
    }
}
