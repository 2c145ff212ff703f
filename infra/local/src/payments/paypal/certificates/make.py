"""Writes the certificates of the simulated PayPal beside this file, with the key that signs its webhooks.

    python3 -m venv venv
    venv/bin/pip install cryptography
    venv/bin/python infra/local/src/payments/paypal/certificates/make.py

They are named like PayPal's own of the sandbox. Nobody trusts their root but a stack that was told to.
"""

import datetime
import pathlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HERE = pathlib.Path(__file__).resolve().parent
# A simulation plays at any time.
BEGIN, END = datetime.datetime(2020, 1, 1), datetime.datetime(2120, 1, 1)
SIGNER = "messageverificationcerts.sandbox.paypal.com"


def usage(sign, ca):
    return x509.KeyUsage(sign, False, not ca, False, False, ca, ca, False, False)


def certificate(name, public, issuer, key, ca):
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer or subject).public_key(public)
        .serial_number(x509.random_serial_number()).not_valid_before(BEGIN).not_valid_after(END)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(usage(not ca, ca), critical=True)
    )
    if not ca:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    return builder.sign(key, hashes.SHA256())


# The root's key is thrown away. It is of an elliptic curve, so that the root is short enough for a parameter.
root_key = ec.generate_private_key(ec.SECP256R1())
root = certificate("Orderly's simulated PayPal", root_key.public_key(), None, root_key, True)
key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
signer = certificate(SIGNER, key.public_key(), root.subject, root_key, False)

DER = serialization.Encoding.DER
(HERE / "root.der").write_bytes(root.public_bytes(DER))
(HERE / "signer.pem").write_bytes(signer.public_bytes(serialization.Encoding.PEM))
private = key.private_bytes(DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
(HERE / "signer.key.der").write_bytes(private)
