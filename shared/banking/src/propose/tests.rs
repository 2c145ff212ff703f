use super::*;
use crate::statement::{Booking, Reversal};
use domain::ids::ChannelId;
use jiff::civil::date;
use proptest::prelude::*;

fn id(n: usize) -> EntryId {
    let letters = [n / 676 % 26, n / 26 % 26, n % 26].map(|digit| char::from(b'a' + u8::try_from(digit).unwrap()));
    format!("ent_{}{}", "a".repeat(23), String::from_iter(letters)).parse().unwrap()
}

fn entry(n: usize, amount: Amount, payer: &str, text: &str) -> Entry {
    let booking = Booking {
        booked: date(2026, 2, 3),
        value: None,
        amount,
        currency: "EUR".parse().unwrap(),
        payer: (!payer.is_empty()).then(|| payer.to_owned()),
        payer_iban: None,
        text: text.to_owned(),
        end_to_end: None,
        bank_reference: None,
        reversal: None,
    };
    Entry { id: id(n), booking }
}

fn order(reference: &str, due: Amount, payer: &str) -> OpenOrder {
    let channel: ChannelId = "web".parse().unwrap();
    OpenOrder {
        order: OrderId::derive(&channel, reference),
        references: vec![reference.to_owned()],
        due,
        currency: "EUR".parse().unwrap(),
        payer_names: vec![payer.to_owned()],
        placed_on: date(2026, 1, 20),
    }
}

fn verdict(entry: Entry, open: &[OpenOrder]) -> Verdict {
    let proposals = propose(&[entry], open);
    assert_eq!(proposals.len(), 1);
    proposals[0].verdict.clone()
}

/// The verdict as a word, with the orders' references.
fn said(entry: Entry, open: &[OpenOrder]) -> String {
    let name = |id: &OrderId| open.iter().find(|order| order.order == *id).unwrap().references[0].clone();
    let join = |names: Vec<String>| names.join(" ");
    match verdict(entry, open) {
        Verdict::Certain(candidate) => format!("certain {}", name(&candidate.order)),
        Verdict::Split(parts) => {
            let mut names: Vec<String> = parts.iter().map(|part| name(&part.order)).collect();
            names.sort();
            format!("split {}", join(names))
        }
        Verdict::Likely(all) => {
            format!("likely {}", join(all.iter().map(|candidate| name(&candidate.order)).collect()))
        }
        Verdict::Unknown => "unknown".to_owned(),
    }
}

#[test]
fn a_number_is_found_however_it_is_written() {
    let open = [order("2026-1001", 3390, "Ada Lovelace"), order("7", 100, "Nobody")];
    for text in [
        "2026-1001",
        "20261001",
        "2026 1001",
        "2026/1001",
        "Rechnung 2026-1001 vom 3.2.",
        "RE2026-1001",
        "Rechnungsnr.2026-1001,danke",
        "Nr:2026-1001.",
        "(2026-1001)",
        "#2026-1001",
        "order:2026_1001",
        "Bestellung2026-1001vom 3.2.",
        "2026-\n1001",
        "2O26-1OO1",
        "2026-l00l",
    ] {
        let said = said(entry(1, 3390, "Lovelace Ada", text), &open);
        assert_eq!(said, "certain 2026-1001", "{text}");
    }
}

#[test]
fn a_number_within_a_longer_one_is_not_found() {
    let open = [order("1001", 3390, "Ada Lovelace")];
    for text in [
        "21001",
        "10010",
        "1001-2",
        "2-1001",
        "2026-1001",
        "1001/2",
        "1.001",
        "10.01",
        "1001,50",
        "1001.2",
        "X1001",
        "1001X",
        "100 1",
        "1 001",
        "l00l2",
        "DE1001",
        "1001 2".replace(' ', "").as_str(),
    ] {
        assert_eq!(said(entry(1, 1, "", text), &open), "unknown", "{text}");
    }
    for text in ["1001", "1001.", "1001, 2", "Nr.1001", "Order-1001", "order/1001", "1001 2", "2 1001"] {
        assert_eq!(said(entry(1, 3390, "", text), &open), "certain 1001", "{text}");
    }
}

