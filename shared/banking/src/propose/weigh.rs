//! What speaks for an order, and how much.

use super::{
    Candidate, Fit, OpenOrder, Part, Proposal, Verdict,
    payer::Payer,
    references::{Found, References},
};
use crate::statement::{Booking, Entry};
use domain::money::{Amount, Currency};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// More would help nobody.
const MAX_CANDIDATES: usize = 10;

/// What more orders have in common tells none of them apart. It also bounds the time that an entry takes.
const MAX_ALIKE: usize = 50;

/// Open orders, by all that they are looked up by. They are in the order of their ids.
pub(super) struct Orders<'o> {
    open: Vec<&'o OpenOrder>,
    payers: Vec<Vec<Payer>>,
    references: References,
    amounts: HashMap<(Currency, Amount), Vec<usize>>,
    /// By what is due and one word of a payer.
    amounts_and_words: HashMap<(Currency, Amount, String), Vec<usize>>,
    /// By all words of a payer.
    names: HashMap<Payer, Vec<usize>>,
}

impl<'o> Orders<'o> {
    pub(super) fn index(all: &'o [OpenOrder]) -> Self {
        let sorted: BTreeSet<&OpenOrder> = all.iter().collect();
        let by_id: BTreeMap<_, _> = sorted.into_iter().map(|order| (&order.order, order)).collect();
        let open: Vec<&OpenOrder> = by_id.into_values().filter(|order| order.due > 0).collect();
        let payers: Vec<Vec<Payer>> = open
            .iter()
            .map(|order| {
                let names = order.payer_names.iter().filter_map(|name| Payer::named(name));
                names.collect::<BTreeSet<_>>().into_iter().collect()
            })
            .collect();
        let references = References::index(&open);
        let mut index = Self {
            open,
            payers,
            references,
            amounts: HashMap::new(),
            amounts_and_words: HashMap::new(),
            names: HashMap::new(),
        };
        for (n, order) in index.open.iter().enumerate() {
            index.amounts.entry((order.currency, order.due)).or_default().push(n);
            let words: BTreeSet<&str> = index.payers[n].iter().flat_map(Payer::words).collect();
            for word in words {
                index.amounts_and_words.entry((order.currency, order.due, word.to_owned())).or_default().push(n);
            }
            for payer in &index.payers[n] {
                index.names.entry(payer.clone()).or_default().push(n);
            }
        }
        index
    }

    pub(super) fn propose(&self, entry: &Entry) -> Proposal {
        let credit = Credit::of(&entry.booking);
        let (verdict, reason) = if credit.booking.reversal.is_some() {
            (Verdict::Unknown, Some("it is money that comes back, and no payment of an order".to_owned()))
        } else {
            let named = self.references.named(&credit.text);
            if named.is_empty() { self.unnamed(&credit) } else { self.named(&credit, &named) }
        };
        Proposal { entry: entry.id.clone(), verdict, reasons: reason.into_iter().collect() }
    }

    /// The entry names orders.
    fn named(&self, credit: &Credit<'_>, named: &BTreeMap<usize, Found>) -> (Verdict, Option<String>) {
        let in_full = named.keys().copied().filter(|&n| self.fit(n, credit) == Fit::Exact);
        // At most one is: each rules the others out.
        if let Some(n) = in_full.into_iter().find(|&n| self.is_certain(n, credit, named)) {
            return (Verdict::Certain(self.candidate(n, credit, named.get(&n))), None);
        }
        if let Some(parts) = self.split(credit, named) {
            let sum = credit.booking.currency.format(credit.booking.amount);
            let reason = format!("it names {} orders, and what is due for them adds up to {sum}", parts.len());
            return (Verdict::Split(parts), Some(reason));
        }
        let mut all: Vec<usize> = named.keys().copied().collect();
        all.sort_by_key(|&n| (self.fit(n, credit), !self.pays(n, credit), n));
        let reason = (named.len() > 1).then(|| format!("it names {} orders", named.len()));
        (Self::likely(&all, |n| self.candidate(n, credit, named.get(&n))), reason)
    }

