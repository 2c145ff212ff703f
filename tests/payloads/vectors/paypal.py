"""Writes tests/payloads/paypal-signatures.json: PayPal webhooks that are signed, and webhooks that only seem so.

    python3 -m venv venv
    venv/bin/pip install paypalrestsdk==1.13.3 pyOpenSSL==23.2.0 cryptography==41.0.7
    venv/bin/python tests/payloads/vectors/paypal.py

The keys and certificates are made by `cryptography`, named like PayPal's own. PayPal's own library
(`paypalrestsdk.WebhookEvent.verify`) judges each case that it can judge; the script fails where its word differs from
`genuine`. `stricter` says why a case that the library takes is refused here: the library checks no address, no time and
no exact name, and takes SHA-1.
"""

import base64
import binascii
import datetime
import json
import pathlib
import tempfile
from unittest import mock

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID
from paypalrestsdk.notifications import WebhookEvent

HERE = pathlib.Path(__file__).resolve().parent
NOW = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
WEBHOOK = "1JE4291016473214C"
ID = "a9941940-3b3a-11ec-b750-f75a670c9758"
BASE = "https://api.paypal.com/v1/notifications/certs/"
LIVE = "messageverificationcerts.paypal.com"
BODY = (HERE.parent / "paypal-PAYMENT.CAPTURE.COMPLETED.sim-capture-completed.json").read_bytes()


def rfc3339(time):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def days(number):
    return NOW.replace(tzinfo=None) + datetime.timedelta(days=number)


def usage(sign=True, ca=False):
    return x509.KeyUsage(sign, False, not ca, False, False, ca, ca, False, False)


def certificate(name, public, issuer, issuer_key, *, ca=False, start=-30, end=300, san=True, sign=True, eku=None,
                aia=None, subject=None):
    subject = subject or x509.Name([
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "PayPal, Inc."), x509.NameAttribute(NameOID.COMMON_NAME, name),
    ])
    builder = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public)
        .serial_number(x509.random_serial_number()).not_valid_before(days(start)).not_valid_after(days(end))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(usage(sign, ca), critical=True)
    )
    if not ca:
        purposes = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH] if eku is None else eku
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
        if san:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    if aia:
        place = x509.UniformResourceIdentifier(aia)
        access = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, place)
        builder = builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def authority(name, issuer=None, issuer_key=None):
    own = key()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = certificate(name, own.public_key(), issuer.subject if issuer else subject, issuer_key or own, ca=True,
                       start=-1000, end=3000, subject=subject)
    return made, own


def pem(*certificates):
    return "".join(c.public_bytes(serialization.Encoding.PEM).decode() for c in certificates)


def der(certificate):
    return base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode()


root, root_key = authority("Orderly Test Root")
middle, middle_key = authority("Orderly Test EV Server CA", root, root_key)
stranger, stranger_key = authority("Stranger Root")
signer = key()
weak = rsa.generate_private_key(public_exponent=65537, key_size=1024)
curve = ec.generate_private_key(ec.SECP256R1())
ISSUER = "http://cacerts.digicert.com/OrderlyTestEVServerCA.crt"


def leaf(name=LIVE, own=signer, **options):
    return certificate(name, own.public_key(), middle.subject, middle_key, **options)


good = leaf()
alone = leaf(aia=ISSUER)
served = {
    "good": pem(good, middle),
    "whole-chain": pem(good, middle, root),
    "alone": pem(alone),
    "alone-elsewhere": pem(leaf(aia="http://cacerts.digicert.com.evil.example/OrderlyTestEVServerCA.crt")),
    "sandbox-name": pem(leaf("messageverificationcerts.sandbox.paypal.com"), middle),
    "other-name": pem(leaf("www.paypal.com"), middle),
    "evil-name": pem(leaf(LIVE + ".evil.example"), middle),
    "common-name-only": pem(leaf(san=False), middle),
    "expired": pem(leaf(start=-400, end=-1), middle),
    "not-yet": pem(leaf(start=1, end=400), middle),
    "no-signing": pem(leaf(sign=False), middle),
    "client-only": pem(leaf(eku=[ExtendedKeyUsageOID.CLIENT_AUTH]), middle),
    "self-signed": pem(certificate(LIVE, signer.public_key(), good.subject, signer)),
    "of-a-stranger": pem(certificate(LIVE, signer.public_key(), stranger.subject, stranger_key), stranger),
    "forged-issuer": pem(certificate(LIVE, signer.public_key(), middle.subject, stranger_key), middle),
    "authority-itself": pem(middle),
    "curve": pem(leaf(own=curve), middle),
    "weak": pem(leaf(own=weak), middle),
    "garbage": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    "no-certificate": "<html>not found</html>",
}


