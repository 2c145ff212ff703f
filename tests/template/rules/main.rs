//! The rules of `template.yaml`. A rule reads the template and lists violations. The test beside it applies the rule to
//! the real template, and then breaks the template to check that the rule notices.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod alarms;
mod functions;
mod http;
mod mails;
mod permissions;
mod queues;
mod tables;
mod template;

use serde_json::Value;
use template::Template;

/// One sentence for each violation. It names the resource.
type Violations = Vec<String>;

/// A change to the template, by JSON pointer.
enum Edit {
    Set(&'static str, Value),
    Remove(&'static str),
}

/// Asserts that the template keeps `rule`. Then makes each edit alone, and expects a violation with the text beside the
/// edit.
fn law(rule: fn(&Template) -> Violations, breaches: &[(Edit, &str)]) {
    let template = Template::load();
    let violations = rule(&template);
    assert!(violations.is_empty(), "{violations:#?}");
    assert!(!breaches.is_empty(), "a rule that nothing can break is no rule");
    for (edit, culprit) in breaches {
        let (path, violations) = match edit {
            Edit::Set(path, value) => (path, rule(&template.with(path, value.clone()))),
            Edit::Remove(path) => (path, rule(&template.without(path))),
        };
        assert!(
            violations.iter().any(|violation| violation.contains(culprit)),
            "the rule does not notice the change at {path}: {violations:?}"
        );
    }
}