    /// Its number is beyond doubt, or the payer is right; the order was there before the money; and no other order is
    /// named, except one that has the same number and another payer, or one whose number may be something else, such
    /// as a quantity, and that has another amount.
    fn is_certain(&self, n: usize, credit: &Credit<'_>, named: &BTreeMap<usize, Found>) -> bool {
        let pays = self.pays(n, credit);
        let rules_out = |(other, found): (&usize, &Found)| {
            let other_payer = pays && !self.pays(*other, credit) && found.span == named[&n].span;
            let no_number = !found.sure && self.fit(*other, credit) != Fit::Exact;
            *other == n || other_payer || no_number
        };
        (named[&n].sure || pays) && !self.is_later(n, credit) && named.iter().all(rules_out)
    }

    /// The dues of the orders whose number is beyond doubt add up to the amount, and each number means one order.
    fn split(&self, credit: &Credit<'_>, named: &BTreeMap<usize, Found>) -> Option<Vec<Part>> {
        let sure = || named.iter().filter(|(_, found)| found.sure);
        let spans: BTreeSet<_> = sure().map(|(_, found)| found.span).collect();
        let fits = |n: usize| self.open[n].currency == credit.booking.currency && !self.is_later(n, credit);
        let clear = spans.len() > 1 && spans.len() == sure().count() && sure().all(|(&n, _)| fits(n));
        let parts = || sure().map(|(&n, _)| Part { order: self.open[n].order.clone(), amount: self.open[n].due });
        let sum = parts().try_fold(0, |sum: Amount, part| sum.checked_add(part.amount));
        (clear && sum == Some(credit.booking.amount)).then(|| parts().collect())
    }

    /// The entry names no order: the amount and the payer must tell.
    fn unnamed(&self, credit: &Credit<'_>) -> (Verdict, Option<String>) {
        let key = (credit.booking.currency, credit.booking.amount);
        let same_amount = self.amounts.get(&key).map_or(&[][..], Vec::as_slice);
        let candidate = |n| self.candidate(n, credit, None);
        let Some(payer) = &credit.payer else {
            return self.by_amount(same_amount, credit);
        };
        let of_payer: BTreeSet<usize> = payer
            .words()
            .filter_map(|word| self.amounts_and_words.get(&(key.0, key.1, word.to_owned())))
            .filter(|alike| alike.len() <= MAX_ALIKE)
            .flatten()
            .copied()
            .filter(|&n| self.pays(n, credit) && !self.is_later(n, credit))
            .collect();
        if !of_payer.is_empty() {
            let all: Vec<usize> = of_payer.into_iter().collect();
            let reason = (all.len() > 1).then(|| format!("the payer has {} open orders of this amount", all.len()));
            return (Self::likely(&all, candidate), reason);
        }
        let names = self.names.get(payer).filter(|alike| alike.len() <= MAX_ALIKE).map_or(&[][..], Vec::as_slice);
        let mut all: Vec<usize> = names.iter().copied().filter(|&n| !self.is_later(n, credit)).collect();
        if all.is_empty() {
            return self.by_amount(same_amount, credit);
        }
        let due: Vec<Amount> = all
            .iter()
            .filter(|&&n| self.open[n].currency == credit.booking.currency)
            .map(|&n| self.open[n].due)
            .collect();
        let adds_up = due.len() > 1
            && due.len() == all.len()
            && due.iter().try_fold(0, |sum: Amount, due| sum.checked_add(*due)) == Some(credit.booking.amount);
        all.sort_by_key(|&n| (self.fit(n, credit), n));
        let reason =
            adds_up.then(|| format!("what is due for the payer's {} open orders adds up to the amount", all.len()));
        (Self::likely(&all, candidate), reason)
    }

