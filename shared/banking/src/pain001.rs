//! SEPA credit transfers as a file for the bank: ISO 20022 `pain.001.001.09`, in euros.
//!
//! Built as the European Payments Council asks for (EPC132-08, customer to bank), which is what banks take: one
//! payment with all transfers, `SLEV` charges, the characters of SEPA only. Since these are all harmless in XML, and
//! everything else is a number or a date, nothing needs to be escaped.

use crate::latin::latin;
use domain::contact::Iban;
use domain::money::{Amount, Currency, decimal};
use jiff::{Timestamp, civil::Date};
use std::{
    collections::HashSet,
    fmt::{self, Write},
};

/// A file of transfers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfers {
    /// The bank takes a message with the same id only once: the same transfers must get the same id.
    pub message: String,
    pub created: Timestamp,
    /// The day on which the bank is to carry them out.
    pub execution: Date,
    /// Who sends the file.
    pub initiator: String,
    pub debtor: Debtor,
    pub transfers: Vec<Transfer>,
}

/// Whose account the money is taken from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Debtor {
    pub name: String,
    pub iban: Iban,
    /// Within the European Economic Area the IBAN is enough.
    pub bic: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// Handed on to the creditor, and told again if the transfer comes back.
    pub end_to_end: String,
    pub amount: Amount,
    pub currency: Currency,
    pub creditor: String,
    pub iban: Iban,
    pub remittance: String,
}

/// Why no file can be written. A transfer is named by its place, counted from one: its values are personal data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("there is no transfer to write")]
    Empty,
    #[error("a file holds {MAX_TRANSFERS} transfers at most; write several")]
    TooMany,
    #[error("the {0} must have 1 to 35 letters, digits and signs of SEPA, and no slash at its ends or twice in a row")]
    Id(Place),
    #[error("the {0} must have a letter or a digit")]
    Name(Place),
    #[error("the debtor's BIC must have 8 or 11 capitals and digits")]
    Bic,
    #[error("transfer {0}: SEPA transfers are in EUR; pay this one back otherwise")]
    Currency(usize),
    #[error("transfer {0}: the account is in a country that SEPA does not reach; pay this one back otherwise")]
    Country(usize),
    #[error("transfer {0}: the amount must be 0.01 to 999999999.99 EUR")]
    Amount(usize),
    #[error("transfer {0} has the end-to-end id of an earlier one")]
    Twice(usize),
}

/// What a [`Refused`] is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Message,
    Initiator,
    Debtor,
    EndToEnd(usize),
    Creditor(usize),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message => f.write_str("message id"),
            Self::Initiator => f.write_str("initiator's name"),
            Self::Debtor => f.write_str("debtor's name"),
            Self::EndToEnd(n) => write!(f, "end-to-end id of transfer {n}"),
            Self::Creditor(n) => write!(f, "creditor's name of transfer {n}"),
        }
    }
}

/// As many as the sum can hold without overflowing, and more than banks take in one file.
const MAX_TRANSFERS: usize = 20_000;

const NAME: usize = 70;
const REMITTANCE: usize = 140;
const ID: usize = 35;

/// The largest amount of SEPA: 999,999,999.99 EUR.
const MAX: Amount = 99_999_999_999;