def signed(body=BODY, own=signer, digest=hashes.SHA256(), id=ID, time=rfc3339(NOW), webhook=WEBHOOK, crc=None,
           certificate="good", algorithm="SHA256withRSA"):
    text = f"{id}|{time}|{webhook}|{binascii.crc32(body) & 0xffffffff if crc is None else crc}".encode()
    if own is curve:
        signature = own.sign(text, ec.ECDSA(digest))
    elif own is None:
        signature = b"none"
    else:
        signature = own.sign(text, padding.PKCS1v15(), digest)
    return {
        "PAYPAL-TRANSMISSION-ID": id, "PAYPAL-TRANSMISSION-TIME": time,
        "PAYPAL-TRANSMISSION-SIG": base64.b64encode(signature).decode(),
        "PAYPAL-CERT-URL": BASE + certificate, "PAYPAL-AUTH-ALGO": algorithm,
    }


def with_(headers, **changed):
    names = {name.replace("_", "-"): value for name, value in changed.items()}
    return {name: value for name, value in {**headers, **names}.items() if value is not None}


cases = []


def case(name, headers, genuine, body=BODY, stricter=None, judged=True):
    cases.append({"name": name, "headers": headers, "body": base64.b64encode(body).decode() if body != BODY else None,
                  "genuine": genuine, "stricter": stricter, "judged": judged})


def ago(**time):
    return rfc3339(NOW - datetime.timedelta(**time))


plain = signed()
signature = base64.b64decode(plain["PAYPAL-TRANSMISSION-SIG"])
case("valid", plain, True)
for name in plain:
    case(f"without {name}", with_(plain, **{name.replace("-", "_"): None}), False, judged=False)
    case(f"with an empty {name}", with_(plain, **{name.replace("-", "_"): ""}), False, judged=False)
case("headers in lower case", {name.lower(): value for name, value in plain.items()}, True)
case("a body with one byte changed", plain, False, body=BODY.replace(b"30.00", b"30.01"))
case("a body with a space more", plain, False, body=BODY + b" ")
case("a body that was parsed and written again", plain, False, body=json.dumps(json.loads(BODY)).encode())
case("an empty body for the signature of another", plain, False, body=b"")
for name, text in {
    "an empty body": b"", "an escaped body": b'{"note":"caf\\u00e9 \\/ \\ud83d\\ude00"}',
    "a body in unicode": '{"note":"café 😀 ﬁ"}'.encode(), "white space": b' {\r\n\t"a" : 1 }\n\n',
    "numbers as text": b'{"value":"030.00","n":1e2}', "a body that is no JSON": b"not json",
    "a body whose sum has leading zeros": None,
}.items():
    if text is None:
        text = next(b for b in (b'{"n":%d}' % n for n in range(10**7)) if binascii.crc32(b) < 10**6)
    case(name, signed(text), True, body=text)
bytes_ = b'{"note":"\xff\xfe"}'
case("a body that is no UTF-8", signed(bytes_), True, body=bytes_, judged=False)
case("a sum in hexadecimal", signed(crc=f"{binascii.crc32(BODY):x}"), False)
case("a sum with a sign", signed(crc=binascii.crc32(BODY) - 2**32), False)
case("a signature with one bit changed",
     with_(plain, PAYPAL_TRANSMISSION_SIG=base64.b64encode(bytes([signature[0] ^ 1]) + signature[1:]).decode()), False)
