//! The console's words, in English and German side by side: what is missing in one language does not compile.

mod kinds;

pub use kinds::{Kind, Named, of};

/// The words for a name, if the table has it.
pub fn word(words: &Words, table: &'static [Named], name: &str) -> Option<&'static str> {
    table.iter().find(|(known, ..)| *known == name).map(|named| in_language(words, named))
}

pub fn in_language(words: &Words, (_, english, german): &Named) -> &'static str {
    if words.tag == GERMAN.tag { german } else { english }
}

/// The way on from a hold.
pub fn way_on_from(words: &Words, hold: &str) -> Option<&'static str> {
    word(words, kinds::WAY_ON, hold)
}

/// What is done about something that needs attention.
pub fn way_on_of(words: &Words, attention: &str) -> Option<&'static str> {
    word(words, kinds::ATTENTION_WAY_ON, attention)
}

macro_rules! words {
    ($($name:ident: $english:literal, $german:literal;)+) => {
        /// The words of a language.
        #[derive(Debug)]
        pub struct Words {
            $(pub $name: &'static str,)+
        }
        pub static ENGLISH: Words = Words { $($name: $english,)+ };
        pub static GERMAN: Words = Words { $($name: $german,)+ };
    };
}

words! {
    tag: "en", "de";
    skip: "Skip to the content", "Zum Inhalt";
    pages: "Pages", "Seiten";
    account: "Account", "Konto";
    // Pages
    today: "Today", "Heute";
    today_hint: "What does not go on without a person, the longest waiting first.", "Was ohne einen Menschen nicht weitergeht, das Älteste zuerst.";
    orders: "Orders", "Bestellungen";
    order: "Order", "Bestellung";
    stock: "Stock", "Bestand";
    find: "Find an order", "Bestellung finden";
    find_hint: "Number, e-mail, name, phone, SKU, tracking", "Nummer, E-Mail, Name, Telefon, SKU, Sendung";
    find_hint_warehouse: "Number, SKU, tracking", "Nummer, SKU, Sendung";
    found: "Found:", "Gefunden:";
    found_nothing: "No order is known by that.", "Dazu ist keine Bestellung bekannt.";
    found_how: "Look for it as", "Suchen als";
    by_reference: "Order number", "Bestellnummer";
    by_email: "E-mail address", "E-Mail-Adresse";
    by_phone: "Phone number", "Telefonnummer";
    by_name: "Name", "Name";
    by_sku: "SKU", "SKU";
    by_tracking: "Tracking number", "Sendungsnummer";
    // Signing in
    sign_in: "Sign in", "Anmelden";
    sign_out: "Sign out", "Abmelden";
    sign_in_hint: "With the API key that an operator has made for you. You stay signed in for 12 hours at most, and what you do is noted under the key's name.", "Mit dem API-Schlüssel, den die Leitung für Sie angelegt hat. Sie bleiben höchstens 12 Stunden angemeldet, und was Sie tun, wird unter dem Namen des Schlüssels vermerkt.";
    api_key: "API key", "API-Schlüssel";
    wrong_key: "This key is not known, or it was revoked or has expired. Check that it was copied whole.", "Dieser Schlüssel ist nicht bekannt, widerrufen oder abgelaufen. Prüfen Sie, ob er vollständig kopiert ist.";
    no_storefronts: "This is the key of a storefront, which is a program. Ask an operator for a key of your own.", "Dies ist der Schlüssel eines Shops, also eines Programms. Bitten Sie die Leitung um einen eigenen Schlüssel.";
    session_key: "This is the key of a session, which signs nobody in. Paste the API key itself.", "Dies ist der Schlüssel einer Sitzung, mit dem man sich nicht anmeldet. Fügen Sie den API-Schlüssel selbst ein.";
    session_over: "Your session is over. Sign in again, and you are back where you were.", "Ihre Sitzung ist zu Ende. Melden Sie sich wieder an, dann sind Sie zurück, wo Sie waren.";
    session_over_unsent: "Your session is over. What you have just sent was not carried out: sign in again, and repeat it.", "Ihre Sitzung ist zu Ende. Was Sie eben gesendet haben, wurde nicht ausgeführt: melden Sie sich wieder an und wiederholen Sie es.";
    signed_out_here: "You are signed out in this browser. Orderly does not answer: the session itself ends 12 hours after it began at the latest.", "Sie sind in diesem Browser abgemeldet. Orderly antwortet nicht: die Sitzung selbst endet spätestens 12 Stunden nach ihrem Beginn.";
    signed_out: "You are signed out.", "Sie sind abgemeldet.";
    ends: "Signed in until", "Angemeldet bis";
    // Lists
    all: "All", "Alle";
    reasons: "Reasons", "Gründe";
    status: "Status", "Status";
    payment: "Payment", "Zahlung";
    waits_for: "Waits for", "Wartet auf";
    on_hold: "On hold", "Angehalten";
    fulfillment: "Fulfillment", "Lieferung";
    channel: "Channel", "Kanal";
    placed: "Placed", "Bestellt";
    total: "Total", "Summe";
    from: "From (UTC)", "Von (UTC)";
    until: "To (UTC)", "Bis (UTC)";
    show: "Show", "Anzeigen";
    more: "Show more", "Mehr anzeigen";
    no_orders: "No orders here", "Keine Bestellungen";
    no_orders_hint: "Nothing fits these filters.", "Nichts passt zu diesen Filtern.";
    // Today
    waits: "Waits for a person", "Wartet auf einen Menschen";
    nothing_waits: "Nothing waits for a person", "Nichts wartet auf einen Menschen";
    nothing_waits_hint: "All that is open goes on by itself.", "Alles Offene geht von selbst weiter.";
    tile_waiting: "wait for a person", "warten auf einen Menschen";
    tile_open: "open orders", "offene Bestellungen";
    tile_pending: "not paid yet", "noch nicht bezahlt";
    tile_work: "to pick and pack:", "zu kommissionieren:";
    since: "since", "seit";
    // An order
    next_step: "Next step", "Nächster Schritt";
    acts: "Who acts", "Wer handelt";
    lines: "Articles", "Artikel";
    article: "Article", "Artikel";
    places: "Where", "Wo";
    quantity: "Quantity", "Menge";
    price: "Price", "Preis";
    shipping: "Shipping", "Versand";
    discount: "Discount", "Rabatt";
    picked: "picked", "entnommen";
    parcel: "Parcel", "Paket";
    picklist: "Picklist", "Pickliste";
    packing_slip: "Packing slip", "Lieferschein";
    return_slip: "Return slip", "Rücksendeschein";
    return_: "Return", "Rücksendung";
    received: "received", "eingetroffen";
    refund: "Refund", "Erstattung";
    proposed: "Proposed refund", "Vorgeschlagene Erstattung";
    timeline: "Timeline", "Verlauf";
    actions: "Actions", "Aktionen";
    customer: "Customer", "Kunde";
    ships_to: "Ships to", "Lieferadresse";
    bills_to: "Bills to", "Rechnungsadresse";
    money: "Money", "Geld";
    captured: "Captured", "Eingezogen";
    refunded: "Refunded", "Erstattet";
    authorized: "Authorized", "Autorisiert";
    failed: "Failed", "Fehlgeschlagen";
    dispute: "Dispute", "Reklamation";
    emails: "E-mails", "E-Mails";
    attempts: "Attempts", "Versuche";
    // Actions
    hold: "Hold", "Anhalten";
    release: "Release", "Freigeben";
    why: "Why", "Warum";
    note: "Note", "Notiz";
    reason: "Reason", "Begründung";
    edit: "Take units away", "Menge verringern";
    edit_hint: "How many units of each are left; 0 removes a line. What was paid for the rest is refunded.", "Wie viele Stück jeweils bleiben; 0 entfernt die Zeile. Was für den Rest bezahlt wurde, wird erstattet.";
    refund_do: "Refund", "Erstatten";
    limit: "Your limit for one order", "Ihre Grenze je Bestellung";
    units: "Units", "Stück";
    shipping_part: "Of the shipping", "Vom Versand";
    amount: "Amount", "Betrag";
    amount_other: "Another amount, if not the price of these", "Anderer Betrag, wenn nicht deren Preis";
    amount_all: "Amount; all that is due if empty", "Betrag; leer: alles Fällige";
    ask_return: "Ask for a return", "Rücksendung anmelden";
    capture: "Capture", "Einziehen";
    accept: "Accept what was paid", "Zahlung so annehmen";
    invoice_now: "Invoice now", "Jetzt berechnen";
    invoice_hint: "It is issued within moments, and appears under Money.", "Sie wird in Kürze ausgestellt und erscheint unter Geld.";
    send_again: "Send e-mails again", "E-Mails erneut senden";
    send_again_hint: "Those that did not arrive, to the address that the order has now.", "Die nicht angekommenen, an die Adresse, die die Bestellung jetzt hat.";
    dismiss: "Let e-mails be", "E-Mails auf sich beruhen lassen";
    cancel: "Cancel the order", "Bestellung stornieren";
    cancel_hint: "What was paid is refunded, and what is kept for it is for sale again.", "Bezahltes wird erstattet, und was dafür zurückgelegt ist, ist wieder zu kaufen.";
    cancel_rest: "It was sent in part: cancel the rest", "Ein Teil ist versandt: den Rest stornieren";
    approve: "Approve", "Genehmigen";
    decline: "Decline", "Ablehnen";
    receive_return: "Receive", "Annehmen";
    inspect: "Inspect", "Prüfen";
    inspect_hint: "What becomes of the units of each article. Several findings for one article: by the API.", "Was aus den Stücken jedes Artikels wird. Mehrere Befunde zu einem Artikel: über die API.";
    choose: "Choose…", "Bitte wählen…";
    decide_refund: "Decide the refund", "Über Erstattung entscheiden";
    reason_if_less: "Reason, if it is less than what is due", "Begründung, wenn es weniger als fällig ist";
    retry_refunds: "Refund again", "Erneut erstatten";
    look: "Open", "Öffnen";
    done: "Done.", "Erledigt.";
    // Stock
    sku: "SKU", "SKU";
    location: "Location", "Standort";
    available: "for sale", "verkäuflich";
    on_hand: "On hand", "Vorhanden";
    reserved: "Held for unpaid orders", "Für unbezahlte zurückgelegt";
    committed: "Paid, not sent yet", "Bezahlt, noch nicht versandt";
    waiting: "Paid, and not there", "Bezahlt und nicht da";
    backordered: "Promised before it is there", "Im Voraus zugesagt";
    damaged: "Damaged", "Beschädigt";
    quality_control: "To be checked", "In Prüfung";
    safety: "Kept back from sale", "Sicherheitsbestand";
    incoming: "Announced by a supplier", "Vom Lieferanten angekündigt";
    deficit: "Missing for promises", "Fehlt für Zusagen";
    recount: "To be counted", "Zu zählen";
    backorder: "Sold in advance", "Im Voraus verkäuflich";
    receive: "Receive units", "Zugang buchen";
    delivery: "Which delivery", "Welche Lieferung";
    count: "Count the shelf", "Regal zählen";
    count_hint: "What lies on the shelf. What is picked and still here is added.", "Was im Regal liegt. Entnommenes, das noch hier ist, wird addiert.";
    on_shelf: "Units on the shelf", "Stück im Regal";
    movements: "Movements", "Bewegungen";
    // Stations
    pick: "Pick", "Picken";
    pack: "Pack", "Packen";
    pick_and_pack: "Pick and pack", "Picken und packen";
    to_pick: "To pick", "Zu picken";
    to_pack: "To pack", "Zu packen";
    to_hand_over: "To hand over", "Zu übergeben";
    no_work: "Nothing waits here.", "Hier wartet nichts.";
    batch: "Batch", "Sammelpick";
    batches: "Batches", "Sammelpicks";
    orders_to_pick: "orders to pick", "Bestellungen zu picken";
    make_batch: "Make a batch", "Sammelpick anlegen";
    make_hint: "The orders that have waited longest, each with a tote of its own, in one walk. Name or scan the totes of your cart, with blanks between them.", "Die ältesten Bestellungen, jede mit eigener Kiste, in einem Gang. Nennen oder scannen Sie die Kisten Ihres Wagens, mit Leerzeichen dazwischen.";
    tote: "Tote", "Kiste";
    totes: "Totes", "Kisten";
    single_first: "Orders of one article first", "Bestellungen mit einem Artikel zuerst";
    bin: "Bin", "Fach";
    scan_send: "Enter", "Eingeben";
    scan_type: "Type", "Tippen";
    scan_job: "Scan a picklist or an order number", "Pickliste oder Bestellnummer scannen";
    scan_pick: "Scan the bin, each unit, or the tote", "Fach, jedes Stück oder Kiste scannen";
    scan_next: "Scan what is expected", "Das Erwartete scannen";
    scan_item: "Scan each unit into the parcel", "Jedes Stück in das Paket scannen";
    scan_label: "Scan the parcel's label", "Paketaufkleber scannen";
    scan_anything: "Scan anything", "Irgendetwas scannen";
    no_job: "is no picklist, batch or order that is known here", "ist keine Pickliste, kein Sammelpick und keine Bestellung, die hier bekannt ist";
    was_scanned: "Scanned", "Gescannt";
    was_expected: "Expected", "Erwartet";
    alarm_hint: "Nothing was counted. Put it back where it came from. Go on with OK, or scan what is expected.", "Nichts wurde gezählt. Legen Sie es zurück. Weiter mit OK, oder scannen Sie das Erwartete.";
    wrong_item: "Wrong article", "Falscher Artikel";
    wrong_bin: "Wrong bin", "Falsches Fach";
    wrong_tote: "Wrong tote", "Falsche Kiste";
    too_many: "Too many of it", "Zu viel davon";
    unknown_code: "Unknown code", "Unbekannter Code";
    held_leave: "On hold: leave it where it is", "Angehalten: liegen lassen";
    not_claimed: "This batch is not yours", "Dieser Sammelpick ist nicht Ihrer";
    unsent: "Not sent yet. It is kept, and goes on by itself:", "Noch nicht gesendet. Es ist gemerkt und geht von selbst weiter:";
    claim: "Pick it", "Picken";
    take_over: "Take it over", "Übernehmen";
    picked_by: "Picked by", "Wird gepickt von";
    picked_by_nobody: "Nobody picks it.", "Niemand pickt ihn.";
    pause: "Pause", "Pause";
    hand_back: "Leave it to others", "Anderen überlassen";
    all_picked: "Everything is picked", "Alles ist gepickt";
    pack_now: "Pack it now", "Jetzt packen";
    next_work: "Next work", "Nächste Arbeit";
    nothing_now: "Nothing is to be picked now.", "Gerade ist nichts zu picken.";
    then: "Then", "Danach";
    put_back: "Put back", "Zurücklegen";
    put_back_done: "It lies in its bins again", "Es liegt wieder in den Fächern";
    not_there: "Not there, or damaged", "Nicht da oder beschädigt";
    not_there_hint: "For the units that are left here. Scan those that are good first. The walk goes on, and at its end you confirm what is missing.", "Für die Stück, die hier noch fehlen. Scannen Sie zuerst die guten. Der Gang geht weiter, und am Ende bestätigen Sie, was fehlt.";
    is_gone: "Not there", "Nicht da";
    is_damaged: "Damaged", "Beschädigt";
    short_title: "Missing", "Fehlt";
    short_hint: "Look once more. What you confirm is looked for at other locations, and nothing more of it is sold from here until it is counted.", "Sehen Sie noch einmal nach. Was Sie bestätigen, wird an anderen Standorten gesucht, und von hier wird nichts mehr davon verkauft, bis gezählt ist.";
    short_confirm: "It is missing", "Es fehlt";
    look_again_there: "Look again", "Noch einmal nachsehen";
    not_picked: "It is not picked yet.", "Noch nicht gepickt.";
    packed: "packed", "gepackt";
    left_to_pack: "left:", "fehlt:";
    pack_scan: "Into the parcel", "In das Paket";
    pack_close: "All in: weigh the parcel", "Alles drin: Paket wiegen";
    close_parcel: "Close the parcel", "Paket schließen";
    empty_parcel: "Take everything out", "Alles herausnehmen";
    empty_hint: "Nothing of the open parcel counts any more: scan it anew.", "Vom offenen Paket zählt nichts mehr: neu scannen.";
    weight: "Weight in grams", "Gewicht in Gramm";
    sides: "Sides in millimeters, if measured", "Seiten in Millimetern, wenn gemessen";
    length: "Length", "Länge";
    width: "Width", "Breite";
    height: "Height", "Höhe";
    parcels: "Parcels", "Pakete";
    services: "Also ordered", "Auch bestellt";
    hand_over_title: "Hand over parcel", "Übergeben: Paket";
    hand_over: "Hand over", "Übergeben";
    carrier: "Carrier", "Zusteller";
    // The scanner
    test_scanner: "Test my scanner", "Scanner testen";
    scanner_hint: "Scan anything: here is what came, and how it was read. Nothing is changed.", "Scannen Sie irgendetwas: hier steht, was ankam und wie es gelesen wurde. Es ändert nichts.";
    scanner_came: "This came", "Das kam an";
    scanner_code: "Read as", "Gelesen als";
    scanner_nothing: "No article has this code", "Kein Artikel hat diesen Code";
    scanner_gaps: "Between two signs", "Zwischen zwei Zeichen";
    scanner_end: "Ended by", "Beendet mit";
    scanner_how: "That is", "Das ist";
    scanner_wedge: "a scanner", "ein Scanner";
    scanner_hand: "a hand, or a slow scanner: set it to send without pauses, and Enter at the end", "eine Hand oder ein langsamer Scanner: ohne Pausen senden lassen, mit Enter am Ende";
    // What an order waits for
    step_pending: "Payment", "Zahlung";
    step_pending_text: "The customer has not paid yet. The goods are kept until the time is over; then the order expires by itself.", "Noch nicht bezahlt. Die Ware ist zurückgelegt, bis die Frist endet; dann verfällt die Bestellung von selbst.";
    step_forming_text: "Orderly makes the fulfillments, which takes seconds.", "Orderly bildet die Lieferungen, das dauert Sekunden.";
    step_forming: "Fulfillment", "Lieferung";
    step_pick: "To be picked", "Zu entnehmen";
    step_picking: "Being picked", "Wird entnommen";
    step_pack: "To be packed", "Zu verpacken";
    step_hand_over: "To be handed over", "Zu übergeben";
    step_carrier: "On its way", "Unterwegs";
    step_work_text: "The location works on it.", "Der Standort arbeitet daran.";
    step_carrier_text: "The carrier has the parcels.", "Der Zusteller hat die Pakete.";
    step_parcel: "A parcel has not arrived", "Ein Paket ist nicht angekommen";
    step_parcel_text: "Decide what is done: ask the carrier, send again, or refund.", "Entscheiden Sie: beim Zusteller nachfragen, erneut senden oder erstatten.";
    step_mail: "An e-mail did not arrive", "Eine E-Mail kam nicht an";
    step_mail_text: "Correct the address, send it again, or let it be.", "Adresse berichtigen, erneut senden oder auf sich beruhen lassen.";
    step_return: "A return is to be decided", "Über eine Rücksendung ist zu entscheiden";
    step_return_text: "The customer waits for approval before sending it back.", "Vor dem Zurücksenden wartet der Kunde auf die Genehmigung.";
    step_coming: "A return is announced", "Eine Rücksendung ist angekündigt";
    step_coming_text: "The customer sends it back; the warehouse receives it.", "Der Kunde schickt sie zurück; das Lager nimmt sie an.";
    step_partly: "A return has come in part", "Eine Rücksendung ist teilweise da";
    step_partly_text: "Receive the rest when it comes. If it never does, inspect what is here.", "Den Rest annehmen, wenn er kommt. Kommt er nie, prüfen, was da ist.";
    step_inspect: "A return is to be inspected", "Eine Rücksendung ist zu prüfen";
    step_inspect_text: "The goods are here. What is found decides the refund.", "Die Ware ist da. Der Befund entscheidet über die Erstattung.";
    step_dispute: "A dispute", "Eine Reklamation bei der Bank";
    step_dispute_text: "The customer's bank asks. Give evidence in time, by the API or at the payment provider.", "Die Bank des Kunden fragt an. Belege rechtzeitig geben, über die API oder beim Zahlungsanbieter.";
    step_erasure: "Erasure", "Löschung";
    step_erasure_text: "The customer's data is erased as soon as the order needs it no more.", "Die Kundendaten werden gelöscht, sobald die Bestellung sie nicht mehr braucht.";
    step_rest: "Waits for nothing", "Wartet auf nichts";
    step_rest_text: "It goes on by itself, or is at its end.", "Sie geht von selbst weiter oder ist am Ende.";
    who_customer: "the customer", "der Kunde";
    who_orderly: "Orderly", "Orderly";
    who_warehouse: "the warehouse", "das Lager";
    who_carrier: "the carrier", "der Zusteller";
    who_service: "customer service", "der Kundenservice";
    who_operator: "an operator", "die Leitung";
    who_person: "a person", "ein Mensch";
    way_placed: "Placed", "Bestellt";
    way_paid: "Paid", "Bezahlt";
    way_packed: "Packed", "Verpackt";
    way_sent: "Sent", "Versandt";
    way_delivered: "Delivered", "Zugestellt";
    // What goes wrong
    bad_number: "must be a whole number, 0 or more", "muss eine ganze Zahl ab 0 sein";
    bad_amount: "must be an amount such as 12.50", "muss ein Betrag wie 12,50 sein";
    nothing_chosen: "Nothing is chosen: say how many units.", "Nichts gewählt: geben Sie Stückzahlen an.";
    invalid: "Something is missing or wrong", "Etwas fehlt oder ist falsch";
    conflict: "Not possible as things stand", "So, wie es jetzt steht, nicht möglich";
    forbidden: "You may not do this", "Das dürfen Sie nicht";
    forbidden_text: "Your key is for other work, or for other locations.", "Ihr Schlüssel ist für andere Arbeiten oder andere Standorte.";
    missing: "There is no such page", "Diese Seite gibt es nicht";
    missing_text: "The address is wrong, or what was here is not yours to see.", "Die Adresse ist falsch, oder was hier war, ist nicht für Sie.";
    crowded: "Too many requests", "Zu viele Anfragen";
    crowded_text: "Wait some seconds, and try again.", "Warten Sie einige Sekunden und versuchen Sie es erneut.";
    busy: "Not right now", "Gerade nicht";
    busy_text: "Orderly does not answer in time. It is not known whether your change was made: look at the order, and try again.", "Orderly antwortet nicht rechtzeitig. Ob die Änderung erfolgt ist, ist nicht bekannt: sehen Sie nach und versuchen Sie es erneut.";
    kept: "What you have typed is kept, and is sent once more with this button.", "Ihre Eingaben sind erhalten und werden mit dieser Schaltfläche noch einmal gesendet.";
    elsewhere: "This did not come from here", "Das kam nicht von hier";
    elsewhere_text: "The request came from another site. Open the page here, and do it again.", "Die Anfrage kam von einer anderen Website. Öffnen Sie die Seite hier und wiederholen Sie es.";
    too_much: "That is too much", "Das ist zu viel";
    too_much_text: "What was sent is larger than any form here.", "Das Gesendete ist größer als jedes Formular hier.";
    opening: "Opening…", "Wird geöffnet…";
    opening_text: "You come from another site. If nothing happens, go on here.", "Sie kommen von einer anderen Website. Wenn nichts geschieht, geht es hier weiter.";
    to_today: "To Today", "Zu Heute";
    try_again: "Try again", "Erneut versuchen";
    look_again: "Look again", "Erneut ansehen";
    go_on: "Go on", "Weiter";
}

#[cfg(test)]
mod tests;
