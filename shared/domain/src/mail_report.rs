//! What the mail service tells of an e-mail, and how its events name the e-mail.

use crate::{
    duty::{EmailKind, ItemName},
    history::Event,
    ids::OrderId,
    names::names,
};
use jiff::Timestamp;

names! {
    /// What became of an e-mail.
    MailReport {
        /// The recipient's server took it.
        Delivered = "delivered",
        /// The recipient's server refused it for good, or for a reason that nobody knows.
        Bounced = "bounced",
        /// It could not be delivered, as to a full mailbox, and the mail service has given up. Automatic answers may look like
        /// this.
        BouncedForNow = "bounced_for_now",
        /// It was not sent: the address is on the suppression list, because mails to it bounced or were complained about.
        Suppressed = "suppressed",
        /// The recipient called it spam.
        Complained = "complained",
        /// The mail service found something bad in it.
        Rejected = "rejected",
        /// The mail service takes no mail to an address of this form.
        Refused = "refused",
    }
}

impl MailReport {
    /// The entry of the timeline. None: the item that owed the e-mail has it.
    pub(crate) fn event(self) -> Option<Event> {
        match self {
            Self::Delivered => Some(Event::EmailDelivered),
            Self::Bounced | Self::BouncedForNow => Some(Event::EmailBounced),
            Self::Suppressed => Some(Event::EmailSuppressed),
            Self::Complained => Some(Event::EmailComplained),
            Self::Rejected => Some(Event::EmailRejected),
            Self::Refused => None,
        }
    }
}

/// A report about one attempt at an e-mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub report: MailReport,
    pub attempt: u32,
    pub at: Timestamp,
    /// The mail service's own word for the reason, for people. Never holds a customer's data.
    pub reason: String,
}

/// The tags of an e-mail at the mail service, which repeats them in its events. They hold no customer's data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailTags {
    pub order: OrderId,
    /// The item that owes it.
    pub item: ItemName,
    pub kind: EmailKind,
    /// Which attempt at the e-mail it is.
    pub attempt: u32,
}

const ORDER: &str = "order";
const ITEM: &str = "item";
const KIND: &str = "kind";
const ATTEMPT: &str = "attempt";

/// The characters that a tag may not hold, or that stand for them. A tag may hold letters, digits, `_` and `-`.
const ESCAPES: [(char, &str); 4] = [('_', "__"), ('#', "_h"), (':', "_c"), ('.', "_d")];

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the tag {0} of an e-mail names nothing that this version knows")]
pub struct UnknownTag(&'static str);

impl MailTags {
    /// Names and values, as the mail service takes them.
    pub fn pairs(&self) -> [(&'static str, String); 4] {
        [
            (ORDER, escaped(self.order.as_str())),
            (ITEM, escaped(&self.item.to_string())),
            (KIND, escaped(&self.kind.to_string())),
            (ATTEMPT, self.attempt.to_string()),
        ]
    }

    /// Reads the tags back. None: the e-mail is none of ours.
    pub fn read<'a>(value: impl Fn(&str) -> Option<&'a str>) -> Result<Option<Self>, UnknownTag> {
        fn parsed<T: std::str::FromStr>(name: &'static str, text: Option<&str>) -> Result<T, UnknownTag> {
            text.and_then(unescaped).and_then(|text| text.parse().ok()).ok_or(UnknownTag(name))
        }
        let Some(order) = value(ORDER) else { return Ok(None) };
        Ok(Some(Self {
            order: parsed(ORDER, Some(order))?,
            item: parsed(ITEM, value(ITEM))?,
            kind: parsed(KIND, value(KIND))?,
            attempt: parsed(ATTEMPT, value(ATTEMPT))?,
        }))
    }
}

fn escaped(text: &str) -> String {
    let mut tag = String::with_capacity(text.len() + 4);
    for c in text.chars() {
        match ESCAPES.iter().find(|(plain, _)| *plain == c) {
            Some((_, escape)) => tag.push_str(escape),
            None => tag.push(c),
        }
    }
    tag
}

fn unescaped(tag: &str) -> Option<String> {
    let mut text = String::with_capacity(tag.len());
    let mut rest = tag;
    while let Some(at) = rest.find('_') {
        let (before, escape) = (rest.get(..at)?, rest.get(at..at + 2)?);
        let (plain, _) = ESCAPES.iter().find(|(_, known)| *known == escape)?;
        text.push_str(before);
        text.push(*plain);
        rest = rest.get(at + 2..)?;
    }
    text.push_str(rest);
    Some(text)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn tags(order: &str, item: &str, kind: &str) -> MailTags {
        MailTags {
            order: order.parse().unwrap(),
            item: item.parse().unwrap(),
            kind: kind.parse().unwrap(),
            attempt: 12,
        }
    }

    fn read(pairs: &[(&str, &str)]) -> Result<Option<MailTags>, UnknownTag> {
        MailTags::read(|name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| *value))
    }

    #[test]
    fn tags_read_back_and_hold_what_tags_may() {
        for tags in [
            tags("ord_01", "state", "payment-confirmed"),
            tags("ord_a_b-c", "fulfillment#01", "parcel-trouble:P1:lost"),
            tags("ord__h", "return#02", "return-received"),
            tags("ord_1", "state", "refund-sent:surplus-acme_pi_1.2"),
        ] {
            let pairs = tags.pairs();
            let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
            assert!(pairs.iter().all(|(_, value)| value.chars().all(allowed)), "{pairs:?}");
            let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
            assert_eq!(read(&pairs), Ok(Some(tags)));
        }
    }

    #[test]
    fn tags_of_others_are_none_and_broken_ones_are_told() {
        assert_eq!(read(&[("campaign", "spring")]), Ok(None));
        let whole = [("order", "ord__1"), ("item", "state"), ("kind", "payment-confirmed"), ("attempt", "1")];
        for n in 0..whole.len() {
            for bad in ["_", "a_x", "ü_", ""] {
                let mut broken = whole;
                broken[n].1 = bad;
                assert_eq!(read(&broken), Err(UnknownTag(whole[n].0)), "{bad:?}");
            }
        }
    }
}
