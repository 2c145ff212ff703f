//! The laws of Orderly's books, which hold whatever happened to the system. They are checked on the stored tables and
//! the payment provider's own books, without any function. The end-to-end tests, the simulation and `cargo run -- check`
//! all use them.

mod batches;
mod catalog;
mod goods;
mod indexes;
mod invoices;
mod items;
mod labels;
mod money;
mod picking;
mod places;
mod search;
mod settings;
mod story;
mod whole;

pub use invoices::{Numbers, documents_of};
pub use items::{Item, Place};
pub use money::payments_of;
pub use places::{BrokenPlace, Shelves};
pub use search::{Found, entries};
pub use settings::{Settings, every_location_is_known};

use domain::statement::Moved;
use std::{collections::BTreeMap, sync::Arc};

/// The data that the laws check, read at rest.
#[derive(Debug, Default)]
pub struct Books {
    /// Every item of a table, as plain JSON.
    pub orders: Vec<Item>,
    pub stock: Vec<Item>,
    pub payments: Vec<Item>,
    pub search: Vec<Item>,
    pub catalog: Vec<Item>,
    pub batches: Vec<Item>,
    pub invoices: Vec<Item>,
    /// The rows of the bookkeeper's books.
    pub rows: Vec<Item>,
    pub settings: Arc<Settings>,
    /// The providers whose own books were read.
    pub providers: Vec<&'static str>,
    /// The refunded amounts at those providers, by the payments' ids as Orderly writes them.
    pub refunded: BTreeMap<String, Vec<i64>>,
    /// What that provider's own list comes to, by its payments and payouts, if the books have been compared with it.
    pub listed: BTreeMap<String, Moved>,
}

/// A law, and what a person does who finds it broken.
#[derive(Debug, Clone, Copy)]
pub struct Law {
    pub name: &'static str,
    pub remedy: &'static str,
    check: fn(&Books, &mut Vec<String>),
}

const fn law(name: &'static str, remedy: &'static str, check: fn(&Books, &mut Vec<String>)) -> Law {
    Law { name, remedy, check }
}

impl Law {
    /// What breaks the law, each as a sentence that names the order or the place.
    pub fn broken(&self, books: &Books) -> Vec<String> {
        let mut broken = Vec::new();
        (self.check)(books, &mut broken);
        broken
    }
}

/// A program that writes nothing wrong wrote this, or somebody wrote into the table by hand, or a restore mixed two moments.
const MIXED: &str = "items of one order are of different moments, or were written by hand: restore all tables to one moment, or \
                     mend the item by what its neighbors say";
const BY_HAND: &str = "read GET /orders/{id}: no rule of this version leaves an order so. Put it right by what its timeline \
                       says, and keep its items for the report of a bug";
const MONEY: &str = "compare the order with the payment at its provider before any further refund (GET /orders/{id}, and the \
                     provider's page of the payment)";
const LABELS: &str = "compare the fulfillment with what its service has sold (the service's page of the label), and give back there what \
                      nobody uses";
const TWO_MOMENTS: &str = "the tables of orders and invoices are of different moments: restore both to one";
const CORRECT: &str = "issue a correcting document by hand, and report the order";
const INDEX: &str =
    "nobody finds it: write the item again with its index keys, as a neighbor of the same kind has them";

/// The laws of one order, with its payments' records and its search entries. Each holds for an order alone.
pub const OF_ORDERS: &[Law] = &[
    law(
        "items can be read",
        "a newer version wrote it, or a hand: deploy the version that wrote it, or mend the item",
        whole::every_item_can_be_read,
    ),
    law("an order is whole", MIXED, whole::an_order_is_whole),
    law("every unit is somewhere", BY_HAND, goods::every_unit_is_somewhere),
    law("counted units are wanted", BY_HAND, picking::counted_units_are_wanted),
    law("one label at most is wanted", LABELS, labels::one_label_at_most_is_wanted),
    law("a label is used or goes back", LABELS, labels::a_label_is_used_or_goes_back),
    law("no unit is made good twice", BY_HAND, goods::no_unit_is_made_good_twice),
    law("what is unsettled is owed", INDEX, goods::what_is_unsettled_is_owed),
    law("no more goes back than came", MONEY, money::no_more_goes_back_than_came),
    law("a cancelled order keeps no money", MONEY, money::a_cancelled_order_keeps_no_money),
    law("a cancelled order reserves no money", MONEY, money::a_cancelled_order_reserves_no_money),
    law("nothing is captured twice", MONEY, money::nothing_is_captured_twice),
    law("nothing left uncaptured", MONEY, money::nothing_left_uncaptured),
    law("what has left is captured", MONEY, money::what_has_left_is_captured),
    law("a surplus is given back or seen", MONEY, money::a_surplus_is_given_back_or_seen),
    law("no order takes what is given back", MONEY, money::no_order_takes_what_is_given_back),
    law("money is of one order", MONEY, money::money_is_of_one_order),
    law(
        "every order is found",
        "write the missing entry or key again: an edit of the order writes its customer's keys",
        search::every_order_is_found,
    ),
    law(
        "every order is found by its customer",
        "is the search key of the settings table the one that the orders were \
        written with? Restore the settings table to the moment of the orders",
        search::customers_keys_are_of_the_search_key,
    ),
    law("erased orders need nobody", BY_HAND, search::erased_orders_need_nobody),
    law("histories are legal", BY_HAND, story::histories_are_legal),
    law("customers are told", "tell the customer by hand: nothing owes the e-mail any more", story::customers_are_told),
    law("mails that did not arrive are seen", INDEX, story::mails_that_did_not_arrive_are_seen),
    law(
        "open orders can go on",
        "cancel it, or hold and release it, so that it owes its work again",
        story::open_orders_can_go_on,
    ),
    law("what is due is in its index", INDEX, indexes::what_is_due_is_in_its_index),
    law("every order is listed", INDEX, indexes::every_order_is_listed),
    law("work is listed", INDEX, indexes::work_is_listed),
    law(
        "every channel is known",
        "PUT /channels/{channel}, or restore the settings table to the moment of the orders",
        settings::every_channel_is_known,
    ),
];

