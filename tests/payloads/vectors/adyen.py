#!/usr/bin/env python3
"""Writes adyen-signatures.json: deliveries that Adyen's own library judged.

    python3 -m venv /tmp/adyen && /tmp/adyen/bin/pip install Adyen
    /tmp/adyen/bin/python tests/payloads/vectors/adyen.py

Each case has a delivery's body, the endpoint's HMAC keys (one on a line) and how many of its items are genuine. The
library (Adyen.util) signs the items, and it must agree with each verdict, or nothing is written. It knows one key and
looks at the first item only, so it is asked about each item with each key. Where it raises instead of judging (an item
without a signature, a body that is no JSON), the verdict is that nothing is genuine.
"""

import copy
import json
import pathlib

import Adyen
from Adyen.util import generate_notification_sig, is_valid_hmac_notification

KEY = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056"
OTHER = "74F490DD33F7327BAECC88B2947C011FC02D014A473AAA33A8EC93E4DC069174"
TARGET = pathlib.Path(__file__).parent.parent / "adyen-signatures.json"

ITEM = {
    "additionalData": {"hmacSignature": "", "authCode": "083152"},
    "amount": {"currency": "EUR", "value": 1130},
    "eventCode": "AUTHORISATION",
    "eventDate": "2026-11-23T17:15:34+01:00",
    "merchantAccountCode": "TestMerchant",
    "merchantReference": "web/1001",
    "operations": ["CANCEL", "CAPTURE", "REFUND"],
    "paymentMethod": "visa",
    "pspReference": "QFQTPCQ8HXSKGK82",
    "reason": "083152:1111:03/2030",
    "success": "true",
}


def signed(key=KEY, **fields):
    """An item that the library signed. A field that is None is left out; `value` stands in `amount`."""
    item = copy.deepcopy(ITEM)
    if "value" in fields:
        item["amount"]["value"] = fields.pop("value")
    item.update(fields)
    item = {name: value for name, value in item.items() if value is not None}
    item["additionalData"]["hmacSignature"] = generate_notification_sig(item, key).decode()
    return item


def changed(item, **fields):
    """The item with other fields under the same signature."""
    item = copy.deepcopy(item)
    for name, value in fields.items():
        where = item["amount"] if name in ("value", "currency") else item
        where[name] = value
    return item


def with_signature(item, signature):
    item = copy.deepcopy(item)
    item["additionalData"]["hmacSignature"] = signature
    return item


def delivery(*items):
    return {"live": "false", "notificationItems": [{"NotificationRequestItem": item} for item in items]}


def text(*items, **how):
    return json.dumps(delivery(*items), ensure_ascii=how.pop("ascii", False), **how)


def judge(body, keys):
    """How many items of a body are genuine, in the library's words."""

    def judged(item, key):
        try:
            return is_valid_hmac_notification(item, key) is True
        except (KeyError, TypeError, ValueError):
            return False

    try:
        items = [wrapped["NotificationRequestItem"] for wrapped in json.loads(body)["notificationItems"]]
    except (KeyError, TypeError, ValueError):
        return 0
    return sum(any(judged(item, key) for key in keys.split()) for item in items)


