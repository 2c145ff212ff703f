//! Why something is refused, by names that programs may rely on. One code has one meaning, wherever it is told.

use std::fmt;

/// Declares the codes: how each is written, the HTTP status that it is told with, and what it means.
macro_rules! codes {
    ($($variant:ident = $text:literal, $status:literal, $meaning:literal;)+) => {
        /// Why something is refused. Clients see `urn:orderly:problem:` and the code.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $meaning] $variant,)+
        }

        impl Code {
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }

            /// The HTTP status of the answer that tells it.
            pub const fn status(self) -> u16 {
                match self {
                    $(Self::$variant => $status,)+
                }
            }

            /// What it means on every route. A route may say more precisely what it is about there.
            pub const fn meaning(self) -> &'static str {
                match self {
                    $(Self::$variant => $meaning,)+
                }
            }
        }
    };
}

codes! {
    // The request itself.
    BadIdempotencyKey = "bad-idempotency-key", 400, "the `Idempotency-Key` is not 1 to 128 printable ASCII characters";
    NotJson = "not-json", 400, "the body is not valid JSON";
    UnexpectedBody = "unexpected-body", 400, "the request takes no body";
    TooLarge = "too-large", 413, "`detail` tells the largest size";
    WrongContentType = "wrong-content-type", 415, "send `Content-Type: application/json`";
    Invalid = "invalid", 422, "what was sent is understood, but wrong; `errors` names every wrong field";
    // Who asks.
    Unauthorized = "unauthorized", 401, "there is no API key";
    KeyExpired = "key-expired", 401, "the API key has expired; an operator makes a new one with `POST /keys`";
    Forbidden = "forbidden", 403, "the role of this API key may not do this, or its channel or its locations are others";
    NotFound = "not-found", 404, "the path names nothing that this API key may see";
    // What a payment provider sends.
    WrongMode = "wrong-mode", 400, "a test event at a live endpoint, or the reverse";
    BadSignature = "bad-signature", 401, "the signature is missing, wrong or too old";
    MalformedEvent = "malformed-event", 422, "the event lacks what its type must have; it stays kept until a version understands it";
    // Repetitions that are none.
    KeyReused = "key-reused", 409, "the `Idempotency-Key` was used for something else";
    ReferenceReused = "reference-reused", 409, "this channel has an order of that reference with other content; see `order_id`";
    // Placing an order.
    OutOfStock = "out-of-stock", 409, "`short` lists, for each line that is short, `line`, `sku`, `asked` and `available`";
    PaymentTaken = "payment-taken", 409, "the order has taken the payment's money";
    PaymentOfAnotherOrder = "payment-of-another-order", 409, "the payment pays for another order";
    TooManySplits = "too-many-splits", 422, "its lines would come from too many locations for one order";
    // An order as a whole.
    AlreadyCompleted = "already-completed", 409, "the order has been delivered; ask for a return instead";
    AlreadyExpired = "already-expired", 409, "the order expired unpaid and holds nothing";
    NotActive = "not-active", 409, "the order is neither pending nor open";
    OnHold = "on-hold", 409, "the order is on hold; an operator may release it";
    NotForPeople = "not-for-people", 409, "Orderly alone sets or ends a hold for this reason";
    NoSuchHold = "no-such-hold", 409, "the order is not held for this reason";
    NothingToCapture = "nothing-to-capture", 409, "nothing that is due of the order is authorized and not captured yet";
    CaptureUnderWay = "capture-under-way", 409, "the order's money is being captured; try again in a minute";
    NoSeller = "no-seller", 409, "nobody is named who sells at its channel, and invoices need a seller";
    NotCaptured = "not-captured", 409, "the shop sends nothing before its money is captured, and it is not yet";
    NothingToRefund = "nothing-to-refund", 409, "nothing of the payment is captured, or all of it has gone back";
    PaymentGivenBack = "payment-given-back", 409, "the payment was refunded because no order took it";
    NothingToAccept = "nothing-to-accept", 409, "the order does not wait for the rest of its payment";
    NothingToRetry = "nothing-to-retry", 409, "nothing of this order has failed that could be tried again";
    OnlyLess = "only-less", 409, "an edit only takes units away, and leaves at least one line; cancel the order, or place another one";
    AlreadyPicking = "already-picking", 409, "the warehouse works on it, and it cannot be changed any more";
    MoreThanLeft = "more-than-left", 409, "more is asked for than is left to refund; `detail` tells how much is";
    AboveRefundLimit = "above-refund-limit", 409, "more is to go back of the order than the `refund_limit` of this API key allows; an operator may do it";
    TooManyPayments = "too-many-payments", 409, "no more payments of this order can be entered by people";
    OutcomeKnown = "outcome-known", 409, "what came of it is known, or its provider is still being asked; no person has to tell it";
    TooManyRefunds = "too-many-refunds", 409, "no more refunds of this order can be asked for here";
    AlreadyRefunded = "already-refunded", 409, "more units of a line are named than are not compensated yet";
    DiscountTooLarge = "discount-too-large", 409, "a discount is larger than what it is taken from";
    TaxTooLarge = "tax-too-large", 409, "a tax that is included is larger than what it is a part of";
    TaxUnfit = "tax-unfit", 409, "how something is taxed does not go with the rest of the order; `detail` tells the field, and why";
    NoReason = "no-reason", 409, "less than what is due is refunded only with a reason";
    NothingToAnswer = "nothing-to-answer", 409, "the dispute is over, its evidence was given, or the time for it has passed";
    AnsweredByHand = "answered-by-hand", 409, "the payment provider takes no evidence from programs; `text` is what to copy";
    UnknownRefund = "unknown-refund", 409, "no such refund was made at the provider, or it counts for another return";
    // Steps of a fulfillment or a return.
    WrongStatus = "wrong-status", 409, "its status does not allow this step";
    UnknownLine = "unknown-line", 409, "it has no such line";
    LineTwice = "line-twice", 409, "a line is named twice";
    LineMissing = "line-missing", 409, "a line of the picklist is not confirmed";
    TooManyPicked = "too-many-picked", 409, "more is picked than was asked for, or than was told before";
    AlreadyPacked = "already-packed", 409, "less is picked than is packed already";
    WrongItem = "wrong-item", 409, "what was scanned does not belong here; `detail` tells what is expected";
    WrongBin = "wrong-bin", 409, "it was taken from another bin than it is to be taken from";
    WrongTote = "wrong-tote", 409, "it goes into another tote";
    NotClaimed = "not-claimed", 409, "nobody picks the batch, or somebody else does; claim it first";
    NothingToPutBack = "nothing-to-put-back", 409, "nothing that was picked of the fulfillment is to be put back";
    TooManyPacked = "too-many-packed", 409, "more is scanned into the parcel than is left to be packed; `detail` tells what is";
    NothingScanned = "nothing-scanned", 409, "nothing was scanned into the parcel, and its contents are not told";
    NotPicked = "not-picked", 409, "more is packed than was picked and is not packed yet";
    CodeTaken = "code-taken", 409, "the barcode is another product's";
    AlreadyClaimed = "already-claimed", 409, "somebody else picks the batch; release it first";
    NothingToPick = "nothing-to-pick", 409, "nothing waits to be picked there that is on no batch and not held";
    UnknownParcel = "unknown-parcel", 409, "the fulfillment has no such parcel";
    NoLabelService = "no-label-service", 409, "the shop buys no labels; whoever hands the parcel over tells its carrier and number";
    NoDimensions = "no-dimensions", 409, "the parcel was packed without its dimensions, which carriers ask for";
    NoSender = "no-sender", 409, "the location has no address that the label can name as its sender's";
    AcrossBorder = "across-border", 409, "the parcel crosses a customs border, and Orderly buys no label for that";
    LabelExists = "label-exists", 409, "a label is bought, or being bought, for the parcel; give that up first";
    TooManyLabels = "too-many-labels", 409, "no more labels can be ordered for this fulfillment";
    NoLabel = "no-label", 409, "no label was bought for the parcel, so its carrier and number are to be told";
    AlreadyHandedOver = "already-handed-over", 409, "it is with a carrier already, and that cannot be undone";
    NotHandedOver = "not-handed-over", 409, "the parcel has not been handed to a carrier";
    AlreadyResolved = "already-resolved", 409, "it was decided before that something else is done about the parcel";
    NotReturnable = "not-returnable", 409, "more is asked for than was shipped and is not in a return yet";
    WrongCount = "wrong-count", 409, "more than was announced, or less than was received before";
    NotAllInspected = "not-all-inspected", 409, "a received unit has no disposition, or one that did not come has";
    // Papers.
    NotElectronic = "not-electronic", 409, "the document cannot be an electronic invoice by EN 16931; `errors` names each field that is missing";
    PaperTooLong = "paper-too-long", 409, "the paper would have more lines than one is made of";
    // Locations and products.
    LocationOpen = "location-open", 409, "the location takes new work; close it first";
    Discontinued = "discontinued", 409, "no more units of the product will come, so none are sold before they are there";
    // Shops.
    NoShops = "no-shops", 409, "this installation connects no channels to shops; deploy it with `UseChannels=true`";
    ShopUnfit = "shop-unfit", 409, "the shop does not work as it is; `findings`, when a channel is connected, lists what was tried and what to do";
    // Stock by hand.
    NotEnoughStock = "not-enough-stock", 409, "more is taken than is there";
    NotReceived = "not-received", 409, "what is received must be above 0";
    NotWrittenOff = "not-written-off", 409, "what is written off must be above 0";
    // Not the client's fault.
    Internal = "internal", 500, "`request_id` is what to report if it stays so";
    NoTypesetter = "no-typesetter", 503, "this installation typesets nothing, or not yet; `detail` tells what to do";
    LabelUnavailable = "label-unavailable", 503, "the service that sold the label does not give it now; `detail` tells why";
    Busy = "busy", 503, "many requests change the same things right now";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl PartialEq<&str> for Code {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_code_has_one_name_one_meaning_and_a_status_of_an_error() {
        let names: BTreeSet<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        let meanings: BTreeSet<&str> = Code::ALL.iter().map(|code| code.meaning()).collect();
        assert_eq!((names.len(), meanings.len()), (Code::ALL.len(), Code::ALL.len()));
        for code in Code::ALL {
            assert!(code.as_str().bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{code}");
            assert!((400..=599).contains(&code.status()) && !code.meaning().is_empty(), "{code}");
        }
    }
}