/// The laws of any item of orders, stock and payments.
pub const OF_ITEMS: &[Law] = &[law(
    "no item nears the limit of 400 KB",
    "the item cannot grow much further: report it as a bug",
    items::no_item_nears_the_limit,
)];

/// What may be open on a running system for some minutes, and not at rest.
pub const AT_REST: &[Law] = &[law(
    "nothing is kept for an order that never came",
    BY_HAND,
    goods::nothing_is_kept_for_an_order_that_never_came,
)];

/// The laws of payment records alone.
pub const OF_PAYMENTS: &[Law] = &[
    law(
        "payment records can be read",
        "a newer version wrote it, or a hand: mend the item",
        whole::every_payment_record_can_be_read,
    ),
    law("unmatched payments are listed", INDEX, indexes::unmatched_payments_are_listed),
];

/// The laws of search entries alone.
pub const OF_ENTRIES: &[Law] =
    &[law("search entries name orders", "delete the entry: a search that meets it fails", search::entries_name_orders)];

/// The laws of the bookkeeper's books, which stand in a table of their own.
pub const OF_BOOKS: &[Law] = &[law("the books tell every movement", MONEY, money::the_books_tell_every_movement)];

/// The laws of the catalog.
pub const OF_CATALOG: &[Law] = &[law(
    "a code is of the product that has it",
    "PUT /products/{sku} without the code, and once more with it; or restore the catalog to one moment",
    catalog::a_code_is_of_the_product_that_has_it,
)];

/// The laws of batches, with the fulfillments that are on them.
pub const OF_BATCHES: &[Law] = &[
    law(
        "batches can be read",
        "a newer version wrote it, or a hand: deploy the version that wrote it, or mend the item",
        batches::every_batch_can_be_read,
    ),
    law("active batches are listed", INDEX, batches::active_batches_are_listed),
    law(
        "a fulfillment is on one batch at most",
        "the tables of orders and batches are of different moments: restore both to one; or cancel the batch",
        batches::a_fulfillment_is_on_one_batch_at_most,
    ),
];

/// The laws of invoices, each by itself, with the orders that they are of.
pub const OF_INVOICES: &[Law] = &[
    law(
        "invoices can be read",
        "a newer version wrote it, or a hand: deploy the version that wrote it, or mend the item",
        invoices::every_invoice_can_be_read,
    ),
    law("an invoice is named by its order", TWO_MOMENTS, invoices::an_invoice_is_named_by_its_order),
    law("rows and breakdowns of an invoice add up", CORRECT, invoices::sums_add_up),
];

/// The law of all numbers that were given.
pub const OF_NUMBERS: &[Law] = &[law(GAPS, REMEDY_OF_GAPS, invoices::numbers_have_no_gaps)];
/// Its name, and what a person does who finds it broken: for [`Numbers`].
pub const GAPS: &str = "numbers have no gaps";
pub const REMEDY_OF_GAPS: &str =
    "restore the invoices to the moment of the orders, and tell the tax adviser which numbers are void";

/// The laws of what an order was invoiced for, with its invoices.
pub const OF_INVOICED: &[Law] = &[
    law("an order's invoices are there", TWO_MOMENTS, invoices::an_order_s_invoices_are_there),
    law(
        "invoices agree with the money",
        "read GET /orders/{id}: its documents must come to what its customer is charged. Report it as a bug",
        invoices::invoices_agree_with_the_money,
    ),
];

/// The laws that need the provider's books.
pub const OF_PROVIDERS: &[Law] = &[
    law("refunds are made once", MONEY, money::refunds_are_made_once),
    law("the books agree with the provider's", MONEY, money::the_books_agree_with_the_provider_s),
];

/// What to do about a place that breaks a law.
pub fn remedy_of_place(law: &str) -> &'static str {
    match law {
        places::BUCKETS => {
            "promises and orders differ. If they come from different moments, restore both tables to one; else set the bucket \
             to what the orders hold"
        }
        places::NEGATIVE => "count the shelf (PUT /stock): a count sets what is there and what is available",
        _ => "count the shelf (PUT /stock), so that the books begin again with what is there",
    }
}

/// The broken laws, each as a sentence that names the order or the place.
pub fn broken(books: &Books) -> Vec<String> {
    let of_orders = [OF_ORDERS, OF_ITEMS, AT_REST, OF_INVOICED];
    let of_others = [OF_PAYMENTS, OF_ENTRIES, OF_BOOKS, OF_CATALOG, OF_BATCHES, OF_INVOICES, OF_NUMBERS, OF_PROVIDERS];
    let laws = of_orders.into_iter().chain(of_others).flatten();
    let mut broken: Vec<String> = laws.flat_map(|law| law.broken(books)).collect();
    let mut shelves = Shelves::default();
    shelves.add_orders(&books.orders);
    for item in &books.stock {
        shelves.add_stock(item);
    }
    broken.extend(shelves.broken().into_iter().map(|broken| broken.says));
    broken.extend(settings::every_location_is_known(&shelves, &books.settings));
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

/// Batches of which nothing is left to pick, and whose end is not noted. `reconcile` notes it within a minute.
pub fn batches_to_end(books: &Books) -> Vec<String> {
    batches::over_and_not_noted(books)
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
