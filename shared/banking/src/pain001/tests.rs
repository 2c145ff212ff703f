use super::*;
use jiff::civil::date;
use proptest::prelude::*;
use roxmltree::{Document, Node};

/// `tests/payloads/vectors/banking.py` validates this file against the schema of ISO 20022.
const FILE: &str = include_str!("../../../../tests/payloads/banking/pain.001.001.09.xml");

type Change = fn(&mut Transfers);

fn transfers() -> Transfers {
    let transfer = |end_to_end: &str, amount, creditor: &str, iban: &str, remittance: &str| Transfer {
        end_to_end: end_to_end.to_owned(),
        amount,
        currency: "EUR".parse().unwrap(),
        creditor: creditor.to_owned(),
        iban: iban.parse().unwrap(),
        remittance: remittance.to_owned(),
    };
    Transfers {
        message: "ORDERLY-2026-02-04-1".to_owned(),
        created: "2026-02-04T09:30:15.123Z".parse().unwrap(),
        execution: date(2026, 2, 5),
        initiator: "Muster Handel GmbH & Co. KG".to_owned(),
        debtor: Debtor {
            name: "Muster Handel GmbH & Co. KG".to_owned(),
            iban: "DE02120300000000202051".parse().unwrap(),
            bic: Some("BYLADEM1001".to_owned()),
        },
        transfers: vec![
            transfer(
                "ord_a2b3-return-01",
                3390,
                "Jörg Weißmüller",
                "DE75512108001245126199",
                "Refund of order 1001 – thank you",
            ),
            transfer("ord_c4d5-cancel", 1, "Ελένη Παππά", "NL91ABNA0417164300", ""),
            transfer(
                "ord_e6f7-stain",
                99_999_999_999,
                &"Long Name ".repeat(9),
                "AT611904300234573201",
                &"text <b> ".repeat(20),
            ),
        ],
    }
}

#[test]
fn the_file_is_the_one_that_the_schema_accepts() {
    assert_eq!(pain001(&transfers()).unwrap(), FILE);
}

#[test]
fn a_bank_without_bic_is_said_not_to_be_provided() {
    let mut all = transfers();
    all.debtor.bic = None;
    let xml = pain001(&all).unwrap();
    assert!(xml.contains("<DbtrAgt><FinInstnId><Othr><Id>NOTPROVIDED</Id></Othr></FinInstnId></DbtrAgt>"));
}

#[test]
fn what_a_bank_would_refuse_is_refused_and_names_its_place() {
    let with = |change: Change| {
        let mut all = transfers();
        change(&mut all);
        pain001(&all).unwrap_err().to_string()
    };
    let table: [(Change, &str); 14] = [
        (|all| all.transfers.clear(), "there is no transfer to write"),
        (|all| all.message = "x".repeat(36), "the message id must have 1 to 35"),
        (|all| all.message.clear(), "the message id must have 1 to 35"),
        (|all| all.message = "a//b".to_owned(), "the message id must have 1 to 35"),
        (|all| all.transfers[1].end_to_end = "/a".to_owned(), "the end-to-end id of transfer 2 must have"),
        (
            |all| all.transfers[2].end_to_end = "ord a2b3-return-01".replace(' ', "_"),
            "transfer 3 has the end-to-end id of an earlier one",
        ),
        (|all| all.debtor.name = "李".to_owned(), "the debtor's name must have a letter"),
        (|all| all.transfers[0].creditor = " ".to_owned(), "the creditor's name of transfer 1 must have a letter"),
        (|all| all.debtor.bic = Some("BYLADEM".to_owned()), "the debtor's BIC must have 8 or 11"),
        (|all| all.transfers[0].currency = "CHF".parse().unwrap(), "transfer 1: SEPA transfers are in EUR"),
        (
            |all| all.transfers[0].iban = "BR9700360305000010009795493P1".parse().unwrap(),
            "transfer 1: the account is in a country that SEPA does not reach",
        ),
        (|all| all.transfers[0].amount = 0, "transfer 1: the amount must be"),
        (|all| all.transfers[0].amount = 100_000_000_000, "transfer 1: the amount must be"),
        (|all| all.transfers[0].amount = -1, "transfer 1: the amount must be"),
    ];
    for (change, said) in table {
        let error = with(change);
        assert!(error.starts_with(said), "{error}");
    }
}

fn texts<'a>(document: &'a Document<'_>, name: &str) -> Vec<&'a str> {
    let named = document.descendants().filter(|node| node.tag_name().name() == name);
    named.filter_map(|node: Node<'a, '_>| node.text()).collect()
}

fn any_transfer() -> impl Strategy<Value = Transfer> {
    let iban = prop::sample::select(vec!["DE75512108001245126199", "NL91ABNA0417164300", "AT611904300234573201"]);
    (1..=MAX, "[a-z]\\PC{0,80}", iban, "\\PC{0,200}").prop_map(|(amount, creditor, iban, remittance)| Transfer {
        end_to_end: String::new(),
        amount,
        currency: "EUR".parse().unwrap(),
        creditor,
        iban: iban.parse().unwrap(),
        remittance,
    })
}

proptest! {
    #[test]
    fn whatever_is_written_is_read_again(mut written in prop::collection::vec(any_transfer(), 1..8), initiator in "[a-z]\\PC{0,80}") {
        for (n, transfer) in written.iter_mut().enumerate() {
            transfer.end_to_end = format!("ord_x-{n}");
        }
        let all = Transfers { transfers: written.clone(), initiator, ..transfers() };
        let xml = pain001(&all).unwrap();
        let document = Document::parse(&xml).unwrap();
        let count = written.len().to_string();
        prop_assert_eq!(texts(&document, "NbOfTxs"), [&count, &count]);
        let sum = decimal(written.iter().map(|transfer| transfer.amount).sum(), 2);
        prop_assert_eq!(texts(&document, "CtrlSum"), [&sum, &sum]);
        let amounts: Vec<String> = written.iter().map(|transfer| decimal(transfer.amount, 2)).collect();
        prop_assert_eq!(texts(&document, "InstdAmt"), amounts);
        let ids: Vec<String> = written.iter().map(|transfer| transfer.end_to_end.replace('_', "-")).collect();
        prop_assert_eq!(texts(&document, "EndToEndId"), ids);
        let ibans: Vec<&str> = [all.debtor.iban.as_str()].into_iter().chain(written.iter().map(|transfer| transfer.iban.as_str())).collect();
        prop_assert_eq!(texts(&document, "IBAN"), ibans);
        for (name, max) in [("Nm", NAME), ("Ustrd", REMITTANCE)] {
            for text in texts(&document, name) {
                prop_assert!((1..=max).contains(&text.len()) && latin(text) == text && text.trim() == text, "{}", text);
            }
        }
    }
}
