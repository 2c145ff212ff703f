"""Holds the files in tests/payloads/banking against independent Python libraries, and writes down what these read.

    python3 -m venv /tmp/banking
    /tmp/banking/bin/pip install camt053==0.0.23 mt-940==5.1.1 schwifty==2026.10.1 sepaxml==2.7.0 lxml==6.1.3
    /tmp/banking/bin/python tests/payloads/vectors/banking.py

- The CAMT files are valid by the schemas of the versions 02 to 13, which `camt053` ships, with what changed between them.
- `pain.001.001.09.xml`, which a test in shared/banking compares with what is written, is valid by the schema that
  `sepaxml` ships.
- `read.json` is what `camt053` and `mt-940` read of the statements. `null` stands for what a library does not tell: the
  parts of a batch, the other side of a debit. `ibans.json` are account numbers that `schwifty` made and takes, and ones that it
  refuses.
"""

import json
import random
import re
from decimal import Decimal
from pathlib import Path

import camt053
import mt940
import sepaxml
from camt053 import services
from lxml import etree
from mt940.options import Options
from schwifty import IBAN
from schwifty.exceptions import SchwiftyException

FILES = Path(__file__).resolve().parent.parent / "banking"
NONE = {None, "", "NONREF", "NOTPROVIDED", "EREF"}


def schema(package, path):
    file = Path(package.__file__).parent / path
    return etree.XMLSchema(etree.parse(str(file))) if file.exists() else None


def camt_is_valid(name, versions, change=lambda text: text):
    text = change((FILES / name).read_text(encoding="utf-8"))
    for version in versions:
        other = f"camt.053.001.{version:02}"
        known = schema(camt053, f"xsd/{other}.xsd")
        if known is None:
            print(f"no schema of {other}")
        else:
            known.assertValid(etree.fromstring(text.replace(f"xsd:{name.removesuffix('.xml')}", f"xsd:{other}").encode()))


def flat(text):
    """Version 07 put the code of a status, and what is said of a party, one level deeper."""
    return re.sub(r"<Sts><Cd>(\w+)</Cd></Sts>", r"<Sts>\1</Sts>", text).replace("<Pty>", "").replace("</Pty>", "")


def cents(amount):
    return int(Decimal(str(amount)) * 100)


def reference(text):
    return None if text in NONE else text


def camt(name):
    for entry in services.list_entries((FILES / name).read_text(encoding="utf-8")):
        if entry["status"] != "BOOK":
            continue
        sign = 1 if entry["credit_debit_indicator"] == "CRDT" else -1
        details = entry["details"]
        of_payer = sign > 0 and not entry["reversal_indicator"]
        for part in details or [{}]:
            yield {
                "booked": entry["booking_date"][:10],
                "value": entry["value_date"],
                "amount": sign * cents(entry["amount"]) if len(details) < 2 else None,
                "payer": part.get("counterparty_name") if of_payer else None,
                "iban": part.get("counterparty_account") if of_payer else None,
                "text": None,
                "end_to_end": reference(part.get("end_to_end_id")),
                "bank_reference": reference(entry["account_servicer_ref"]) if len(details) < 2 else None,
                "reason": entry["reason_code"],
            }


def swift(name):
    for transaction in mt940.parse(FILES / name, options=Options(applicant_iban=True)):
        data = transaction.data
        yield {
            "booked": str(data["entry_date"]),
            "value": str(data["date"]),
            "amount": cents(data["amount"].amount),
            "payer": data.get("applicant_name"),
            "iban": data.get("applicant_iban"),
            "text": data.get("purpose"),
            "end_to_end": reference(data.get("end_to_end_reference")),
            "bank_reference": reference(data["bank_reference"]),
            "reason": None,
        }


def is_valid(text):
    try:
        return bool(IBAN(text))
    except SchwiftyException:
        return False


def ibans():
    random.seed(7)
    countries = "AD AT BE BG CH CY CZ DE DK EE ES FI FR GB GI GR HR HU IE IS IT LI LT LU LV MC MT NL NO PL PT RO SE SI SK SM VA TR AE".split()
    good = [str(IBAN.random(country_code=country, random=random.Random(country))) for country in countries]
    other = lambda digit: str((int(digit) + random.randrange(1, 9)) % 10)
    bad = [text[:3] + other(text[3]) + text[4:] for text in good] + [text[:-1] for text in good] + [text + "0" for text in good]
    assert all(map(is_valid, good)) and not any(map(is_valid, bad))
    return {"library": "schwifty 2026.10.1", "good": good, "bad": bad}


def write(name, value):
    (FILES / name).write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


camt_is_valid("camt.053.001.02.xml", [2])
camt_is_valid("camt.053.001.08.xml", range(3, 7), flat)
camt_is_valid("camt.053.001.08.xml", range(7, 14))
schema(sepaxml, "schemas/pain.001.001.09.xsd").assertValid(etree.parse(str(FILES / "pain.001.001.09.xml")))
read = {name: list(camt(name)) for name in ("camt.053.001.02.xml", "camt.053.001.08.xml")}
read |= {name: list(swift(name)) for name in ("mt940-german.sta", "mt940-dutch.sta")}
write("read.json", {"libraries": ["camt053 0.0.23", "mt-940 5.1.1"], "files": read})
write("ibans.json", ibans())
print({name: len(entries) for name, entries in read.items()})
