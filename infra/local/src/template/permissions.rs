//! A function's permissions, and whether they cover a request: IAM's rules, as far as the template uses them.

/// What the policies of a function's role allow. Everything else is forbidden.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permissions {
    /// The logical id of the role that grants them.
    pub role: String,
    pub grants: Vec<Grant>,
}

/// One statement of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// `dynamodb:PutItem`: one service, one action, no wildcard.
    pub actions: Vec<String>,
    /// ARNs in which `*` stands for any text, including none.
    pub resources: Vec<String>,
    /// The only sender (`ses:FromAddress`) that the statement applies to.
    pub from_address: Option<String>,
}

/// A permission that a request needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    pub action: String,
    /// An ARN, or `*` for an action for which IAM has no resources.
    pub resource: String,
    /// The sender's address, for an e-mail.
    pub from_address: Option<String>,
}

impl Need {
    pub fn new(action: impl Into<String>, resource: impl Into<String>) -> Self {
        Self { action: action.into(), resource: resource.into(), from_address: None }
    }
}

impl Permissions {
    #[must_use]
    pub fn allow(&self, need: &Need) -> bool {
        self.grants.iter().any(|grant| grant.allows(need))
    }
}

impl Grant {
    fn allows(&self, need: &Need) -> bool {
        self.actions.iter().any(|action| action.eq_ignore_ascii_case(&need.action))
            && self.resources.iter().any(|pattern| matches(pattern, &need.resource))
            && self.from_address.as_ref().is_none_or(|only| need.from_address.as_ref() == Some(only))
    }
}

/// Whether `text` matches `pattern`, in which `*` stands for any text.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(start) else { return false };
    let Some((middle, end)) = rest.rsplit_once('*') else { return text.ends_with(rest) };
    // The first match of each part leaves the most text for later parts.
    for part in middle.split('*') {
        match text.split_once(part) {
            Some((_, after)) => text = after,
            None => return false,
        }
    }
    text.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("*", "arn:a", true),
            ("arn:a", "arn:a", true),
            ("arn:a", "arn:ab", false),
            ("arn:a*", "arn:a", true),
            ("arn:a*", "arn:b", false),
            ("*:a", "arn:a", true),
            ("arn:*:a", "arn:x:y:a", true),
            ("arn:*:a", "arn:a", false),
            ("ab*ba", "aba", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("a**c", "ac", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn action_resource_and_sender_must_be_of_one_grant() {
        let grant = |action: &str, resource: &str, from: Option<&str>| Grant {
            actions: vec![action.to_owned()],
            resources: vec![resource.to_owned()],
            from_address: from.map(str::to_owned),
        };
        let grants = vec![
            grant("dynamodb:GetItem", "table/a", None),
            grant("dynamodb:PutItem", "table/b", None),
            grant("ses:SendEmail", "identity/*", Some("shop@example.com")),
        ];
        let permissions = Permissions { role: "Role".to_owned(), grants };
        for (action, resource, from, expected) in [
            ("dynamodb:GetItem", "table/a", None, true),
            ("DynamoDB:getitem", "table/a", None, true),
            ("dynamodb:GetItem", "table/A", None, false),
            ("dynamodb:GetItem", "table/b", None, false),
            ("dynamodb:GetItem", "table/a/index/i", None, false),
            ("ses:SendEmail", "identity/x", Some("shop@example.com"), true),
            ("ses:SendEmail", "identity/x", Some("other@example.com"), false),
            ("ses:SendEmail", "identity/x", None, false),
            ("sqs:SendMessage", "*", None, false),
        ] {
            let need = Need { from_address: from.map(str::to_owned), ..Need::new(action, resource) };
            assert_eq!(permissions.allow(&need), expected, "{need:?}");
        }
    }
}
