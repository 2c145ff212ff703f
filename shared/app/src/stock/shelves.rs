//! Shelves that a person has to look at, and the promises that they cannot keep.

use crate::{Error, Scope, orders::active_orders};
use domain::{
    ids::OrderId,
    order_state::OrderState,
    stock::{StockLevel, StockPlace},
};
use jiff::Timestamp;
use store::{Store, Stored};

/// A place that is closed until it is counted, or that has fewer units than are promised.
#[derive(Debug, Clone)]
pub struct Shelf {
    pub level: StockLevel,
    pub at_risk: Vec<AtRisk>,
}

/// Units that an order was promised from a shelf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtRisk {
    pub order: OrderId,
    pub units: u32,
    pub paid_at: Option<Timestamp>,
    pub placed_at: Timestamp,
}

/// The shelves within a scope that people have to look at, the longest waiting first, with the youngest promises that exceed
/// them.
pub async fn shelves_to_look_at(store: &Store, scope: &Scope, limit: usize) -> Result<Vec<Shelf>, Error> {
    let levels = store.stock_to_look_at(limit, |level| scope.sees_location(&level.location)).await?;
    let short: Vec<StockPlace> = levels.iter().filter(|l| l.deficit() > 0).map(StockLevel::place).collect();
    let is_there = |state: &OrderState| short.iter().any(|place| state.promised_at(place) > 0);
    let orders = if short.is_empty() { Vec::new() } else { active_orders(store, is_there).await? };
    let shelf = |level: StockLevel| {
        let place = level.place();
        let promise = |Stored { key, value: state, .. }: &Stored<OrderState>| AtRisk {
            order: key.order.clone(),
            units: state.promised_at(&place),
            paid_at: state.paid_at(),
            placed_at: state.placed_at,
        };
        let promises = orders.iter().map(promise).filter(|promise| promise.units > 0).collect();
        Shelf { at_risk: youngest(promises, level.deficit()), level }
    };
    Ok(levels.into_iter().map(shelf).collect())
}

/// The youngest promises, down to the one that covers the last unit that is not there. Who has paid goes before who has
/// not, and who paid earlier before who paid later.
fn youngest(mut promises: Vec<AtRisk>, deficit: i64) -> Vec<AtRisk> {
    promises.sort_by_key(|promise| (promise.paid_at.is_none(), promise.paid_at, promise.placed_at));
    let mut missing = deficit;
    let mut at_risk = Vec::new();
    while missing > 0
        && let Some(promise) = promises.pop()
    {
        missing -= i64::from(promise.units);
        at_risk.push(promise);
    }
    at_risk
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_youngest_promises_are_the_ones_at_risk() {
        let at = |second: i64| Timestamp::from_second(second).unwrap();
        let promise = |n: i64, paid: Option<i64>, units| AtRisk {
            order: OrderId::derive(&"web".parse().unwrap(), &n.to_string()),
            units,
            paid_at: paid.map(at),
            placed_at: at(n),
        };
        // Placed first and paid last; paid first; unpaid.
        let all = [promise(1, Some(30), 2), promise(2, Some(20), 3), promise(3, None, 1)];
        let names = |deficit| -> Vec<i64> {
            youngest(all.to_vec(), deficit).into_iter().map(|promise| promise.placed_at.as_second()).collect()
        };
        for (deficit, expected) in [(0, vec![]), (1, vec![3]), (2, vec![3, 1]), (3, vec![3, 1]), (4, vec![3, 1, 2])] {
            assert_eq!(names(deficit), expected, "{deficit}");
        }
        assert_eq!(names(99).len(), 3, "damaged units are missing too");
    }
}
