//! The laws of Orderly's books, which hold whatever happened to the system. They are checked on the stored tables and
//! the payment provider's own books, without any function. The end-to-end tests and the simulation both end with them.

mod goods;
mod items;
mod money;
mod search;
mod story;

pub use items::Item;

use std::collections::BTreeMap;

/// The data that the laws check, read at rest.
#[derive(Debug, Default)]
pub struct Books {
    /// Every item of a table, as plain JSON.
    pub orders: Vec<Item>,
    pub stock: Vec<Item>,
    pub payments: Vec<Item>,
    pub search: Vec<Item>,
    /// The refunded amounts at the provider, by its own payment ids.
    pub refunded: BTreeMap<String, Vec<i64>>,
}

/// The broken laws, each as a sentence that names the order or the place.
pub fn broken(books: &Books) -> Vec<String> {
    let laws: [fn(&Books, &mut Vec<String>); 20] = [
        goods::buckets_equal_what_orders_hold,
        goods::what_is_unsettled_is_owed,
        goods::nothing_is_kept_for_an_order_that_never_came,
        goods::nothing_is_negative,
        goods::on_hand_is_explained,
        goods::every_unit_is_somewhere,
        goods::no_unit_is_made_good_twice,
        goods::what_cannot_be_sold_is_explained,
        money::refunds_are_made_once,
        money::no_more_goes_back_than_came,
        money::a_cancelled_order_keeps_no_money,
        money::a_surplus_is_given_back_or_seen,
        money::no_order_takes_what_is_given_back,
        items::no_item_nears_the_limit,
        search::every_order_is_found,
        search::erased_orders_need_nobody,
        story::histories_are_legal,
        story::customers_are_told,
        story::mails_that_did_not_arrive_are_seen,
        story::open_orders_can_go_on,
    ];
    let mut broken = Vec::new();
    for law in laws {
        law(books, &mut broken);
    }
    broken
}

/// Work that people could do now: unfinished fulfillments of orders that are not held.
pub fn unfinished(books: &Books) -> Vec<String> {
    story::unfinished(books)
}

/// Parcels that have left, and neither arrived nor were resolved.
pub fn on_the_way(books: &Books) -> Vec<String> {
    story::on_the_way(books)
}

/// All duties that are still owed: order and item or payment, duties. None, once all work is done.
pub fn owed(books: &Books) -> Vec<String> {
    let owing = books.orders.iter().chain(&books.payments).filter(|item| item.contains_key("owed"));
    let name = |item: &Item| {
        if item.contains_key("payment_id") {
            return format!("payment {}", items::text(item, "payment_id"));
        }
        format!("{} {}", items::text(item, "order_id"), items::text(item, "item"))
    };
    owing.map(|item| format!("{} {}", name(item), item["owed"])).collect()
}
