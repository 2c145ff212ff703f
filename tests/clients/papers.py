"""Papers out of a running stack, read back from the PDF.

What a picker, a packer and a customer hold in their hands says what the API says. `.ci/papers` runs it:

    papers.py API PAYMENT_PROVIDERS STOREFRONT_KEY WAREHOUSE_KEY OPERATOR_KEY
"""

import io
import sys
import time

import pdf_oxide
import pikepdf
import pypdf
import requests
from lxml import etree
from saxonche import PySaxonProcessor

from einvoices import FEWEST_RULES, Validator

API, PROVIDERS, STOREFRONT, WAREHOUSE, OPERATOR = sys.argv[1:]


def ask(key, method, path, body=None):
    headers = {"Authorization": f"Bearer {key}"}
    return requests.request(method, API + path, headers=headers, json=body, timeout=60)


def call(key, method, path, body=None):
    answer = ask(key, method, path, body)
    assert answer.ok, f"{method} {path}: {answer.text}"
    return answer.json()


def pdf_of(key, path):
    """A paper, and the name that a browser keeps it by."""
    answer = ask(key, "GET", path)
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/pdf", answer.text
    assert answer.headers["cache-control"] == "no-store"
    return answer.content, answer.headers["content-disposition"].partition("filename=")[2].strip('"')


def text_of(pdf):
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def paper(key, path):
    """The text of a paper, and its name."""
    pdf, name = pdf_of(key, path)
    return text_of(pdf), name


def order(reference, locale, lines, taxation=None, **customer):
    """An order that is paid, and whose fulfillment is there."""
    titled = [
        {"sku": sku, "title": title, "quantity": units, "unit_price": 1000, **(taxation or {"tax": 160 * units, "tax_rate": 1900})}
        for sku, title, units in lines
    ]
    total = sum(1000 * units for _, _, units in lines)
    placed = call(STOREFRONT, "POST", "/orders", {
        "reference": reference, "currency": "EUR", "tax_included": True, "total": total, "lines": titled,
        "customer": {"name": "Jürgen Groß", "email": "ada@example.com", "locale": locale, **customer},
        "shipping_address": {"name": "Jürgen Groß", "line1": "Rue de l'Église 7", "city": "Évian", "postal_code": "74500", "country": "FR"},
        "shipping": {"method": "Standard"},
    })
    paid = {"order_id": placed["id"], "amount": total, "currency": "EUR"}
    assert requests.post(f"{PROVIDERS}/pay", json=paid, timeout=60).ok
    for _ in range(300):
        if call(OPERATOR, "GET", f"/orders/{placed['id']}")["fulfillments"]:
            return placed["id"]
        time.sleep(0.1)
    raise AssertionError("the order was not dispatched")


def solid(text):
    """Without gaps: a line may break anywhere, and a long word has places to break too."""
    return "".join(text.replace("\u200b", "").split())


def says(text, *words):
    for word in words:
        assert solid(word) in solid(text), f"{word!r} is not on the paper:\n{text}"


def invoice(of, nth=0):
    """The path of an order's document, as soon as it is issued."""
    for _ in range(300):
        invoices = call(STOREFRONT, "GET", f"/orders/{of}").get("invoices") or []
        if len(invoices) > nth:
            return f"/orders/{of}/invoices/{invoices[nth]['number']}", invoices[nth]["number"]
        time.sleep(0.1)
    raise AssertionError("the document was not issued")


FACTUR_X = {"fx": "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#", "extension": "http://www.aiim.org/pdfa/ns/extension/"}
PROPERTIES = {"DocumentType": "INVOICE", "DocumentFileName": "factur-x.xml", "Version": "1.0", "ConformanceLevel": "EN 16931"}


def hybrid(path, validator):
    """An invoice as PDF/A-3b with itself attached, right by the standard's rules in both syntaxes. Returns the text of its pages."""
    pdf, _ = pdf_of(STOREFRONT, f"{path}/documents/invoice.pdf")
    written = {}
    for syntax in ("cii", "ubl"):
        answer = ask(STOREFRONT, "GET", f"{path}/documents/invoice.xml?syntax={syntax}")
        assert answer.status_code == 200 and answer.headers["content-type"] == "application/xml", answer.text
        written[syntax] = answer.content
        faults, fired = validator.faults(answer.content.decode(), syntax)
        assert not faults and fired >= FEWEST_RULES, (path, syntax, fired, faults)
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        [attached] = opened.Root.AF
        assert (str(attached.UF), str(attached.AFRelationship)) == ("factur-x.xml", "/Alternative"), attached
        assert str(attached.EF.F.Subtype) == "/text/xml" and bytes(attached.EF.F.read_bytes()) == written["cii"]
        assert list(opened.attachments) == ["factur-x.xml"]
        xmp = etree.fromstring(opened.Root.Metadata.read_bytes())
    # A second bag of schemas is wrong, and the validator of PDF/A does not see it.
    assert len(xmp.findall(".//extension:schemas", FACTUR_X)) == 1
    assert {etree.QName(of).localname: of.text for of in xmp.iterfind(".//fx:*", FACTUR_X)} == PROPERTIES
    archived = pdf_oxide.PdfDocument.from_bytes(pdf).validate_pdf_a("3b")
    assert archived["valid"] and not archived["errors"], archived
    return text_of(pdf)


first = order("P-1001", "de-DE", [("MUG-BLUE", "Emaillebecher, blau", 2), ("TIN-SMALL", "Teedose", 1)])
second = order("P-1002", "en", [("TIN-SMALL", "Tea tin", 3)])
of_first = f"/orders/{first}/fulfillments/01"