case("a signature that is cut",
     with_(plain, PAYPAL_TRANSMISSION_SIG=base64.b64encode(signature[:-1]).decode()), False)
case("a signature with a byte more",
     with_(plain, PAYPAL_TRANSMISSION_SIG=base64.b64encode(signature + b"\0").decode()), False)
case("a signature in hexadecimal", with_(plain, PAYPAL_TRANSMISSION_SIG=signature.hex()), False)
case("a signature with a line break", with_(plain, PAYPAL_TRANSMISSION_SIG=plain["PAYPAL-TRANSMISSION-SIG"] + "\n"),
     False, stricter="white space in the base64")
case("a signature by another key", signed(own=key()), False)
case("another transmission's id", with_(plain, PAYPAL_TRANSMISSION_ID="b" + ID[1:]), False)
case("another transmission's time", with_(plain, PAYPAL_TRANSMISSION_TIME=ago(seconds=1)), False)
case("the same time in another form", with_(plain, PAYPAL_TRANSMISSION_TIME=rfc3339(NOW).replace("Z", "+00:00")), False)
case("signed for another webhook", signed(webhook="2A9741408B151863U"), False)
case("signed by the simulator", signed(webhook="WEBHOOK_ID"), False)
case("parts that move into one another", signed(id=f"{ID}|{rfc3339(NOW)}"), False,
     stricter="a bar in the id")
