//! Picking and packing at the stations, as a browser without scripts does it: each scan is a form, and the page that follows says what is
//! next. With a script the same forms are sent by it.

use super::{browser::Browser, done_by, person};
use crate::{laws, shop::Placed, world::World};
use orderly_local::seed::{MAIN, STORE};
use reqwest::Method;
use serde_json::json;

const EAN: &str = "4006381333931";

/// Somebody who picks, with a browser that is on one page at a time.
struct Picker {
    browser: Browser,
    page: String,
}

impl Picker {
    async fn new(world: &World, name: &str, location: &str) -> Self {
        let wanted = json!({ "name": name, "role": "warehouse", "locations": [location] });
        Self { browser: person(world, &wanted).await, page: String::new() }
    }

    async fn open(&mut self, path: &str) {
        let mut answer = self.browser.get(path).await;
        while answer.status == 303 {
            let to = answer.leads_to().to_owned();
            answer = self.browser.get(&to).await;
        }
        assert_eq!(answer.status, 200, "{path}: {}", answer.html);
        self.page = answer.html;
    }

    /// Sends a form of the page: its own fields, and these.
    async fn send(&mut self, to: &str, typed: &[(&str, &str)]) -> u16 {
        let own = self.fields(to);
        let mut fields: Vec<(&str, &str)> = own.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        fields.retain(|(name, _)| typed.iter().all(|(other, _)| other != name));
        fields.extend(typed);
        let answer = self.browser.post(to, &fields).await;
        match answer.status {
            303 => self.open(answer.leads_to()).await,
            _ => self.page = answer.html,
        }
        answer.status
    }

