"""The console in a real browser, at a running stack with the demo shop.

Signs in, walks every page at three widths, light and dark, and acts as people do. It fails on any violation of WCAG 2.2 AA that axe
finds, on anything that scrolls sideways, on errors of the browser's console, and on pages that are too large. `.ci/console` runs it:

    console.py API PAYMENT_PROVIDERS STOREFRONT_KEY WAREHOUSE_KEY SERVICE_KEY OPERATOR_KEY [DIRECTORY_FOR_SCREENSHOTS]
"""

import gzip
import pathlib
import re
import sys
import time

import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

API, PROVIDERS, STOREFRONT, WAREHOUSE, SERVICE, OPERATOR = sys.argv[1:7]
SHOTS = pathlib.Path(sys.argv[7]) if len(sys.argv) > 7 else None

WIDTHS = {360: 740, 768: 1024, 1440: 900}
MAX_PAGE, MAX_SCRIPT = 30 * 1024, 12 * 1024
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}
HOSTILE = "<script>alert(1)</script>\"'&"
ARABIC = "عبد الرحمن بن محمد الأنصاري"
EAN = "4006381333931"
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"


def call(key, method, path, body=None, idempotency=None):
    headers = {"Authorization": f"Bearer {key}"}
    if idempotency:
        headers["Idempotency-Key"] = idempotency
    answer = requests.request(method, API + path, headers=headers, json=body, timeout=60)
    assert answer.ok, f"{method} {path}: {answer.text}"
    return answer.json()


def until(what, check):
    for _ in range(300):
        found = check()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"not in time: {what}")


def place(reference, name, lines, email="ada@example.com", pays=True):
    total = sum(price * units for _, _, price, units in lines) + 490
    order = call(STOREFRONT, "POST", "/orders", {
        "reference": reference, "currency": "EUR",
        "customer": {"name": name, "email": email, "phone": "+49 30 5550199", "locale": "en"},
        "shipping_address": {
            "name": name, "line1": "Lange Straße 17, Hinterhaus", "city": "Bad Freienwalde", "postal_code": "16259", "country": "DE",
        },
        "lines": [
            {"sku": sku, "title": title, "quantity": units, "unit_price": price} for sku, title, price, units in lines
        ],
        "shipping": {"method": "Standard", "price": 490}, "tax_included": True, "total": total,
    })["id"]
    if pays:
        paid = {"order_id": order, "amount": total, "currency": "EUR"}
        assert requests.post(f"{PROVIDERS}/pay", json=paid, timeout=60).ok
        until("dispatched", lambda: read(order)["fulfillments"])
    return order


def read(order):
    return call(OPERATOR, "GET", f"/orders/{order}")


def ship(order):
    at = f"/orders/{order}/fulfillments/01"
    lines = call(WAREHOUSE, "GET", at)["picklist"]
    call(WAREHOUSE, "POST", f"{at}/picks", {"picks": [{"line": line["line"], "picked": line["quantity"]} for line in lines]})
    contents = [{"line": line["line"], "quantity": line["quantity"]} for line in lines]
    call(WAREHOUSE, "POST", f"{at}/parcels", {"contents": contents, "weight_g": 720})
    parcel = {"parcel": "P1", "carrier": "DHL", "tracking_number": "00340434161094042557"}
    call(WAREHOUSE, "POST", f"{at}/hand-over", {"parcels": [parcel]})


def shop():
    """Orders in every state, one of them as ugly as orders get."""
    mug, tin = ("MUG-BLUE", "Enamel mug, blue", 1450, 2), ("TIN-SMALL", "Tea tin, small", 790, 1)
    orders = {
        "open": place("1001", "Ada Lovelace", [mug, tin]),
        "unpaid": place("1002", "Grace Hopper", [tin], pays=False),
        "held": place("1003", "Annie Easley", [mug]),
        "ugly": place(
            f"1004-{HOSTILE}", f"{ARABIC} {HOSTILE}",
            [("TIN-SMALL", f"{LONG} {HOSTILE}", 790, 1), *[("TIN-SMALL", f"Tea tin, small, no. {n}", 790, 1) for n in range(23)]],
        ),
        "sent": place("1005", "Katherine Johnson", [mug, tin]),
        "cancelled": place("1006", "Mary Jackson", [tin]),
        "picked": place("1008", "Christine Darden", [mug, tin]),
        "bounced": place("1007", "Dorothy Vaughan", [tin], email="bounce@simulator.amazonses.com"),
    }
    mugs = {"title": "Enamel mug, blue", "weight_g": 320, "bins": {"main": "A-02-1"}, "codes": [{"code": EAN}]}
    call(OPERATOR, "PUT", "/products/MUG-BLUE", mugs)
    call(OPERATOR, "POST", f"/orders/{orders['held']}/holds", {"reason": "incorrect_address", "note": "Which house number?"})
    ship(orders["sent"])
    call(STOREFRONT, "POST", f"/orders/{orders['sent']}/returns", {"lines": [{"line": 0, "quantity": 1, "reason": "color"}]})
    call(OPERATOR, "POST", f"/orders/{orders['sent']}/refunds", {"amount": 200, "reason": "a stain"}, "stain")
    call(OPERATOR, "POST", f"/orders/{orders['sent']}/invoices")
    call(OPERATOR, "POST", f"/orders/{orders['cancelled']}/cancel", {"reason": "ordered twice"})
    until("bounced", lambda: any(email.get("unreached_since") for email in read(orders["bounced"])["emails"]))
    return orders


