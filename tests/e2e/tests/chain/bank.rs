//! The merchant's bank: statements that pay orders, and refunds as a file of transfers.

use crate::{
    laws,
    shop::Placed,
    world::{World, refused},
};
use data_encoding::BASE64;
use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};

/// A statement in CSV. An entry is what it says, who pays, and how much, in cents.
fn statement(entries: &[(&str, &str, i64)]) -> Value {
    let today = TimeZone::UTC.to_datetime(Timestamp::now()).date();
    let rows = entries.iter().map(|(text, payer, cents)| {
        let sign = if *cents < 0 { "-" } else { "" };
        format!(
            "{today};{sign}{}.{:02};EUR;{payer};DE89370400440532013000;{text}",
            cents.abs() / 100,
            cents.abs() % 100
        )
    });
    let head = "Date;Amount;Currency;Payer;IBAN;Purpose".to_owned();
    let text = [head].into_iter().chain(rows).collect::<Vec<_>>().join("\n");
    json!({ "file": BASE64.encode(text.as_bytes()) })
}

fn outcomes(report: &Value) -> Vec<(&str, &str)> {
    let entries = report["entries"].as_array().unwrap().iter();
    let mut told: Vec<_> =
        entries.map(|entry| (entry["text"].as_str().unwrap(), entry["outcome"].as_str().unwrap())).collect();
    told.sort_unstable();
    told
}

async fn status(world: &World, order: &Placed) -> Value {
    world.read(order).await["payment_status"].clone()
}

#[tokio::test]
async fn a_statement_pays_what_it_surely_pays_once_and_proposes_the_rest() {
    let world = World::start().await;
    let one = world.place("web-1001", &[("MUG-BLUE", 1)]).await;
    let two = world.place("web-1002", &[("MUG-BLUE", 2)]).await;
    let paid = format!("Order {} thank you", one.id);
    let file = statement(&[
        (&paid, "Wilhelmina Quarrington", one.total),
        ("web-1002", "Wilhelmina Quarrington", two.total - 500),
        ("rent", "Somebody Else", 77_700),
        ("paper", "Shop for paper", -1_234),
    ]);
    let mut only_proposed = file.clone();
    only_proposed["enter"] = json!(false);
    let import = async |body: &Value| world.operator.post("/operations/statements", body).await.unwrap();
    let told = import(&only_proposed).await;
    let expected =
        |first| vec![(paid.as_str(), first), ("paper", "outgoing"), ("rent", "unknown"), ("web-1002", "likely")];
    let sorted = |first| {
        let mut all = expected(first);
        all.sort_unstable();
        all
    };
    assert_eq!(outcomes(&told), sorted("certain"), "{told}");
    assert_eq!(status(&world, &one).await, "unpaid");
    assert_eq!(outcomes(&import(&file).await), sorted("entered"));
    assert_eq!((status(&world, &one).await, status(&world, &two).await), (json!("paid"), json!("unpaid")));
    let again = import(&file).await;
    assert_eq!(outcomes(&again), sorted("known"));
    assert_eq!(world.read(&one).await["captured"], one.total);

    // A person decides about the short one.
    let entry = again["entries"].as_array().unwrap().iter().find(|entry| entry["outcome"] == "likely").unwrap();
    assert_eq!(entry["orders"][0]["order"], two.id.as_str());
    let payment = json!({
        "method": "bank_transfer", "status": "received", "amount": entry["amount"], "entry": entry["entry"],
    });
    world.operator.post_once(&format!("/orders/{}/payments", two.id), "by-hand", &payment).await.unwrap();
    assert_eq!(status(&world, &two).await, "partially_paid");
    assert!(outcomes(&import(&file).await).contains(&("web-1002", "known")));
    for bad in
        [json!({ "file": "%%" }), json!({ "file": "" }), json!({ "file": BASE64.encode(b"no statement") }), json!({})]
    {
        refused(&world.operator, "/operations/statements", &bad, "invalid").await;
    }
    laws::hold(&world).await;
}

#[tokio::test]
async fn one_transfer_pays_two_orders_or_none() {
    let world = World::start().await;
    let one = world.place("web-1001", &[("MUG-BLUE", 1)]).await;
    let two = world.place("web-1002", &[("MUG-BLUE", 2)]).await;
    let text = format!("{} and {}", one.id, two.id);
    let file = statement(&[(text.as_str(), "Wilhelmina Quarrington", one.total + two.total)]);
    let import = async || world.operator.post("/operations/statements", &file).await.unwrap();
    let told = import().await;
    assert_eq!(outcomes(&told), [(text.as_str(), "entered")]);
    for order in [&one, &two] {
        assert_eq!(status(&world, order).await, "paid");
    }
    assert_eq!(outcomes(&import().await), [(text.as_str(), "known")]);
    // Nor does the whole of it pay a third one by hand.
    let third = world.place("web-1003", &[("MUG-BLUE", 3)]).await;
    let entry = &told["entries"][0];
    let whole = json!({
        "method": "bank_transfer", "status": "received", "amount": entry["amount"], "entry": entry["entry"],
    });
    let path = format!("/orders/{}/payments", third.id);
    let refusal = world.operator.post_once(&path, "by-hand", &whole).await.unwrap_err();
    assert!(refusal.to_string().contains("withdraw it there first"), "{refusal}");
    laws::hold(&world).await;
}

