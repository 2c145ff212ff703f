"""Writes tests/payloads/woocommerce-oauth.json and woocommerce-signatures.json.

    python3 -m venv /tmp/woo && /tmp/woo/bin/pip install oauthlib==3.2.2 woocommerce==3.0.0
    /tmp/woo/bin/python tests/payloads/vectors/woocommerce.py

Requests are signed by oauthlib, and WooCommerce's own client must agree. It does not escape a slash, so it is not asked where there is one.
Webhooks are signed here, as WooCommerce does it (class-wc-webhook.php); the first case was recorded from a WooCommerce 11.0.1.
"""

import base64
import hashlib
import hmac
import json
import sys
from pathlib import Path
from urllib.parse import urlencode

# This file has the name of a package that it needs.
sys.path = [path for path in sys.path if Path(path).resolve() != Path(__file__).resolve().parent]

from oauthlib.oauth1.rfc5849 import signature as rfc5849
from woocommerce.oauth import OAuth

PAYLOADS = Path(__file__).resolve().parent.parent
KEY, SECRET = "ck_4d2f1a", "cs_9be07c"
ORDERS = "http://127.0.0.1:8090/wp-json/wc/v3/orders"


def signed(method, url, query, key, secret, at, nonce):
    own = [("oauth_consumer_key", key), ("oauth_nonce", nonce), ("oauth_signature_method", "HMAC-SHA256"), ("oauth_timestamp", at)]
    parameters = rfc5849.collect_parameters(uri_query=urlencode([*query, *own]), exclude_oauth_signature=True)
    text = rfc5849.signature_base_string(
        method, rfc5849.base_string_uri(url), rfc5849.normalize_parameters(parameters))
    made = rfc5849._sign_hmac("SHA-256", text, secret, "")
    if not any("/" in value for _, value in query) and url.startswith("http://127.0.0.1:8090"):
        client = OAuth(url, key, secret, method=method, version="v3")
        assert client.generate_oauth_signature(dict([*query, *own]), url) == made, (method, url, query)
    return made


requests = []


def request(name, method, url, query, key=KEY, secret=SECRET, at="1795780800", nonce="5d41402abc4b2a76b9719d911017c592"):
    requests.append({"name": name, "method": method, "url": url, "query": query, "key": key, "secret": secret, "at": int(at),
                     "nonce": nonce, "signature": signed(method, url, query, key, secret, at, nonce)})


request("no query", "GET", ORDERS, [])
request("another method", "PUT", ORDERS + "/41", [])
request("names after those of OAuth's", "GET", ORDERS, [("page", "2"), ("per_page", "50"), ("status", "any")])
request("names before those of OAuth's", "GET", ORDERS, [("modified_after", "2026-11-27T11:43:45"), ("dates_are_gmt", "true")])
request("an empty value", "GET", ORDERS, [("search", "")])
request("commas and blanks", "GET", ORDERS, [("sku", "MUG-BLUE,SHIRT M,a+b")])
request("letters of several scripts", "GET", ORDERS, [("sku", "Größe-M,支付,🧾")])
request("what is not escaped", "GET", ORDERS, [("sku", "a-b.c_d~e")])
request("what is escaped", "GET", ORDERS, [("sku", "!*'();:@&=$,?%#[]\"<>")])
request("a slash", "GET", "http://127.0.0.1:8090/", [("rest_route", "/wc/v3/orders")])
request("a percent sign that looks like an escape", "GET", ORDERS, [("rest", "100%")])
request("the same name twice", "GET", "http://shop.test/wp-json/wc/v3/orders", [("include", "42"), ("include", "41")])
request("the port of the scheme", "GET", "http://localhost:80/wp-json/wc/v3/orders", [])
request("a host in capitals", "GET", "http://LocalHost:8090/shop/wp-json/wc/v3/Orders", [("page", "1")])
request("a secret with a reserved character", "POST", "http://localhost:8090/wp-json/wc/v3/webhooks", [], secret="cs_a&b=c")

deliveries = []
HEADERS = json.loads((PAYLOADS / "woocommerce-v11-hook-order.created.headers.json").read_text(encoding="utf-8"))
REAL = (PAYLOADS / "woocommerce-v11-hook-order.created.body.json").read_text(encoding="utf-8")
BODY = '{"id":41,"status":"processing"}'


def mac(body, secret):
    return base64.b64encode(hmac.new(secret.encode(), body.encode(), hashlib.sha256).digest()).decode()


def delivery(name, genuine, body, signature, secret):
    deliveries.append({"name": name, "genuine": genuine, "body": body, "signature": signature, "secret": secret})


delivery("recorded", True, REAL, HEADERS["headers"]["X-WC-Webhook-Signature"], HEADERS["secret"])
delivery("one line", True, BODY, mac(BODY, "s3cret"), "s3cret")
delivery("an empty body", True, "", mac("", "s3cret"), "s3cret")
delivery("letters of several scripts", True, '{"id":41,"n":"ä支🧾"}', mac('{"id":41,"n":"ä支🧾"}', "sécret"), "sécret")
# wp_specialchars_decode(secret, ENT_QUOTES)
delivery("a secret that WooCommerce reads as HTML", True, BODY, mac(BODY, "a&b<c>\"d'e"), "a&amp;b&lt;c&gt;&quot;d&#039;e")
delivery("a secret that is read once", True, BODY, mac(BODY, "&lt;"), "&amp;lt;")
delivery("another secret", False, BODY, mac(BODY, "other"), "s3cret")
delivery("another order", False, BODY.replace("41", "42"), mac(BODY, "s3cret"), "s3cret")
delivery("a line break more", False, BODY + "\n", mac(BODY, "s3cret"), "s3cret")
delivery("a signature cut short", False, BODY, mac(BODY, "s3cret")[:-1], "s3cret")
delivery("an empty signature", False, BODY, "", "s3cret")
delivery("hexadecimal digits", False, BODY, hmac.new(b"s3cret", BODY.encode(), hashlib.sha256).hexdigest(), "s3cret")
delivery("the recorded body with a letter changed", False, REAL.replace("Ada", "Bob", 1), HEADERS["headers"]["X-WC-Webhook-Signature"],
         HEADERS["secret"])

for name, cases in {"woocommerce-oauth": requests, "woocommerce-signatures": deliveries}.items():
    assert len({case["name"] for case in cases}) == len(cases) > 10
    text = json.dumps({"library": "oauthlib 3.2.2, woocommerce 3.0.0", "cases": cases}, ensure_ascii=True, indent=2)
    (PAYLOADS / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    print(name, len(cases), "cases")