    async fn scan(&mut self, code: &str) -> u16 {
        let to = self.page.split(r#"action=""#).filter_map(|rest| rest.split('"').next());
        let to = to.into_iter().find(|to| to.ends_with("/scan")).expect("no field to scan into").to_owned();
        self.send(&to, &[("code", code)]).await
    }

    /// The hidden fields of the form with this address.
    fn fields(&self, to: &str) -> Vec<(String, String)> {
        let form = self.page.split(&format!(r#"action="{to}""#)).nth(1).unwrap_or_default();
        let inputs = form.split("</form>").next().unwrap().split(r#"<input type="hidden" name=""#).skip(1);
        let pair = |input: &str| {
            let (name, rest) = input.split_once('"').unwrap();
            let value = rest.split(r#"value=""#).nth(1).unwrap().split('"').next().unwrap();
            (name.to_owned(), value.to_owned())
        };
        inputs.map(pair).collect()
    }

    #[track_caller]
    fn sees(&self, all: &[&str]) {
        for text in all {
            assert!(self.page.contains(text), "{text}: {}", self.page);
        }
    }

    #[track_caller]
    fn sees_not(&self, text: &str) {
        assert!(!self.page.contains(text), "{text}: {}", self.page);
    }
}

fn station(kind: &str, order: &Placed) -> String {
    format!("/console/{kind}/{}/01", order.id)
}

async fn label_mugs(world: &World) {
    let mug = json!({ "title": "Enamel mug, blue", "bins": { MAIN: "A-02-1" }, "codes": [{ "code": EAN }] });
    world.warehouse.put("/products/MUG-BLUE", &mug).await.unwrap();
}

#[tokio::test]
async fn a_batch_is_picked_and_packed_by_scan_and_a_wrong_scan_stops_everything() {
    let world = World::start().await;
    label_mugs(&world).await;
    let one = world.place_and_pay("1001", &[("MUG-BLUE", 1)]).await;
    let two = world.place_and_pay("1002", &[("MUG-BLUE", 1), ("TIN-SMALL", 1)]).await;
    let mut pia = Picker::new(&world, "Pia Berg", MAIN).await;
    pia.open("/console/pick").await;
    pia.sees(&["Enamel mug, blue", r#"name="totes""#]);
    assert_eq!(pia.send("/console/pick/make", &[("totes", "A B")]).await, 303);
    pia.sees(&["A-02-1", "1 ×", "MUG-BLUE"]);

    // The wrong bin, the wrong article, the wrong tote, and nothing at all.
    for (code, title) in
        [("B-03-4", "Wrong bin"), ("CUP-KINTSUGI", "Wrong article"), ("B", "Wrong tote"), ("nonsense", "Unknown code")]
    {
        assert_eq!(pia.scan(code).await, 409, "{code}");
        pia.sees(&[title, code, "Expected", "MUG-BLUE", "A-02-1", ">OK</a>"]);
    }
    pia.sees_not("class=\"card stop\"");
    // The right scan is an answer to the alarm too.
    assert_eq!(pia.scan("]C0A-02-1").await, 303);
    pia.sees(&["class=\"there\""]);
    assert_eq!(pia.scan(&format!("]C101{EAN:0>14}10LOT-7")).await, 303);
    pia.sees(&["1 / 1", "→ Tote", "class=\"there\""]);
    assert_eq!(pia.scan("B").await, 409);
    pia.sees(&["Wrong tote", "Tote <strong><bdi dir=\"ltr\">A</bdi>"]);
    assert_eq!(pia.scan("A").await, 303);
    assert_eq!(pia.scan(EAN).await, 303);
    pia.sees(&["TIN-SMALL"]);
    assert_eq!(pia.scan("B").await, 303, "the tote may be scanned first, or after its goods");
    assert_eq!(pia.scan(EAN).await, 409);
    pia.sees(&["Too many of it"]);
    assert_eq!(pia.scan("TIN-SMALL").await, 303);
    pia.sees(&["Everything is picked", &station("pack", &one), &station("pack", &two)]);

    // A script is answered at once, and sent twice the scan counts once.
    pia.open(&station("pack", &two)).await;
    let to = format!("{}/scan", station("pack", &two));
    for _ in 0..2 {
        let script = [("sec-fetch-site", "same-origin"), ("sec-fetch-dest", "empty")];
        let answer = pia.browser.send(Method::POST, &to, Some(&[("code", EAN), ("key", "s1")]), &script).await;
        assert!(answer.status == 200 && answer.html.contains("1 / 2"), "{}", answer.html);
    }
    assert_eq!(pia.scan("CUP-KINTSUGI").await, 409);
    pia.sees(&["Wrong article", "repaired with gold", "TIN-SMALL", "1 ×"]);
    assert_eq!(pia.scan(EAN).await, 409);
    pia.sees(&["Too many of it"]);
    assert_eq!(pia.scan("TIN-SMALL").await, 303);
    pia.sees(&["All in: weigh the parcel"]);
    let at = station("pack", &two);
    assert_eq!(pia.send(&format!("{at}/close"), &[("weight_g", "heavy")]).await, 422);
    pia.sees(&["whole number", r#"value="heavy""#]);
    assert_eq!(pia.send(&format!("{at}/close"), &[("weight_g", "740")]).await, 303);
    pia.sees(&["Hand over parcel", "packing-slip.pdf?parcel=P1"]);
    let label = [("carrier", "DHL"), ("code", "00340434161094042557")];
    assert_eq!(pia.send(&format!("{at}/hand-over"), &label).await, 303);
    world.until_settled().await;
    let read = world.read(&two).await;
    assert_eq!(read["fulfillments"]["01"], "handed_over");
    assert!(done_by(&read, "warehouse:Pia_Berg").contains(&"handed_over".to_owned()), "{}", read["timeline"]);
    laws::hold(&world).await;
}

#[tokio::test]
async fn what_is_missing_or_broken_is_told_at_the_end_of_the_walk() {
    let world = World::start().await;
    let order = world.place_and_pay("1", &[("MUG-BLUE", 3), ("TIN-SMALL", 1)]).await;
    let mut pia = Picker::new(&world, "Pia", MAIN).await;
    let at = station("pick", &order);
    pia.open(&at).await;
    assert_eq!(pia.scan("MUG-BLUE").await, 303);
    assert_eq!(pia.send(&format!("{at}/missing"), &[("why", "damaged")]).await, 303);
    pia.sees(&["TIN-SMALL"]);
    pia.sees_not("class=\"count\">2 ×");
    assert_eq!(pia.send(&format!("{at}/missing"), &[("why", "gone")]).await, 303);
    pia.sees(&["It is missing", "Damaged", "Not there", "2 ×"]);
    // Somebody looks again, and finds one.
    assert_ne!(world.read(&order).await["fulfillments"]["01"], "picked", "nothing is told before it is confirmed");
    assert_eq!(pia.send(&format!("{at}/confirm"), &[]).await, 303);
    world.until_settled().await;
    let now = world.warehouse.get(&format!("/orders/{}/fulfillments/01", order.id)).await.unwrap();
    let picked: Vec<_> = now["picklist"].as_array().unwrap().iter().map(|line| line["picked"].clone()).collect();
    assert_eq!(picked, [json!(1), json!(0)], "{now}");
    assert_eq!(world.bucket("MUG-BLUE", MAIN, "damaged").await, 2);
    pia.open("/console/pick").await;
    pia.sees(&["To pack"]);
    laws::hold(&world).await;
}

#[tokio::test]
async fn a_batch_is_one_persons_until_it_is_left_to_another() {
    let world = World::start().await;
    world.place_and_pay("1", &[("MUG-BLUE", 1)]).await;
    let made = world.warehouse.post("/batches", &json!({ "location": MAIN, "totes": ["A"] })).await.unwrap();
    let at = format!("/console/pick/{}", made["id"].as_str().unwrap());
    let (mut pia, mut tom) = (Picker::new(&world, "Pia", MAIN).await, Picker::new(&world, "Tom", MAIN).await);
    pia.open(&at).await;
    pia.sees(&["Nobody picks it."]);
    pia.send(&format!("{at}/claim"), &[]).await;
    pia.sees(&["class=\"card stop\""]);
    tom.open(&at).await;
    tom.sees(&["Pia (Warehouse)", "Take it over"]);
    tom.sees_not("class=\"card stop\"");
    let refused = tom.browser.post(&format!("{at}/claim"), &[]).await;
    assert_eq!(refused.status, 409);
    tom.send(&format!("{at}/take-over"), &[]).await;
    tom.sees(&["class=\"card stop\""]);
    assert_eq!(pia.scan("MUG-BLUE").await, 409);
    pia.sees(&["This batch is not yours"]);
    assert_eq!(tom.send(&format!("{at}/pause"), &[]).await, 303);
    tom.open("/console/pick").await;
    tom.sees(&["Paused", "Tom (Warehouse)"]);
    // Another location's people see nothing of it.
    let mut sam = Picker::new(&world, "Sam", STORE).await;
    assert_eq!(sam.browser.get(&at).await.status, 404);
    assert_eq!(sam.browser.get(&format!("/console/pick?location={MAIN}")).await.status, 404);
    assert_eq!(sam.browser.post(&format!("{at}/take-over"), &[]).await.status, 404);
    laws::hold(&world).await;
}

#[tokio::test]
async fn one_scan_opens_what_it_names() {
    let world = World::start().await;
    let order = world.place_and_pay("W-1001", &[("MUG-BLUE", 1)]).await;
    let mut pia = Picker::new(&world, "Pia", MAIN).await;
    let opens = async |pia: &mut Picker, code: &str| {
        let answer = pia.browser.post("/console/pick", &[("code", code), ("location", MAIN)]).await;
        (answer.status, answer.leads_to().to_owned())
    };
    let picks = (303, station("pick", &order));
    assert_eq!(opens(&mut pia, &format!("{}/01", order.id)).await, picks);
    assert_eq!(opens(&mut pia, &order.id).await, picks);
    assert_eq!(opens(&mut pia, "W-1001").await, picks);
    assert_eq!(opens(&mut pia, "]C0W-1001").await, picks);
    assert_eq!(opens(&mut pia, "bat_1").await, (303, "/console/pick/bat_1".to_owned()));
    for unknown in ["W-9", "ord_none", "", "<script>"] {
        assert_eq!(opens(&mut pia, unknown).await.0, 422, "{unknown}");
    }
    world.pick(&order, "01").await;
    assert_eq!(opens(&mut pia, "W-1001").await, (303, station("pack", &order)));
    let answer = pia.browser.get(&station("pick", &order)).await;
    assert_eq!(answer.leads_to(), station("pack", &order), "what is picked is packed");
    // Whoever looks at the address of a form sees its page.
    for (form, page) in [("pick", "/scan"), ("pack", "/close")]
        .map(|(kind, form)| (format!("{}{form}", station(kind, &order)), station(kind, &order)))
    {
        assert_eq!(pia.browser.get(&form).await.leads_to(), page);
    }
    // A scanner is tried out.
    label_mugs(&world).await;
    let tried = pia.browser.post("/console/scanner", &[("code", &format!("]C101{EAN:0>14}10L\u{1d}21S"))]).await;
    for text in ["<kbd>GS</kbd>", "(01) 04006381333931", "Enamel mug, blue"] {
        assert!(tried.status == 200 && tried.html.contains(text), "{text}: {}", tried.html);
    }
    laws::hold(&world).await;
}