    /// The only open order of an amount.
    fn by_amount(&self, same: &[usize], credit: &Credit<'_>) -> (Verdict, Option<String>) {
        let none = || (Verdict::Unknown, Some("it names no open order, and amount and payer do not tell".to_owned()));
        match same {
            [n] if !self.is_later(*n, credit) => {
                let reason = "it names no order; this is the only open one of the amount".to_owned();
                (Verdict::Likely(vec![self.candidate(*n, credit, None)]), Some(reason))
            }
            _ => none(),
        }
    }

    fn likely(all: &[usize], candidate: impl Fn(usize) -> Candidate) -> Verdict {
        Verdict::Likely(all.iter().take(MAX_CANDIDATES).map(|&n| candidate(n)).collect())
    }

    fn fit(&self, n: usize, credit: &Credit<'_>) -> Fit {
        let order = self.open[n];
        match credit.booking.amount - order.due {
            _ if order.currency != credit.booking.currency => Fit::OtherCurrency,
            0 => Fit::Exact,
            more if more > 0 => Fit::Over(more),
            less => Fit::Short(-less),
        }
    }

    fn pays(&self, n: usize, credit: &Credit<'_>) -> bool {
        credit.payer.as_ref().is_some_and(|payer| self.payers[n].iter().any(|own| own.fits(payer)))
    }

    /// Whether the money came before the order. Days are those of different places, so one day is no difference.
    fn is_later(&self, n: usize, credit: &Credit<'_>) -> bool {
        credit.booking.booked.tomorrow().is_ok_and(|tomorrow| self.open[n].placed_on > tomorrow)
    }

    fn candidate(&self, n: usize, credit: &Credit<'_>, found: Option<&Found>) -> Candidate {
        let order = self.open[n];
        let fit = self.fit(n, credit);
        let written = |amount| order.currency.format(amount);
        let mut reasons = Vec::new();
        match found {
            Some(Found { written, sure: true, .. }) => reasons.push(format!("it names {written}")),
            Some(Found { written, .. }) => reasons.push(format!("it seems to name {written}")),
            None => {}
        }
        reasons.push(match fit {
            Fit::Exact => format!("the amount is what is due, {}", written(order.due)),
            Fit::Short(less) => format!("a part payment: {} less than the {} due", written(less), written(order.due)),
            Fit::Over(more) => format!("an overpayment: {} more than the {} due", written(more), written(order.due)),
            Fit::OtherCurrency => format!("the currency is another one: {} is due", written(order.due)),
        });
        match credit.payer {
            Some(_) if self.pays(n, credit) => reasons.push("the payer is whom the order names".to_owned()),
            Some(_) if !self.payers[n].is_empty() => reasons.push("the payer has another name".to_owned()),
            _ => {}
        }
        if self.is_later(n, credit) {
            reasons.push(format!("the order was placed on {}, after the money came", order.placed_on));
        }
        Candidate { order: order.order.clone(), fit, reasons }
    }

    /// An order that was to get a part of an entry, as a candidate.
    pub(super) fn part_of_split(&self, part: Part) -> Candidate {
        let known = self.open.iter().find(|order| order.order == part.order);
        let due = known.map(|order| order.currency.format(part.amount)).unwrap_or_default();
        Candidate {
            order: part.order,
            fit: Fit::Exact,
            reasons: vec![format!("it names the order, of which {due} is due")],
        }
    }
}

/// An entry, with what it is looked up by.
struct Credit<'e> {
    booking: &'e Booking,
    payer: Option<Payer>,
    /// All that may name an order.
    text: String,
}

impl<'e> Credit<'e> {
    fn of(booking: &'e Booking) -> Self {
        Self {
            booking,
            payer: booking.payer.as_deref().and_then(Payer::named),
            text: format!("{}\n{}", booking.end_to_end.as_deref().unwrap_or_default(), booking.text),
        }
    }
}
