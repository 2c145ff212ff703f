//! What each kind says to a customer who reads English.

use crate::reader::{assert_says, assert_silent, assert_subject};
use email_confirmation::mail::{
    CancelledPayment, Difference, Language, Money, OrderCancelled, OrderEdited, Shop,
    samples::{
        delivered, order_cancelled, order_edited, payment_confirmed, refund_sent, rest_cancelled, return_received,
        shipped, shop,
    },
};

fn english() -> Language {
    "en".parse().unwrap()
}

#[test]
fn payment_confirmed_says_what_was_bought_and_when_it_comes() {
    let mail = payment_confirmed().render(&shop(), english()).unwrap();
    assert_subject(&mail, "Order #1042 is confirmed");
    assert_says(
        &mail,
        &[
            "Hello Ada Lovelace, Thank you for your order. Your payment of €1,313.25 has arrived",
            "we are getting order #1042 ready to ship.",
            "Thursday, November 26 – Tuesday, December 1, 2026",
            "Stoneware mug, sand, 350 ml",
            "SKU MUG-STONE-350",
            "2 × €24.00",
            "€48.00",
            "1 of 3 on backorder; the estimated arrival allows for it",
            "€1,451.50",
            "−€145.15",
            "€6.90",
            "Tax (included)",
            "€218.88",
            "12 St. James’s Square",
            "You receive this because of order #1042 at Orderly Demo Shop.",
        ],
    );

    let mut plain = payment_confirmed();
    plain.arrival = None;
    plain.order.customer = None;
    plain.totals.discounts = None;
    plain.totals.tax_included = false;
    plain.lines.iter_mut().for_each(|line| line.backordered = line.quantity);
    let mail = plain.render(&shop(), english()).unwrap();
    assert_says(&mail, &["Hello, Thank you", "as soon as we know", "On backorder", "Tax"]);
    for unwanted in ["Discounts", "−", "included", "allows for it", "Ada Lovelace,"] {
        assert_silent(&mail, unwanted);
    }
}

#[test]
fn shipped_says_which_parcel_and_how_to_follow_it() {
    let mail = shipped().render(&shop(), english()).unwrap();
    assert_subject(&mail, "Part 1 of 2 of order #1042 is on its way");
    assert_says(
        &mail,
        &[
            "Part 1 of 2 of order #1042 is on its way to you.",
            "JD01460000379381",
            "Thursday, November 26 – Monday, November 30, 2026",
            "Notebook A5, dotted, 192 pages",
            "SKU NOTE-A5-DOT",
            "Qty 2",
            "United Kingdom",
        ],
    );
    assert!(mail.html.contains("DHL Express tracking number") && mail.text.contains("DHL EXPRESS TRACKING NUMBER"));
    let page = "https://tracking.example/JD01460000379381?lang=en&src=shop";
    assert!(mail.text.contains(page));
    assert!(mail.html.contains(&format!("href=\"{}\"", page.replace('&', "&#38;"))));

    let mut only = shipped();
    only.parcel.total = Some(1);
    only.tracking_page = None;
    only.arrival = None;
    let mail = only.render(&shop(), english()).unwrap();
    assert_subject(&mail, "Order #1042 is on its way");
    assert_says(&mail, &["Order #1042 is on its way to you.", "JD01460000379381"]);
    for unwanted in ["Part 1", "Track your", "Estimated delivery", "ESTIMATED"] {
        assert_silent(&mail, unwanted);
    }
    only.parcel.total = None;
    let first = only.render(&shop(), english()).unwrap();
    assert_subject(&first, "Part 1 of order #1042 is on its way");
    assert_says(&first, &["Part 1 of order #1042 is on its way to you. Each part comes with an e-mail of its own."]);
}