def cases():
    plain = signed()
    signature = plain["additionalData"]["hmacSignature"]
    refund = signed(eventCode="REFUND", originalReference="9913140798220028", pspReference="993617894906488A")
    one = lambda name, item, genuine, keys=KEY: (name, text(item), keys, genuine)

    # What Adyen signed, and what was changed after.
    yield one("an authorization", plain, 1)
    yield one("a refund, with its original reference", refund, 1)
    for name, value in [
        ("pspReference", "QFQTPCQ8HXSKGK83"),
        ("originalReference", "9913140798220028"),
        ("merchantAccountCode", "OtherMerchant"),
        ("merchantReference", "web/1002"),
        ("value", 1),
        ("currency", "USD"),
        ("eventCode", "CAPTURE"),
        ("success", "false"),
        ("success", "TRUE"),
    ]:
        yield one(f"{name} changed to {value}", changed(plain, **{name: value}), 0)
    yield one("the original reference of a refund removed", changed(refund, originalReference=""), 0)
    for name, value in [("reason", "x"), ("eventDate", "2020-01-01T00:00:00Z"), ("paymentMethod", "ideal")]:
        yield one(f"{name} changed, which is not signed", changed(plain, **{name: value}), 1)
    yield one("a signed failure", signed(success="false"), 1)

    # Signatures.
    yield one("another character in the signature", with_signature(plain, "A" + signature[1:]), 0)
    yield one("a signature that is cut off", with_signature(plain, signature[:-4]), 0)
    yield one("a signature without its padding", with_signature(plain, signature.rstrip("=")), 0)
    yield one("a signature in URL-safe base64", with_signature(plain, signature.replace("+", "-").replace("/", "_") + "_"), 0)
    yield one("a signature with a space after it", with_signature(plain, signature + " "), 0)
    yield one("a signature with a line break before it", with_signature(plain, "\n" + signature), 0)
    yield one("an empty signature", with_signature(plain, ""), 0)
    yield one("null for a signature", with_signature(plain, None), 0)
    yield one("a number for a signature", with_signature(plain, 1), 0)
    yield one("additional data without a signature", changed(plain, additionalData={"authCode": "083152"}), 0)
    yield one("a signature under another name", changed(plain, additionalData={"hmacsignature": signature}), 0)
    yield one("no additional data", {name: value for name, value in plain.items() if name != "additionalData"}, 0)
    yield one("the signature of another item", with_signature(plain, refund["additionalData"]["hmacSignature"]), 0)

    # Keys.
    yield one("another key", plain, 0, OTHER)
    yield one("while the key is rolled: signed with the new one", plain, 1, f"{KEY}\n{OTHER}")
    yield one("while the key is rolled: signed with the old one", plain, 1, f"{OTHER}\n{KEY}")
    yield one("while the key is rolled: signed with neither", signed(key="00" * 32), 0, f"{OTHER}\n{KEY}")
    yield one("a key in lower case", plain, 1, KEY.lower())
    yield one("a short key", signed(key="abcd"), 1, "abcd")

    # Text.
    unicode = signed(merchantReference="web/Größe-☃-🧦")
    yield one("a reference that is no ASCII", unicode, 1)
    yield ("the same, escaped", text(unicode, ascii=True), KEY, 1)
    yield ("a reference in another Unicode form", text(changed(signed(merchantReference="é"), merchantReference="e\u0301")), KEY, 0)
    for name, reference in [
        ("a space before the reference", " web/1001"),
        ("a space after the reference", "web/1001 "),
        ("spaces within the reference", "order 1001  b"),
        ("a tab and a line break in the reference", "a\tb\nc"),
        ("backslashes in the reference", "\\\\a\\:b"),
        ("quotes in the reference", 'a"b\'c'),
        ("colons in the reference", "14-08-2026-09:53:00"),
        ("an empty reference", ""),
    ]:
        yield one(name, signed(merchantReference=reference), 1)
    yield one("the space before a reference removed", changed(signed(merchantReference=" a"), merchantReference="a"), 0)
    yield ("slashes that are escaped", text(plain).replace("web/1001", "web\\/1001"), KEY, 1)
    yield one("no reference at all", signed(merchantReference=None), 1)
    yield one("an original reference that is empty", changed(plain, originalReference=""), 1)
    moved = changed(signed(merchantReference="a:b"), merchantAccountCode="TestMerchant:a", merchantReference="b")
    yield one("a colon moved into the next field, which no signature notices", moved, 1)
    report = signed(eventCode="REPORT_AVAILABLE", merchantReference="", pspReference="report_2026-11-01T00:00:00.csv", value=0)
    yield one("a report, whose reference is a file's name", report, 1)

    # Numbers.
    yield one("an amount as text", signed(value="1130"), 1)
    yield one("an amount that became text", changed(plain, value="1130"), 1)
    yield one("an amount with a fraction of nothing", changed(plain, value=1130.0), 0)
    yield one("an amount with leading zeros", changed(plain, value="01130"), 0)
    yield one("no money", signed(value=0), 1)
    yield one("an amount beyond 2^53", signed(value=9007199254740993), 1)
    yield one("a negative amount", signed(value=-5), 1)

    # Bodies.
    yield ("a body with line breaks and spaces", text(plain, indent=4), KEY, 1)
    yield ("a body without spaces", text(plain, separators=(",", ":")), KEY, 1)
    yield ("a body with its fields in another order", text(dict(reversed(plain.items()))), KEY, 1)
    twice = '"success": "true"'
    yield ("a field twice, the last one as signed", text(plain).replace(twice, f'"success": "false", {twice}'), KEY, 1)
    yield ("a field twice, the first one as signed", text(plain).replace(twice, f'{twice}, "success": "false"'), KEY, 0)
    yield ("two items", text(plain, refund), KEY, 2)
    yield ("two items, signed with two keys", text(plain, signed(key=OTHER, success="false")), f"{KEY}\n{OTHER}", 2)
    yield ("two items, the second of them changed", text(plain, changed(refund, value=1)), KEY, 1)
    yield ("two items, the first of them not signed", text(with_signature(plain, ""), refund), KEY, 1)
    yield ("two items, both changed", text(changed(plain, value=1), changed(refund, value=1)), KEY, 0)
    yield ("no items", text(), KEY, 0)
    yield ("an item that is null", text(None), KEY, 0)
    yield ("an item that is not wrapped", json.dumps({"live": "false", "notificationItems": [plain]}), KEY, 0)
    yield ("items that are no list", json.dumps({"live": "false", "notificationItems": plain}), KEY, 0)
    yield ("no JSON", "garbage", KEY, 0)
    yield ("half a body", text(plain)[:200], KEY, 0)
    yield ("an empty body", "", KEY, 0)

    # The example of Adyen's documentation, with its signature.
    example = changed(
        ITEM,
        merchantReference="TestPayment-1407325143704",
        pspReference="7914073381342284",
        additionalData={"hmacSignature": "coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0="},
    )
    yield one("Adyen's own example", example, 1)


def main():
    written = []
    for name, body, keys, genuine in cases():
        judged = judge(body, keys)
        assert judged == genuine, f"{name}: Adyen's library finds {judged} genuine items, and not {genuine}"
        written.append({"name": name, "body": body, "secrets": keys, "items": genuine, "genuine": genuine > 0})
    names = [case["name"] for case in written]
    assert len(set(names)) == len(names), "two cases have the same name"
    TARGET.write_text(json.dumps(written, indent=2) + "\n")
    print(f"{len(written)} cases, as Adyen {Adyen.settings.LIB_VERSION} judges them")


if __name__ == "__main__":
    main()
