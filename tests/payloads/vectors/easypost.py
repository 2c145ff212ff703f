"""Writes tests/payloads/easypost-signatures.json with EasyPost's own library, which must agree with every case.

    python3 -m venv /tmp/easypost && /tmp/easypost/bin/pip install easypost==10.7.0
    /tmp/easypost/bin/python tests/payloads/vectors/easypost.py

The library only verifies, so what is signed is signed here.
"""

import base64
import hashlib
import hmac
import json
import sys
import unicodedata
from pathlib import Path

# This file has the name of the package that it needs.
sys.path = [path for path in sys.path if Path(path).resolve() != Path(__file__).resolve().parent]

from easypost.errors import SignatureVerificationError
from easypost.util import validate_webhook

PAYLOADS = Path(__file__).resolve().parent.parent
REAL = (PAYLOADS / "easypost-tracker.updated.json").read_text(encoding="utf-8")
SHORT = '{"description":"tracker.updated","mode":"test","result":{"tracking_code":"EZ4000000004"}}'
SECRET = "sécret"
# EasyPost's libraries test with these two: the sample above, and before it an event about a batch.
PUBLISHED = "hmac-sha256-hex=38f3f53c103713df81616a0a186d77141957323ec21d5fe9363db93840f527db"
BATCH = (
    '{"result":{"id":"batch_123...","object":"Batch","mode":"test","state":"created","num_shipments":0,"reference":null,'
    '"created_at":"2022-07-26T17:22:32Z","updated_at":"2022-07-26T17:22:32Z","scan_form":null,"shipments":[],"status":{"created":0,'
    '"queued_for_purchase":0,"creation_failed":0,"postage_purchased":0,"postage_purchase_failed":0},"pickup":null,"label_url":null},'
    '"description":"batch.created","mode":"test","previous_attributes":null,"completed_urls":null,"user_id":"user_123...",'
    '"status":"pending","object":"Event","id":"evt_123..."}'
)
PUBLISHED_BATCH = "hmac-sha256-hex=e93977c8ccb20363d51a62b3fe1fc402b7829be1152da9e88cf9e8d07115a46b"


def made(body, secret):
    return hmac.new(unicodedata.normalize("NFKD", secret).encode(), body.encode(), hashlib.sha256).hexdigest()


def signed(body, secret=SECRET):
    return "hmac-sha256-hex=" + made(body, secret)


def agrees(case):
    try:
        validate_webhook(case["body"].encode(), case["headers"], case["secret"])
    except (SignatureVerificationError, TypeError):  # it cannot compare what is not ASCII
        return False
    return True


cases = []


def case(name, genuine, body=SHORT, signature=None, secret=SECRET):
    headers = {} if signature is None else {"X-Hmac-Signature": signature}
    cases.append({"name": name, "genuine": genuine, "headers": headers, "body": body, "secret": secret})


case("valid: EasyPost's own sample, as it was published", True, REAL, PUBLISHED)
case("valid: EasyPost's older sample, as it was published", True, BATCH, PUBLISHED_BATCH)
for name, body in {
    "one line": SHORT,
    "a line break at its end": SHORT + "\n",
    "Windows line breaks": SHORT.replace(",", ",\r\n"),
    "letters of several scripts": SHORT.replace("test", "zugestellt ä ß 支付 Оплата 🧾"),
    "escaped letters": SHORT.replace("test", "\\u00e4\\u652f"),
    "a name twice": SHORT.replace('"mode"', '"mode":"test","mode"'),
    "a number with an exponent": '{"weight":1e2}',
    "a long body": json.dumps({"description": "x" * 20_000}),
}.items():
    case(f"valid: {name}", True, body, signed(body))
for name, secret in {
    "plain letters": "s3cret",
    "a composed letter": "s\u00e9cret",
    "a letter and its mark": "se\u0301cret",
    "a ligature": "\ufb01sh",
    "wide letters": "\uff53ecret",
    "a space within": "two words",
    "Japanese": "\u30d1\u30b9",
}.items():
    case(f"valid: a secret of {name}", True, SHORT, signed(SHORT, secret), secret)
case("valid: the secret's letters were composed by one of the two", True, SHORT, signed(SHORT, "se\u0301cret"), "s\u00e9cret")
case("another secret", False, SHORT, signed(SHORT, "other"))
case("a secret without its marks", False, SHORT, signed(SHORT, "secret"))
case("no secret at all, as a key", False, SHORT, "hmac-sha256-hex=" + made(SHORT, ""))
case("no header", False)
case("an empty header", False, SHORT, "")
case("only the prefix", False, SHORT, "hmac-sha256-hex=")
case("without the prefix", False, SHORT, made(SHORT, SECRET))
case("another hash's prefix", False, SHORT, signed(SHORT).replace("sha256", "sha1"))
case("digits in upper case", False, SHORT, "hmac-sha256-hex=" + made(SHORT, SECRET).upper())
case("a signature cut short", False, SHORT, signed(SHORT)[:-1])
case("a signature that goes on", False, SHORT, signed(SHORT) + "0")
case("a signature in base64", False, SHORT,
     "hmac-sha256-hex=" + base64.b64encode(bytes.fromhex(made(SHORT, SECRET))).decode())
for name, body in {
    "another parcel": SHORT.replace("EZ4", "EZ5"),
    "another mode": SHORT.replace('"test"', '"production"'),
    "a space more": SHORT.replace(",", ", ", 1),
    "a line break more": SHORT + "\n",
    "an escape for a letter": SHORT.replace("test", "t\\u0065st"),
}.items():
    case(f"tampered: {name}", False, body, signed(SHORT))

for each in cases:
    assert agrees(each) == each["genuine"], f"EasyPost's library does not agree: {each['name']}"
assert len(cases) >= 30 and len({each["name"] for each in cases}) == len(cases)
text = json.dumps({"library": "easypost 10.7.0", "cases": cases}, ensure_ascii=True, indent=2)
(PAYLOADS / "easypost-signatures.json").write_text(text + "\n", encoding="utf-8")
print(f"{len(cases)} cases")