#[test]
fn letters_before_a_number_are_a_part_of_it_if_an_order_is_called_so() {
    let open = [order("A-1001", 3390, "Ada"), order("1001", 3390, "Bob")];
    assert_eq!(said(entry(1, 3390, "", "A-1001"), &open), "certain A-1001");
    assert_eq!(said(entry(1, 3390, "", "A1001"), &open), "certain A-1001");
    assert_eq!(said(entry(1, 3390, "", "A 1001"), &open), "certain A-1001");
    assert_eq!(said(entry(1, 3390, "", "1001"), &open), "certain 1001");
    // Some other shop's number, or this order's: the payer tells.
    assert_eq!(said(entry(1, 3390, "", "B-1001"), &open), "likely 1001");
    assert_eq!(said(entry(1, 3390, "Bob", "B-1001"), &open), "certain 1001");
}

#[test]
fn the_word_before_a_number_may_be_left_out_or_another_one() {
    let open = [order("RE-2026-0007", 3390, "Ada")];
    for text in ["RE-2026-0007", "re 2026-0007", "RE20260007", "2026-0007", "Rechnung 2026 0007", "Nr.2026-0007"] {
        assert_eq!(said(entry(1, 3390, "", text), &open), "certain RE-2026-0007", "{text}");
    }
    assert_eq!(said(entry(1, 1, "", "2026-00071"), &open), "unknown");
}

#[test]
fn the_id_of_an_order_is_found_in_pieces() {
    let open = [order("1", 3390, "Ada")];
    let id = open[0].order.as_str();
    let (head, tail) = id.split_at(17);
    for text in [
        id.to_owned(),
        id.to_uppercase(),
        id.replace('_', " "),
        format!("{head} {tail}"),
        format!("x {head}\n{tail}"),
        id.replace('o', "0"),
    ] {
        assert_eq!(said(entry(1, 3390, "", &text), &open), "certain 1", "{text}");
    }
    let mut by_end_to_end = entry(1, 3390, "", "thanks");
    by_end_to_end.booking.end_to_end = Some(id.replace('_', "-"));
    assert_eq!(said(by_end_to_end, &open), "certain 1");
}

#[test]
fn the_amount_decides_between_certain_and_likely() {
    let open = [order("1001", 3390, "Ada Lovelace")];
    let fit = |amount: Amount| match verdict(entry(1, amount, "Ada Lovelace", "1001"), &open) {
        Verdict::Certain(candidate) => (true, candidate.fit, candidate.reasons),
        Verdict::Likely(all) => (false, all[0].fit, all[0].reasons.clone()),
        other => panic!("{other:?}"),
    };
    let said =
        |text: &str| vec!["it names 1001".to_owned(), text.to_owned(), "the payer is whom the order names".to_owned()];
    assert_eq!(fit(3390), (true, Fit::Exact, said("the amount is what is due, 33.90 EUR")));
    assert_eq!(fit(3000), (false, Fit::Short(390), said("a part payment: 3.90 EUR less than the 33.90 EUR due")));
    assert_eq!(fit(4000), (false, Fit::Over(610), said("an overpayment: 6.10 EUR more than the 33.90 EUR due")));
}

#[test]
fn another_currency_is_never_certain() {
    let mut open = [order("1001", 3390, "Ada Lovelace")];
    open[0].currency = "USD".parse().unwrap();
    let Verdict::Likely(all) = verdict(entry(1, 3390, "Ada Lovelace", "1001"), &open) else { panic!() };
    assert_eq!(all[0].fit, Fit::OtherCurrency);
    assert_eq!(all[0].reasons[1], "the currency is another one: 33.90 USD is due");
}

#[test]
fn several_orders_are_a_split_if_they_add_up() {
    let open = [order("1001", 3390, "Ada"), order("1002", 1000, "Ada"), order("1003", 500, "Bob")];
    assert_eq!(said(entry(1, 4390, "", "1001 und 1002"), &open), "split 1001 1002");
    assert_eq!(said(entry(1, 4890, "", "1001/1002, 1003"), &open), "split 1001 1002 1003");
    assert_eq!(said(entry(1, 4000, "", "1001+1002"), &open), "likely 1001 1002");
    let dashed = [order("2026-1001", 3390, "Ada"), order("2026-1002", 1000, "Ada")];
    for text in ["2026-1001/2026-1002", "2026-1001,2026-1002", "2026-1001 2026-1002", "2026-1001-2026-1002"] {
        assert_eq!(said(entry(1, 4390, "", text), &dashed), "split 2026-1001 2026-1002", "{text}");
    }
    // The first is paid in full, and the second is named too.
    assert_eq!(said(entry(1, 1000, "", "1001, 1002"), &open), "likely 1002 1001");
    let Verdict::Split(parts) = verdict(entry(1, 4390, "", "1001 1002"), &open) else { panic!() };
    assert_eq!(parts.iter().map(|part| part.amount).sum::<Amount>(), 4390);
}

