#!/usr/bin/env python3
"""Makes ../standard-signatures.json: requests that the reference library of Standard Webhooks takes or refuses.

    python3 -m venv venv && venv/bin/pip install standardwebhooks==1.1.0 cryptography==50.0.2
    venv/bin/python tests/payloads/vectors/standard.py

Each case says whether the request is genuine, and the library must agree before the file is written. The library knows the
symmetric signatures (`v1`) only. The asymmetric ones (`v1a`, ed25519) are judged by `cryptography`, as the specification
describes them: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md

Everything is fixed, the keys and the clock too, so the file comes out the same each time.
"""

import base64
import json
import pathlib
from datetime import datetime, timezone

import standardwebhooks.webhooks as reference
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

NOW = 1_795_442_400


class Clock(datetime):
    """The library's clock, standing at NOW."""

    @classmethod
    def now(cls, tz=None):
        return datetime.fromtimestamp(NOW, tz=tz)


reference.datetime = Clock


def secret(seed: int, length: int = 32) -> str:
    return "whsec_" + base64.b64encode(bytes((seed + i) % 256 for i in range(length))).decode()


def private_key(seed: int) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes((seed + i) % 256 for i in range(32)))


def public_key(key: Ed25519PrivateKey) -> str:
    raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return "whpk_" + base64.b64encode(raw).decode()


FIRST, SECOND, LONG, SHORT = secret(1), secret(101), secret(7, 64), secret(9, 24)
PRIVATE, OTHER_PRIVATE = private_key(3), private_key(77)
PUBLIC, OTHER_PUBLIC = public_key(PRIVATE), public_key(OTHER_PRIVATE)

CAPTURED = json.dumps(
    {
        "type": "payment.captured",
        "timestamp": "2026-11-23T14:00:00Z",
        "data": {"payment": "pay_1001", "order_id": "1001", "channel": "web", "amount": 4990, "currency": "EUR"},
    },
    separators=(",", ":"),
)
BODIES = {
    "a captured payment": CAPTURED,
    "spaces between everything": json.dumps(json.loads(CAPTURED), indent=4),
    "a line break at the end": CAPTURED + "\n",
    "line breaks of Windows": json.dumps(json.loads(CAPTURED), indent=1).replace("\n", "\r\n"),
    "letters of other scripts": '{"type":"note","data":{"text":"Grüße, 東京 🎁"}}',
    "the same letters escaped": json.dumps({"type": "note", "data": {"text": "Grüße, 東京 🎁"}}),
    "escaped slashes": '{"type":"note","data":{"url":"https:\\/\\/example.com\\/a"}}',
    "numbers as text": '{"type":"note","data":{"amount":"4990","rate":"1.10"}}',
    "numbers in other forms": '{"type":"note","data":{"amount":4990.0,"rate":1.10e0}}',
    "dots, as between the signed parts": '{"type":"a.b","data":{"text":"msg_1.1795442400."}}',
    "no body": "",
    "no JSON": "payment=pay_1001&amount=4990",
}


def signed(text: str, body: str, message: str = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W", at: int = NOW) -> dict:
    signature = reference.Webhook(text).sign(message, datetime.fromtimestamp(at, tz=timezone.utc), body)
    return {"webhook-id": message, "webhook-timestamp": str(at), "webhook-signature": signature}


def signed_asymmetrically(key: Ed25519PrivateKey, body: str, message: str = "msg_asymmetric", at: int = NOW) -> dict:
    signature = base64.b64encode(key.sign(f"{message}.{at}.{body}".encode())).decode()
    return {"webhook-id": message, "webhook-timestamp": str(at), "webhook-signature": f"v1a,{signature}"}


def takes(key: str, headers: dict, body: str) -> bool:
    """Whether a receiver with this one key takes the request."""
    if key.startswith("whpk_"):
        return takes_asymmetric(key, headers, body)
    try:
        reference.Webhook(key).verify(body, headers, json_parse=False)
    except (reference.WebhookVerificationError, ValueError):
        return False
    return True


def takes_asymmetric(key: str, headers: dict, body: str) -> bool:
    headers = {name.lower(): value for name, value in headers.items()}
    message, at, signatures = (headers.get(f"webhook-{name}") for name in ("id", "timestamp", "signature"))
    if not (message and at and signatures) or abs(NOW - int(at)) > 300:
        return False
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key.removeprefix("whpk_")))
    for version, _, signature in (text.partition(",") for text in signatures.split(" ")):
        if version == "v1a":
            try:
                public.verify(base64.b64decode(signature), f"{message}.{at}.{body}".encode())
                return True
            except (InvalidSignature, ValueError):
                pass
    return False


def flipped(headers: dict, position: int) -> dict:
    """The same with one character of the signature exchanged."""
    version, _, signature = headers["webhook-signature"].partition(",")
    other = "A" if signature[position] != "A" else "B"
    changed = signature[:position] + other + signature[position + 1 :]
    return {**headers, "webhook-signature": f"{version},{changed}"}


def without(headers: dict, name: str) -> dict:
    return {known: value for known, value in headers.items() if known != name}


def listed(*all_headers: dict) -> dict:
    """One request with the signatures of several."""
    signatures = " ".join(headers["webhook-signature"] for headers in all_headers)
    return {**all_headers[0], "webhook-signature": signatures}


