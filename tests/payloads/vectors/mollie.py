"""Writes tests/payloads/mollie-signatures.json with Mollie's own library, which must agree with every case.

    python3 -m venv /tmp/mollie && /tmp/mollie/bin/pip install mollie-api-py==1.10.20
    /tmp/mollie/bin/python tests/payloads/vectors/mollie.py

`mollie-api-py` is Mollie's; its older `mollie-api-python` (4.0.0) has no validator of signatures. A header is a list of
values, as a request may repeat it. `genuine` is what Mollie's library says of the body, the headers and the secrets. It says
no (and not "wrong") of a request without a signature: that is a classic webhook, of which nothing is proven.
"""

import base64
import json
import sys
from pathlib import Path

# This file has the name of the package that it needs.
sys.path = [path for path in sys.path if Path(path).resolve() != Path(__file__).resolve().parent]

from mollie.utils.webhooks import InvalidSignatureException, SignatureValidator

SECRET, NEW, OLD = "whsec_3sP1dLmD", "whsec_new_8f2c", "whsec_old_1b7e"
PAYLOADS = Path(__file__).resolve().parent.parent
REAL = (PAYLOADS / "mollie-webhook-event-payment-link.paid.json").read_text(encoding="utf-8")
SHORT = '{"resource":"event","type":"payment.paid","entityId":"tr_5B8cwPMGnU6qLbRvo7qEZo"}'


def made(body, secret):
    return SignatureValidator.create_signature(body, secret)


def signed(body, secret=SECRET):
    return "sha256=" + made(body, secret)


def agrees(case):
    signatures = [value for name, values in case["headers"].items() if name.lower() == "x-mollie-signature" for value in values]
    try:
        return SignatureValidator(case["secrets"]).validate_payload(case["body"], signatures)
    except (InvalidSignatureException, TypeError):  # it cannot compare what is not ASCII
        return False


cases = []


def case(name, genuine, body=SHORT, signatures=None, secrets=(SECRET,), header="X-Mollie-Signature"):
    headers = {} if signatures is None else {header: list(signatures)}
    cases.append({"name": name, "genuine": genuine, "headers": headers, "body": body, "secrets": list(secrets)})


# Bodies: what was signed is the bytes, however they look.
for name, body in {
    "Mollie's own event": REAL,
    "one line": SHORT,
    "an empty body": "",
    "an empty object": "{}",
    "whitespace around it": f"\n  {SHORT} \r\n",
    "tabs within it": SHORT.replace(",", ",\t"),
    "a line break at its end": SHORT + "\n",
    "Windows line breaks": REAL.replace("\n", "\r\n"),
    "letters of several scripts": SHORT.replace("paid", "bezahlt ä ß 支付 Оплата"),
    "characters beyond the basic plane": SHORT.replace("paid", "🧾💶"),
    "escaped letters": SHORT.replace("paid", "\\u00e4\\u652f"),
    "escaped slashes": SHORT.replace("paid", "https:\\/\\/example.org\\/a"),
    "bare slashes": SHORT.replace("paid", "https://example.org/a"),
    "an escaped surrogate pair": SHORT.replace("paid", "\\ud83e\\uddfe"),
    "a byte order mark": "\ufeff" + SHORT,
    "a NUL": SHORT.replace("paid", "pa\0id"),
    "numbers as texts": '{"amount":{"value":"10.00"},"attempt":"1"}',
    "numbers as numbers": '{"amount":{"value":10.00},"attempt":1}',
    "a number with an exponent": '{"amount":1e2}',
    "names in another order": '{"type":"payment.paid","resource":"event"}',
    "a name twice": '{"type":"a","type":"payment.paid"}',
    "no JSON": "id=tr_5B8cwPMGnU6qLbRvo7qEZo",
    "a long body": json.dumps({"description": "x" * 20_000}),
}.items():
    case(f"valid: {name}", True, body, [signed(body)])

# Secrets.
for which, secret in (("first", NEW), ("second", OLD)):
    case(f"valid: the {which} of two secrets", True, signatures=[signed(SHORT, secret)], secrets=(NEW, OLD))
case("valid: a secret of letters beyond ASCII", True, signatures=[signed(SHORT, "geheim-ß-秘")], secrets=("geheim-ß-秘",))
case("valid: a secret with a space within", True, signatures=[signed(SHORT, "two words")], secrets=("two words",))
case("another secret", False, signatures=[signed(SHORT, "whsec_other")])
case("a secret that was revoked", False, signatures=[signed(SHORT, OLD)], secrets=(NEW,))
case("a secret in another case", False, signatures=[signed(SHORT, SECRET.upper())])
case("no secret at all, as a key", False, signatures=["sha256=" + made(SHORT, "")])

# Headers.
case("valid: without the prefix", True, signatures=[made(SHORT, SECRET)])
case("valid: a header in lower case", True, signatures=[signed(SHORT)], header="x-mollie-signature")
case("valid: a header in upper case", True, signatures=[signed(SHORT)], header="X-MOLLIE-SIGNATURE")
case("valid: the second of two signatures", True, signatures=[signed(SHORT, OLD), signed(SHORT, NEW)], secrets=(NEW,))
case("valid: the first of two signatures", True, signatures=[signed(SHORT), "sha256=" + "0" * 64])
case("two wrong signatures", False, signatures=[signed(SHORT, OLD), signed(SHORT, NEW)])
case("no header", False)
case("an empty header", False, signatures=[""])
case("only the prefix", False, signatures=["sha256="])
case("the prefix twice", False, signatures=["sha256=" + signed(SHORT)])
case("the prefix in upper case", False, signatures=[signed(SHORT).replace("sha256=", "SHA256=")])
case("another hash's prefix", False, signatures=[signed(SHORT).replace("sha256=", "sha1=")])
case("digits in upper case", False, signatures=["sha256=" + made(SHORT, SECRET).upper()])
case("a signature cut short", False, signatures=[signed(SHORT)[:-1]])
case("a signature that goes on", False, signatures=[signed(SHORT) + "0"])
case("a signature with another last digit", False,
     signatures=[signed(SHORT)[:-1] + ("1" if signed(SHORT)[-1] == "0" else "0")])
case("a signature of zeros", False, signatures=["sha256=" + "0" * 64])
case("a signature in base64", False, signatures=["sha256=" + base64.b64encode(bytes.fromhex(made(SHORT, SECRET))).decode()])
case("a header of another name", False, signatures=[signed(SHORT)], header="X-Signature")

# Tampered bodies.
for name, body in {
    "another payment": SHORT.replace("tr_5B8", "tr_6B8"),
    "another type": SHORT.replace("paid", "failed"),
    "a space more": SHORT.replace(",", ", ", 1),
    "a line break more": SHORT + "\n",
    "a byte less": SHORT[:-1],
    "nothing": "",
    "an escape for a letter": SHORT.replace("paid", "p\\u0061id"),
    "the case of a letter": SHORT.replace("event", "Event"),
}.items():
    case(f"tampered: {name}", False, body, [signed(SHORT)])

for each in cases:
    assert agrees(each) == each["genuine"], f"Mollie's library does not agree: {each['name']}"
assert len(cases) >= 30 and len({each["name"] for each in cases}) == len(cases)
text = json.dumps({"library": "mollie-api-py 1.10.20", "cases": cases}, ensure_ascii=True, indent=2)
(PAYLOADS / "mollie-signatures.json").write_text(text + "\n", encoding="utf-8")
print(f"{len(cases)} cases")
