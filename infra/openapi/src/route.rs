//! A route of the API: what its function's table says of it, and what readers are told beside that.

use api::{Access, Code, Takes};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::Value;

/// Makes the schema of a type.
pub type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// One route.
pub struct Route {
    /// As its function declares it: the key, who may call it, and what it takes.
    pub declared: api::Route,
    pub prose: Prose,
}

/// What a function's table does not tell of a route.
pub struct Prose {
    /// As the template declares it: `POST /orders/{order_id}/cancel`.
    pub key: &'static str,
    /// A name for generated clients.
    pub id: &'static str,
    pub summary: &'static str,
    /// Details that the summary omits.
    pub description: &'static str,
    /// Of the query string and the headers; those of the path follow from the key.
    pub parameters: Vec<Parameter>,
    pub example: Option<Value>,
    /// Of what its sender has signed: that type is the sender's.
    pub signed: Option<SchemaOf>,
    pub answer: Answer,
    /// Problems of this route alone. [`crate::problems`] has those that many routes have in common.
    pub problems: Vec<Problem>,
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

/// The answer to a successful request.
pub struct Answer {
    pub status: u16,
    pub description: &'static str,
    pub schema: SchemaOf,
    /// Its media type.
    pub media: &'static str,
    /// Other forms that a client may ask for, by their media types.
    pub forms: &'static [&'static str],
}

/// A way to fail, and what it is about on this route.
#[derive(Debug, Clone, Copy)]
pub struct Problem {
    pub code: Code,
    pub description: &'static str,
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self { code, description: code.meaning() }
    }
}

impl Route {
    pub fn key(&self) -> &'static str {
        self.declared.key
    }

    pub fn id(&self) -> &'static str {
        self.prose.id
    }

    /// The type of its body, and an example.
    pub fn body(&self) -> Option<Body> {
        let schema = match self.declared.takes {
            Takes::Json(kind) => Some(kind.schema),
            Takes::Signed => self.prose.signed,
            Takes::Nothing | Takes::Anything => None,
        };
        schema.map(|schema| Body { schema, example: self.prose.example.clone().unwrap_or_default() })
    }

    pub fn is_for_keys(&self) -> bool {
        matches!(self.declared.access, Access::Keys(_))
    }

    /// The parameters of its query string that are described.
    pub fn described_query(&self) -> Vec<&'static str> {
        let of_query = |parameter: &&Parameter| parameter.place == "query";
        self.prose.parameters.iter().filter(of_query).map(|parameter| parameter.name).collect()
    }
}

impl Prose {
    /// About a route that answers with a `T`.
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
            parameters: Vec::new(),
            example: None,
            signed: None,
            answer: Answer {
                status,
                description,
                schema: SchemaGenerator::subschema_for::<T>,
                media: "application/json",
                forms: &[],
            },
            problems: Vec::new(),
        }
    }

    /// Answers in this form instead of JSON.
    pub fn only_as(mut self, media: &'static str) -> Self {
        self.answer.media = media;
        self
    }

    /// Answers in other forms too, if it is asked to.
    pub fn forms(mut self, forms: &'static [&'static str]) -> Self {
        self.answer.forms = forms;
        self
    }

    pub fn about(self, description: &'static str) -> Self {
        Self { description, ..self }
    }

    /// Authenticated by the signature of its sender instead of an API key: by the one in its header, if there is one sender,
    /// or in one of theirs. The body is the sender's, a `T`.
    pub fn signed<T: JsonSchema>(mut self, senders: &[Option<(&'static str, &'static str)>]) -> Self {
        self.signed = Some(SchemaGenerator::subschema_for::<T>);
        let is_only = senders.len() == 1;
        let headers = senders.iter().flatten();
        headers.fold(self, |prose, (name, what)| prose.parameter::<String>("header", name, is_only, what))
    }

    /// Accepts an `Idempotency-Key`, with the effect in `description`.
    pub fn key(self, description: &'static str) -> Self {
        self.parameter::<crate::schemas::IdempotencyKey>("header", IDEMPOTENCY_KEY, false, description)
    }

    /// Requires an `Idempotency-Key`, with the effect in `description`.
    pub fn required_key(self, description: &'static str) -> Self {
        self.parameter::<crate::schemas::IdempotencyKey>("header", IDEMPOTENCY_KEY, true, description)
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

    pub fn example(self, body: Value) -> Self {
        Self { example: Some(body), ..self }
    }

    /// Fails in this way, which means what it always means.
    pub fn fails(self, code: Code) -> Self {
        self.fails_if(code, code.meaning())
    }

    /// Fails in this way, which is about this here.
    pub fn fails_if(mut self, code: Code, description: &'static str) -> Self {
        self.problems.push(Problem { code, description });
        self
    }

    pub fn fails_as(self, all: impl IntoIterator<Item = (Code, &'static str)>) -> Self {
        all.into_iter().fold(self, |prose, (code, description)| prose.fails_if(code, description))
    }

    pub fn takes_key(&self) -> bool {
        self.parameters.iter().any(|parameter| parameter.name == IDEMPOTENCY_KEY)
    }
}

const IDEMPOTENCY_KEY: &str = "Idempotency-Key";
