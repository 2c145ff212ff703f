//! Reading JSON bodies so that every wrong field is found at once.
//!
//! serde stops at the first fault; a person who fixes one field to be told of the next one learns slowly. A
//! [`Decoder`] goes through the whole body and collects what is wrong, with the path to it.

use super::{Error, FieldError, Problem, Request};
use domain::{
    ids::LineId,
    whole::{LineNumber, Number, Whole},
};
use serde_json::{Map, Value};
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
    ops::RangeInclusive,
    str::FromStr,
};

/// A day, for fields that are read with it.
pub fn date(text: &str) -> Result<jiff::civil::Date, &'static str> {
    text.parse().map_err(|_| "must be a date, for example 2026-12-25")
}

/// Collects the faults of one body.
pub(crate) struct Decoder<'a> {
    request: &'a Request,
    errors: RefCell<Vec<FieldError>>,
}

/// The fields of one JSON object. Fields that nobody asks for are reported as unknown at the end: a
/// misspelled optional field would be lost without a word.
pub struct Fields<'a> {
    decoder: &'a Decoder<'a>,
    path: String,
    object: &'a Map<String, Value>,
    known: RefCell<BTreeSet<&'static str>>,
}

impl<'a> Decoder<'a> {
    /// Reads `body` with `read`, which gives none when it has reported why.
    pub(crate) fn read<T>(
        body: &Value,
        request: &'a Request,
        read: impl FnOnce(&Fields<'_>) -> Option<T>,
    ) -> Result<T, Error> {
        let decoder = Self { request, errors: RefCell::default() };
        let value = decoder.object(String::new(), body, read);
        let errors = decoder.errors.into_inner();
        match value {
            Some(value) if errors.is_empty() => Ok(value),
            _ => Err(Problem::invalid(errors).into()),
        }
    }

    fn report(&self, field: String, detail: impl Display) {
        let field = if field.is_empty() { "body".to_owned() } else { field };
        self.errors.borrow_mut().push(FieldError { field, detail: detail.to_string() });
    }

    fn object<T>(&self, path: String, value: &Value, read: impl FnOnce(&Fields<'_>) -> Option<T>) -> Option<T> {
        let Value::Object(object) = value else {
            self.report(path, "must be an object");
            return None;
        };
        let fields = Fields { decoder: self, path, object, known: RefCell::default() };
        let value = read(&fields);
        for name in object.keys().filter(|name| !fields.known.borrow().contains(name.as_str())) {
            // The name is the client's: it is cut, and nothing of its value is repeated.
            let name: String = name.chars().take(64).collect();
            self.report(fields.at(&name), "is not a known field");
        }
        value
    }
}

impl Fields<'_> {
    fn at(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// The request that the body is of: who asks, and under which key.
    pub fn request(&self) -> &Request {
        self.decoder.request
    }

    /// Reports something about a field that only a look at several fields can tell.
    pub fn report(&self, name: &str, detail: impl Display) {
        self.decoder.report(self.at(name), detail);
    }

    /// The field's value; null counts as absent.
    fn get(&self, name: &'static str) -> Option<&Value> {
        self.known.borrow_mut().insert(name);
        self.object.get(name).filter(|value| !value.is_null())
    }

    /// The value of a text that may be absent. One without any character counts as absent: many clients send it for a field
    /// that their own form left empty.
    fn get_text(&self, name: &'static str) -> Option<&Value> {
        self.get(name).filter(|value| value.as_str().is_none_or(|text| !text.trim().is_empty()))
    }

    fn require(&self, name: &'static str) -> Option<&Value> {
        let value = self.get(name);
        if value.is_none() {
            self.report(name, "is required");
        }
        value
    }

    fn check<T, E: Display>(&self, name: &str, checked: Result<T, E>) -> Option<T> {
        checked.map_err(|detail| self.report(name, detail)).ok()
    }

    /// The request's idempotency key, without which it is refused. `why` says what a repetition without one would do.
    pub fn required_key(&self, why: &str) -> Option<String> {
        // A malformed key was refused before the body was read.
        let key = self.request().idempotency_key().ok().flatten().map(str::to_owned);
        if key.is_none() {
            self.report(
                "Idempotency-Key",
                format!("the header is required: {why}. Send the same one each time you try again"),
            );
        }
        key
    }

    /// A text, as `parse` accepts it.
    pub fn text_by<T, E: Display>(&self, name: &'static str, parse: impl FnOnce(&str) -> Result<T, E>) -> Option<T> {
        let value = self.require(name)?;
        self.parse_text(name, value, parse)
    }

    /// A text that may be absent. The outer none says that it is there and wrong.
    #[allow(clippy::option_option)] // absent and wrong are different
    pub fn optional_text_by<T, E: Display>(
        &self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<Option<T>> {
        match self.get_text(name) {
            None => Some(None),
            Some(value) => self.parse_text(name, value, parse).map(Some),
        }
    }

    fn parse_text<T, E: Display>(
        &self,
        name: &str,
        value: &Value,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        match value.as_str() {
            Some(text) => self.check(name, parse(text)),
            None => self.check(name, Err("must be a text")),
        }
    }

    /// A text of a type that says what it may be: a SKU, a currency, a customer's name.
    pub fn text<T: FromStr<Err: Display>>(&self, name: &'static str) -> Option<T> {
        self.text_by(name, str::parse)
    }

    #[allow(clippy::option_option)] // absent and wrong are different
    pub fn optional_text<T: FromStr<Err: Display>>(&self, name: &'static str) -> Option<Option<T>> {
        self.optional_text_by(name, str::parse)
    }

    /// A text that restricts something, and may be absent. An empty one is refused: if it stood for nothing, what was meant
    /// as a restriction would be lost without a word.
    #[allow(clippy::option_option)] // absent and wrong are different
    pub fn restriction<T: FromStr<Err: Display>>(&self, name: &'static str) -> Option<Option<T>> {
        match self.get(name) {
            None => Some(None),
            Some(value) => self.parse_text(name, value, str::parse).map(Some),
        }
    }

    /// A whole number of a type that says how large it may be.
    pub fn whole<T: Number, const MIN: i64, const MAX: i64>(&self, name: &'static str) -> Option<Whole<T, MIN, MAX>> {
        let value = self.require(name)?;
        self.parse_whole(name, value)
    }

    #[allow(clippy::option_option)] // absent and wrong are different
    pub fn optional_whole<T: Number, const MIN: i64, const MAX: i64>(
        &self,
        name: &'static str,
    ) -> Option<Option<Whole<T, MIN, MAX>>> {
        self.get(name).map_or(Some(None), |value| self.parse_whole(name, value).map(Some))
    }

    fn parse_whole<T: Number, const MIN: i64, const MAX: i64>(
        &self,
        name: &str,
        value: &Value,
    ) -> Option<Whole<T, MIN, MAX>> {
        let number = whole(value).and_then(|number| Whole::try_from(number).ok());
        self.check(name, number.ok_or(Whole::<T, MIN, MAX>::WRONG))
    }

    /// Whole numbers by names of a type, such as amounts by currency.
    #[allow(clippy::option_option)] // absent and wrong are different
    pub fn optional_wholes<K: FromStr<Err: Display> + Ord, T: Number, const MIN: i64, const MAX: i64>(
        &self,
        name: &'static str,
    ) -> Option<Option<BTreeMap<K, Whole<T, MIN, MAX>>>> {
        let Some(value) = self.get(name) else { return Some(None) };
        let object = self.check(name, value.as_object().ok_or("must be an object"))?;
        let read = |(key, value): (&String, &Value)| {
            // The name is the client's: it is cut.
            let at = format!("{name}.{}", key.chars().take(64).collect::<String>());
            let (key, number) = (self.check(&at, key.parse()), self.parse_whole(&at, value));
            Some((key?, number?))
        };
        let read: Vec<Option<_>> = object.iter().map(read).collect();
        read.into_iter().collect::<Option<_>>().map(Some)
    }

    /// The number of a line of an order.
    pub fn line(&self) -> Option<LineId> {
        let number: LineNumber = self.whole("line")?;
        Some(number.get())
    }

    /// Reports a list that names a line of the order twice.
    pub fn each_line_once(&self, name: &str, lines: impl IntoIterator<Item = LineId>) {
        let mut seen = BTreeSet::new();
        if !lines.into_iter().all(|line| seen.insert(line)) {
            self.report(name, "names a line twice");
        }
    }

    /// True or false, or `default`.
    pub fn boolean_or(&self, name: &'static str, default: bool) -> Option<bool> {
        match self.get(name) {
            None => Some(default),
            Some(value) => self.check(name, value.as_bool().ok_or("must be true or false")),
        }
    }

    #[allow(clippy::option_option)] // absent and wrong are different
    pub fn optional_boolean(&self, name: &'static str) -> Option<Option<bool>> {
        match self.get(name) {
            None => Some(None),
            Some(value) => self.check(name, value.as_bool().ok_or("must be true or false")).map(Some),
        }
    }

    pub fn object<T>(&self, name: &'static str, read: impl FnOnce(&Fields<'_>) -> Option<T>) -> Option<T> {
        let value = self.require(name)?;
        self.decoder.object(self.at(name), value, read)
    }

    #[allow(clippy::option_option)] // absent and wrong are different
    pub fn optional_object<T>(
        &self,
        name: &'static str,
        read: impl FnOnce(&Fields<'_>) -> Option<T>,
    ) -> Option<Option<T>> {
        match self.get(name) {
            None => Some(None),
            Some(value) => self.decoder.object(self.at(name), value, read).map(Some),
        }
    }

    /// A list of objects whose length is within `length`.
    pub fn list<T>(
        &self,
        name: &'static str,
        length: RangeInclusive<usize>,
        mut read: impl FnMut(&Fields<'_>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let value = self.require(name)?;
        self.parse_list(name, value, length, "objects", |at, item| self.decoder.object(at, item, &mut read))
    }

    /// A list of objects that may be absent.
    #[allow(clippy::option_option)] // absent and wrong are different
    pub fn optional_list<T>(
        &self,
        name: &'static str,
        length: RangeInclusive<usize>,
        read: impl FnMut(&Fields<'_>) -> Option<T>,
    ) -> Option<Option<Vec<T>>> {
        if self.get(name).is_none() { Some(None) } else { self.list(name, length, read).map(Some) }
    }

    /// A list of texts, each as `parse` accepts it, whose length is within `length`.
    #[allow(clippy::option_option)] // absent and wrong are different
    pub fn optional_texts<T, E: Display>(
        &self,
        name: &'static str,
        length: RangeInclusive<usize>,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<Option<Vec<T>>> {
        if self.get(name).is_none() { Some(None) } else { self.texts(name, length, parse).map(Some) }
    }

    /// A list of texts that must be there.
    pub fn texts<T, E: Display>(
        &self,
        name: &'static str,
        length: RangeInclusive<usize>,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<Vec<T>> {
        let value = self.require(name)?;
        let read = |at: String, item: &Value| {
            let parsed = item.as_str().map(&parse);
            let parsed = parsed.map_or_else(|| Err("must be a text".to_owned()), |p| p.map_err(|e| e.to_string()));
            parsed.map_err(|detail| self.decoder.report(at, detail)).ok()
        };
        self.parse_list(name, value, length, "texts", read)
    }

    fn parse_list<T>(
        &self,
        name: &str,
        value: &Value,
        length: RangeInclusive<usize>,
        what: &str,
        mut read: impl FnMut(String, &Value) -> Option<T>,
    ) -> Option<Vec<T>> {
        let Some(items) = value.as_array().filter(|items| length.contains(&items.len())) else {
            let must = format!("must be a list of {} to {} {what}", length.start(), length.end());
            return self.check(name, Err(must));
        };
        let at = |n: usize| format!("{}[{n}]", self.at(name));
        let items: Vec<_> = items.iter().enumerate().map(|(n, item)| read(at(n), item)).collect();
        items.into_iter().collect()
    }

    /// The field as it is, for a type that knows how to read itself.
    #[allow(clippy::option_option)] // absent and wrong are different
    pub fn optional_value<T: serde::de::DeserializeOwned>(&self, name: &'static str) -> Option<Option<T>> {
        match self.get(name) {
            None => Some(None),
            Some(value) => self.check(name, serde_json::from_value(value.clone())).map(Some),
        }
    }
}

/// A whole number. JSON makes no difference between 2 and 2.0, and some clients write the latter.
fn whole(value: &Value) -> Option<i64> {
    // Written out, a whole float has no point in it.
    value.as_i64().or_else(|| value.as_f64()?.to_string().parse().ok())
}

#[cfg(test)]
mod tests;
