"""Papers out of a running stack, read back from the PDF.

What a picker, a packer and a customer hold in their hands says what the API says. `.ci/papers` runs it:

    papers.py API PAYMENT_PROVIDERS STOREFRONT_KEY WAREHOUSE_KEY OPERATOR_KEY
"""

import io
import sys
import time

import pypdf
import requests

API, PROVIDERS, STOREFRONT, WAREHOUSE, OPERATOR = sys.argv[1:]


def ask(key, method, path, body=None):
    headers = {"Authorization": f"Bearer {key}"}
    return requests.request(method, API + path, headers=headers, json=body, timeout=60)


def call(key, method, path, body=None):
    answer = ask(key, method, path, body)
    assert answer.ok, f"{method} {path}: {answer.text}"
    return answer.json()


def paper(key, path):
    """The text of a paper, and the name that a browser keeps it by."""
    answer = ask(key, "GET", path)
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/pdf", answer.text
    assert answer.headers["cache-control"] == "no-store"
    pages = pypdf.PdfReader(io.BytesIO(answer.content)).pages
    return "\n".join(page.extract_text() for page in pages), answer.headers["content-disposition"].partition("filename=")[2].strip('"')


def order(reference, locale, lines):
    """An order that is paid, and whose fulfillment is there."""
    titled = [
        {"sku": sku, "title": title, "quantity": units, "unit_price": 1000, "tax": 160 * units, "tax_rate": 1900}
        for sku, title, units in lines
    ]
    total = sum(1000 * units for _, _, units in lines)
    placed = call(STOREFRONT, "POST", "/orders", {
        "reference": reference, "currency": "EUR", "tax_included": True, "total": total, "lines": titled,
        "customer": {"name": "Jürgen Groß", "email": "ada@example.com", "locale": locale},
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
for _ in range(300):
    invoices = call(STOREFRONT, "GET", f"/orders/{first}").get("invoices")
    if invoices:
        break
    time.sleep(0.1)
text, name = paper(STOREFRONT, f"/orders/{first}/invoices/{invoices[0]['number']}/documents/invoice.pdf")
says(text, "Rechnung", invoices[0]["number"], "Orderly Demo Shop", "DE123456789", "Jürgen Groß", "Emaillebecher, blau", "19 %", "4,80", "30,00")
assert name == f"invoice-{invoices[0]['number']}.pdf", name

call(WAREHOUSE, "POST", f"/batches/{batch['id']}/claim")
scanned = call(WAREHOUSE, "POST", f"/batches/{batch['id']}/scans", {"code": "TIN-SMALL"})
assert scanned["order"] == second and scanned["left"] == 2, scanned
call(OPERATOR, "POST", f"/orders/{second}/cancel", {"reason": "changed my mind"})
text, _ = paper(WAREHOUSE, f"/orders/{second}/fulfillments/01/documents/picklist.pdf")
says(text, "CANCELLED")
text, _ = paper(WAREHOUSE, f"/batches/{batch['id']}/documents/picklist.pdf")
says(text, "CANCELLED", "Tea tin, small")
print("   papers of an order, a batch, a return and an invoice say what the API says")