class Person:
    """Somebody in front of a browser."""

    def __init__(self, browser, key, language="en"):
        # Without motion: axe would read a color that is on its way from light to dark.
        self.context = browser.new_context(locale=language, accept_downloads=True, reduced_motion="reduce")
        self.page = self.context.new_page()
        self.errors = []
        self.page.on("console", lambda line: line.type == "error" and self.errors.append(line.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(f"{API}/console/sign-in#key={key}")
        assert "#key" not in self.page.url, "the key stays in the address"
        self.page.get_by_role("button", name=re.compile("^(Sign in|Anmelden)$")).click()
        self.page.wait_for_url(re.compile(r"/console$"))

    def go(self, path):
        self.page.goto(f"{API}{path}")
        return self.page

    def cookies(self):
        return {cookie["name"]: cookie["value"] for cookie in self.context.cookies()}


def look(person, name, path, axe, is_error=False):
    """One page at every width, light and dark. Without a path: the page as it stands."""
    for scheme in ("light", "dark"):
        person.page.emulate_media(color_scheme=scheme)
        for width, height in WIDTHS.items():
            person.page.set_viewport_size({"width": width, "height": height})
            if path and scheme == "light" and width == 360:
                person.go(path)
                if is_error:
                    person.errors.clear()  # the browser tells the status of the page, which is meant
            wide = person.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, f"{name} scrolls sideways by {wide} px at {width} px"
            found = axe.run(person.page, options=RULES)
            assert found.violations_count == 0, f"{name}, {width} px, {scheme}:\n{found.generate_report()}"
            if SHOTS:
                person.page.screenshot(path=SHOTS / f"{name}-{width}-{scheme}.png", full_page=True)
    # Read from the other side, nothing sticks out either.
    person.page.evaluate("document.documentElement.dir = 'rtl'")
    for width in WIDTHS:
        person.page.set_viewport_size({"width": width, "height": 900})
        wide = person.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} scrolls sideways by {wide} px at {width} px from the right"
    if SHOTS:
        person.page.screenshot(path=SHOTS / f"{name}-rtl.png", full_page=True)
    person.page.evaluate("document.documentElement.dir = ''")
    assert not person.errors, f"{name}: {person.errors}"


def weigh(person, name, path):
    """The size of a page as it travels, in bytes."""
    headers = {"Accept-Encoding": "gzip", "Sec-Fetch-Site": "none"}
    answer = requests.get(API + path, headers=headers, cookies=person.cookies(), stream=True, timeout=60)
    assert answer.headers["content-encoding"] == "gzip", path
    raw = answer.raw.read(decode_content=False)
    limit = MAX_SCRIPT if path.endswith(".js") else MAX_PAGE
    assert len(raw) <= limit, f"{name} has {len(raw)} bytes; {limit} are the most"
    print(f"   {name:28} {len(raw):6} bytes ({len(gzip.decompress(raw))} plain)")
    return len(raw)


def acts(service, orders):
    """Customer service finds an order by what it knows, holds it, releases it, and gives money back."""
    page = service.go("/console")
    page.keyboard.press("/")
    page.keyboard.type("1001")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/orders/{orders['open']}")
    page.locator("#hold summary").click()
    page.locator("#hold-reason").select_option("other")
    page.locator("#hold-note").fill("The customer calls back")
    page.locator("#hold button").click()
    page.get_by_role("status").wait_for()
    top = page.locator(".step").first.inner_text()
    assert "A decision" in top and "The customer calls back" in top, top
    assert page.locator(".time").get_by_text("customer service (Customer service)").count(), "the timeline names nobody"
    page.locator(".step").get_by_role("button", name="Release").first.click()
    page.get_by_role("status").wait_for()

    # More than the key's limit is refused, beside the form, which keeps what was typed.
    page = service.go(f"/console/orders/{orders['sent']}")
    page.locator("#refund summary").click()
    page.locator("#refund-amount").fill("60,00")
    page.locator("#refund-reason").fill("late")
    page.locator("#refund button").click()
    page.locator("#refund [role=alert]").wait_for()
    assert page.locator("#refund-amount").input_value() == "60,00"
    page.locator("#refund-amount").fill("1.00")
    page.locator("#refund button").click()
    page.get_by_role("status").wait_for()
    service.errors.clear()  # the browser tells the 409 of the first attempt

    # An e-mail address finds it too, and stands in no address.
    page.locator("#find").fill("bounce@simulator.amazonses.com")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/orders/{orders['bounced']}")
    assert "simulator" not in page.url

    # What a customer is called is text.
    page = service.go(f"/console/orders/{orders['ugly']}")
    assert HOSTILE in page.locator("h1").inner_text()
    assert page.locator("script:not([src])").count() == 0

    # Papers come by way of the console, or a page says why not.
    paper = service.context.request.get(f"{API}/console/papers/{orders['sent']}/fulfillments/01/packing-slip.pdf")
    assert paper.status == 503 or paper.headers["content-type"] == "application/pdf", paper.status

    page.locator(".account summary").click()
    page.get_by_role("button", name="Deutsch").click()
    page.wait_for_load_state()
    assert page.locator("html").get_attribute("lang") == "de"
    assert page.url.endswith(orders["ugly"]), "the language leads elsewhere"
    assert not service.errors, service.errors


def scan(page, code):
    """A scanner is a keyboard that types without a pause."""
    session = page.context.new_cdp_session(page)
    at = time.time()

    def press(key, text, n):
        for kind in ("keyDown", "keyUp"):
            event = {"type": kind, "key": key, "timestamp": at + n / 200}
            if kind == "keyDown":
                event["text"] = text
            session.send("Input.dispatchKeyEvent", event)

    for n, sign in enumerate(code):
        press(sign, sign, n)
    session.send("Input.dispatchKeyEvent", {"type": "keyDown", "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r", "timestamp": at + len(code) / 200})
    session.send("Input.dispatchKeyEvent", {"type": "keyUp", "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13})
    session.detach()


def seen(page, text):
    page.locator("#station").get_by_text(text).first.wait_for()


def counted(order):
    lines = call(WAREHOUSE, "GET", f"/orders/{order}/fulfillments/01")["picklist"]
    return {line["sku"]: line.get("picked", line.get("scanned", 0)) for line in lines}


def stations(worker, order, axe):
    """A picker picks and packs an order by scan: with wrong scans, without a network, and with answers that get lost."""
    page = worker.go("/console/pick")
    page.set_viewport_size({"width": 360, "height": 740})
    scan(page, f"{order}/01")
    page.wait_for_url(f"**/pick/{order}/01")
    assert page.evaluate("document.activeElement.id") == "code", "the field has not the focus"
    assert page.evaluate("document.activeElement.inputMode") == "none", "a keyboard hides the screen"
    look(worker, "station-pick", None, axe)
    page.set_viewport_size({"width": 360, "height": 740})

    # The wrong article stops everything, until the right one comes. The field is there at once.
    scan(page, "CUP-KINTSUGI")
    seen(page, "Wrong article")
    assert "MUG-BLUE" in page.locator("#alarm").inner_text()
    worker.errors.clear()  # the browser tells the status of the answer, which is meant
    look(worker, "station-alarm", None, axe)
    # A scan presses no button, also if one has the focus, and it lands in no other field.
    page.locator("#ok").focus()
    scan(page, "B-03-4")
    seen(page, "Wrong bin")
    worker.errors.clear()
    assert page.url.endswith("/01"), "the scan has pressed the button"
    scan(page, "OK")
    page.locator(".stop").wait_for()
    page.locator("#find").focus()
    scan(page, "A-02-1")
    page.locator(".there").wait_for()
    assert page.locator("#find").input_value() == "", "the scan is in a field of its own"

    # Nothing is lost without a network, and nothing is doubled.
    worker.context.set_offline(True)
    scan(page, EAN)
    page.locator("#unsent").wait_for()
    assert counted(order) == {"MUG-BLUE": 0, "TIN-SMALL": 0}
    worker.context.set_offline(False)
    page.locator("#unsent").wait_for(state="hidden")
    seen(page, "1 / 2")
    worker.errors.clear()  # the browser tells that there was no network
    lost = []

    def lose(route):
        route.fetch()
        lost.append(route)
        route.abort()

    page.route("**/scan", lose, times=1)
    scan(page, "]C10104006381333931")
    seen(page, "TIN-SMALL")
    assert len(lost) == 1 and counted(order) == {"MUG-BLUE": 2, "TIN-SMALL": 0}, counted(order)
    worker.errors.clear()
    # Two that come faster than answers do are both counted, or both told.
    scan(page, "TIN-SMALL")
    seen(page, "Everything is picked")
    page.get_by_role("link", name="Pack it now").click()
    page.wait_for_url(f"**/pack/{order}/01")
    scan(page, EAN)
    scan(page, EAN)
    seen(page, "2 / 2")
    scan(page, EAN)
    seen(page, "Too many of it")
    worker.errors.clear()
    look(worker, "station-too-many", None, axe)
    page.locator("#ok").click()
    page.locator(".stop").wait_for()
    look(worker, "station-pack", None, axe)
    scan(page, "TIN-SMALL")
    seen(page, "All in: weigh the parcel")
    assert page.evaluate("document.activeElement.id") == "weight"
    page.keyboard.type("740")
    page.keyboard.press("Enter")
    seen(page, "Hand over parcel")
    page.locator("#carrier").fill("DHL")
    look(worker, "station-hand-over", None, axe)
    page.locator("body").click(position={"x": 1, "y": 1})
    scan(page, "00340434161094042557")
    seen(page, "On its way")
    assert read(order)["fulfillments"]["01"] == "handed_over"

    page = worker.go("/console/scanner")
    scan(page, "]C10104006381333931")
    page.locator("#timing").get_by_text("a scanner", exact=True).wait_for()
    seen(page, "Enamel mug, blue")
    look(worker, "scanner", None, axe)
    assert not worker.errors, worker.errors


def walks(worker, axe):
    """A batch: its walk in large type, and what is not there."""
    page = worker.go("/console/pick")
    page.locator("#totes").fill("RED BLUE GREEN")
    page.get_by_role("button", name="Make a batch").click()
    page.locator(".stop").wait_for()
    look(worker, "station-batch", None, axe)
    page.locator("#missing summary").click()
    page.locator("#why").select_option("damaged")
    look(worker, "station-missing", None, axe)
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("status").first.wait_for()


def main():
    orders = shop()
    if SHOTS:
        SHOTS.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        axe = Axe()
        service = Person(browser, SERVICE)
        operator = Person(browser, OPERATOR, "de")
        worker = Person(browser, WAREHOUSE)
        pages = [
            (service, "today", "/console"),
            (service, "orders", "/console/orders"),
            (service, "no-orders", "/console/orders?status=expired"),
            (service, "order-held", f"/console/orders/{orders['held']}"),
            (operator, "order-sent", f"/console/orders/{orders['sent']}"),
            (service, "order-ugly", f"/console/orders/{orders['ugly']}"),
            (worker, "order-work", f"/console/orders/{orders['open']}"),
            (worker, "stock", "/console/stock?sku=MUG-BLUE"),
            (worker, "work", "/console/pick"),
        ]
        for person, name, path in pages:
            look(person, name, path, axe)
        look(service, "missing", "/console/nowhere", axe, is_error=True)
        stations(worker, orders["picked"], axe)
        walks(worker, axe)
        acts(service, orders)
        for person, name, path in pages:
            weigh(person, name, path)
        page = requests.get(f"{API}/console/scanner", cookies=worker.cookies(), timeout=60).text
        assets = dict.fromkeys(re.findall(r'(?:href|src)="(/console/assets/[^"]+)"', page))
        scripts = sum(weigh(worker, asset.rpartition("/")[2], asset) for asset in assets if asset.endswith(".js"))
        assert scripts <= MAX_SCRIPT, f"the scripts have {scripts} bytes; {MAX_SCRIPT} are the most"
        for asset in assets:
            weigh(worker, asset.rpartition("/")[2], asset)
        page = service.go("/console")
        page.locator(".account summary").click()
        page.get_by_role("button", name="Abmelden").click()
        page.wait_for_url("**/sign-in?why=out")
        assert "__Host-session" not in service.cookies()
        look(service, "sign-in", "/console/sign-in", axe)
        browser.close()
    print("   the console is usable, readable and small, with every page at every width")


main()
