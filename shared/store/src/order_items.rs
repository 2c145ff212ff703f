//! The items of an order's collection: their keys, their duties, and the indexes that hold them.

use super::{Item, attributes::sortable, conflict::Failed, keys::ItemKey, record::Record, tables::Table};
use domain::{
    books::{BookedFor, Books},
    duty::{Due, Owed, Subject},
    email_claim::EmailClaim,
    forming::Forming,
    fulfillment::Fulfillment,
    ids::{LocationId, OrderId},
    order_state::OrderState,
    placed_order::Placement,
    returns::Return,
};
use jiff::Timestamp;

/// The index that lists orders.
pub(super) const LISTING_INDEX: &str = "listing";
pub(super) const LISTING_KEY: &str = "listing_key";
pub(super) const LISTED_AT: &str = "listed_at";

/// The sparse index of the warehouse's work.
pub(super) const WORK_INDEX: &str = "work";
pub(super) const WORK_LOCATION: &str = "work_location";
/// The partition of that index for what a location has to put back. No location's id has this sign.
pub(super) fn put_backs_of(location: &LocationId) -> String {
    format!("{location}#put-back")
}
pub(super) const WORK_SINCE: &str = "work_since";

/// The sort key of listings. It sorts by time and is unique.
pub(super) fn listed_at(moment: Timestamp, order: &OrderId) -> String {
    format!("{}#{order}", sortable(moment))
}

/// Declares a record of an order's collection.
macro_rules! order_item {
    ($record:ty { $($body:tt)* }) => {
        impl Record for $record {
            type Key = ItemKey;
            const TABLE: Table = Table::Orders;

            fn key(key: &ItemKey) -> Item {
                key.attributes()
            }

            fn key_of(item: &Item) -> Option<ItemKey> {
                ItemKey::of(item)
            }

            fn failed(key: &ItemKey) -> Failed {
                Failed::Item(key.clone())
            }

            $($body)*
        }
    };
}

order_item!(Placement {});

order_item!(EmailClaim {
    fn due(&self, _: Option<Due>, _: Timestamp) -> Option<Due> {
        self.unreached_since().map(Due::Waiting)
    }
});

order_item!(Forming {
    fn due(&self, _: Option<Due>, _: Timestamp) -> Option<Due> {
        Forming::due(self)
    }
});

order_item!(OrderState {
    fn new_rows<'a>(&'a self, key: &ItemKey) -> Option<(BookedFor, &'a Books)> {
        Some((BookedFor::Order(key.order.clone()), &self.books))
    }

    fn subject(key: &ItemKey) -> Option<Subject> {
        Some(key.subject())
    }

    fn owed(&self) -> &Owed {
        &self.owed
    }

    fn due(&self, last: Option<Due>, now: Timestamp) -> Option<Due> {
        OrderState::due(self, last, now)
    }

    /// The keys of the listing. A channel's active and closed orders are listed apart, so that the few active ones are
    /// found among millions, and those whose customer was erased from both, so that the others are. An order usually changes
    /// sides once.
    fn index_keys(&self, key: &ItemKey) -> Vec<(&'static str, String)> {
        let side = match (self.status.is_active(), self.is_erased()) {
            (true, _) => "active",
            (false, false) => "closed",
            (false, true) => "erased",
        };
        vec![(LISTING_KEY, format!("{}#{side}", self.channel)), (LISTED_AT, listed_at(self.placed_at, &key.order))]
    }
});

order_item!(Fulfillment {
    fn subject(key: &ItemKey) -> Option<Subject> {
        Some(key.subject())
    }

    fn owed(&self) -> &Owed {
        &self.owed
    }

    fn due(&self, last: Option<Due>, now: Timestamp) -> Option<Due> {
        Fulfillment::due(self, last, now)
    }

    fn index_keys(&self, key: &ItemKey) -> Vec<(&'static str, String)> {
        let location = if self.status.is_work() {
            self.location.to_string()
        } else if self.put_back.is_empty() {
            return Vec::new();
        } else {
            put_backs_of(&self.location)
        };
        vec![(WORK_LOCATION, location), (WORK_SINCE, listed_at(self.created_at, &key.order))]
    }
});

order_item!(Return {
    fn subject(key: &ItemKey) -> Option<Subject> {
        Some(key.subject())
    }

    fn owed(&self) -> &Owed {
        &self.owed
    }

    fn due(&self, last: Option<Due>, now: Timestamp) -> Option<Due> {
        Return::due(self, last, now)
    }
});