#[test]
fn delivered_asks_whether_all_is_well_and_says_how_to_answer() {
    let mail = delivered().render(&shop(), english()).unwrap();
    assert_subject(&mail, "Order #1042 has arrived");
    assert_says(
        &mail,
        &[
            "Order #1042 was delivered on Friday, November 27.",
            "help@example.com",
            "+1 555 010 0199",
            "https://example.com/help",
            "Stoneware mug, sand, 350 ml",
        ],
    );
    assert!(mail.html.contains("href=\"tel:+15550100199\""));

    let email_only = Shop { phone: None, help_page: None, ..shop() };
    let mail = delivered().render(&email_only, english()).unwrap();
    assert_says(&mail, &["help@example.com"]);
    for unwanted in ["Telephone", "Help page", "555"] {
        assert_silent(&mail, unwanted);
    }

    let mut second = delivered();
    (second.parcel.number, second.parcel.total) = (2, Some(2));
    let mail = second.render(&shop(), english()).unwrap();
    assert_subject(&mail, "Part 2 of 2 of order #1042 has arrived");
    assert_says(&mail, &["Part 2 of 2 of order #1042 was delivered on Friday, November 27."]);
}

#[test]
fn order_edited_says_what_it_costs_now_and_what_becomes_of_the_difference() {
    let mail = order_edited().render(&shop(), english()).unwrap();
    assert!(mail.subject.contains("has changed"), "{}", mail.subject);
    for part in [&mail.html, &mail.text] {
        assert!(part.contains("We are refunding"), "{part}");
    }
    let dearer = OrderEdited {
        difference: Difference::Due(Money { amount: 200, currency: "EUR".parse().unwrap() }),
        ..order_edited()
    };
    assert!(
        dearer.render(&shop(), english()).unwrap().text.contains("more is due. Your order goes on once it is paid")
    );
}

#[test]
fn order_cancelled_says_what_comes_back() {
    let mail = order_cancelled().render(&shop(), english()).unwrap();
    assert_subject(&mail, "Order #1042 is canceled");
    assert_says(&mail, &["nothing will be shipped", "€1,313.25", "SKU MUG-STONE-350"]);
    assert_silent(&mail, "not been charged");

    let mut uncharged = order_cancelled();
    uncharged.payment = CancelledPayment::Uncharged;
    let mail = uncharged.render(&shop(), english()).unwrap();
    assert_says(&mail, &["You have not been charged"]);
    assert_silent(&mail, "€");
    assert_silent(&mail, "It goes back");
}

#[test]
fn a_cancellation_promises_only_what_goes_back() {
    let eur = |amount| Money { amount, currency: "EUR".parse().unwrap() };
    let said = |payment| OrderCancelled { payment, ..order_cancelled() }.render(&shop(), english()).unwrap();
    let rest = said(CancelledPayment::RefundingRest { now: eur(1_000), before: eur(290) });
    assert_says(&rest, &["We are refunding €10.00; €2.90 went back to you before", "It goes back the way you paid"]);
    for (payment, words) in [
        (CancelledPayment::Refunded(eur(1_290)), "€12.90 went back to you before"),
        (CancelledPayment::ToBeSettled, "We are looking into your payment"),
    ] {
        let mail = said(payment);
        assert_says(&mail, &[words]);
        assert_silent(&mail, "not been charged");
        assert_silent(&mail, "It goes back the way");
    }
}

#[test]
fn the_rest_of_an_order_is_cancelled_and_what_will_not_come_is_named() {
    let mail = rest_cancelled().render(&shop(), english()).unwrap();
    assert_subject(&mail, "The rest of order #1042 is canceled");
    assert_says(&mail, &["What is on its way still comes to you.", "SKU NOTE-A5-DOT", "We are refunding €12.90"]);
    assert!(mail.html.contains("What will not come") && mail.text.contains("WHAT WILL NOT COME"));
    assert_silent(&mail, "SKU MUG-STONE-350");
}

#[test]
fn return_received_says_what_came_and_what_is_next() {
    let mail = return_received().render(&shop(), english()).unwrap();
    assert_subject(&mail, "Your return from order #1042 is here");
    assert_says(&mail, &["SKU MUG-STONE-350", "We are inspecting it", "once your refund is sent"]);
}

#[test]
fn refund_sent_says_how_much_for_what_and_when() {
    let mail = refund_sent().render(&shop(), english()).unwrap();
    assert_subject(&mail, "Your refund of €28.50 for order #1042");
    assert_says(
        &mail,
        &["€28.50", "5 to 10 business days", "Stoneware mug, sand, 350 ml", "€21.60", "Shipping", "€6.90"],
    );
}
