//! What an entry says about its transaction: who, for what, and under which references.

use super::xml::{children, node, text};
use crate::statement::{Account, Reversal, reference};
use domain::contact::Iban;
use domain::money::Amount;
use roxmltree::Node;

#[derive(Debug, Default)]
pub(super) struct Details {
    pub payer: Option<String>,
    pub payer_iban: Option<Iban>,
    pub text: String,
    pub end_to_end: Option<String>,
    pub bank_reference: Option<String>,
    pub reversal: Option<Reversal>,
}

/// The families of bookings that give money back (ISO 20022, `ExternalBankTransactionSubFamily1Code`): returns,
/// unpaid direct debits, and payments that were recalled.
const GIVEN_BACK: [&str; 5] = ["RRTN", "UPDD", "UPCT", "RPCR", "PRDD"];

impl Details {
    /// Of one transaction; of several, what all of them say, with the payer and the references that none contradicts.
    pub(super) fn of(
        entry: Node<'_, '_>,
        transactions: &[Node<'_, '_>],
        amount: Amount,
        account: Option<&Account>,
    ) -> Self {
        let mut texts: Vec<String> = transactions.iter().map(|&transaction| remittance(transaction)).collect();
        texts.retain(|text| !text.is_empty());
        if texts.is_empty() {
            texts.extend(text(entry, &["AddtlNtryInf"]));
        }
        let (payer, payer_iban) =
            same(transactions, |transaction| party(transaction, amount, account)).unwrap_or_default();
        Self {
            payer,
            payer_iban,
            text: texts.join(" "),
            end_to_end: same(transactions, |transaction| refs(transaction, "EndToEndId")),
            bank_reference: text(entry, &["AcctSvcrRef"])
                .and_then(|text| reference(&text))
                .or_else(|| same(transactions, own_reference)),
            reversal: reversal(entry, transactions),
        }
    }
}

/// What the bank calls a transaction, other than the entry that it is part of.
pub(super) fn own_reference(transaction: Node<'_, '_>) -> Option<String> {
    refs(transaction, "AcctSvcrRef")
}

fn refs(transaction: Node<'_, '_>, name: &str) -> Option<String> {
    reference(&text(transaction, &["Refs", name])?)
}

fn same<T: PartialEq>(transactions: &[Node<'_, '_>], of: impl Fn(Node<'_, '_>) -> Option<T>) -> Option<T> {
    let mut found = transactions.iter().map(|&transaction| of(transaction));
    let first = found.next()??;
    found.all(|other| other.as_ref() == Some(&first)).then_some(first)
}

/// The other side. In a return the roles are those of the transfer that comes back, so it is whoever is not the
/// account's owner.
fn party(
    transaction: Node<'_, '_>,
    amount: Amount,
    account: Option<&Account>,
) -> Option<(Option<String>, Option<Iban>)> {
    let parties = node(transaction, &["RltdPties"])?;
    let iban = |role: &str| text(parties, &[&format!("{role}Acct"), "Id", "IBAN"])?.parse::<Iban>().ok();
    let is_own = |role: &str| account.is_some_and(|own| iban(role).is_some_and(|iban| own.as_str() == iban.as_str()));
    let (other, own) = if amount >= 0 { ("Dbtr", "Cdtr") } else { ("Cdtr", "Dbtr") };
    let role = if is_own(other) { own } else { other };
    let name = |role: &str| text(parties, &[role, "Pty", "Nm"]).or_else(|| text(parties, &[role, "Nm"]));
    Some((name(role).or_else(|| name(&format!("Ultmt{role}"))), iban(role)))
}

/// What the payer wrote, and the references of documents; what the bank wrote, if the payer wrote nothing.
fn remittance(transaction: Node<'_, '_>) -> String {
    let mut parts = Vec::new();
    if let Some(remittance) = node(transaction, &["RmtInf"]) {
        parts.extend(children(remittance, "Ustrd").filter_map(|part| text(part, &[])));
        for structured in children(remittance, "Strd") {
            parts.extend(text(structured, &["CdtrRefInf", "Ref"]));
            parts.extend(children(structured, "RfrdDocInf").filter_map(|document| text(document, &["Nb"])));
            parts.extend(children(structured, "AddtlRmtInf").filter_map(|part| text(part, &[])));
        }
    }
    if parts.is_empty() {
        parts.extend(text(transaction, &["AddtlTxInf"]));
    }
    parts.join(" ")
}

fn reversal(entry: Node<'_, '_>, transactions: &[Node<'_, '_>]) -> Option<Reversal> {
    let reversed = text(entry, &["RvslInd"]).is_some_and(|text| text == "true" || text == "1");
    let mut returns = transactions.iter().filter_map(|&transaction| node(transaction, &["RtrInf"])).peekable();
    let family = |node| text(node, &["BkTxCd", "Domn", "Fmly", "SubFmlyCd"]);
    let mut families = transactions.iter().chain([&entry]).filter_map(|&node| family(node));
    let given_back = families.any(|family| GIVEN_BACK.contains(&family.as_str()));
    if !reversed && returns.peek().is_none() && !given_back {
        return None;
    }
    let code = |returned| text(returned, &["Rsn", "Cd"]).or_else(|| text(returned, &["Rsn", "Prtry"]));
    Some(Reversal { reason: returns.find_map(code) })
}