/// The file. It is the same for the same transfers.
pub fn pain001(all: &Transfers) -> Result<String, Refused> {
    if all.transfers.is_empty() {
        return Err(Refused::Empty);
    }
    if all.transfers.len() > MAX_TRANSFERS {
        return Err(Refused::TooMany);
    }
    let message = id(&all.message, Place::Message)?;
    let initiator = name(&all.initiator, Place::Initiator)?;
    let debtor = name(&all.debtor.name, Place::Debtor)?;
    let agent = agent(all.debtor.bic.as_deref())?;
    let mut ids = HashSet::new();
    let mut transfers = String::new();
    for (n, transfer) in (1..).zip(&all.transfers) {
        let end_to_end = id(&transfer.end_to_end, Place::EndToEnd(n))?;
        write_transfer(transfer, n, &end_to_end, &mut transfers)?;
        if !ids.insert(end_to_end) {
            return Err(Refused::Twice(n));
        }
    }
    let count = all.transfers.len();
    let sum = euros(all.transfers.iter().map(|transfer| transfer.amount).sum());
    let created = all.created.strftime("%Y-%m-%dT%H:%M:%SZ");
    let execution = all.execution;
    let iban = all.debtor.iban.as_str();
    Ok(format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09">
<CstmrCdtTrfInitn>
<GrpHdr>
<MsgId>{message}</MsgId>
<CreDtTm>{created}</CreDtTm>
<NbOfTxs>{count}</NbOfTxs>
<CtrlSum>{sum}</CtrlSum>
<InitgPty><Nm>{initiator}</Nm></InitgPty>
</GrpHdr>
<PmtInf>
<PmtInfId>{message}</PmtInfId>
<PmtMtd>TRF</PmtMtd>
<BtchBookg>false</BtchBookg>
<NbOfTxs>{count}</NbOfTxs>
<CtrlSum>{sum}</CtrlSum>
<PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl></PmtTpInf>
<ReqdExctnDt><Dt>{execution}</Dt></ReqdExctnDt>
<Dbtr><Nm>{debtor}</Nm></Dbtr>
<DbtrAcct><Id><IBAN>{iban}</IBAN></Id></DbtrAcct>
<DbtrAgt><FinInstnId>{agent}</FinInstnId></DbtrAgt>
<ChrgBr>SLEV</ChrgBr>
{transfers}</PmtInf>
</CstmrCdtTrfInitn>
</Document>
"#
    ))
}

fn write_transfer(transfer: &Transfer, n: usize, end_to_end: &str, xml: &mut String) -> Result<(), Refused> {
    if transfer.currency.as_str() != "EUR" {
        return Err(Refused::Currency(n));
    }
    if !transfer.iban.is_in_sepa() {
        return Err(Refused::Country(n));
    }
    if !(1..=MAX).contains(&transfer.amount) {
        return Err(Refused::Amount(n));
    }
    let amount = euros(transfer.amount);
    let creditor = name(&transfer.creditor, Place::Creditor(n))?;
    let iban = transfer.iban.as_str();
    let remittance = line(&transfer.remittance, REMITTANCE);
    let remittance = match remittance.as_str() {
        "" => String::new(),
        text => format!("\n<RmtInf><Ustrd>{text}</Ustrd></RmtInf>"),
    };
    // Writing to a text cannot fail.
    let _ = writeln!(
        xml,
        r#"<CdtTrfTxInf>
<PmtId><EndToEndId>{end_to_end}</EndToEndId></PmtId>
<Amt><InstdAmt Ccy="EUR">{amount}</InstdAmt></Amt>
<Cdtr><Nm>{creditor}</Nm></Cdtr>
<CdtrAcct><Id><IBAN>{iban}</IBAN></Id></CdtrAcct>{remittance}
</CdtTrfTxInf>"#
    );
    Ok(())
}

fn euros(cents: Amount) -> String {
    decimal(cents, 2)
}

fn agent(bic: Option<&str>) -> Result<String, Refused> {
    let Some(bic) = bic else { return Ok("<Othr><Id>NOTPROVIDED</Id></Othr>".to_owned()) };
    let upper = |part: &str| part.bytes().all(|b| b.is_ascii_uppercase());
    let fits = [8, 11].contains(&bic.len())
        && bic.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        && upper(&bic[4..6]);
    if fits { Ok(format!("<BICFI>{bic}</BICFI>")) } else { Err(Refused::Bic) }
}

/// An id in full, since a shortened one could be that of another transfer. EPC132-08 forbids slashes at the ends.
fn id(text: &str, place: Place) -> Result<String, Refused> {
    let id = latin(text);
    let slashes = id.starts_with('/') || id.ends_with('/') || id.contains("//");
    let fits = (1..=ID).contains(&id.len()) && id.trim() == id && !slashes;
    if fits { Ok(id) } else { Err(Refused::Id(place)) }
}

fn name(text: &str, place: Place) -> Result<String, Refused> {
    let name = line(text, NAME);
    if name.contains(|c: char| c.is_ascii_alphanumeric()) { Ok(name) } else { Err(Refused::Name(place)) }
}

/// A text as SEPA transfers it, with its blanks made single, and shortened. (After the conversion each character is
/// one byte.)
fn line(text: &str, max: usize) -> String {
    let mut line = latin(text).split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    line.truncate(max);
    line.truncate(line.trim_end().len());
    line
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