#[test]
fn two_channels_orders_of_one_number_are_told_apart_by_amount_and_payer() {
    let mut open = [order("1001", 3390, "Ada"), order("b-1001", 3390, "Bob")];
    open[1].references = vec!["1001".to_owned()];
    assert_eq!(said(entry(1, 3390, "", "1001"), &open).len(), "likely 1001 1001".len());
    let certain = |payer: &str| match verdict(entry(1, 3390, payer, "1001"), &open) {
        Verdict::Certain(candidate) => Some(candidate.order),
        _ => None,
    };
    assert_eq!(certain("Ada"), Some(open[0].order.clone()));
    assert_eq!(certain("Bob"), Some(open[1].order.clone()));
    assert_eq!(certain("Carl"), None);
}

#[test]
fn a_quantity_is_no_second_order() {
    let open = [order("1001", 3390, "Ada"), order("2", 500, "Bob"), order("1002", 3390, "Ada")];
    assert_eq!(said(entry(1, 3390, "", "2 Tassen, 1001"), &open), "certain 1001");
    assert_eq!(said(entry(1, 6780, "", "2 Tassen, 1001, 1002"), &open), "split 1001 1002");
    assert_eq!(said(entry(1, 500, "", "2 Tassen, 1001"), &open), "likely 2 1001");
}

#[test]
fn a_short_number_is_certain_only_with_its_payer() {
    let open = [order("12", 3390, "Ada Lovelace")];
    assert_eq!(said(entry(1, 3390, "Bob", "12 Tassen"), &open), "likely 12");
    assert_eq!(said(entry(1, 3390, "A. Lovelace", "Nr. 12"), &open), "certain 12");
    assert_eq!(said(entry(1, 3390, "Ada Lovelace", "12.2."), &open), "likely 12");
}

#[test]
fn without_a_number_amount_and_payer_only_propose() {
    let open =
        [order("1001", 3390, "Ada Lovelace"), order("1002", 3390, "Bob Byron"), order("1003", 1000, "Ada Lovelace")];
    assert_eq!(said(entry(1, 3390, "Lovelace, Ada", ""), &open), "likely 1001");
    assert_eq!(said(entry(1, 1000, "", ""), &open), "likely 1003");
    assert_eq!(said(entry(1, 3390, "", ""), &open), "unknown");
    assert_eq!(said(entry(1, 3390, "Carl", ""), &open), "unknown");
    assert_eq!(said(entry(1, 3391, "Ada Lovelace", ""), &open), "likely 1001 1003");
    let both = propose(&[entry(1, 4390, "Ada Lovelace", "")], &open).remove(0);
    assert_eq!(both.reasons, ["what is due for the payer's 2 open orders adds up to the amount"]);
    assert!(matches!(both.verdict, Verdict::Likely(all) if all.len() == 2));
}

#[test]
fn an_order_that_came_after_the_money_is_not_certain() {
    let mut open = [order("1001", 3390, "Ada")];
    open[0].placed_on = date(2026, 2, 4);
    assert_eq!(said(entry(1, 3390, "", "1001"), &open), "certain 1001");
    open[0].placed_on = date(2026, 2, 5);
    assert_eq!(said(entry(1, 3390, "", "1001"), &open), "likely 1001");
    assert_eq!(said(entry(1, 3390, "Ada", ""), &open), "unknown");
}

#[test]
fn two_entries_for_one_order_are_both_doubted() {
    let open = [order("1001", 3390, "Ada"), order("1002", 1000, "Ada")];
    let twice = propose(&[entry(1, 3390, "", "1001"), entry(2, 4390, "", "1001 1002"), entry(3, 1000, "", "x")], &open);
    assert!(twice[..2].iter().all(|proposal| matches!(proposal.verdict, Verdict::Likely(_))));
    assert!(twice[0].reasons[0].contains("paid twice"));
    // The same entry out of two files is no second payment.
    let once = propose(&[entry(1, 3390, "", "1001"), entry(1, 3390, "", "1001")], &open);
    assert!(matches!(&once[..], [Proposal { verdict: Verdict::Certain(_), .. }]));
}

