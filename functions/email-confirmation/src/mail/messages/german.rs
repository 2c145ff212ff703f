//! German that addresses customers with Sie.

use super::{
    Cancelled, ConfirmedMoney, Contact, Delivered, Digest, Frame, Goods, Messages, OrderCancelled, OrderEdited,
    ParcelTrouble, PaymentConfirmed, RefundSent, ReturnReceived, Shipped, Steps, TrackingCorrected,
};
use crate::mail::{
    Parcel, RefundedFor, Trouble,
    dates::Calendar,
    money::{Numbers, Unit},
    sentence::{name, plain, strong},
};
use domain::{
    attention::{AttentionReason, WaitingFor},
    order_state::HoldReason,
    postal::CountryNames,
};

pub(crate) static GERMAN: Messages = Messages {
    tag: "de",
    countries: CountryNames::GERMAN,
    numbers: Numbers {
        decimal: ",",
        group: ".",
        symbols: &[("EUR", "€"), ("GBP", "£"), ("JPY", "¥"), ("USD", "$")],
        money: |number, (Unit::Symbol(unit) | Unit::Code(unit))| format!("{number}\u{a0}{unit}"),
    },
    calendar: Calendar {
        weekdays: ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"],
        months: [
            "Januar",
            "Februar",
            "März",
            "April",
            "Mai",
            "Juni",
            "Juli",
            "August",
            "September",
            "Oktober",
            "November",
            "Dezember",
        ],
        day: |weekday, month, day| format!("{weekday}, {day}.\u{a0}{month}"),
        with_year: |day, year| format!("{day}\u{a0}{year}"),
        range: |first, last| format!("{first} – {last}"),
    },
    frame: Frame {
        // After this comma the sentence goes on in lower case, unless it begins with a noun or with Ihr.
        greeting: |customer| match customer {
            Some(customer) => plain("Guten Tag ") + name(customer) + ",",
            None => plain("Guten Tag,"),
        },
        questions: "Haben Sie Fragen? So erreichen Sie uns:",
        reason: |order, shop| format!("Sie erhalten diese E-Mail zu Ihrer Bestellung {order} bei {shop}."),
    },
    contact: Contact { email: "E-Mail", phone: "Telefon", help_page: "Hilfeseite" },
    goods: Goods {
        subtotal: "Zwischensumme",
        discounts: "Rabatt",
        tax: "Zzgl. MwSt.",
        tax_included: "Enthaltene MwSt.",
        ordered: "Ihre Bestellung im Überblick",
        sku: |sku| format!("Art.-Nr. {sku}"),
        quantity: |quantity| format!("{quantity}\u{a0}Stück"),
        shipping: "Versand",
        ships_to: "Lieferadresse",
    },
    steps: Steps {
        confirmed: "Bestätigt",
        shipped: "Versandt",
        delivered: "Zugestellt",
        requested: "Angemeldet",
        received: "Eingetroffen",
        refunded: "Erstattet",
    },
    payment_confirmed: PaymentConfirmed {
        subject: |order| format!("Ihre Bestellung {order} ist bestätigt"),
        title: "Ihre Bestellung ist bestätigt",
        paid: ConfirmedMoney {
            preheader: |paid, arrival| {
                let paid = format!("Ihre Zahlung über {paid} ist eingegangen.");
                arrival.map_or(paid.clone(), |days| format!("{paid} Voraussichtliche Lieferung: {days}."))
            },
            opening: |paid, order| {
                plain("vielen Dank für Ihre Bestellung ")
                    + strong(order)
                    + format!(
                        ". Ihre Zahlung über {paid} ist bei uns eingegangen, und wir bereiten nun den Versand vor."
                    )
            },
            opening_without_goods: |paid, order| {
                plain("vielen Dank für Ihre Bestellung ")
                    + strong(order)
                    + format!(". Ihre Zahlung über {paid} ist bei uns eingegangen.")
            },
            total: "Bezahlter Betrag",
        },
        authorized: ConfirmedMoney {
            preheader: |amount, arrival| {
                let later = format!("Wir buchen {amount} erst ab, wenn wir Ihre Bestellung versenden.");
                arrival.map_or(later.clone(), |days| format!("{later} Voraussichtliche Lieferung: {days}."))
            },
            opening: |amount, order| {
                plain("vielen Dank für Ihre Bestellung ")
                    + strong(order)
                    + format!(
                        ". Wir bereiten nun den Versand vor. Ihre Zahlung über {amount} ist reserviert; abgebucht wird sie, \
                         sobald wir Ihre Bestellung versenden."
                    )
            },
            opening_without_goods: |amount, order| {
                plain("vielen Dank für Ihre Bestellung ")
                    + strong(order)
                    + format!(". Ihre Zahlung über {amount} ist reserviert und wird später abgebucht.")
            },
            total: "Gesamtbetrag",
        },
        arrival: "Voraussichtliche Lieferung",
        arrival_unknown: "Wir schreiben Ihnen, sobald der Termin feststeht",
        backordered: "Derzeit nicht auf Lager",
        partly_backordered: |waiting, quantity| format!("{waiting} von {quantity} derzeit nicht auf Lager"),
        allowed_for: |backordered| format!("{backordered}; beim Liefertermin bereits berücksichtigt"),
    },
    shipped: Shipped {
        subject: |order| format!("Ihre Bestellung {order} ist unterwegs"),
        subject_of_part: |parcel, order| format!("{} Ihrer Bestellung {order} ist unterwegs", part(parcel)),
        preheader: |carrier, number, arrival| {
            let parcel = format!("{carrier} {number}.");
            arrival.map_or(parcel.clone(), |days| format!("{parcel} Voraussichtliche Zustellung: {days}."))
        },
        title: "Ihr Paket ist unterwegs",
        opening: |order| plain("Ihre Bestellung ") + strong(order) + " ist auf dem Weg zu Ihnen.",
        opening_of_part: |parcel, order| {
            strong(part(parcel))
                + " Ihrer Bestellung "
                + strong(order)
                + " ist auf dem Weg zu Ihnen. Zu jedem Teil erhalten Sie eine eigene Nachricht."
        },
        arrival: "Voraussichtliche Zustellung",
        tracking_number: |carrier| format!("Sendungsnummer ({carrier})"),
        track: "Sendung verfolgen",
        contents: "Inhalt dieses Pakets",
    },
    delivered: Delivered {
        subject: |order| format!("Ihre Bestellung {order} ist angekommen"),
        subject_of_part: |parcel, order| format!("{} Ihrer Bestellung {order} ist angekommen", part(parcel)),
        preheader: |day| format!("Zugestellt am {day}. Ist alles in Ordnung?"),
        title: "Ihr Paket ist angekommen",
        opening: |order, day| plain("Ihre Bestellung ") + strong(order) + format!(" wurde am {day}, zugestellt."),
        opening_of_part: |parcel, order, day| {
            strong(part(parcel)) + " Ihrer Bestellung " + strong(order) + format!(" wurde am {day}, zugestellt.")
        },
        question: "Ist alles in Ordnung?",
        answer: "Falls etwas fehlt, beschädigt ist oder nicht Ihren Erwartungen entspricht, melden Sie sich bitte bei \
                 uns. Wir kümmern uns darum.",
        contents: "Inhalt dieses Pakets",
    },
    order_edited: OrderEdited {
        subject: |order| format!("Ihre Bestellung {order} wurde geändert"),
        preheader: |total| format!("Ihre Bestellung beträgt jetzt {total}."),
        title: "Ihre Bestellung wurde geändert",
        opening: |order| {
            plain("wir haben Ihre Bestellung ") + strong(order) + " geändert. So sieht Ihre Bestellung jetzt aus."
        },
        payment: "Ihre Zahlung",
        unchanged: "An Ihrer Zahlung ändert sich nichts",
        refunded: |amount| format!("Wir erstatten Ihnen {amount} und schreiben Ihnen, sobald das veranlasst ist"),
        due: |amount| {
            format!("Es fehlen noch {amount}. Wir bearbeiten Ihre Bestellung weiter, sobald sie bezahlt sind")
        },
        total: "Gesamtbetrag",
    },
    tracking_corrected: TrackingCorrected {
        subject: |order| format!("Neue Sendungsnummer zu Ihrer Bestellung {order}"),
        preheader: |carrier, number| format!("{carrier} {number}."),
        title: "Ihr Paket hat eine andere Sendungsnummer",
        opening: |order| {
            plain("die Sendungsnummer, die wir Ihnen zu Ihrer Bestellung ")
                + strong(order)
                + " geschickt haben, war falsch. Dies ist die richtige. Ihr Paket ist trotzdem unterwegs."
        },
    },
    parcel_trouble: ParcelTrouble {
        subject: |trouble, order| match trouble {
            Trouble::AttemptFailed => format!("Ihr Paket zur Bestellung {order} konnte noch nicht zugestellt werden"),
            Trouble::AwaitingPickup => format!("Ihr Paket zur Bestellung {order} liegt zur Abholung bereit"),
            Trouble::Delayed => format!("Ihr Paket zur Bestellung {order} verspätet sich"),
            Trouble::Damaged => format!("Ihr Paket zur Bestellung {order} wurde unterwegs beschädigt"),
            Trouble::Returned => format!("Ihr Paket zur Bestellung {order} kommt zu uns zurück"),
            Trouble::Lost => format!("Ihr Paket zur Bestellung {order} ist verloren gegangen"),
        },
        title: |trouble| match trouble {
            Trouble::AttemptFailed => "Ihr Paket konnte noch nicht zugestellt werden",
            Trouble::AwaitingPickup => "Ihr Paket liegt zur Abholung bereit",
            Trouble::Delayed => "Ihr Paket verspätet sich",
            Trouble::Damaged => "Ihr Paket wurde unterwegs beschädigt",
            Trouble::Returned => "Ihr Paket kommt zu uns zurück",
            Trouble::Lost => "Ihr Paket ist verloren gegangen",
        },
        opening: |trouble, order| {
            let what = match trouble {
                Trouble::AttemptFailed => " konnte nicht zugestellt werden, weil niemand da war, um es anzunehmen.",
                Trouble::AwaitingPickup => {
                    " wartet in einem Paketshop, einer Postfiliale oder einer Packstation auf Sie."
                }
                Trouble::Delayed => " braucht länger als geplant. Das tut uns leid.",
                Trouble::Damaged => " wurde unterwegs beschädigt und kann nicht zugestellt werden. Das tut uns leid.",
                Trouble::Returned => " konnte nicht zugestellt werden und kommt zu uns zurück.",
                Trouble::Lost => " ist unterwegs verloren gegangen. Das tut uns leid.",
            };
            plain("ein Paket zu Ihrer Bestellung ") + strong(order) + what
        },
        question: "Wie geht es weiter?",
        next: |trouble| match trouble {
            Trouble::AttemptFailed => {
                "Der Zusteller versucht es noch einmal oder gibt es zur Abholung ab. Was Sie tun können, steht auf der \
                 Benachrichtigung in Ihrem Briefkasten und auf seiner Seite."
            }
            Trouble::AwaitingPickup => {
                "Bitte holen Sie es bald ab: Es wird nur einige Tage aufbewahrt und dann an uns zurückgeschickt. Wo es liegt und \
                 bis wann, steht auf der Seite des Zustellers. Sie brauchen dazu vielleicht die Benachrichtigung oder den Code \
                 und Ihren Ausweis."
            }
            Trouble::Delayed => {
                "Es ist weiterhin unterwegs, und Sie müssen nichts tun. Wir schreiben Ihnen, falls sich das ändert."
            }
            Trouble::Damaged | Trouble::Lost => {
                "Wir schicken Ihnen die Ware noch einmal oder erstatten sie. Sie müssen nichts tun: Wir schreiben Ihnen, \
                 sobald das veranlasst ist."
            }
            Trouble::Returned => {
                "Wir schicken Ihnen die Ware noch einmal oder erstatten sie, und schreiben Ihnen, sobald das veranlasst ist. \
                 Falls sich Ihre Anschrift geändert hat, sagen Sie uns bitte Bescheid."
            }
        },
    },
    order_cancelled: OrderCancelled {
        whole: Cancelled {
            subject: |order| format!("Ihre Bestellung {order} ist storniert"),
            title: "Ihre Bestellung ist storniert",
            opening: |order| plain("Ihre Bestellung ") + strong(order) + " ist storniert und wird nicht versandt.",
            goods: "Was storniert wurde",
        },
        rest: Cancelled {
            subject: |order| format!("Der Rest Ihrer Bestellung {order} ist storniert"),
            title: "Der Rest Ihrer Bestellung ist storniert",
            opening: |order| {
                plain("Was von Ihrer Bestellung ")
                    + strong(order)
                    + " noch nicht versandt war, ist storniert. Was unterwegs ist, kommt weiterhin zu Ihnen."
            },
            goods: "Was nicht kommt",
        },
        payment: "Ihre Zahlung",
        uncharged: "Ihnen wurde nichts berechnet",
        refunding: |now| format!("Wir erstatten Ihnen {now}"),
        refunding_rest: |now, before| format!("Wir erstatten Ihnen {now}; {before} haben Sie bereits zurückerhalten"),
        refunded: |before| format!("{before} haben Sie bereits zurückerhalten"),
        to_be_settled: "Wir prüfen Ihre Zahlung und schreiben Ihnen dazu",
        way_back: "Sie erhalten den Betrag auf dem Weg zurück, auf dem Sie bezahlt haben. Sobald die Erstattung \
                   veranlasst ist, schreiben wir Ihnen.",
    },
    return_received: ReturnReceived {
        subject: |order| format!("Ihre Rücksendung zur Bestellung {order} ist eingetroffen"),
        preheader: "Wir prüfen sie und schreiben Ihnen zu Ihrer Erstattung.",
        title: "Ihre Rücksendung ist eingetroffen",
        opening: |order| {
            plain("Ihre Rücksendung zur Bestellung ")
                + strong(order)
                + " ist bei uns eingetroffen. Wir prüfen sie nun und schreiben Ihnen, sobald Ihre Erstattung \
                   veranlasst ist."
        },
        received: "Das haben wir erhalten",
    },
    refund_sent: RefundSent {
        subject: |total, order| format!("Ihre Erstattung über {total} zur Bestellung {order}"),
        preheader: |total| {
            format!("Wir haben Ihnen {total} erstattet. Bis zur Gutschrift vergehen meist 5 bis 10 Bankarbeitstage.")
        },
        title: "Ihre Erstattung ist veranlasst",
        opening: |total, order| {
            plain(format!("wir haben Ihnen {total} für Ihre Bestellung ")) + strong(order) + " erstattet."
        },
        when: "Voraussichtliche Gutschrift",
        soon: "Innerhalb von 5 bis 10 Bankarbeitstagen",
        way_back: "Sie erhalten den Betrag auf dem Weg zurück, auf dem Sie bezahlt haben. Wann er Ihnen \
                   gutgeschrieben wird, hängt von Ihrer Bank ab.",
        refunded: "Ihre Erstattung im Überblick",
        cause: |cause| match cause {
            RefundedFor::Cancellation => "Ihre stornierte Bestellung",
            RefundedFor::Unsent => "Was wir nicht liefern konnten",
            RefundedFor::Edit => "Die Änderung Ihrer Bestellung",
            RefundedFor::Surplus => "Was Sie zu viel bezahlt haben",
            RefundedFor::Return => "Ihre Rücksendung",
            RefundedFor::Undelivered => "Ein Paket, das nicht angekommen ist",
            RefundedFor::Other => "Eine Erstattung des Shops",
        },
        deduction: "Abzug",
        total: "Erstatteter Betrag",
    },
    digest: Digest {
        subject: |count, shop| format!("{shop}: {count} warten auf Sie"),
        opening: "Das wartet auf einen Menschen:",
        waiting: |why| match why {
            WaitingFor::Hold(hold) => match hold {
                HoldReason::AmountsDiffer => "Bestellungen, deren Beträge nicht die Summe ihres Kanals ergeben",
                HoldReason::AuthorizationEnds => "Bestellungen, deren reservierte Zahlung bald verfällt",
                HoldReason::AwaitingPayment => "Bestellungen, die auf den Rest der Zahlung warten",
                HoldReason::AwaitingReturnItems => "Bestellungen, die auf zurückkommende Ware warten",
                HoldReason::CaptureFailed => "Zahlungen, die nicht abgebucht werden konnten",
                HoldReason::ChangedAtChannel => "Bestellungen, die im Kanal zu spät geändert wurden",
                HoldReason::ContactMissing => "Bestellungen ohne E-Mail-Adresse",
                HoldReason::HighRiskOfFraud => "Wegen Betrugsverdachts angehaltene Bestellungen",
                HoldReason::IncorrectAddress => "Wegen falscher Adresse angehaltene Bestellungen",
                HoldReason::InventoryOutOfStock => "Bestellungen, die auf Ware warten",
                HoldReason::OutcomeMissing => "Erstattungen und Abbuchungen, deren Ausgang niemand gemeldet hat",
                HoldReason::Overpaid => "Überzahlte Bestellungen",
                HoldReason::PaymentDisputed => "Bestellungen mit strittiger Zahlung",
                HoldReason::PaymentOverdue => "Bestellungen auf Rechnung, die nicht rechtzeitig bezahlt wurden",
                HoldReason::PaymentRefunded => "Vor dem Versand erstattete Bestellungen",
                HoldReason::RefundFailed => "Gescheiterte Erstattungen",
                HoldReason::RefundToApprove => "Erstattungen, die auf Freigabe warten",
                HoldReason::UnclearAtChannel => "Bestellungen, zu denen der Kanal Unklares meldet",
                HoldReason::UnknownDeliveryDate => "Bestellungen ohne Liefertermin",
                HoldReason::UnknownSku => "Bestellungen mit unbekannter SKU",
                HoldReason::Other => "Aus anderen Gründen angehaltene Bestellungen",
            },
            WaitingFor::Other(reason) => match reason {
                AttentionReason::WorkOverdue => "Bestellungen und Erstattungen, die nicht weitergehen",
                AttentionReason::OnHold => "Angehaltene Bestellungen",
                AttentionReason::ParcelNotArrived => "Nicht angekommene Pakete",
                AttentionReason::MailNotDelivered => "Bestellungen, deren E-Mails nicht angekommen sind",
                AttentionReason::EvidenceDue => "Zahlungsstreite, die binnen drei Tagen zu beantworten sind",
                AttentionReason::ErasureLate => "Kunden, deren Daten längst gelöscht sein sollten",
                AttentionReason::PaymentUnmatched => "Zahlungen ohne Bestellung",
                AttentionReason::RefundByHand => "Erstattungen, die Sie selbst überweisen müssen",
                AttentionReason::WebhookUnread => "Nicht verstandene Meldungen von Zahlungsanbietern",
                AttentionReason::ChannelFault => "Nicht erreichbare Shops",
                AttentionReason::StockDiffers => "Shops mit zu vielen abweichenden Beständen",
                AttentionReason::BooksDiffer => "Zahlungen, bei denen Bücher und Liste des Anbieters abweichen",
            },
        },
        since: |moment| format!("die erste seit {moment}"),
        and_more: |count| format!(" und {count} weitere"),
        more: "GET /operations/attention sagt mehr, auch wie es weitergeht.",
    },
};

fn part(Parcel { number, total }: Parcel) -> String {
    total.map_or_else(|| format!("Teil {number}"), |total| format!("Teil {number} von {total}"))
}
