//! What the API calls things, in people's words. A test holds the tables to the rules' own names.

/// What a name is a name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Order,
    Payment,
    Fulfillment,
    Batch,
    Return,
    Parcel,
    Hold,
    Attention,
    Event,
    Mail,
    Email,
    ReturnReason,
    Disposition,
    Request,
    Dispute,
    Place,
    Role,
    Invoice,
}

/// A name of the API, and its words in English and German.
pub type Named = (&'static str, &'static str, &'static str);

/// The table of a kind.
pub fn of(kind: Kind) -> &'static [Named] {
    match kind {
        Kind::Order => ORDER,
        Kind::Payment => PAYMENT,
        Kind::Fulfillment => FULFILLMENT,
        Kind::Batch => BATCH,
        Kind::Return => RETURN,
        Kind::Parcel => PARCEL,
        Kind::Hold => HOLD,
        Kind::Attention => ATTENTION,
        Kind::Event => EVENT,
        Kind::Mail => MAIL,
        Kind::Email => EMAIL,
        Kind::ReturnReason => RETURN_REASON,
        Kind::Disposition => DISPOSITION,
        Kind::Request => REQUEST,
        Kind::Dispute => DISPUTE,
        Kind::Place => PLACE,
        Kind::Role => ROLE,
        Kind::Invoice => INVOICE,
    }
}

const ORDER: &[Named] = &[
    ("pending", "Not paid yet", "Noch nicht bezahlt"),
    ("open", "Open", "Offen"),
    ("completed", "Completed", "Abgeschlossen"),
    ("cancelled", "Cancelled", "Storniert"),
    ("expired", "Expired", "Verfallen"),
];

const PAYMENT: &[Named] = &[
    ("unpaid", "Unpaid", "Unbezahlt"),
    ("pending", "Money on its way", "Geld unterwegs"),
    ("authorized", "Authorized", "Autorisiert"),
    ("partially_paid", "Paid in part", "Teilweise bezahlt"),
    ("paid", "Paid", "Bezahlt"),
    ("overpaid", "Overpaid", "Überzahlt"),
    ("partially_refunded", "Refunded in part", "Teilweise erstattet"),
    ("refunded", "Refunded", "Erstattet"),
    ("voided", "Given up", "Freigegeben"),
    ("failed", "Failed", "Fehlgeschlagen"),
    ("disputed", "Disputed", "Reklamiert"),
];

const FULFILLMENT: &[Named] = &[
    ("open", "To pick", "Zu entnehmen"),
    ("picking", "Being picked", "In Entnahme"),
    ("picked", "To pack", "Zu verpacken"),
    ("packed", "Packed", "Verpackt"),
    ("handed_over", "On its way", "Unterwegs"),
    ("closed", "Delivered", "Zugestellt"),
    ("short", "Not found", "Nicht gefunden"),
    ("cancelled", "Cancelled", "Storniert"),
];

const BATCH: &[Named] = &[
    ("open", "Waits", "Wartet"),
    ("picking", "Being picked", "Wird kommissioniert"),
    ("paused", "Paused", "Pausiert"),
    ("done", "Done", "Fertig"),
    ("cancelled", "Cancelled", "Aufgelöst"),
];

const RETURN: &[Named] = &[
    ("requested", "Asked for", "Angemeldet"),
    ("approved", "Approved", "Genehmigt"),
    ("declined", "Declined", "Abgelehnt"),
    ("partially_received", "Here in part", "Teilweise da"),
    ("received", "Here", "Eingetroffen"),
    ("inspected", "Inspected", "Geprüft"),
];

const PARCEL: &[Named] = &[
    ("packed", "Packed", "Verpackt"),
    ("in_transit", "On its way", "Unterwegs"),
    ("out_for_delivery", "Out for delivery", "In Zustellung"),
    ("awaiting_pickup", "Ready to be picked up", "Zur Abholung bereit"),
    ("attempt_failed", "Nobody was there", "Nicht angetroffen"),
    ("delayed", "Late", "Verspätet"),
    ("overdue", "No news for long", "Lange ohne Nachricht"),
    ("exception", "The carrier has a problem", "Problem beim Zusteller"),
    ("damaged", "Damaged", "Beschädigt"),
    ("refused", "Refused", "Annahme verweigert"),
    ("returned", "Coming back", "Kommt zurück"),
    ("lost", "Lost", "Verloren"),
    ("delivered", "Delivered", "Zugestellt"),
];