case("a time with an offset", signed(time=(NOW + datetime.timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%S+02:00")), True)
case("a time with fractions", signed(time=rfc3339(NOW).replace("Z", ".123Z")), True)
case("the last attempt of three days", signed(time=ago(days=3)), True)
case("just four days old", signed(time=ago(days=4)), True)
case("a second older than four days", signed(time=ago(days=4, seconds=1)), False, stricter="its age")
case("five minutes ahead", signed(time=ago(minutes=-5)), True)
case("a second more than five minutes ahead", signed(time=ago(minutes=-5, seconds=-1)), False, stricter="its age")
case("a time in seconds", signed(time=str(int(NOW.timestamp()))), False, stricter="the form of its time")
case("no time", signed(time="yesterday"), False, stricter="the form of its time")
case("SHA-1 as the header says", signed(digest=hashes.SHA1(), algorithm="SHA1withRSA"), False, stricter="SHA-1")
case("SHA-256, and the header says SHA-1", signed(algorithm="SHA1withRSA"), False)
case("SHA-512, and the header says so", signed(digest=hashes.SHA512(), algorithm="SHA512withRSA"), False)
case("no algorithm at all", signed(algorithm="none"), False)
case("its algorithm in another case", signed(algorithm="sha256WithRSA"), False)

case("the whole chain is served", signed(certificate="whole-chain"), True)
case("the certificate is served alone", signed(certificate="alone"), True)
case("served alone, and its issuer is elsewhere", signed(certificate="alone-elsewhere"), False,
     stricter="the library brings the issuer along")
case("the sandbox's certificate", signed(certificate="sandbox-name"), False, stricter="its exact name")
case("another name of PayPal", signed(certificate="other-name"), False, stricter="its exact name")
case("a name that only begins like PayPal's", signed(certificate="evil-name"), False)
case("no alternative name", signed(certificate="common-name-only"), False, stricter="its exact name")
case("an expired certificate", signed(certificate="expired"), False)
case("a certificate that has not begun", signed(certificate="not-yet"), False)
case("a key that may not sign", signed(certificate="no-signing"), False, stricter="its use")
case("a certificate of clients only", signed(certificate="client-only"), False, stricter="its use")
case("a certificate that signs itself", signed(certificate="self-signed"), False)
case("a certificate of an unknown authority", signed(certificate="of-a-stranger"), False)
case("a certificate with a forged issuer", signed(certificate="forged-issuer"), False)
case("the authority signs itself", signed(certificate="authority-itself", own=middle_key), False)
case("a key on a curve", signed(certificate="curve", own=curve), False, stricter="its algorithm")
case("a key of 1024 bits", signed(certificate="weak", own=weak), False, stricter="its length")
case("a certificate that is garbage", signed(certificate="garbage"), False, judged=False)
case("no certificate there", signed(certificate="no-certificate"), False, judged=False)
case("nothing there", signed(certificate="missing"), False, judged=False)
for name, url in {
    "without TLS": "http://api.paypal.com/v1/notifications/certs/good",
    "at a stranger's": "https://evil.example/v1/notifications/certs/good",
    "at a name that begins like PayPal's": "https://api.paypal.com.evil.example/v1/notifications/certs/good",
    "at a name that ends like PayPal's": "https://evilapi.paypal.com/v1/notifications/certs/good",
    "with a user": "https://api.paypal.com@evil.example/v1/notifications/certs/good",
    "with a user at PayPal": "https://user@api.paypal.com/v1/notifications/certs/good",
    "at another port": "https://api.paypal.com:8443/v1/notifications/certs/good",
    "at the default port in words": "https://api.paypal.com:443/v1/notifications/certs/good",
    "on another path": "https://api.paypal.com/v1/notifications/good",
    "on a path that climbs": "https://api.paypal.com/v1/notifications/certs/../good",
    "on a path that climbs in disguise": "https://api.paypal.com/v1/notifications/certs/%2e%2e%2fgood",
    "with a query": "https://api.paypal.com/v1/notifications/certs/good?x=1",
    "with a fragment": "https://api.paypal.com/v1/notifications/certs/good#x",
    "with a backslash": "https://api.paypal.com\\@evil.example/v1/notifications/certs/good",
    "in capitals": "HTTPS://API.PAYPAL.COM/v1/notifications/certs/good",
    "with white space": " https://api.paypal.com/v1/notifications/certs/good",
    "at no name": "https://api.paypal.com/v1/notifications/certs/",
    "in the sandbox": "https://api.sandbox.paypal.com/v1/notifications/certs/good",
    "at nothing": "good",
}.items():
    case(f"a certificate {name}", with_(plain, PAYPAL_CERT_URL=url), False, stricter="the certificate's address")


def library(headers, body):
    """What PayPal's own library says."""
    headers = {name.upper(): value for name, value in headers.items()}
    name = headers["PAYPAL-CERT-URL"].rpartition("/")[2]
    text = served.get(name) or served["good"]
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for index, trusted in enumerate([root, middle]):
            path = pathlib.Path(folder) / str(index)
            path.write_text(pem(trusted))
            paths.append(str(path))
        with mock.patch.object(WebhookEvent, "_WebhookEvent__cert_chain_path", paths), \
                mock.patch("paypalrestsdk.notifications.requests.get", return_value=mock.Mock(text=text)), \
                mock.patch("builtins.print"):
            return WebhookEvent.verify(
                headers["PAYPAL-TRANSMISSION-ID"], headers["PAYPAL-TRANSMISSION-TIME"], WEBHOOK, body.decode(),
                headers["PAYPAL-CERT-URL"], headers["PAYPAL-TRANSMISSION-SIG"], headers["PAYPAL-AUTH-ALGO"])


for one in cases:
    if one.pop("judged"):
        said = library(one["headers"], BODY if one["body"] is None else base64.b64decode(one["body"]))
        expected = one["genuine"] or one["stricter"] is not None
        assert said == expected, f"{one['name']}: PayPal's library says {said}"

assert len({one["name"] for one in cases}) == len(cases)
vectors = {
    "about": "Made by tests/payloads/vectors/paypal.py. `now` is the time of receipt, in seconds. Bodies, "
    "`root` and certificates are base64; without a body, it is the common one.",
    "webhook_id": WEBHOOK, "body": base64.b64encode(BODY).decode(), "now": int(NOW.timestamp()), "root": der(root),
    "certificates": {BASE + name: base64.b64encode(text.encode()).decode() for name, text in served.items()}
    | {ISSUER: der(middle)},
    "cases": cases,
}
(HERE.parent / "paypal-signatures.json").write_text(json.dumps(vectors, indent=1, ensure_ascii=True) + "\n")
print(len(cases), "cases,", sum(one["genuine"] for one in cases), "of them genuine")
