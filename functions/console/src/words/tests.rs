use super::{
    ENGLISH, GERMAN, Kind, Named,
    kinds::{ATTENTION_WAY_ON, WAY_ON},
    of,
};
use domain::{
    attention::AttentionReason,
    batch::BatchStatus,
    history::Event,
    mail_report::MailReport,
    order_state::{HoldReason, OrderStatus},
    parcel_state::ParcelState,
    returns::{Disposition, ReturnReason},
    settings::Role,
};
use std::collections::BTreeSet;

fn names<T: Copy>(all: &[T], name: impl Fn(T) -> &'static str) -> BTreeSet<&'static str> {
    all.iter().map(|one| name(*one)).collect()
}

#[test]
fn every_name_of_the_rules_has_words_and_no_other_name_has() {
    let tables: [(&[Named], BTreeSet<&str>); 12] = [
        (of(Kind::Order), OrderStatus::NAMES.into_iter().collect()),
        (of(Kind::Batch), names(BatchStatus::ALL, BatchStatus::as_str)),
        (of(Kind::Hold), names(HoldReason::ALL, HoldReason::as_str)),
        (WAY_ON, names(HoldReason::ALL, HoldReason::as_str)),
        (of(Kind::Attention), names(AttentionReason::ALL, AttentionReason::as_str)),
        (ATTENTION_WAY_ON, names(AttentionReason::ALL, AttentionReason::as_str)),
        (of(Kind::Event), names(Event::ALL, Event::as_str)),
        (of(Kind::Mail), names(MailReport::ALL, MailReport::as_str)),
        (of(Kind::Parcel), names(ParcelState::ALL, ParcelState::as_str)),
        (of(Kind::ReturnReason), names(ReturnReason::ALL, ReturnReason::as_str)),
        (of(Kind::Disposition), names(Disposition::ALL, Disposition::as_str)),
        (of(Kind::Role), Role::ALL.iter().map(|role| role.as_str()).collect()),
    ];
    for (table, names) in tables {
        assert_eq!(table.iter().map(|(name, ..)| *name).collect::<BTreeSet<_>>(), names);
        assert_eq!(table.len(), names.len(), "each name stands once");
    }
}

#[test]
fn each_language_says_what_it_is() {
    assert_eq!((ENGLISH.tag, GERMAN.tag), ("en", "de"));
}