def cases():
    for name, body in BODIES.items():
        yield f"symmetric: {name}", signed(FIRST, body), body, [FIRST], True
        yield f"asymmetric: {name}", signed_asymmetrically(PRIVATE, body), body, [PUBLIC], True

    good, good_asymmetric = signed(FIRST, CAPTURED), signed_asymmetrically(PRIVATE, CAPTURED)
    kinds = [("symmetric", good, FIRST, SECOND), ("asymmetric", good_asymmetric, PUBLIC, OTHER_PUBLIC)]
    for kind, headers, own, other in kinds:
        yield f"{kind}: another amount", headers, CAPTURED.replace("4990", "4991"), [own], False
        yield f"{kind}: printed again", headers, json.dumps(json.loads(CAPTURED)), [own], False
        yield f"{kind}: one character less", headers, CAPTURED[:-1], [own], False
        yield f"{kind}: a line break more", headers, CAPTURED + "\n", [own], False
        yield f"{kind}: the first character of the signature", flipped(headers, 0), CAPTURED, [own], False
        yield f"{kind}: a character within the signature", flipped(headers, 20), CAPTURED, [own], False
        yield f"{kind}: another key", headers, CAPTURED, [other], False
        yield f"{kind}: another key first", headers, CAPTURED, [other, own], True
        yield f"{kind}: another key last", headers, CAPTURED, [own, other], True
        yield f"{kind}: another id", {**headers, "webhook-id": "msg_other"}, CAPTURED, [own], False
        yield f"{kind}: another time", {**headers, "webhook-timestamp": str(NOW + 1)}, CAPTURED, [own], False
        for name in headers:
            yield f"{kind}: without {name}", without(headers, name), CAPTURED, [own], False
            yield f"{kind}: {name} is empty", {**headers, name: ""}, CAPTURED, [own], False
        upper = {name.title(): value for name, value in headers.items()}
        yield f"{kind}: names of headers in title case", upper, CAPTURED, [own], True
        upper = {name.upper(): value for name, value in headers.items()}
        yield f"{kind}: names of headers in upper case", upper, CAPTURED, [own], True

    for seconds, genuine in [(-301, False), (-300, True), (-299, True), (299, True), (300, True), (301, False)]:
        at = NOW + seconds
        yield f"symmetric: signed {seconds:+} s from now", signed(FIRST, CAPTURED, at=at), CAPTURED, [FIRST], genuine
        headers = signed_asymmetrically(PRIVATE, CAPTURED, at=at)
        yield f"asymmetric: signed {seconds:+} s from now", headers, CAPTURED, [PUBLIC], genuine
    yield "symmetric: in 1970", signed(FIRST, CAPTURED, at=1), CAPTURED, [FIRST], False

    by_second = signed(SECOND, CAPTURED)
    both = listed(by_second, good)
    yield "rolled: both signatures, the old key", both, CAPTURED, [FIRST], True
    yield "rolled: both signatures, the new key", both, CAPTURED, [SECOND], True
    yield "rolled: both signatures, neither key", both, CAPTURED, [LONG, PUBLIC], False
    yield "rolled: both keys", good, CAPTURED, [SECOND, FIRST], True
    asymmetric = signed_asymmetrically(PRIVATE, CAPTURED, message=good["webhook-id"])
    mixed = listed(asymmetric, good)
    yield "rolled: from a secret to a key pair, the old one", mixed, CAPTURED, [FIRST], True
    yield "rolled: from a secret to a key pair, the new one", mixed, CAPTURED, [PUBLIC], True
    yield "rolled: from a secret to a key pair, both", mixed, CAPTURED, [PUBLIC, FIRST], True
    yield "rolled: three signatures, the last one", listed(by_second, asymmetric, good), CAPTURED, [FIRST], True

    as_v1a = {**good, "webhook-signature": good["webhook-signature"].replace("v1,", "v1a,")}
    yield "a symmetric signature that calls itself asymmetric", as_v1a, CAPTURED, [FIRST, PUBLIC], False
    as_v1 = {**good_asymmetric, "webhook-signature": good_asymmetric["webhook-signature"].replace("v1a,", "v1,")}
    yield "an asymmetric signature that calls itself symmetric", as_v1, CAPTURED, [FIRST, PUBLIC], False
    as_v2 = {**good, "webhook-signature": good["webhook-signature"].replace("v1,", "v2,")}
    yield "a version of the future", as_v2, CAPTURED, [FIRST], False
    yield "a version of the future beside today's", listed(as_v2, good), CAPTURED, [FIRST], True
    # Whoever knows a public key must not be able to sign with it as if it were a secret.
    confused = signed("whsec_" + PUBLIC.removeprefix("whpk_"), CAPTURED)
    yield "signed with the public key as a secret", confused, CAPTURED, [PUBLIC], False
    yield "half of a signature", {**good, "webhook-signature": good["webhook-signature"][:24] + "=="}, CAPTURED, [FIRST], False

    yield "a secret of 64 bytes", signed(LONG, CAPTURED), CAPTURED, [LONG], True
    yield "a secret of 24 bytes", signed(SHORT, CAPTURED), CAPTURED, [SHORT], True
    yield "a secret without padding", good, CAPTURED, [FIRST.rstrip("=")], True
    yield "an id with colons and dashes", signed(FIRST, CAPTURED, message="refund:ord_7-a:1"), CAPTURED, [FIRST], True
    yield "an id of 200 characters", signed(FIRST, CAPTURED, message="m" * 200), CAPTURED, [FIRST], True


def main():
    made = []
    for name, headers, body, keys, genuine in cases():
        judged = any(takes(key, headers, body) for key in keys)
        assert judged == genuine, f"{name}: the reference says {judged}"
        made.append({"name": name, "headers": headers, "body": body, "secrets": keys, "now": NOW, "genuine": genuine})
    names = [case["name"] for case in made]
    assert len(names) == len(set(names)), "two cases have one name"
    path = pathlib.Path(__file__).resolve().parent.parent / "standard-signatures.json"
    path.write_text(json.dumps(made, indent=1) + "\n")
    print(f"{len(made)} cases, {sum(case['genuine'] for case in made)} of them genuine")


main()