const HOLD: &[Named] = &[
    ("amounts_differ", "Amounts differ", "Beträge weichen ab"),
    ("authorization_ends", "Authorization ends soon", "Autorisierung endet bald"),
    ("awaiting_payment", "The rest of the payment", "Der Rest der Zahlung"),
    ("awaiting_return_items", "Items to come back", "Rückkehrende Ware"),
    ("capture_failed", "Capture failed", "Einzug fehlgeschlagen"),
    ("changed_at_channel", "Changed at the channel", "Im Kanal geändert"),
    ("contact_missing", "E-mail address missing", "E-Mail-Adresse fehlt"),
    ("high_risk_of_fraud", "Possible fraud", "Betrugsverdacht"),
    ("incorrect_address", "Address to be checked", "Adresse zu klären"),
    ("inventory_out_of_stock", "Stock", "Ware"),
    ("outcome_missing", "Provider has not answered", "Anbieter antwortet nicht"),
    ("overpaid", "Too much was paid", "Zu viel bezahlt"),
    ("payment_disputed", "Disputed payment", "Reklamierte Zahlung"),
    ("payment_overdue", "Payment overdue", "Zahlung überfällig"),
    ("payment_refunded", "Money has gone back", "Geld ging zurück"),
    ("refund_failed", "Refund failed", "Erstattung fehlgeschlagen"),
    ("refund_to_approve", "Refund to approve", "Erstattung zu genehmigen"),
    ("unclear_at_channel", "Unclear at the channel", "Im Kanal unklar"),
    ("unknown_delivery_date", "Delivery date unknown", "Liefertermin unbekannt"),
    ("unknown_sku", "SKU unknown", "SKU unbekannt"),
    ("other", "A decision", "Eine Entscheidung"),
];