#[tokio::test]
async fn an_entry_that_was_taken_back_is_proposed_and_stops_no_other() {
    let world = World::start().await;
    let one = world.place("web-1001", &[("MUG-BLUE", 1)]).await;
    let two = world.place("web-1002", &[("MUG-BLUE", 2)]).await;
    let first = (one.id.as_str(), "Wilhelmina Quarrington", one.total);
    let import = async |entries: &[(&str, &str, i64)]| {
        world.operator.post("/operations/statements", &statement(entries)).await.unwrap()
    };
    import(&[first]).await;
    let payments = world.read(&one).await["payments"].clone();
    let payment = payments.as_object().unwrap().keys().next().unwrap();
    world.operator.delete(&format!("/orders/{}/payments/{payment}", one.id)).await.unwrap();
    let told = import(&[first, (two.id.as_str(), "Wilhelmina Quarrington", two.total)]).await;
    let mut expected = [(one.id.as_str(), "likely"), (two.id.as_str(), "entered")];
    expected.sort_unstable();
    assert_eq!(outcomes(&told), expected, "{told}");
    laws::hold(&world).await;
}

#[tokio::test]
async fn refunds_go_to_the_bank_on_one_file_and_are_done_when_its_statement_shows_them() {
    let world = World::start().await;
    let order = world.place("web-1001", &[("MUG-BLUE", 1)]).await;
    let cash = world.place("web-1002", &[("MUG-BLUE", 1)]).await;
    let file = statement(&[(order.id.as_str(), "Wilhelmina Quarrington", order.total)]);
    world.operator.post("/operations/statements", &file).await.unwrap();
    let payment = json!({ "method": "cash", "status": "received", "amount": cash.total });
    world.operator.post_once(&format!("/orders/{}/payments", cash.id), "k", &payment).await.unwrap();
    world.until_settled().await;
    for order in [&order, &cash] {
        world.storefront.post(&format!("/orders/{}/cancel", order.id), &json!({ "reason": "no" })).await.unwrap();
    }
    world.until_settled().await;

    let export = "/operations/refunds-by-hand/export";
    let debtor = json!({ "name": "Shop GmbH", "iban": "DE02 1203 0000 0000 2020 51" });
    let first = world.operator.post(export, &json!({ "debtor": debtor })).await.unwrap();
    assert_eq!((&first["count"], &first["total"]), (&json!(1), &json!(order.total)));
    assert_eq!(first["left_out"][0]["order"], cash.id.as_str());
    let xml = first["file"].as_str().unwrap();
    assert!(xml.contains("DE89370400440532013000") && xml.contains("Wilhelmina Quarrington"), "{xml}");
    let second = world.operator.post(export, &json!({ "debtor": debtor })).await.unwrap();
    assert_eq!((&second["count"], &second["file"]), (&json!(0), &Value::Null), "it is on one file only");
    let same = json!({ "debtor": debtor, "exported_at": first["exported_at"] });
    assert_eq!(world.operator.post(export, &same).await.unwrap()["file"], first["file"]);
    let tasks = world.operator.get("/operations/refunds-by-hand").await.unwrap();
    assert_eq!(tasks["count"], 2, "both wait until they are done");

    let name = xml.split_once("<EndToEndId>").unwrap().1.split_once('<').unwrap().0;
    // `D`: the transfer goes out; `RD`: it is taken back.
    let transfer = |mark: &str, cents: i64| {
        let text = format!("EREF+{name}");
        let amount = format!("{mark}{:02},{:02}", cents / 100, cents % 100);
        let mt940 = format!(
            ":20:STARTUMS\r\n:25:12030000/0000202051\r\n:28C:1/1\r\n:60F:C261126EUR1000,00\r\n:61:2611271127{amount}NTRFNONREF\r\n\
             :86:{text}\r\n:62F:C261127EUR900,00\r\n-\r\n"
        );
        json!({ "file": BASE64.encode(mt940.as_bytes()) })
    };
    let import =
        async |mark: &str| world.operator.post("/operations/statements", &transfer(mark, order.total)).await.unwrap();
    let done = import("D").await;
    assert_eq!(done["entries"][0]["outcome"], "refund_done", "{done}");
    assert_eq!(status(&world, &order).await, "refunded");
    assert_eq!(world.operator.get("/operations/refunds-by-hand").await.unwrap()["count"], 1);
    refused(&world.operator, export, &same, "not-found").await;
    assert_eq!(import("D").await["entries"][0]["outcome"], "refund_done", "the same statement again");

    // The customer's account is closed: the money comes back, and people hear of it.
    assert_eq!(import("RD").await["entries"][0]["outcome"], "refund_returned");
    assert!(world.read(&order).await["holds"]["refund_failed"].is_object());
    assert_eq!(import("D").await["entries"][0]["outcome"], "known", "an older statement changes nothing any more");
    world.until_settled().await;
    laws::hold(&world).await;
}
