use super::*;

const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08";

fn document(namespace: &str, root: &str, entries: &str) -> String {
    format!(
        "<Document xmlns='{namespace}'>\n<Message><GrpHdr/>\n<{root}><Acct><Id><Othr><Id>123-4</Id></Othr></Id></Acct>\n{entries}</{root}>\
         </Message></Document>"
    )
}

fn entry(parts: &str) -> String {
    format!("<Ntry>{parts}</Ntry>\n")
}

fn read_entry(parts: &str) -> Result<Vec<Page>, Unreadable> {
    read(&document(NAMESPACE, "Stmt", &entry(parts)))
}

const GOOD: &str =
    "<Amt Ccy='EUR'>10.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-02-03</Dt></BookgDt>";

#[test]
fn reports_statements_and_notifications_are_read_in_the_versions_02_to_13() {
    for (message, root) in [("052", "Rpt"), ("053", "Stmt"), ("054", "Ntfctn")] {
        for version in 1..=14 {
            let namespace = format!("urn:iso:std:iso:20022:tech:xsd:camt.{message}.001.{version:02}");
            let pages = read(&document(&namespace, root, &entry(GOOD)));
            assert_eq!(
                pages.is_ok_and(|pages| pages[0].bookings.len() == 1),
                (2..=13).contains(&version),
                "{namespace}"
            );
        }
    }
    for namespace in
        ["ISO:camt.053.001.02:APC:STUZZA:payments:003", "urn:iso:std:iso:20022:tech:xsd:camt.053.001.04.ch.02"]
    {
        assert!(read(&document(namespace, "Stmt", &entry(GOOD))).is_ok(), "{namespace}");
    }
}

#[test]
fn an_account_without_an_iban_keeps_its_number() {
    assert_eq!(read_entry(GOOD).unwrap()[0].account, Some(Account::Other("123-4".to_owned())));
}

#[test]
fn an_entry_that_lacks_something_is_named_by_its_line() {
    let table = [
        ("<Amt Ccy='EUR'>10.00</Amt>", "", "line 4: Amt is missing"),
        ("10.00", "10.001", "line 4: Amt is not an amount with the decimals of its currency"),
        ("10.00", "-10.00", "line 4: Amt is not an amount with the decimals of its currency"),
        ("10.00", "", "line 4: Amt is missing"),
        ("EUR", "EURO", "line 4: Amt is not an ISO 4217 currency"),
        ("CRDT", "CREDIT", "line 4: CdtDbtInd says neither credit nor debit"),
        ("2026-02-03", "2026-02-30", "line 4: BookgDt is not a date"),
        ("2026-02-03", "x", "line 4: BookgDt is not a date"),
        ("<BookgDt><Dt>2026-02-03</Dt></BookgDt>", "", "line 4: BookgDt is missing"),
    ];
    for (good, bad, said) in table {
        assert_eq!(read_entry(&GOOD.replace(good, bad)).unwrap_err().to_string(), said, "{bad}");
    }
}

#[test]
fn only_what_is_booked_is_an_entry() {
    for (status, booked) in [
        ("<Sts>BOOK</Sts>", true),
        ("<Sts><Cd>BOOK</Cd></Sts>", true),
        ("<Sts>PDNG</Sts>", false),
        ("<Sts>INFO</Sts>", false),
        ("<Sts>\n<Cd> FUTR </Cd></Sts>", false),
    ] {
        let pages = read_entry(&GOOD.replace("<Sts>BOOK</Sts>", status)).unwrap();
        assert_eq!(
            (pages[0].bookings.len(), pages[0].pending),
            (usize::from(booked), usize::from(!booked)),
            "{status}"
        );
    }
}