/// The way on from each hold.
pub const WAY_ON: &[Named] = &[
    (
        "amounts_differ",
        "Compare it with the channel. Releasing takes the channel's total as it is.",
        "Mit dem Kanal vergleichen. Freigeben übernimmt die Summe des Kanals.",
    ),
    (
        "changed_at_channel",
        "Do by hand what could not be followed, then release it.",
        "Von Hand nachholen, was nicht übernommen werden konnte, dann freigeben.",
    ),
    (
        "contact_missing",
        "Set the address with an edit. Releasing writes no e-mails.",
        "Adresse nachtragen. Freigeben schreibt keine E-Mails.",
    ),
    (
        "unclear_at_channel",
        "Look at the order at the channel. Release it if it is to be sent, or cancel.",
        "Bestellung im Kanal ansehen. Freigeben, wenn sie versendet werden soll, oder stornieren.",
    ),
    (
        "unknown_sku",
        "Give the product its SKU at the channel, or count it here; then release it.",
        "Dem Artikel im Kanal die SKU geben oder ihn hier zählen; dann freigeben.",
    ),
    (
        "authorization_ends",
        "Capture before it ends. Released, it is left to end.",
        "Vor dem Ende einziehen. Freigegeben, läuft sie aus.",
    ),
    (
        "awaiting_payment",
        "Wait for the rest, accept what was paid, or cancel. Releasing waives the rest.",
        "Auf den Rest warten, die Zahlung so annehmen oder stornieren. Freigeben verzichtet auf den Rest.",
    ),
    ("awaiting_return_items", "Release it when the items are back.", "Freigeben, wenn die Ware zurück ist."),
    (
        "capture_failed",
        "Capture again, or ask the customer to pay otherwise. Releasing writes the money off.",
        "Erneut einziehen oder um andere Zahlung bitten. Freigeben schreibt das Geld ab.",
    ),
    (
        "high_risk_of_fraud",
        "Look at the order and its payment. Release it, or cancel.",
        "Bestellung und Zahlung prüfen. Freigeben oder stornieren.",
    ),
    (
        "incorrect_address",
        "Ask the customer, correct the address, and release it.",
        "Kunden fragen, Adresse berichtigen, freigeben.",
    ),
    (
        "inventory_out_of_stock",
        "Units that come in are given to it by themselves. Releasing looks for stock again; or cancel the rest.",
        "Zugänge werden von selbst zugeteilt. Freigeben sucht erneut; oder den Rest stornieren.",
    ),
    (
        "outcome_missing",
        "Look at the payment provider, and tell what came of it. Releasing goes on waiting.",
        "Beim Zahlungsanbieter nachsehen und das Ergebnis melden. Freigeben wartet weiter.",
    ),
    ("overpaid", "Refund the surplus. Releasing keeps it.", "Den Überschuss erstatten. Freigeben behält ihn."),
    (
        "payment_disputed",
        "The bank decides. Releasing ships all the same; or cancel.",
        "Die Bank entscheidet. Freigeben versendet trotzdem; oder stornieren.",
    ),
    (
        "payment_overdue",
        "Ask the customer. Releasing waits 30 days more; or cancel.",
        "Beim Kunden nachfragen. Freigeben wartet 30 Tage länger; oder stornieren.",
    ),
    (
        "payment_refunded",
        "Releasing ships without the money; or cancel.",
        "Freigeben versendet ohne das Geld; oder stornieren.",
    ),
    (
        "refund_failed",
        "Refund again, or pay otherwise and release it.",
        "Erneut erstatten, oder anders zahlen und freigeben.",
    ),
    (
        "refund_to_approve",
        "Decide the refund of the return below.",
        "Über die Erstattung der Rücksendung unten entscheiden.",
    ),
    ("unknown_delivery_date", "Release it when the date is known.", "Freigeben, wenn der Termin feststeht."),
    (
        "other",
        "Whoever held it knows. Release it, or cancel.",
        "Wer angehalten hat, weiß warum. Freigeben oder stornieren.",
    ),
];

const ATTENTION: &[Named] = &[
    ("work_overdue", "Work is overdue", "Arbeit überfällig"),
    ("on_hold", "On hold", "Angehalten"),
    ("parcel_not_arrived", "Parcel has not arrived", "Paket nicht angekommen"),
    ("mail_not_delivered", "E-mail did not arrive", "E-Mail nicht angekommen"),
    ("erasure_late", "Erasure is late", "Löschung verspätet"),
    ("evidence_due", "Evidence is due", "Belege fällig"),
    ("payment_unmatched", "Payment without an order", "Zahlung ohne Bestellung"),
    ("refund_by_hand", "Refund by hand", "Erstattung von Hand"),
    ("webhook_unread", "Message not understood", "Meldung nicht verstanden"),
    ("books_differ", "The books differ", "Bücher weichen ab"),
    ("channel_fault", "Shop cannot be reached", "Shop nicht erreichbar"),
    ("stock_differs", "Shop's stock differs too much", "Bestände im Shop weichen zu stark ab"),
];

