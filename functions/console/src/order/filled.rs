//! A form that came back: what was typed stays in it, beside what is wrong with it.

use crate::{parts::new_key, trouble::Problem, visit::Fields};

/// The form that was sent last, if one could not be carried out.
#[derive(Debug, Default)]
pub struct Filled {
    action: String,
    fields: Fields,
    problem: Option<Problem>,
}

impl Filled {
    pub fn new(action: String, fields: Fields, problem: Problem) -> Self {
        Self { action, fields, problem: Some(problem) }
    }

    /// The status of the page.
    pub fn status(&self) -> u16 {
        self.problem.as_ref().map_or(200, |problem| problem.status)
    }

    pub fn is(&self, action: &str) -> bool {
        self.problem.is_some() && self.action == action
    }

    /// What was typed into a field of this form, which may be nothing. None: the form has not come back.
    pub fn typed(&self, action: &str, name: &str) -> Option<&str> {
        self.fields.get(name).filter(|_| self.is(action)).map(String::as_str)
    }

    /// What a field of this form shows, if it shows nothing at first.
    pub fn value(&self, action: &str, name: &str) -> String {
        self.typed(action, name).unwrap_or_default().to_owned()
    }

    pub fn value_of(&self, action: &str, prefix: &str, line: &u32) -> String {
        self.value(action, &format!("{prefix}{line}"))
    }

    pub fn problem(&self, action: &str) -> Option<&Problem> {
        self.problem.as_ref().filter(|_| self.action == action)
    }

    /// The problem, if its form is not on the page: it was a button, or what it did is not offered any more.
    pub fn elsewhere(&self, offers: impl Fn(&str) -> bool) -> Option<&Problem> {
        self.problem.as_ref().filter(|_| !offers(&self.action))
    }

    /// The idempotency key of a form. One that comes back keeps its key: what was done after all is not done again.
    pub fn key(&self, action: &str) -> String {
        let kept = self.value(action, "key");
        if kept.is_empty() { new_key() } else { kept }
    }
}
