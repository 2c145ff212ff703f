"""The life of an order, by a client that openapi-python-client has generated of docs/openapi.json.

Every answer is read by the generated types, and every refusal is a `Problem`. `.ci/clients` runs it:

    life.py API PAYMENT_PROVIDER STOREFRONT_KEY WAREHOUSE_KEY OPERATOR_KEY
"""

import json
import sys
import time

import attrs
import httpx
from orderly import AuthenticatedClient, Client, models
from orderly.api.operations import list_attention, list_keys, list_unmatched_payments
from orderly.api.orders import cancel_order, list_orders, place_order, read_order, refund_order, search_orders
from orderly.api.returns import approve_return, inspect_return, receive_return, request_return
from orderly.api.stock import count_stock, move_stock, read_stock
from orderly.api.warehouse import confirm_picks, deliver_parcel, hand_over_parcels, list_fulfillments, pack_parcel, start_picking
from orderly.types import UNSET

API, PROVIDER, STOREFRONT, WAREHOUSE, OPERATOR = sys.argv[1:]


def client(key):
    return AuthenticatedClient(base_url=API, token=key, timeout=httpx.Timeout(30))


storefront, warehouse, operator = client(STOREFRONT), client(WAREHOUSE), client(OPERATOR)


def read(answer, kind):
    """The answer, which is of this kind, with nothing in it that the description does not name."""
    assert isinstance(answer, kind), answer
    for part in parts(answer):
        fields = attrs.asdict(part, recurse=False)
        more = fields.pop("additional_properties", {})
        # A type without fields of its own is a map.
        assert not (fields and more), f"{type(part).__name__} does not name {sorted(more)}"
    return answer


def parts(value):
    """All generated types in an answer."""
    if attrs.has(type(value)):
        yield value
        value = attrs.asdict(value, recurse=False)
    if isinstance(value, dict):
        value = list(value.values())
    for inner in value if isinstance(value, list) else ():
        yield from parts(inner)


def refused(answer, status, name):
    """The answer is a problem with this status and name."""
    problem = answer.parsed
    assert isinstance(problem, models.Problem), answer
    assert answer.status_code == status, answer
    assert problem.type_ == f"urn:orderly:problem:{name}", problem
    assert problem.status == status and problem.title and problem.detail, problem
    return problem


def order(reference, quantity=2, **changes):
    with open(".ci/order.json", encoding="utf-8") as file:
        fields = json.load(file)
    line = fields["lines"][0]
    line["quantity"] = quantity
    total = quantity * line["unit_price"] + fields["shipping"]["price"]
    return models.PlaceOrder.from_dict(fields | {"reference": reference, "total": total} | changes)


def until(what, ask):
    for _ in range(300):
        found = ask()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"{what} did not happen")


# Place, twice the same.
placed = read(place_order.sync(client=storefront, body=order("py-1")), models.Accepted)
again = read(place_order.sync(client=storefront, body=order("py-1")), models.Accepted)
assert (again.id, placed.total) == (placed.id, 3390), again

# Every kind of refusal.
refused(place_order.sync_detailed(client=storefront, body=order("py-1", quantity=1)), 409, "reference-reused")
refused(place_order.sync_detailed(client=storefront, body=order("py-2", quantity=90_000)), 409, "out-of-stock")
wrong = refused(place_order.sync_detailed(client=storefront, body=order("py-3", currency="XXX", total=1)), 422, "invalid")
assert "currency" in {error.field for error in wrong.errors}, wrong
refused(read_order.sync_detailed("ord_" + "a" * 26, client=storefront), 404, "not-found")
refused(list_keys.sync_detailed(client=storefront), 403, "forbidden")
unknown = read_order.sync_detailed(placed.id, client=client("ord_key_" + "x" * 43))
assert (unknown.status_code, unknown.parsed.message) == (403, "Forbidden"), unknown
nobody = list_orders.sync_detailed(client=Client(base_url=API))
assert (nobody.status_code, nobody.parsed.message) == (401, "Unauthorized"), nobody

# Pay, and wait for the picklist.
paid = httpx.post(f"{PROVIDER}/pay", json={"order_id": placed.id, "amount": 3390, "currency": "EUR"}, timeout=30)
assert paid.is_success, paid.text
view = until(
    "the fulfillment",
    lambda: (now := read(read_order.sync(placed.id, client=operator), models.OrderView)).fulfillment_details and now,
)
assert view.captured == 3390, view
assert [type(part) for part in view.stock] == [models.AllocationDispatched], view.stock