/// What is done about each, where an order's page does not tell.
pub const ATTENTION_WAY_ON: &[Named] = &[
    (
        "work_overdue",
        "A function or a partner fails. Whoever runs Orderly looks at the dead letters.",
        "Eine Funktion oder ein Partner fällt aus. Der Betrieb sieht in den Dead Letters nach.",
    ),
    ("on_hold", "Open the order: it says what it waits for.", "Bestellung öffnen: sie sagt, worauf sie wartet."),
    (
        "parcel_not_arrived",
        "Ask the carrier, and decide: send again, or refund.",
        "Beim Zusteller nachfragen und entscheiden: erneut senden oder erstatten.",
    ),
    ("mail_not_delivered", "Correct the address, or send it again.", "Adresse berichtigen oder erneut senden."),
    (
        "erasure_late",
        "A customer's data was to be erased weeks ago. Finish the order.",
        "Kundendaten sollten vor Wochen gelöscht sein. Bestellung abschließen.",
    ),
    (
        "evidence_due",
        "Answer the bank within three days, by the API or at the provider.",
        "Der Bank binnen drei Tagen antworten, über die API oder beim Anbieter.",
    ),
    (
        "payment_unmatched",
        "Assign it, refund it, or dismiss it, by the API.",
        "Zuordnen, erstatten oder verwerfen, über die API.",
    ),
    (
        "refund_by_hand",
        "Transfer the money, and tell that it is done, by the API.",
        "Geld überweisen und melden, über die API.",
    ),
    ("webhook_unread", "Whoever runs Orderly looks at it.", "Der Betrieb sieht es an."),
    (
        "books_differ",
        "Look at the payment at its provider, and settle the difference, by the API.",
        "Zahlung beim Anbieter ansehen und die Abweichung klären, über die API.",
    ),
    (
        "channel_fault",
        "Look at the shop and at its keys. Connect it again if they were changed.",
        "Shop und Schlüssel prüfen. Neu verbinden, falls sie geändert wurden.",
    ),
    (
        "stock_differs",
        "Compare what the shop says with the stock, and say whose numbers count, by the API.",
        "Angaben des Shops mit dem Bestand vergleichen und sagen, wessen Zahlen gelten, über die API.",
    ),
];

