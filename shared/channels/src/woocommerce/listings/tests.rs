use super::*;
use crate::{
    Shop,
    testing::{Calls, Seen, asked, error, json, outside, page, payload, shop, shop_saying, text},
};
use serde_json::json as value;

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn simple() -> Value {
    parsed(payload!("woocommerce-v11-product-simple"))
}

fn varied() -> Value {
    parsed(payload!("woocommerce-v11-product-variable"))
}

fn of_shirt() -> Value {
    parsed(payload!("woocommerce-v11-variation"))
}

fn changed(mut object: Value, changes: &[(&str, Value)]) -> Value {
    for (field, value) in changes {
        object[*field] = value.clone();
    }
    object
}

fn one(id: &str, sku: Option<&str>, title: &str, quantity: Option<i64>) -> Listing {
    Listing { id: id.into(), sku: sku.map(str::to_owned), title: title.into(), quantity }
}

/// A shop with these products, each with these variations.
async fn selling(products: Vec<Value>, variations: Vec<Value>) -> (Shop, Calls) {
    let answer =
        move |seen: &Seen| if seen.path.ends_with("/variations") { page(&variations, 1) } else { page(&products, 1) };
    shop(answer).await
}

#[tokio::test]
async fn products_and_variations_are_listed_as_what_can_be_bought() {
    let small = changed(
        of_shirt(),
        &[("id", value!(12)), ("sku", value!("")), ("name", value!("S")), ("stock_quantity", value!(-2))],
    );
    let (shop, calls) = selling(vec![simple(), varied()], vec![small, of_shirt()]).await;
    let listed = shop.listings(None).await.unwrap();
    let expected = [
        one("10", Some("MUG-BLUE"), "Enamel mug, blue", Some(48)),
        one("11-12", None, "Shirt - S", Some(-2)),
        one("11-13", Some("SHIRT-M"), "Shirt - M", Some(6)),
    ];
    assert_eq!((listed.listings.as_slice(), listed.next), (&expected[..], None));
    assert_eq!(asked(&calls), ["GET /products", "GET /products/11/variations"]);
}

#[tokio::test]
async fn what_is_not_sold_itself_is_not_listed_and_what_is_not_counted_has_no_number() {
    let kind = |kind: &str| changed(simple(), &[("type", value!(kind)), ("id", value!(20))]);
    let uncounted = [("manage_stock", value!(false)), ("stock_quantity", value!(null))];
    let odd = [("manage_stock", value!(true)), ("stock_quantity", value!("4.75"))];
    let by_parent = [("manage_stock", value!("parent")), ("stock_quantity", value!(9))];
    for (product, quantity) in [
        (kind("variable"), None),
        (kind("grouped"), None),
        (kind("external"), None),
        (kind("subscription"), Some(Some(48))),
        (changed(simple(), &uncounted), Some(None)),
        (changed(simple(), &odd), Some(Some(4))),
        (changed(of_shirt(), &by_parent), Some(None)),
        (value!({"id": 0}), None),
        (value!("x"), None),
    ] {
        let (shop, _) = selling(vec![product.clone()], vec![]).await;
        let listed = shop.listings(None).await.unwrap().listings;
        assert_eq!(listed.first().map(|listing| listing.quantity), quantity, "{product}");
    }
}

#[tokio::test]
async fn a_variation_without_a_name_is_called_by_its_options() {
    let options = value!([{"name": "Size", "option": "M"}, {"name": "Color", "option": "Navy &amp; red"}]);
    for (name, options, title) in [
        (value!(null), options, "Shirt - M, Navy & red"),
        (value!(null), value!([]), "Shirt"),
        (value!("Medium"), value!([]), "Shirt - Medium"),
    ] {
        let told = changed(of_shirt(), &[("name", name), ("attributes", options)]);
        let (shop, _) = selling(vec![varied()], vec![told]).await;
        assert_eq!(shop.listings(None).await.unwrap().listings[0].title, title);
    }
}

#[tokio::test]
async fn all_pages_are_read_of_products_and_of_variations() {
    let answer = |seen: &Seen| {
        let number: u32 = seen.asks("page").unwrap().parse().unwrap();
        if seen.path.ends_with("/variations") {
            return page(&[changed(of_shirt(), &[("id", value!(100 + number))])], 3);
        }
        let products = if number == 1 { vec![varied()] } else { vec![simple()] };
        page(&products, 2)
    };
    let (shop, _) = shop(answer).await;
    let first = shop.listings(None).await.unwrap();
    assert_eq!((first.listings.len(), first.next.as_deref()), (3, Some("2")));
    let second = shop.listings(Some("2")).await.unwrap();
    assert_eq!((second.listings.len(), second.next), (1, None));
    assert!(matches!(shop.listings(Some("x")).await, Err(Error::Defect(_))));
}

#[tokio::test]
async fn a_product_that_is_deleted_meanwhile_has_no_variations() {
    let answer = |seen: &Seen| {
        if seen.path.ends_with("/variations") {
            error(404, "woocommerce_rest_product_invalid_id")
        } else {
            page(&[varied(), simple()], 1)
        }
    };
    assert_eq!(shop(answer).await.0.listings(None).await.unwrap().listings.len(), 1);
}

