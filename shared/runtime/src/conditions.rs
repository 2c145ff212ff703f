//! The merchant's choices for new orders, as the template's parameters say them.

use crate::{ConfigError, optional, variable};
use app::place::Conditions;
use domain::limits::{Limits, NoLimits};
use jiff::SignedDuration;

/// Reads them from the environment.
pub fn conditions_from_env() -> Result<Conditions, ConfigError> {
    conditions(
        &variable("RESERVATION_MINUTES")?,
        &variable("SURPLUS")?,
        &optional("REFUND_APPROVAL").unwrap_or_default(),
        &variable("CAPTURE")?,
        &variable("INVOICE")?,
    )
}

/// Reads `RESERVATION_MINUTES`, `SURPLUS`, `REFUND_APPROVAL`, `CAPTURE` and `INVOICE`.
pub fn conditions(
    reservation_minutes: &str,
    surplus: &str,
    approval: &str,
    capture: &str,
    invoice: &str,
) -> Result<Conditions, ConfigError> {
    let wrong = |name, problem: &str| ConfigError::Invalid { name, problem: problem.to_owned() };
    let minutes = reservation_minutes.parse().ok().filter(|minutes| *minutes > 0);
    let minutes = minutes.ok_or(wrong("RESERVATION_MINUTES", "must be a whole number of minutes, 1 or more"))?;
    let refunds_surplus = match surplus {
        "hold" => false,
        "refund" => true,
        _ => return Err(wrong("SURPLUS", "must be hold or refund")),
    };
    let limits = approval.parse().map_err(|why: NoLimits| wrong("REFUND_APPROVAL", &why.to_string()));
    let Limits(approval_limits) = limits?;
    let capturing = capture.parse().map_err(|why: String| wrong("CAPTURE", &why))?;
    let invoicing = invoice.parse().map_err(|why: String| wrong("INVOICE", &why))?;
    let reservation = SignedDuration::from_mins(minutes);
    Ok(Conditions { reservation, refunds_surplus, approval_limits, capturing, invoicing, emails_elsewhere: false })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use domain::policy::{Capturing, Invoicing};

    #[test]
    fn a_setting_that_cannot_be_meant_stops_the_function_with_its_name() {
        let limits = conditions("60", "hold", " EUR:20000, JPY:0 ", "when-told", "when-told").unwrap().approval_limits;
        assert_eq!(
            limits.into_iter().map(|(c, limit)| (c.to_string(), limit)).collect::<Vec<_>>(),
            [("EUR".to_owned(), 20_000), ("JPY".to_owned(), 0)]
        );
        let other = conditions("60", "refund", "", "at-hand-over", "at-payment").unwrap();
        assert!(other.refunds_surplus && other.capturing == Capturing::AtHandOver);
        assert_eq!(other.invoicing, Invoicing::AtPayment);
        let table = [
            ("0", "hold", "", "when-told", "when-told", "RESERVATION_MINUTES"),
            ("1h", "hold", "", "when-told", "when-told", "RESERVATION_MINUTES"),
            ("60", "", "", "when-told", "when-told", "SURPLUS"),
            ("60", "hold", "200.00", "when-told", "when-told", "REFUND_APPROVAL"),
            ("60", "hold", "EUR:-1", "when-told", "when-told", "REFUND_APPROVAL"),
            ("60", "hold", "EURO:1", "when-told", "when-told", "REFUND_APPROVAL"),
            ("60", "hold", "", "later", "when-told", "CAPTURE"),
            ("60", "hold", "", "when-told", "never", "INVOICE"),
        ];
        for (minutes, surplus, approval, capture, invoice, name) in table {
            let error = conditions(minutes, surplus, approval, capture, invoice).unwrap_err().to_string();
            assert!(error.contains(name), "{error}");
        }
    }
}