const EVENT: &[Named] = &[
    ("placed", "Placed", "Bestellt"),
    ("paid", "Paid", "Bezahlt"),
    ("deducted", "Stock committed", "Bestand zugeteilt"),
    ("dispatched", "Given to the warehouse", "An das Lager gegeben"),
    ("completed", "Completed", "Abgeschlossen"),
    ("cancelled", "Cancelled", "Storniert"),
    ("rest-cancelled", "Rest cancelled", "Rest storniert"),
    ("put-back", "Put back", "Zurückgelegt"),
    ("rerouted", "Moved to another location", "Anderem Standort gegeben"),
    ("changed-at-channel", "Changed at the channel", "Im Kanal geändert"),
    ("told-to-channel", "Channel told", "Kanal informiert"),
    ("not-taken-by-channel", "Not taken by the channel", "Vom Kanal nicht angenommen"),
    ("edited", "Edited", "Geändert"),
    ("invoice-requested", "Invoice asked for", "Rechnung verlangt"),
    ("invoice-issued", "Invoice issued", "Rechnung ausgestellt"),
    ("credit-note-issued", "Credit note issued", "Gutschrift ausgestellt"),
    ("expired", "Expired", "Verfallen"),
    ("held", "Held", "Angehalten"),
    ("released", "Released", "Freigegeben"),
    ("payment-pending", "Money on its way", "Geld unterwegs"),
    ("payment-authorized", "Payment authorized", "Zahlung autorisiert"),
    ("payment-promised", "Payment promised", "Zahlung zugesagt"),
    ("secured", "Money secured", "Geld gesichert"),
    ("capture-intended", "To be captured", "Einzug vorgesehen"),
    ("capture-failed", "Capture failed", "Einzug fehlgeschlagen"),
    ("capture-retried", "Captured again", "Erneut eingezogen"),
    ("void-intended", "Authorization to be given up", "Autorisierung wird freigegeben"),
    ("payment-captured", "Payment captured", "Zahlung eingezogen"),
    ("payment-failed", "Payment failed", "Zahlung fehlgeschlagen"),
    ("payment-voided", "Payment given up", "Zahlung freigegeben"),
    ("payment-assigned", "Payment assigned", "Zahlung zugeordnet"),
    ("payment-unassigned", "Payment unassigned", "Zuordnung gelöst"),
    ("payment-dismissed", "Payment dismissed", "Zahlung verworfen"),
    ("authorization-released", "Authorization released", "Autorisierung aufgehoben"),
    ("payments-asked", "Provider asked", "Anbieter gefragt"),
    ("overpaid", "Overpaid", "Überzahlt"),
    ("short-payment-accepted", "Short payment accepted", "Minderzahlung angenommen"),
    ("refunded-in-total", "Refunded in total", "Ganz erstattet"),
    ("refund-intended", "To be refunded", "Erstattung vorgesehen"),
    ("refund-requested", "Refund asked for", "Erstattung verlangt"),
    ("refund-blocked", "Refund waits for a dispute", "Erstattung wartet auf Reklamation"),
    ("refund-covered", "The bank has paid back", "Die Bank hat erstattet"),
    ("refund-pending", "Refund under way", "Erstattung unterwegs"),
    ("refund-succeeded", "Refunded", "Erstattet"),
    ("refund-failed", "Refund failed", "Erstattung fehlgeschlagen"),
    ("refund-retried", "Refunded again", "Erneut erstattet"),
    ("dispute-inquiry", "The bank asks", "Die Bank fragt an"),
    ("dispute-inquiry-closed", "The bank's question is closed", "Anfrage der Bank beendet"),
    ("dispute-opened", "Dispute opened", "Reklamation eröffnet"),
    ("dispute-won", "Dispute won", "Reklamation gewonnen"),
    ("dispute-lost", "Dispute lost", "Reklamation verloren"),
    ("dispute-answered", "Dispute answered", "Reklamation beantwortet"),
    ("evidence-intended", "Evidence to be given", "Belege werden gegeben"),
    ("evidence-submitted", "Evidence given", "Belege gegeben"),
    ("evidence-failed", "Evidence not taken", "Belege nicht angenommen"),
    ("evidence-retried", "Evidence given again", "Belege erneut gegeben"),
    ("evidence-missed", "Evidence missed", "Belege versäumt"),
    ("answered-elsewhere", "Answered at the provider", "Beim Anbieter beantwortet"),
    ("created", "Created", "Angelegt"),
    ("picking", "Picking begun", "Entnahme begonnen"),
    ("picked", "Picked", "Entnommen"),
    ("packed", "Packed", "Verpackt"),
    ("handed_over", "Handed over", "Übergeben"),
    ("delivered", "Delivered", "Zugestellt"),
    ("parcel-reported", "News of a parcel", "Neues vom Paket"),
    ("tracking-corrected", "Tracking corrected", "Sendungsnummer berichtigt"),
    ("label-ordered", "Label ordered", "Etikett bestellt"),
    ("label-bought", "Label bought", "Etikett gekauft"),
    ("label-failed", "Label not bought", "Etikett nicht gekauft"),
    ("label-given-up", "Label given up", "Etikett aufgegeben"),
    ("label-voided", "Label goes back", "Etikett geht zurück"),
    ("label-not-voided", "Label not taken back", "Etikett nicht zurückgenommen"),
    ("not-followed", "Cannot be followed", "Lässt sich nicht verfolgen"),
    ("received-back", "Came back", "Zurückgekommen"),
    ("parcel-resolved", "Parcel decided", "Über Paket entschieden"),
    ("requested", "Return asked for", "Rücksendung angemeldet"),
    ("approved", "Return approved", "Rücksendung genehmigt"),
    ("declined", "Return declined", "Rücksendung abgelehnt"),
    ("received", "Return received", "Rücksendung angenommen"),
    ("inspected", "Return inspected", "Rücksendung geprüft"),
    ("return-inspected", "Return inspected", "Rücksendung geprüft"),
    ("credited", "Counted for the return", "Angerechnet"),
    ("refund-to-approve", "Refund to approve", "Erstattung zu genehmigen"),
    ("refund-approved", "Refund approved", "Erstattung genehmigt"),
    ("data-exported", "Customer's data exported", "Kundendaten ausgegeben"),
    ("erasure-requested", "Erasure asked for", "Löschung verlangt"),
    ("erased", "Customer's data erased", "Kundendaten gelöscht"),
    ("emailed", "E-mail sent", "E-Mail gesendet"),
    ("not-emailed", "No e-mail sent", "Keine E-Mail gesendet"),
    ("email-refused", "Address refused", "Adresse abgelehnt"),
    ("email-delivered", "E-mail arrived", "E-Mail angekommen"),
    ("email-bounced", "E-mail bounced", "E-Mail unzustellbar"),
    ("email-suppressed", "E-mail held back", "E-Mail zurückgehalten"),
    ("email-complained", "Called spam", "Als Spam gemeldet"),
    ("email-rejected", "E-mail rejected", "E-Mail abgewiesen"),
    ("email-owed-again", "E-mail to be sent again", "E-Mail wird erneut gesendet"),
    ("email-dismissed", "E-mail left as it is", "E-Mail belassen"),
];