# The warehouse's work.
work = read(list_fulfillments.sync(client=warehouse, location="main"), models.WorkPage)
assert placed.id in {part.order for part in work.fulfillments}, work
step = {"order_id": placed.id, "fulfillment": "01", "client": warehouse}
read(start_picking.sync(**step), models.FulfillmentView)
picks = models.ConfirmPicks.from_dict({"picks": [{"line": 0, "picked": 2}]})
read(confirm_picks.sync(**step, body=picks), models.FulfillmentView)
parcel = models.PackParcel.from_dict({"contents": [{"line": 0, "quantity": 2}], "weight_g": 720})
read(pack_parcel.sync(**step, body=parcel), models.FulfillmentView)
handed = {"parcels": [{"parcel": "P1", "carrier": "DHL", "tracking_number": "00340434161094042557"}]}
read(hand_over_parcels.sync(**step, body=models.HandOverParcels.from_dict(handed)), models.FulfillmentView)
sent = read(deliver_parcel.sync(**step, parcel="P1"), models.FulfillmentView)
assert sent.status == "closed", sent
refused(start_picking.sync_detailed(**step), 409, "wrong-status")

# One comes back, and some money more.
asked = models.RequestReturn.from_dict({"lines": [{"line": 0, "quantity": 1, "reason": "color"}]})
read(request_return.sync(placed.id, client=storefront, body=asked), models.ReturnView)
one = {"order_id": placed.id, "return_": "01"}
read(approve_return.sync(**one, client=operator), models.ReturnView)
came = models.ReceiveReturn.from_dict({"location": "main", "lines": [{"line": 0, "received": 1}]})
read(receive_return.sync(**one, client=warehouse, body=came), models.ReturnView)
found = models.InspectReturn.from_dict({"lines": [{"line": 0, "quantity": 1, "disposition": "restocked"}]})
read(inspect_return.sync(**one, client=warehouse, body=found), models.ReturnView)
stain = models.RefundOrder.from_dict({"amount": 500, "reason": "a stain"})
read(refund_order.sync(placed.id, client=operator, body=stain, idempotency_key="py-stain"), models.OrderView)

# The provider tells how much has gone back before it tells of which refund.
def all_refunded():
    now = read(read_order.sync(placed.id, client=operator), models.OrderView)
    states = {type(refund) for refund in now.refunds.additional_properties.values()}
    return now.refunded == 1950 and states == {models.RefundSucceeded}


until("the refunds", all_refunded)

# Lists, of which each page leads to the next.
other = read(place_order.sync(client=storefront, body=order("py-4", quantity=1)), models.Accepted)
read(cancel_order.sync(other.id, client=storefront, body=models.CancelOrder(reason="ordered twice")), models.OrderView)
seen, cursor = [], UNSET
while cursor is not None:
    page = read(list_orders.sync(client=operator, limit=1, cursor=cursor), models.OrderPage)
    seen += [summary.id for summary in page.orders]
    cursor = page.next_cursor or None
assert {placed.id, other.id} <= set(seen) and len(seen) == len(set(seen)), seen
by_mail = models.FindOrders.from_dict({"by": "email", "value": "ada@example.com"})
hits = read(search_orders.sync(client=operator, body=by_mail), models.FoundOrders)
assert {placed.id, other.id} <= {hit.id for hit in hits.orders}, hits

# Stock and what waits for people.
receipt = {"sku": "MUG-BLUE", "location": "main", "kind": "receive", "quantity": 5, "reason": "delivery"}
read(move_stock.sync(client=warehouse, body=models.MoveStock.from_dict(receipt), idempotency_key="py-5"), models.StockLevel)
counted = {"sku": "MUG-BLUE", "location": "main", "on_hand": 50, "reason": "count"}
read(count_stock.sync(client=warehouse, body=models.CountStock.from_dict(counted)), models.StockLevel)
read(read_stock.sync("MUG-BLUE", client=storefront), models.StockView)
read(list_attention.sync(client=operator), models.Attention)
read(list_unmatched_payments.sync(client=operator), models.UnmatchedPayments)
read(list_keys.sync(client=operator), models.Keys)
print("   placed, refused, paid, sent, returned, refunded, listed: by the generated types alone")
