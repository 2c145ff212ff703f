"""Makes tests/payloads/square-signatures.json with Square's own library.

    python3 -m venv /tmp/square && /tmp/square/bin/pip install squareup==46.0.0.20260916
    /tmp/square/bin/python tests/payloads/vectors/square.py

Each case is a request and what Square's `verify_signature` says of it: the script stops if the library disagrees with
`genuine`. The library takes one key, so a case with several is genuine if it is for one of them. It raises an error for an
empty key; such a case has `genuine: null`, because a missing key is a fault of the receiver's configuration and no verdict.
A case without the header is not given to the library, which needs one.
"""

import base64
import hashlib
import hmac
import json
import sys
from pathlib import Path

# Python looks beside the script first, and this file has the library's name.
sys.path = [place for place in sys.path if Path(place or ".").resolve() != Path(__file__).resolve().parent]

from square.utils.webhooks_helper import verify_signature

PAYLOADS = Path(__file__).resolve().parent.parent
HEADER = "x-square-hmacsha256-signature"
URL = "https://api.example.com/webhooks/payments/square"
KEY, NEW_KEY = "qfjakbt2uWB8DKAMECF-EA", "XTc9Sr1mWB_8hkZ0aLq2Vw"
BODY = '{"merchant_id":"MLEXAMPLE0001","type":"payment.updated","data":{"object":{"payment":{"total_money":{"amount":3390}}}}}'
SAMPLES = sorted(path.name for path in PAYLOADS.glob("square-*.json") if path.name != "square-signatures.json")


def sign(body: str, key: str = KEY, url: str = URL, digest=hashlib.sha256) -> str:
    """The documented recipe. The library only verifies, and must agree with it below."""
    return base64.b64encode(hmac.new(key.encode(), (url + body).encode(), digest).digest()).decode()


def case(name, body, signature, genuine, secrets=(KEY,), url=URL, header=HEADER):
    headers = {} if signature is None else {header: signature}
    return {"name": name, "headers": headers, "body": body, "secrets": list(secrets), "url": url, "genuine": genuine}


