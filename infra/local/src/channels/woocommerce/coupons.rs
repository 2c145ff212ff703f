//! The shop's coupons, and what they take off the lines of an order.

use super::money::Amount;

/// What a coupon is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Discount {
    /// So many percent of each line.
    Percent(i64),
    /// So much of all lines together, in the currency's unit.
    FixedCart(i64),
}

#[derive(Debug)]
pub(super) struct Coupon {
    pub(super) id: u64,
    pub(super) code: &'static str,
    pub(super) discount: Discount,
    pub(super) free_shipping: bool,
}

static COUPONS: [Coupon; 3] = [
    Coupon { id: 40, code: "tenoff", discount: Discount::Percent(10), free_shipping: false },
    Coupon { id: 39, code: "fiver", discount: Discount::FixedCart(5), free_shipping: false },
    Coupon { id: 38, code: "freeship", discount: Discount::Percent(0), free_shipping: true },
];

impl Coupon {
    /// Upper and lower case are the same.
    pub(super) fn with(code: &str) -> Option<&'static Self> {
        COUPONS.iter().find(|coupon| coupon.code == code.trim().to_lowercase())
    }

    pub(super) fn kind(&self) -> &'static str {
        match self.discount {
            Discount::Percent(_) => "percent",
            Discount::FixedCart(_) => "fixed_cart",
        }
    }

    pub(super) fn amount(&self) -> i64 {
        match self.discount {
            Discount::Percent(amount) | Discount::FixedCart(amount) => amount,
        }
    }

    /// What it takes off each line, given the price that the customer sees for its units, and their number.
    pub(super) fn takes_off(&self, lines: &[(Amount, i64)], decimals: u32) -> Vec<Amount> {
        let prices: Vec<i64> = lines.iter().map(|(price, _)| price.in_steps(decimals)).collect();
        let mut off = vec![0; lines.len()];
        let wanted = match self.discount {
            Discount::Percent(percent) => {
                for (off, price) in off.iter_mut().zip(&prices) {
                    *off = price * percent / 100;
                }
                (prices.iter().sum::<i64>() * percent + 50) / 100
            }
            Discount::FixedCart(amount) => {
                let wanted = Amount::parse(&amount.to_string()).unwrap_or_default().in_steps(decimals);
                wanted.min(prices.iter().sum())
            }
        };
        spread(wanted, &prices, lines, &mut off);
        off.into_iter().map(|steps| Amount::steps(steps, decimals)).collect()
    }
}

/// Takes off what is still wanted: as much from each unit, and what that leaves over from one unit after the other.
fn spread(wanted: i64, prices: &[i64], lines: &[(Amount, i64)], off: &mut [i64]) {
    loop {
        let left = wanted - off.iter().sum::<i64>();
        let open: Vec<usize> = (0..lines.len()).filter(|at| off[*at] < prices[*at] && lines[*at].1 > 0).collect();
        let units: i64 = open.iter().map(|at| lines[*at].1).sum();
        if left <= 0 || units == 0 {
            return;
        }
        let (each, mut over) = (left / units, left % units);
        for at in open {
            let share = if each > 0 { each * lines[at].1 } else { over.min(lines[at].1) };
            if each == 0 {
                over -= share;
            }
            off[at] = (off[at] + share).min(prices[at]);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn off(code: &str, lines: &[(&str, i64)]) -> Vec<String> {
        let lines: Vec<_> = lines.iter().map(|(price, units)| (Amount::parse(price).unwrap(), *units)).collect();
        Coupon::with(code).unwrap().takes_off(&lines, 2).into_iter().map(|amount| amount.text(2)).collect()
    }

    #[test]
    fn what_percents_leave_over_is_taken_from_one_line_after_the_other() {
        assert_eq!(off("TENOFF", &[("43.50", 3), ("20", 1)]), ["4.35", "2.00"]);
        assert_eq!(off("tenoff", &[("0.17", 1), ("0.17", 1), ("0.17", 1)]), ["0.02", "0.02", "0.01"]);
    }

    #[test]
    fn a_fixed_amount_is_spread_over_units_and_never_more_than_they_cost() {
        assert_eq!(off("fiver", &[("30", 2), ("10", 1)]), ["3.34", "1.66"]);
        assert_eq!(off("fiver", &[("0.50", 1), ("100", 1)]), ["0.50", "4.50"]);
        assert_eq!(off("fiver", &[("1.20", 1)]), ["1.20"]);
    }
}