#[test]
fn debits_have_no_proposal_and_money_that_comes_back_pays_nothing() {
    let open = [order("1001", 3390, "Ada")];
    assert!(propose(&[entry(1, -3390, "Ada", "1001")], &open).is_empty());
    let mut returned = entry(1, 3390, "Ada", "1001");
    returned.booking.reversal = Some(Reversal::default());
    assert_eq!(said(returned, &open), "unknown");
}

#[test]
fn an_order_of_which_nothing_is_due_is_not_open() {
    assert_eq!(said(entry(1, 3390, "Ada", "1001"), &[order("1001", 0, "Ada")]), "unknown");
}

fn any_open() -> impl Strategy<Value = Vec<OpenOrder>> {
    let names = prop::sample::select(vec!["Ada Lovelace", "Bob Byron", "Müller GmbH", ""]);
    let one = (995..1005_u32, 1..4_i64, names, any::<bool>());
    prop::collection::vec(one, 0..12).prop_map(|all| {
        let open = all.into_iter().enumerate().map(|(n, (number, amount, name, dashed))| {
            let mut open = order(&format!("{n}x"), amount * 1000, name);
            open.references = vec![if dashed { format!("26-{number}") } else { number.to_string() }];
            open
        });
        open.collect()
    })
}

fn any_entries() -> impl Strategy<Value = Vec<Entry>> {
    let names = prop::sample::select(vec!["LOVELACE ADA", "Byron Bob", "Mueller", ""]);
    let texts = prop::sample::select(vec!["", "Nr ", "26-", "x", "1000 und "]);
    let one = (995..1005_u32, -1..5_i64, names, texts);
    prop::collection::vec(one, 0..12).prop_map(|all| {
        let entries = all.into_iter().enumerate();
        entries
            .map(|(n, (number, amount, name, text))| entry(n, amount * 1000, name, &format!("{text}{number}")))
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn proposals_do_not_depend_on_the_order_of_what_they_are_made_of(
        (entries, shuffled_entries) in any_entries().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        (open, shuffled_open) in any_open().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
    ) {
        prop_assert_eq!(propose(&entries, &open), propose(&shuffled_entries, &shuffled_open));
    }

    #[test]
    fn what_is_certain_pays_exactly_what_is_due_and_once(entries in any_entries(), open in any_open()) {
        let mut paid: Vec<OrderId> = Vec::new();
        for proposal in propose(&entries, &open) {
            let amount = entries.iter().find(|entry| entry.id == proposal.entry).unwrap().booking.amount;
            let orders: Vec<OrderId> = proposal.verdict.paid().into_iter().cloned().collect();
            if !orders.is_empty() {
                let due = |id: &OrderId| open.iter().find(|order| order.order == *id).unwrap().due;
                prop_assert_eq!(orders.iter().map(due).sum::<Amount>(), amount);
            }
            paid.extend(orders);
        }
        let distinct: std::collections::BTreeSet<&OrderId> = paid.iter().collect();
        prop_assert_eq!(distinct.len(), paid.len());
    }

    #[test]
    fn no_text_breaks_the_matching(text in "\\PC{0,200}", name in "\\PC{0,40}", open in any_open()) {
        let _ = propose(&[entry(1, 1000, &name, &text)], &open);
    }
}

/// No test measures time. If each entry were compared with each order, this one would not end within minutes.
#[test]
fn many_orders_of_the_same_payer_and_amount_are_told_apart_by_their_numbers() {
    let open: Vec<OpenOrder> = (0..20_000).map(|n| order(&format!("S-{n}"), 1990, "Ada Lovelace")).collect();
    let text =
        |n: usize| if n.is_multiple_of(2) { format!("Order S-{n} {}", "a 1 ".repeat(20)) } else { String::new() };
    let entries: Vec<Entry> = (0..4_000).map(|n| entry(n, 1990, "Ada Lovelace", &text(n))).collect();
    let proposals = propose(&entries, &open);
    assert_eq!(proposals.iter().filter(|proposal| matches!(proposal.verdict, Verdict::Certain(_))).count(), 2_000);
}