text, name = paper(WAREHOUSE, f"{of_first}/documents/picklist.pdf")
says(text, "Picklist", "Warehouse", "B-03-4", "MUG-BLUE", "Tea tin, small", f"{first}/01")
assert name == f"picklist-{first.replace('_', '-')}-01.pdf", name

batch = call(WAREHOUSE, "POST", "/batches", {"location": "main", "totes": ["TOTE-A", "TOTE-B"]})
text, _ = paper(WAREHOUSE, f"/batches/{batch['id']}/documents/picklist.pdf")
says(text, "TOTE-A", "TOTE-B", batch["id"])
assert solid(text).count("TIN-SMALL") == 2, text

call(WAREHOUSE, "POST", f"{of_first}/picks", {"picks": [{"line": 0, "picked": 2}, {"line": 1, "picked": 1}]})
call(WAREHOUSE, "POST", f"{of_first}/parcels", {"contents": [{"line": 0, "quantity": 2}], "weight_g": 700})
call(WAREHOUSE, "POST", f"{of_first}/parcels", {"contents": [{"line": 1, "quantity": 1}], "weight_g": 200})
text, name = paper(WAREHOUSE, f"{of_first}/documents/packing-slip.pdf")
says(text, "Lieferschein", "P-1001", "Orderly Demo Shop", "Jürgen Groß", "Évian", "Frankreich", "Emaillebecher, blau", "Teedose")
assert name == "packing-slip-P-1001.pdf", name
text, _ = paper(OPERATOR, f"{of_first}/documents/packing-slip.pdf?parcel=P1")
says(text, "Emaillebecher, blau", "Folgt")

leave = [{"parcel": parcel, "carrier": "DHL", "tracking_number": f"JD{parcel}"} for parcel in ("P1", "P2")]
call(WAREHOUSE, "POST", f"{of_first}/hand-over", {"parcels": leave})
call(STOREFRONT, "POST", f"/orders/{first}/returns", {"lines": [{"line": 0, "quantity": 1, "reason": "style"}]})
call(OPERATOR, "POST", f"/orders/{first}/returns/01/approve")
text, _ = paper(STOREFRONT, f"/orders/{first}/returns/01/documents/return-slip.pdf")
says(text, "Rücksendeschein", "Lange Straße 1", "Deutschland", "Emaillebecher, blau", f"{first}/R01")

call(OPERATOR, "POST", f"/orders/{first}/invoices")
path, number = invoice(first)
text, name = paper(STOREFRONT, f"{path}/documents/invoice.pdf")
says(text, "Rechnung", number, "Orderly Demo Shop", "DE123456789", "Jürgen Groß", "Emaillebecher, blau", "19 %", "4,79", "30,00")
assert name == f"invoice-{number}.pdf", name

third = order("P-1003", "de", [("TIN-SMALL", "Teedose", 2)], {"tax_category": "intra_community"}, vat_id="FR40303265045")
fourth = order("P-1004", "en", [("TIN-SMALL", "Tea tin", 1)], {"tax_category": "reverse_charge"}, vat_id="FR40303265045")
unknown = order("P-1005", "en", [("TIN-SMALL", "Tea tin", 1)], {"tax": 160})
for one in (fourth, unknown):
    call(OPERATOR, "POST", f"/orders/{one}/invoices")
with PySaxonProcessor(license=False) as processor:
    validator = Validator(processor)
    hybrid(path, validator)
    path, _ = invoice(fourth)
    says(hybrid(path, validator), "Reverse charge", "FR40303265045", "10.00")
    call(OPERATOR, "POST", f"/orders/{fourth}/cancel", {"reason": "changed my mind"})
    path, _ = invoice(fourth, 1)
    says(hybrid(path, validator), "Credit note", "Reverse charge", invoice(fourth)[1])
    call(WAREHOUSE, "POST", f"/orders/{third}/fulfillments/01/picks", {"picks": [{"line": 0, "picked": 2}]})
    call(WAREHOUSE, "POST", f"/orders/{third}/fulfillments/01/parcels", {"contents": [{"line": 0, "quantity": 2}], "weight_g": 700})
    call(WAREHOUSE, "POST", f"/orders/{third}/fulfillments/01/hand-over", {"parcels": [{"parcel": "P1", "carrier": "DHL", "tracking_number": "JD1"}]})
    call(OPERATOR, "POST", f"/orders/{third}/invoices")
    path, _ = invoice(third)
    says(hybrid(path, validator), "innergemeinschaftliche Lieferung", "Artikel 138", "FR40303265045", "20,00")
# What cannot be electronic is a paper all the same, and says what it lacks.
path, _ = invoice(unknown)
says(paper(STOREFRONT, f"{path}/documents/invoice.pdf")[0], "Invoice", "10.00")
refused = ask(STOREFRONT, "GET", f"{path}/documents/invoice.xml")
assert refused.status_code == 409 and refused.json()["errors"][0]["field"] == "rows[0].tax_category", refused.text

call(WAREHOUSE, "POST", f"/batches/{batch['id']}/claim")
scanned = call(WAREHOUSE, "POST", f"/batches/{batch['id']}/scans", {"code": "TIN-SMALL"})
assert scanned["order"] == second and scanned["left"] == 2, scanned
call(OPERATOR, "POST", f"/orders/{second}/cancel", {"reason": "changed my mind"})
text, _ = paper(WAREHOUSE, f"/orders/{second}/fulfillments/01/documents/picklist.pdf")
says(text, "CANCELLED")
text, _ = paper(WAREHOUSE, f"/batches/{batch['id']}/documents/picklist.pdf")
says(text, "CANCELLED", "Tea tin, small")
print("   papers of an order, a batch, a return and of invoices say what the API says; electronic ones are right by the rules")
