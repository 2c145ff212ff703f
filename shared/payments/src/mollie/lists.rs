//! Mollie's lists: <https://docs.mollie.com/reference/pagination>.

use super::{api::Api, fields};
use app::Error;
use domain::ids::ProviderId;
use runtime::client::json;
use serde_json::Value;

/// The longest page that Mollie makes.
const LIMIT: u32 = 250;

/// Longer lists cannot be looked through in the function's time.
const MAX_PAGES: usize = 8;

impl Api {
    /// Looks for something in a whole list. None is certain: a list that ends without saying so is an error. A wrong guess
    /// would move money twice.
    pub(super) async fn find_in(
        &self,
        path: &str,
        name: &str,
        is_it: impl Fn(&Value) -> bool,
    ) -> Result<Option<Value>, Error> {
        let partly = || Error::Outside(format!("Mollie's answer is no whole list of {name}"));
        let first = format!("{path}?limit={LIMIT}");
        let mut page_path = first.clone();
        for _ in 0..MAX_PAGES {
            let answer = self.get(&page_path).await?;
            if !answer.status.is_success() {
                return Err(Error::Outside(format!("Mollie answered {} when asked for {name}", answer.status)));
            }
            let page = json(&answer);
            let list = fields::embedded(&page, name).ok().flatten().ok_or_else(partly)?;
            if let Some(found) = list.iter().find(|item| is_it(item)) {
                return Ok(Some(found.clone()));
            }
            match page["_links"].get("next") {
                Some(Value::Null) => return Ok(None),
                Some(next) => page_path = format!("{first}&from={}", start_of(next).ok_or_else(partly)?),
                None => return Err(partly()),
            }
        }
        Err(partly())
    }
}

/// The id that the next page begins with. Only this is taken from the link: the key goes to no other address.
pub(super) fn start_of(next: &Value) -> Option<ProviderId> {
    let (_, query) = next["href"].as_str()?.split_once('?')?;
    let (_, from) = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "from")?;
    from.parse().ok()
}
