//! Whose fault it is that SES does not take a request.
//!
//! SES answers `BadRequestException` to anything that is wrong: an address, a tag, a size. Only its message tells them apart. A
//! message that is not known here is nobody's address: the e-mail stays owed, is tried again, and an alarm goes off.

/// What SES says of an address that is none. It reads addresses as `jakarta.mail.internet.InternetAddress` does, and says what
/// that says: <https://github.com/jakartaee/mail-api>.
const OF_ADDRESSES: [&str; 16] = [
    "Empty address",
    "Illegal address",
    "Illegal character",
    "Invalid domain name",
    "Local address contains control or whitespace",
    "Local address contains dot-dot",
    "Local address contains illegal character",
    "Local address ends with dot",
    "Local address starts with dot",
    "Domain contains control or whitespace",
    "Domain contains dot-dot",
    "Domain contains illegal character",
    "Domain ends with dot",
    "Domain starts with dot",
    "Missing final '@domain'",
    "Missing local name",
];

/// What is wrong with the address, if the message is about one. The sender's own was read at the start, so it is the
/// recipient's.
pub(super) fn of_address(message: &str) -> Option<&'static str> {
    OF_ADDRESSES.into_iter().find(|known| message.contains(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_said_of_an_address_is_the_recipient_s_fault() {
        for (message, what) in [
            ("Missing final '@domain'", Some("Missing final '@domain'")),
            ("Domain contains illegal character: ann@ex_ample.com", Some("Domain contains illegal character")),
            ("Local address contains control or whitespace", Some("Local address contains control or whitespace")),
            ("Invalid tag value", None),
            (
                "Email address is not verified. The following identities failed the check in region EU-WEST-1: a@b.c",
                None,
            ),
            ("Message length is more than 10485760 bytes long", None),
            ("The From address is missing", None),
            ("", None),
        ] {
            assert_eq!(of_address(message), what, "{message}");
        }
    }
}
