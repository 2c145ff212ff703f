//! The parameters of a request, as PHP reads them out of its address.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but letters, digits and the unreserved marks of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

pub(super) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Param {
    name: String,
    /// What stands in brackets behind it.
    keys: Vec<String>,
    value: String,
}

/// The parameters, each once: the last one counts.
#[derive(Debug, Clone, Default)]
pub(super) struct Params(Vec<Param>);

impl Params {
    pub(super) fn read(query: &str) -> Self {
        let mut all = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            all.set(&name, value.into_owned());
        }
        all
    }

    pub(super) fn set(&mut self, name: &str, value: String) {
        let (name, rest) = name.split_at(name.find('[').unwrap_or(name.len()));
        let mut keys: Vec<String> =
            rest.split(']').filter_map(|key| key.strip_prefix('[')).map(str::to_owned).collect();
        // `status[]=a&status[]=b` are `status[0]` and `status[1]`.
        if let Some(last) = keys.last_mut().filter(|key| key.is_empty()) {
            *last = self.0.iter().filter(|param| param.name == name).count().to_string();
        }
        match self.0.iter_mut().find(|param| param.name == name && param.keys == keys) {
            Some(param) => param.value = value,
            None => self.0.push(Param { name: name.to_owned(), keys, value }),
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|param| param.name == name && param.keys.is_empty()).map(|param| param.value.as_str())
    }

    /// `status=a,b`, and `status[]=a&status[]=b`.
    pub(super) fn list(&self, name: &str) -> Vec<&str> {
        let values = self.0.iter().filter(|param| param.name == name).flat_map(|param| param.value.split(','));
        values.map(str::trim).filter(|value| !value.is_empty()).collect()
    }

    /// All but the signature, sorted, in the form that is signed.
    pub(super) fn to_sign(&self) -> String {
        let mut params: Vec<&Param> = self.0.iter().filter(|param| param.name != "oauth_signature").collect();
        params.sort_by(|one, other| one.name.cmp(&other.name));
        let signed = params.into_iter().map(|Param { name, keys, value }| {
            let keys = keys.iter().flat_map(|key| ["%5B", key, "%5D"]).collect::<String>();
            encoded(&format!("{}{keys}={}", encoded(name), encoded(value)))
        });
        signed.collect::<Vec<_>>().join("%26")
    }

    /// As a query, without what signs it.
    pub(super) fn query(&self, with: (&str, &str)) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let is_kept = |param: &&Param| !param.name.starts_with("oauth_") && param.name != with.0;
        for Param { name, keys, value } in self.0.iter().filter(is_kept) {
            let keys = keys.iter().flat_map(|key| ["[", key, "]"]).collect::<String>();
            query.append_pair(&format!("{name}{keys}"), value);
        }
        query.append_pair(with.0, with.1).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_and_signed_as_php_has_them() {
        let params = Params::read("sku=A%2CB&page=1&page=2&status[]=on-hold&status[]=pending&oauth_signature=x");
        assert_eq!((params.get("page"), params.get("status")), (Some("2"), None));
        assert_eq!(params.list("sku"), ["A", "B"]);
        assert_eq!(params.list("status"), ["on-hold", "pending"]);
        let signed = "page%3D2%26sku%3DA%252CB%26status%255B0%255D%3Don-hold%26status%255B1%255D%3Dpending";
        assert_eq!(params.to_sign(), signed);
        let query = "sku=A%2CB&status%5B0%5D=on-hold&status%5B1%5D=pending&page=3";
        assert_eq!(params.query(("page", "3")), query);
    }
}