const MAIL: &[Named] = &[
    ("delivered", "Arrived", "Angekommen"),
    ("bounced", "Bounced", "Unzustellbar"),
    ("bounced_for_now", "Bounced for now", "Vorerst unzustellbar"),
    ("suppressed", "Held back", "Zurückgehalten"),
    ("complained", "Called spam", "Als Spam gemeldet"),
    ("rejected", "Rejected", "Abgewiesen"),
    ("refused", "Refused", "Abgelehnt"),
];

const EMAIL: &[Named] = &[
    ("payment-confirmed", "Order confirmed", "Bestellbestätigung"),
    ("order-cancelled", "Order cancelled", "Bestellung storniert"),
    ("rest-cancelled", "Rest cancelled", "Rest storniert"),
    ("order-edited", "Order changed", "Bestellung geändert"),
    ("shipped", "Parcel sent", "Paket versandt"),
    ("delivered", "Parcel delivered", "Paket zugestellt"),
    ("parcel-trouble", "Trouble with a parcel", "Problem mit einem Paket"),
    ("tracking-corrected", "Tracking corrected", "Sendungsnummer berichtigt"),
    ("return-received", "Return received", "Rücksendung angenommen"),
    ("refund-sent", "Refund sent", "Erstattung gesendet"),
];

const RETURN_REASON: &[Named] = &[
    ("unwanted", "Not wanted", "Gefällt nicht"),
    ("color", "Color", "Farbe"),
    ("defective", "Defective", "Defekt"),
    ("not_as_described", "Not as described", "Nicht wie beschrieben"),
    ("size_too_large", "Too large", "Zu groß"),
    ("size_too_small", "Too small", "Zu klein"),
    ("style", "Style", "Stil"),
    ("wrong_item", "Wrong article", "Falscher Artikel"),
    ("other", "Other", "Anderes"),
];

const DISPOSITION: &[Named] = &[
    ("restocked", "Back on the shelf", "Zurück ins Regal"),
    ("not_restocked", "Not for sale", "Nicht verkäuflich"),
    ("processing_required", "To be checked", "Zu prüfen"),
    ("missing", "Not in the box", "Nicht im Paket"),
];

/// The states of refunds.
const REQUEST: &[Named] = &[
    ("intended", "To be sent", "Vorgesehen"),
    ("blocked", "Waits for a dispute", "Wartet auf Reklamation"),
    ("covered", "Paid back by the bank", "Von der Bank erstattet"),
    ("sent", "Under way", "Unterwegs"),
    ("unknown", "Outcome not known", "Ausgang unbekannt"),
    ("pending", "Under way", "Unterwegs"),
    ("succeeded", "Refunded", "Erstattet"),
    ("failed", "Failed", "Fehlgeschlagen"),
];

const DISPUTE: &[Named] = &[
    ("inquiry", "The bank asks", "Die Bank fragt"),
    ("inquiry_closed", "Question closed", "Anfrage beendet"),
    ("open", "Open", "Offen"),
    ("lost", "Lost", "Verloren"),
    ("won", "Won", "Gewonnen"),
];

/// Where units of a line stand.
const PLACE: &[Named] = &[
    ("missing", "missing", "fehlt"),
    ("reserved", "kept", "zurückgelegt"),
    ("backordered", "promised", "zugesagt"),
    ("waiting", "waits for stock", "wartet auf Ware"),
    ("committed", "ready", "bereit"),
    ("dispatched", "at work", "in Arbeit"),
];

const ROLE: &[Named] = &[
    ("storefront", "Storefront", "Shop"),
    ("warehouse", "Warehouse", "Lager"),
    ("customer_service", "Customer service", "Kundenservice"),
    ("operator", "Operator", "Leitung"),
];

const INVOICE: &[Named] = &[("invoice", "Invoice", "Rechnung"), ("credit_note", "Credit note", "Gutschrift")];
