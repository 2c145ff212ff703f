//! Tells the shop that an order came from what was decided about it: that it is cancelled, and what the shop is to give back.

use crate::App;
use app::{
    Error,
    channels::{self as shops, TakenOver},
    shop_decisions::{self as decisions, Decided},
};
use channels::{Obeyed, Refund, Shop};
use domain::{
    ids::OrderId,
    order_state::RefundAtShop,
    settings::{Channel, Connection, RefundsBy},
};
use jiff::{SignedDuration, Timestamp};

/// After this no refund is asked for any more. The function has a minute, and each request to a shop 15 seconds.
const AT_MOST: SignedDuration = SignedDuration::from_secs(25);
/// What people read of a refund that nobody knows the end of.
const SILENT: &str = "the shop was asked for it, and does not show that it is paid: look there, and at its payment provider, before you make it";

/// An order whose shop is being told.
struct Telling<'a> {
    app: &'a App,
    began: Timestamp,
    of: (&'a Channel, &'a Connection),
    shop: Shop,
}

pub(crate) async fn tell(app: &App, order: &OrderId) -> Result<(), Error> {
    let began = app.clock.now();
    let Some(decided) = decisions::decided(&app.store, order).await? else { return Ok(()) };
    let Some((channel, connection)) = shops::connected(&app.store, &decided.channel).await? else {
        return give_up(app, &decided, "the channel is connected to no shop any more").await;
    };
    // Before anything that may fail: what is for people waits for no shop.
    for refund in &decided.refunds {
        let is_for_people = connection.refunds == RefundsBy::People && refund.asked_at.is_none();
        if is_for_people || refund.is_given_up(began) {
            let why = refund.asked_at.map(|_| SILENT);
            leave(app, &decided, refund, why).await?;
        }
    }
    let shop = app.shops.of(&channel.id, &connection).await?;
    let telling = Telling { app, began, of: (&channel, &connection), shop };
    // What happened there comes first: what people have given back there is not asked for as well.
    if let Err(why) = telling.follow(&decided).await? {
        return give_up(app, &decided, &why).await;
    }
    let Some(decided) = decisions::decided(&app.store, order).await? else { return Ok(()) };
    // One of them failing does not keep the other from being done.
    let cancelled = if decided.cancels { telling.cancel(&decided).await } else { Ok(()) };
    Box::pin(telling.give_back(&decided)).await.and(cancelled)
}

impl Telling<'_> {
    async fn cancel(&self, decided: &Decided) -> Result<(), Error> {
        let refused = match self.shop.cancel(&decided.reference).await? {
            Obeyed::Done => None,
            Obeyed::Refused(why) => Some(why),
        };
        let stamp = shops::stamp(&decided.channel, self.app.clock.now());
        decisions::note_cancelled(&self.app.store, &decided.order, refused.as_deref(), &stamp).await
    }

    async fn give_back(&self, decided: &Decided) -> Result<(), Error> {
        let mut is_made = false;
        for refund in &decided.refunds {
            let now = self.app.clock.now();
            if now.duration_since(self.began) >= AT_MOST {
                break; // the rest stays owed
            }
            if refund.is_unanswered(now) {
                leave(self.app, decided, refund, Some(SILENT)).await?;
            } else if refund.asked_at.is_none()
                && self.of.1.refunds == RefundsBy::Shop
                && decisions::ask(&self.app.store, &decided.order, &refund.id, now).await?
            {
                let asked = Refund { amount: refund.amount, currency: decided.currency, reason: refund.words.clone() };
                match self.shop.refund(&decided.reference, &asked).await? {
                    Obeyed::Done => is_made = true,
                    Obeyed::Refused(why) => leave(self.app, decided, refund, Some(&why)).await?,
                }
            }
            // Otherwise it stays owed until the shop shows it, or has not for too long.
        }
        if is_made {
            // What the shop shows is what counts. If it cannot be read now, it is later.
            drop(self.follow(decided).await?);
        }
        Ok(())
    }

    /// Takes the order over as the shop knows it now. Says why it cannot be, if it is gone or cannot be read.
    async fn follow(&self, decided: &Decided) -> Result<Result<(), String>, Error> {
        match self.shop.order(&decided.reference).await {
            Ok(Some(told)) => Ok(match self.app.follower().take_over(self.of, &told).await? {
                TakenOver::Unfit(why) => Err(why),
                TakenOver::Ignored | TakenOver::Known(_) | TakenOver::Noted(_) => Ok(()),
            }),
            Ok(None) => Ok(Err("the shop has the order no more".to_owned())),
            Err(Error::Defect(why)) => Ok(Err(why)),
            Err(error) => Err(error),
        }
    }
}

/// Leaves all of it to people.
async fn give_up(app: &App, decided: &Decided, why: &str) -> Result<(), Error> {
    let stamp = shops::stamp(&decided.channel, app.clock.now());
    decisions::note_cancelled(&app.store, &decided.order, Some(why), &stamp).await?;
    for refund in &decided.refunds {
        let asked = refund.asked_at.map(|_| format!("{why}; {SILENT}"));
        leave(app, decided, refund, Some(asked.as_deref().unwrap_or(why))).await?;
    }
    Ok(())
}

/// Leaves a refund to people. `why`: nothing, if it was theirs from the start.
async fn leave(app: &App, decided: &Decided, refund: &RefundAtShop, why: Option<&str>) -> Result<(), Error> {
    let stamp = shops::stamp(&decided.channel, app.clock.now());
    decisions::leave_to_people(&app.store, &decided.order, &refund.id, why, &stamp).await
}