#[tokio::test]
async fn skus_are_found_at_products_and_variations() {
    let found = vec![simple(), varied(), changed(of_shirt(), &[("name", value!("Shirt - M"))])];
    let (shop, calls) = selling(found, vec![]).await;
    let listed = shop.find(&["mug-blue", "SHIRT-M", "SHIRT", ""]).await.unwrap();
    let expected = [
        one("10", Some("MUG-BLUE"), "Enamel mug, blue", Some(48)),
        one("11-13", Some("SHIRT-M"), "Shirt - M", Some(6)),
    ];
    assert_eq!(listed, expected);
    assert_eq!(calls.lock().unwrap()[0].asks("sku"), Some("mug-blue,SHIRT-M,SHIRT"));
    assert_eq!(shop.find(&["OTHER"]).await.unwrap(), [], "the shop finds more than was looked for");
    assert_eq!(shop.find(&[]).await.unwrap(), []);
    assert_eq!(calls.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_sku_with_a_comma_is_looked_for_alone_and_many_are_split() {
    let (shop, calls) = selling(vec![changed(simple(), &[("sku", value!("A,B & C"))])], vec![]).await;
    let many: Vec<String> = (0..45).map(|n| format!("SKU-{n}")).collect();
    let wanted: Vec<&str> = many.iter().map(String::as_str).chain(["A,B & C"]).collect();
    shop.find(&wanted).await.unwrap();
    let asked: Vec<usize> =
        calls.lock().unwrap().iter().map(|seen| seen.asks("sku").unwrap().split(',').count()).collect();
    assert_eq!(asked, [20, 20, 5, 2]);
    assert_eq!(calls.lock().unwrap()[3].asks("sku"), Some("A,B & C"));
}

#[tokio::test]
async fn the_number_of_a_product_and_of_a_variation_are_set_at_their_addresses() {
    let answer =
        |seen: &Seen| json(&value!({"id": 1, "manage_stock": true, "stock_quantity": seen.body["stock_quantity"]}));
    let (shop, calls) = shop(answer).await;
    for (listing, quantity) in [("10", 7), ("11-13", 0), ("11-13", -3)] {
        assert_eq!(shop.set_stock(listing, quantity).await.unwrap(), Pushed::Done(quantity));
    }
    assert_eq!(asked(&calls), ["PUT /products/10", "PUT /products/11/variations/13", "PUT /products/11/variations/13"]);
    assert_eq!(calls.lock().unwrap()[2].body, value!({"stock_quantity": -3}));
    for listing in ["", "x", "0", "11-", "-13", "11-13-1", "11/13", "11-13/../../orders/1"] {
        assert!(matches!(shop.set_stock(listing, 1).await.unwrap(), Pushed::Refused(_)), "{listing}");
    }
    assert_eq!(calls.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn what_the_shop_says_that_it_has_counts() {
    for (manage, quantity, pushed) in [
        (value!(true), value!(5), Some(Ok(5))),
        (value!(true), value!("5"), Some(Ok(5))),
        (value!(true), value!(5.0), Some(Ok(5))),
        (value!(false), value!(null), Some(Err("the shop does not count it"))),
        (value!(false), value!(5), Some(Err("the shop does not count it"))),
        (value!("parent"), value!(9), Some(Err("together with the other variations"))),
        (value!(true), value!(null), None),
        (value!(null), value!(5), None),
    ] {
        let shop = shop_saying(json(&value!({"id": 13, "manage_stock": manage, "stock_quantity": quantity}))).await;
        match (shop.set_stock("11-13", 5).await, pushed) {
            (Ok(Pushed::Done(has)), Some(Ok(quantity))) => assert_eq!(has, quantity),
            (Ok(Pushed::Refused(why)), Some(Err(part))) => assert!(why.contains(part), "{why}"),
            (Err(Error::Outside(why)), None) => assert!(why.contains("does not say"), "{why}"),
            (other, _) => panic!("{manage} {quantity}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn what_is_gone_or_refused_is_an_answer_and_the_rest_is_tried_again() {
    for (reply, part) in [
        (error(404, "woocommerce_rest_product_variation_invalid_id"), "the shop has it no more"),
        (error(400, "woocommerce_rest_product_invalid_id"), "the shop has it no more"),
        (error(404, "woocommerce_rest_product_variation_invalid_parent"), "the shop has it no more"),
        (error(400, "rest_invalid_param"), "refuses the number: 400 rest_invalid_param"),
    ] {
        match shop_saying(reply).await.set_stock("11-13", 5).await.unwrap() {
            Pushed::Refused(why) => assert!(why.contains(part), "{why}"),
            Pushed::Done(quantity) => panic!("{quantity}"),
        }
    }
    for reply in
        [error(404, "rest_no_route"), error(401, "woocommerce_rest_cannot_edit"), error(503, "x"), text(200, "<html>")]
    {
        outside(shop_saying(reply).await.set_stock("10", 5).await);
    }
}

#[test]
fn a_line_of_an_order_has_the_id_of_its_listing() {
    for (product, variation, expected) in [
        (value!(10), value!(0), Some("10")),
        (value!(10), value!(null), Some("10")),
        (value!(11), value!(13), Some("11-13")),
        (value!("11"), value!("13"), Some("11-13")),
        (value!(0), value!(13), None),
        (value!(null), value!(null), None),
    ] {
        let id = id(&product, &variation);
        assert_eq!(id.as_deref(), expected);
        assert!(id.is_none_or(|id| path(&id).is_some()));
    }
}
