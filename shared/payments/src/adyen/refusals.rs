//! Why a payment was refused: <https://docs.adyen.com/development-resources/refusal-reasons>.

/// The reasons that Adyen documents. Any other text may name the customer, so it is not kept.
const REASONS: [&str; 44] = [
    "3D Not Authenticated",
    "3DS Authentication Error",
    "Acquirer Error",
    "Acquirer Fraud",
    "AVS Declined",
    "Authentication required",
    "Blocked Card",
    "CVC Declined",
    "CVM Required Restart Payment",
    "Cancelled",
    "Card requires online pin",
    "Chip downgrade mode",
    "Contactless fallback",
    "Current AID is in Penalty Box",
    "Declined Non Generic",
    "Expired Card",
    "FRAUD",
    "FRAUD-CANCELLED",
    "Invalid Amount",
    "Invalid Card Number",
    "Invalid Pin",
    "Issuer Suspected Fraud",
    "Issuer Unavailable",
    "Mobile pin required",
    "No checking account available on Card",
    "No savings account available on Card",
    "Not Submitted",
    "Not enough balance",
    "Not supported",
    "Online PIN required",
    "Pending",
    "Pin tries exceeded",
    "Pin validation not possible",
    "RReq not received from DS",
    "Referral",
    "Refused",
    "Restricted Card",
    "Revocation Of Auth",
    "Shopper Cancelled",
    "Transaction Not Permitted",
    "Transaction blocked by Adyen to prevent excessive retry fees",
    "Try another interface",
    "Withdrawal amount exceeded",
    "Withdrawal count exceeded",
];

/// The reason as a code: `expired_card`. `unknown` if Adyen does not document it.
pub(super) fn code(reason: &str) -> String {
    let reason = reason.trim().trim_end_matches('.');
    let known = REASONS.iter().find(|known| known.eq_ignore_ascii_case(reason));
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    known.map_or_else(|| "unknown".to_owned(), |known| known.chars().map(plain).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_documented_reason_is_kept() {
        let table = [
            ("Refused", "refused"),
            ("Not enough balance", "not_enough_balance"),
            ("FRAUD-CANCELLED", "fraud_cancelled"),
            ("cvc declined", "cvc_declined"),
            ("Current AID is in Penalty Box.", "current_aid_is_in_penalty_box"),
            ("null", "unknown"),
            ("", "unknown"),
            ("083152:1111:03/2030", "unknown"),
            ("Ada Lovelace must be 18", "unknown"),
        ];
        for (reason, expected) in table {
            assert_eq!(code(reason), expected, "{reason}");
        }
        assert!(REASONS.iter().all(|reason| code(reason).len() <= 64 && code(reason) != "unknown"));
    }
}