#[test]
fn a_batch_is_parted_only_if_its_parts_add_up() {
    let part = |amount: &str| format!("<TxDtls>{amount}<RmtInf><Ustrd>A</Ustrd></RmtInf></TxDtls>");
    let new = |amount: &str| part(&format!("<Amt Ccy='EUR'>{amount}</Amt>"));
    let old = |amount: &str| part(&format!("<AmtDtls><TxAmt><Amt Ccy='EUR'>{amount}</Amt></TxAmt></AmtDtls>"));
    let taken = |amount: &str| part(&format!("<Amt Ccy='EUR'>{amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd>"));
    let dollars = part("<Amt Ccy='USD'>4.00</Amt>");
    let table = [
        ([new("4.00"), new("6.00")], vec![400, 600]),
        ([old("4.00"), old("6.00")], vec![400, 600]),
        ([new("12.00"), taken("2.00")], vec![1200, -200]),
        ([new("4.00"), new("5.00")], vec![1000]),
        ([dollars, new("6.00")], vec![1000]),
        ([part(""), part("")], vec![1000]),
        ([new("10.00"), String::new()], vec![1000]),
    ];
    for (parts, amounts) in table {
        let pages = read_entry(&format!("{GOOD}<NtryDtls>{}</NtryDtls>", parts.concat())).unwrap();
        let found: Vec<Amount> = pages[0].bookings.iter().map(|booking| booking.amount).collect();
        assert_eq!(found, amounts, "{parts:?}");
    }
}

#[test]
fn an_entry_that_stays_whole_says_what_all_its_transactions_say() {
    let part = |name: &str, text: &str| {
        format!(
            "<TxDtls><RltdPties><Dbtr><Nm>{name}</Nm></Dbtr></RltdPties><RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls>"
        )
    };
    let details = |second: &str| format!("{GOOD}<NtryDtls>{}{}</NtryDtls>", part("Anna", "1001"), part(second, "1002"));
    let booking = |second: &str| read_entry(&details(second)).unwrap()[0].bookings[0].clone();
    assert_eq!((booking("Anna").text.as_str(), booking("Anna").payer.as_deref()), ("1001 1002", Some("Anna")));
    assert_eq!(booking("Karl").payer, None);
}

#[test]
fn text_is_put_together_from_all_the_places_where_it_may_be() {
    let text = |details: &str| {
        let pages = read_entry(&format!(
            "{GOOD}<NtryDtls><TxDtls>{details}</TxDtls></NtryDtls><AddtlNtryInf>bank</AddtlNtryInf>"
        ));
        pages.unwrap()[0].bookings[0].text.clone()
    };
    assert_eq!(
        text("<RmtInf><Ustrd>Order <!-- x -->1001</Ustrd><Ustrd>and\n 1002</Ustrd></RmtInf>"),
        "Order 1001 and 1002"
    );
    assert_eq!(text("<RmtInf><Strd><RfrdDocInf><Nb>R-7</Nb></RfrdDocInf></Strd></RmtInf>"), "R-7");
    assert_eq!(text("<AddtlTxInf>more</AddtlTxInf>"), "more");
    assert_eq!(text(""), "bank");
}

#[test]
fn entries_in_another_currency_are_a_statement_of_their_own() {
    let entries = [entry(GOOD), entry(&GOOD.replace("EUR", "JPY").replace("10.00", "10")), entry(GOOD)].concat();
    let pages = read(&document(NAMESPACE, "Stmt", &entries)).unwrap();
    let found: Vec<(&str, usize)> = pages.iter().map(|page| (page.currency.as_str(), page.bookings.len())).collect();
    assert_eq!(found, [("EUR", 2), ("JPY", 1)]);
}

/// Two equal payments without any reference, told apart only by being in one file.
#[test]
fn notifications_of_one_day_are_read_as_one_and_statements_each_alone() {
    for (message, root, pages) in [("053", "Stmt", 2), ("052", "Rpt", 2), ("054", "Ntfctn", 1)] {
        let namespace = format!("urn:iso:std:iso:20022:tech:xsd:camt.{message}.001.08");
        let document = document(&namespace, root, &entry(GOOD));
        let (from, to) = (document.find(&format!("<{root}>")).unwrap(), document.find("</Message>").unwrap());
        let twice = format!("{}{}{}", &document[..to], &document[from..to], &document[to..]);
        let read = read(&twice).unwrap();
        assert_eq!((read.len(), read.iter().map(|page| page.bookings.len()).sum::<usize>()), (pages, 2), "{root}");
        let statements = crate::read(twice.as_bytes()).unwrap();
        assert_eq!((statements.len(), statements[0].entries.len()), (1, 3 - pages), "{root}");
    }
}
