//! A route of the API, as its row in a table tells it.

use domain::settings::Role;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::Value;

/// Makes the schema of a type.
pub type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// One route.
pub struct Route {
    /// As the template declares it: `POST /orders/{order_id}/cancel`.
    pub key: &'static str,
    /// A name for generated clients.
    pub id: &'static str,
    pub summary: &'static str,
    /// What the summary leaves open.
    pub description: &'static str,
    pub access: Access,
    /// Of the query string and the headers; those of the path follow from the key.
    pub parameters: Vec<Parameter>,
    pub body: Option<Body>,
    pub answer: Answer,
    /// Those of this route alone; see [`crate::problems`] for what many routes have in common.
    pub problems: Vec<Problem>,
}

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Keys of these roles, beside operators, who may do everything.
    Keys(&'static [Role]),
    /// Whoever signs the request.
    Signature,
}

/// A parameter of the query string or a header.
pub struct Parameter {
    pub place: &'static str,
    pub name: &'static str,
    pub description: &'static str,
    pub required: bool,
    pub schema: SchemaOf,
}

/// The body of a request.
pub struct Body {
    pub schema: SchemaOf,
    pub example: Value,
}

/// The answer when all goes well.
pub struct Answer {
    pub status: u16,
    pub description: &'static str,
    pub schema: SchemaOf,
}

/// A way to fail: `urn:orderly:problem:` and `name`.
#[derive(Debug, Clone, Copy)]
pub struct Problem {
    pub status: u16,
    pub name: &'static str,
    pub description: &'static str,
}

impl Route {
    /// A route that operators alone may call, and that answers with a `T`.
    pub fn new<T: JsonSchema>(
        key: &'static str,
        id: &'static str,
        summary: &'static str,
        (status, description): (u16, &'static str),
    ) -> Self {
        Self {
            key,
            id,
            summary,
            description: "",
            access: Access::Keys(&[]),
            parameters: Vec::new(),
            body: None,
            answer: Answer { status, description, schema: SchemaGenerator::subschema_for::<T> },
            problems: Vec::new(),
        }
    }

    pub fn about(self, description: &'static str) -> Self {
        Self { description, ..self }
    }

    pub fn roles(self, roles: &'static [Role]) -> Self {
        Self { access: Access::Keys(roles), ..self }
    }

    /// Authenticated by the signature of its sender instead of an API key: by the one in its header, if there is one sender,
    /// or in one of theirs.
    pub fn signed(mut self, senders: &[Option<(&'static str, &'static str)>]) -> Self {
        self.access = Access::Signature;
        let is_only = senders.len() == 1;
        let headers = senders.iter().flatten();
        headers.fold(self, |route, (name, what)| route.parameter::<String>("header", name, is_only, what))
    }

    /// Takes an `Idempotency-Key`, which does what `description` tells.
    pub fn key(self, description: &'static str) -> Self {
        self.parameter::<crate::schemas::IdempotencyKey>("header", IDEMPOTENCY_KEY, false, description)
    }

    pub fn query<T: JsonSchema>(self, name: &'static str, description: &'static str) -> Self {
        self.parameter::<T>("query", name, false, description)
    }

    pub fn required_query<T: JsonSchema>(self, name: &'static str, description: &'static str) -> Self {
        self.parameter::<T>("query", name, true, description)
    }

    fn parameter<T: JsonSchema>(
        mut self,
        place: &'static str,
        name: &'static str,
        required: bool,
        description: &'static str,
    ) -> Self {
        let schema = SchemaGenerator::subschema_for::<T>;
        self.parameters.push(Parameter { place, name, description, required, schema });
        self
    }

    pub fn takes<T: JsonSchema>(self, example: Value) -> Self {
        Self { body: Some(Body { schema: SchemaGenerator::subschema_for::<T>, example }), ..self }
    }

    pub fn problem(mut self, status: u16, name: &'static str, description: &'static str) -> Self {
        self.problems.push(Problem { status, name, description });
        self
    }

    pub fn problems(self, all: impl IntoIterator<Item = (u16, &'static str, &'static str)>) -> Self {
        all.into_iter().fold(self, |route, (status, name, description)| route.problem(status, name, description))
    }

    /// The method and the path.
    pub fn parts(&self) -> (&'static str, &'static str) {
        self.key.split_once(' ').unwrap_or_default()
    }

    /// The names of the path's parameters.
    pub fn path_parameters(&self) -> impl Iterator<Item = &'static str> {
        self.parts().1.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }

    pub fn takes_key(&self) -> bool {
        self.parameters.iter().any(|parameter| parameter.name == IDEMPOTENCY_KEY)
    }

    /// Whether it changes something and says everything in its path.
    pub fn takes_no_body(&self) -> bool {
        self.body.is_none() && !self.key.starts_with("GET ")
    }

    pub fn takes_query(&self) -> bool {
        self.parameters.iter().any(|parameter| parameter.place == "query")
    }
}

const IDEMPOTENCY_KEY: &str = "Idempotency-Key";