def cases():
    good = sign(BODY)
    for name in SAMPLES:
        body = (PAYLOADS / name).read_text(encoding="utf-8")
        yield case(f"the sample {name}", body, sign(body), True)
        yield case(f"the sample {name} without its last line break", body.rstrip("\n"), sign(body), False)

    yield case("a compact body", BODY, good, True)
    for name, body in {
        "letters beyond ASCII": '{"note":"Grüße 🎁 für Åsa, 注文"}',
        "escaped letters": '{"note":"Gr\\u00fc\\u00dfe \\ud83c\\udf81"}',
        "escaped slashes": '{"receipt_url":"https:\\/\\/squareup.com\\/receipt"}',
        "line breaks of Windows": '{\r\n  "type": "payment.updated"\r\n}\r\n',
        "whitespace around it": ' \n\t{"type":"payment.updated"}\n ',
        "a byte order mark": '\ufeff{"type":"payment.updated"}',
        "a number as text": '{"amount":"3390"}',
        "a number with a fraction": '{"amount":3390.0}',
        "a large number": '{"amount":9223372036854775807}',
        "a name twice": '{"a":1,"a":2}',
        "no JSON": "not json at all",
        "a zero byte": '{"a":"\u0000"}',
        "one letter": "0",
        "composed letters": '{"name":"Zoë"}',
        "decomposed letters": '{"name":"Zoe\u0308"}',
    }.items():
        yield case(f"a body with {name}", body, sign(body), True)

    number = '{"amount":3390}'
    yield case("another amount", number.replace("3390", "1"), sign(number), False)
    yield case("a number that became text", '{"amount":"3390"}', sign(number), False)
    yield case("a body that was printed again", json.dumps(json.loads(BODY), indent=1), good, False)
    yield case("names in another order", '{"b":1,"a":2}', sign('{"a":2,"b":1}'), False)
    yield case("escapes that were resolved", '{"note":"ü"}', sign('{"note":"\\u00fc"}'), False)
    yield case("letters that were composed", '{"name":"Zoë"}', sign('{"name":"Zoe\u0308"}'), False)
    yield case("another line break at the end", BODY + "\n", good, False)
    yield case("a space before", " " + BODY, good, False)
    yield case("no body", "", sign(""), False)

    yield case("no signature", BODY, None, False)
    yield case("an empty signature", BODY, "", False)
    yield case("a signature with another first letter", BODY, ("A" if good[0] != "A" else "B") + good[1:], False)
    yield case("a signature without its padding", BODY, good.rstrip("="), False)
    yield case("a signature cut in half", BODY, good[: len(good) // 2], False)
    yield case("a signature in other letters' case", BODY, good.swapcase(), False)
    yield case("a signature that is repeated", BODY, f"{good},{good}", False)
    yield case("a signature with a name before", BODY, f"sha256={good}", False)
    url_safe = sign("url-safe 4")
    assert set("+/") & set(url_safe)
    yield case("a signature in the URL's alphabet", "url-safe 4", url_safe.replace("+", "-").replace("/", "_"), False)
    digest = hmac.new(KEY.encode(), (URL + BODY).encode(), hashlib.sha256).hexdigest()
    yield case("a signature in hexadecimal", BODY, digest, False)
    yield case("a signature by SHA-1, as before 2022", BODY, sign(BODY, digest=hashlib.sha1), False)
    yield case("the signature of the body without the URL", BODY, sign(BODY, url=""), False)
    yield case("the signature of the URL after the body", BODY, sign("", url=BODY + URL), False)
    yield case("the older header", BODY, good, False, header="x-square-signature")
    yield case("the header in capitals", BODY, good, True, header="X-Square-HmacSha256-Signature")

    yield case("another key", BODY, sign(BODY, NEW_KEY), False)
    yield case("a key in other letters' case", BODY, sign(BODY, KEY.lower()), False)
    yield case("a key of letters beyond ASCII", BODY, sign(BODY, "ключ"), True, secrets=["ключ"])
    yield case("a key longer than a block", BODY, sign(BODY, "k" * 200), True, secrets=["k" * 200])
    yield case("the old key while it is replaced", BODY, good, True, secrets=[NEW_KEY, KEY])
    yield case("the new key while it is replaced", BODY, sign(BODY, NEW_KEY), True, secrets=[NEW_KEY, KEY])
    yield case("the old key after it was replaced", BODY, good, False, secrets=[NEW_KEY])
    yield case("neither of two keys", BODY, sign(BODY, "another"), False, secrets=[NEW_KEY, KEY])
    yield case("an empty key", BODY, sign(BODY, ""), None, secrets=[""])
    yield case("no key", BODY, good, None, secrets=[])

    for name, url in {
        "a slash at the end": URL + "/",
        "another scheme": URL.replace("https", "http"),
        "a query": URL + "?x=1",
        "another host": URL.replace("api.", "www."),
        "a host in capitals": URL.replace("api.example.com", "API.EXAMPLE.COM"),
        "the default port": URL.replace(".com", ".com:443"),
    }.items():
        yield case(f"a URL with {name}, as it is entered", BODY, sign(BODY, url=url), True, url=url)
        yield case(f"a URL with {name}, which is not the one entered", BODY, sign(BODY, url=url), False)
    # What is signed has no mark between URL and body: only the whole is.
    yield case("a body that took the end of the URL", "square" + BODY, sign(BODY), True, url=URL.removesuffix("square"))


def library_says(one) -> bool | None:
    header = next((value for name, value in one["headers"].items() if name.lower() == HEADER), None)
    if header is None:
        return False
    if not any(one["secrets"]):
        try:
            key = one["secrets"][0] if one["secrets"] else ""
            verify_signature(request_body=one["body"], signature_header=header, signature_key=key, notification_url=one["url"])
        except ValueError:
            return None
    return any(
        verify_signature(request_body=one["body"], signature_header=header, signature_key=key, notification_url=one["url"])
        for key in one["secrets"]
    )


if __name__ == "__main__":
    all_cases = list(cases())
    names = [one["name"] for one in all_cases]
    assert len(set(names)) == len(names), "two cases have one name"
    for one in all_cases:
        told = library_says(one)
        assert told is one["genuine"], f"{one['name']}: the library says {told}"
    path = PAYLOADS / "square-signatures.json"
    path.write_text(json.dumps(all_cases, indent=1, ensure_ascii=True) + "\n", encoding="utf-8")
    print(f"{len(all_cases)} cases, {sum(one['genuine'] is True for one in all_cases)} of them genuine")
