"""The providers' own Python clients ask their stand-ins.

Each reads a payment, captures, gives up and refunds money, repeats a request under its idempotency key, reads the provider's
lists, and raises its own error for a refusal. EasyPost's has a parcel followed, and verifies what tells of it; it and
Shippo's buy labels and give them back. WooCommerce's signs its requests as shops without TLS want it, and sells, refunds and
counts in the shop. So the stand-ins answer as the providers' libraries expect it, and not only as Orderly's clients do. `.ci/providers` runs it:

    providers.py API PAYMENT_PROVIDERS AWS_SERVICES SHOP
"""

import json
import sys
import time
from datetime import datetime, timedelta, timezone

import Adyen
import easypost
import requests
import shippo
import stripe
from easypost.errors import InvalidRequestError, NotFoundError, SignatureVerificationError
from easypost.util import validate_webhook
from mollie.api.client import Client as Mollie
from mollie.api.error import ResponseError, UnauthorizedError, UnprocessableEntityError
from paypalserversdk.configuration import Configuration, Environment, Server
from paypalserversdk.exceptions.error_exception import ErrorException
from paypalserversdk.http.auth.o_auth_2 import ClientCredentialsAuthCredentials
from paypalserversdk.models.money import Money
from paypalserversdk.models.refund_request import RefundRequest
from paypalserversdk.paypal_serversdk_client import PaypalServersdkClient
from shippo.models import components, operations
from shippo.models.errors import SDKError
from square import Square
from square.core.api_error import ApiError
from woocommerce import API as WooCommerce

API, PROVIDERS, SERVICES, SHOP = sys.argv[1:]
ORDER = "ord_" + "a" * 26


def pay(provider, amount=1000, authorize=False):
    """The id of a payment that a customer makes at a stand-in. No order knows it."""
    asked = {"order_id": ORDER, "amount": amount, "currency": "EUR", "provider": provider, "authorize": authorize}
    answer = requests.post(f"{PROVIDERS}/pay", json=asked, timeout=30)
    assert answer.ok, answer.text
    return answer.json()["payment"]


def refused(kind, act):
    """The client's own error."""
    try:
        answer = act()
    except kind as error:
        return error
    raise AssertionError(f"not refused: {answer}")


def secret(name):
    headers = {"X-Amz-Target": "secretsmanager.GetSecretValue", "Content-Type": "application/x-amz-json-1.1"}
    headers["Authorization"] = "AWS4-HMAC-SHA256 Credential=test/20261129/us-east-1/secretsmanager/aws4_request"
    answer = requests.post(SERVICES, headers=headers, data=json.dumps({"SecretId": name}), timeout=30)
    assert answer.ok, answer.text
    return answer.json()["SecretString"]


def at_stripe():
    client = stripe.StripeClient("sk_test_client", base_addresses={"api": PROVIDERS}, max_network_retries=0).v1
    paid = pay("stripe")
    intent = client.payment_intents.retrieve(paid)
    assert (intent.status, intent.amount_received) == ("succeeded", 1000), intent
    assert client.charges.retrieve(intent.latest_charge).payment_intent == paid
    asked, key = {"payment_intent": paid, "amount": 300, "metadata": {"why": "a stain"}}, {"idempotency_key": "python-1"}
    first = client.refunds.create(asked, key)
    again = client.refunds.create(asked, key)
    assert (again.id, again.status, again.metadata["why"]) == (first.id, "succeeded", "a stain"), again
    assert again.last_response.headers["idempotent-replayed"] == "true"
    refused(stripe.IdempotencyError, lambda: client.refunds.create({**asked, "amount": 301}, key))
    error = refused(stripe.InvalidRequestError, lambda: client.refunds.create({"payment_intent": paid, "amount": 701}))
    assert error.http_status == 400 and error.user_message, error
    refunds = client.refunds.list({"payment_intent": paid, "limit": 1})
    assert [refund.id for refund in refunds.auto_paging_iter()] == [first.id], refunds
    captured, given_up = pay("stripe", authorize=True), pay("stripe", authorize=True)
    assert client.payment_intents.capture(captured, {"amount_to_capture": 700}).amount_received == 700
    assert client.payment_intents.cancel(given_up).status == "canceled"
    error = refused(stripe.InvalidRequestError, lambda: client.payment_intents.retrieve("pi_unknown"))
    assert (error.http_status, error.code) == (404, "resource_missing"), error
    entries = list(client.balance_transactions.list({"limit": 2}).auto_paging_iter())
    assert {700, 1000, -300} <= {entry.amount for entry in entries}, entries
    nobody = stripe.StripeClient("sk_live_client", base_addresses={"api": PROVIDERS}, max_network_retries=0).v1
    refused(stripe.AuthenticationError, lambda: nobody.refunds.list())
    # Orderly takes what the library has signed, and nothing else.
    event = {"id": "evt_1", "object": "event", "type": "customer.created", "livemode": False, "created": 1}
    body = json.dumps(event | {"data": {"object": {"id": "cus_1", "object": "customer"}}})
    signing, moment = secret("StripeWebhookSecret").splitlines()[0], int(time.time())
    header = f"t={moment},v1={stripe.WebhookSignature._compute_signature(f'{moment}.{body}', signing)}"
    assert stripe.Webhook.construct_event(body, header, signing).type == "customer.created"
    for sent, status in [(body, 200), (body.replace("cus_1", "cus_2"), 401)]:
        headers = {"Stripe-Signature": header}
        answer = requests.post(f"{API}/webhooks/payments/stripe", data=sent, headers=headers, timeout=30)
        assert answer.status_code == status, answer.text


def at_adyen():
    client = Adyen.Adyen(xapikey="simulated", platform="test")
    api = client.checkout.modifications_api
    api.baseUrl = f"{PROVIDERS}/adyen/v72"
    given_up = {"merchantAccount": "OrderlyLocal", "reference": "python"}
    money = lambda value: given_up | {"amount": {"value": value, "currency": "EUR"}}
    paid = pay("adyen")
    first = api.refund_captured_payment(money(300), paid, idempotency_key="python-1")
    again = api.refund_captured_payment(money(300), paid, idempotency_key="python-1")
    assert (first.status_code, first.message["status"], first.message["paymentPspReference"]) == (201, "received", paid), first
    assert again.message["pspReference"] == first.message["pspReference"], again
    authorized = pay("adyen", authorize=True)
    captured = api.capture_authorised_payment(money(700), authorized, idempotency_key="python-2")
    assert captured.message["status"] == "received", captured
    cancelled = api.cancel_authorised_payment_by_psp_reference(given_up, pay("adyen", authorize=True))
    assert cancelled.message["status"] == "received", cancelled
    error = refused(Adyen.exceptions.AdyenAPIUnprocessableEntity, lambda: api.refund_captured_payment(money(0), paid))
    assert error.status_code == 422 and error.error_code, error


def at_square():
    client = Square(token="simulated", base_url=f"{PROVIDERS}/square")
    paid = pay("square")
    payment = client.payments.get(paid).payment
    assert (payment.status, payment.total_money.amount) == ("COMPLETED", 1000), payment
    assert payment.processing_fee[0].type == "INITIAL", payment
    refund = lambda key, amount: client.refunds.refund_payment(
        idempotency_key=key, payment_id=paid, amount_money={"amount": amount, "currency": "EUR"}
    )
    first, again = refund("python-1", 300).refund, refund("python-1", 300).refund
    assert (again.id, first.status) == (first.id, "PENDING"), again
    assert client.refunds.get(first.id).refund.status == "COMPLETED"
    table = [("python-1", 301, "IDEMPOTENCY_KEY_REUSED"), ("python-2", 701, "REFUND_AMOUNT_INVALID")]
    for key, amount, code in table:
        error = refused(ApiError, lambda: refund(key, amount))
        assert (error.status_code, error.errors[0].code) == (400, code), error
    captured, given_up = pay("square", authorize=True), pay("square", authorize=True)
    wanted = {"amount_money": {"amount": 700, "currency": "EUR"}}
    changed = client.payments.update(captured, idempotency_key="python-3", payment=wanted).payment
    done = client.payments.complete(captured, version_token=changed.version_token).payment
    assert (done.status, done.total_money.amount) == ("COMPLETED", 700), done
    assert client.payments.cancel(given_up).payment.status == "CANCELED"
    assert refused(ApiError, lambda: client.payments.get("unknown")).status_code == 404
    location = client.locations.list().locations[0].id
    changed = {"sort_field": "UPDATED_AT", "sort_order": "ASC", "limit": 2}
    listed = [payment.id for payment in client.payments.list(location_id=location, **changed)]
    assert {paid, captured, given_up} <= set(listed) and len(listed) == len(set(listed)), listed
    assert first.id in [refund.id for refund in client.refunds.list(**changed)]
    assert list(client.payouts.list(location_id=location)) == []


def at_mollie():
    client = Mollie(api_endpoint=f"{PROVIDERS}/mollie")
    client.set_api_key("test_local0000000000000000000000")
    paid = client.payments.get(pay("mollie"))
    assert (paid.is_paid(), paid.amount["value"], paid.metadata["order_id"]) == (True, "10.00", ORDER), paid
    euros = lambda value: {"amount": {"currency": "EUR", "value": value}, "description": "a stain"}
    first = paid.refunds.create(euros("3.00"), idempotency_key="python-1")
    again = paid.refunds.create(euros("3.00"), idempotency_key="python-1")
    assert (again.id, first.is_pending()) == (first.id, True), again
    assert [(refund.id, refund.is_refunded()) for refund in paid.refunds.list()] == [(first.id, True)]
    assert refused(UnprocessableEntityError, lambda: paid.refunds.create(euros("7.01"))).field == "amount"
    refused(ResponseError, lambda: client.payments.get("tr_unknown"))
    captured = client.payments.get(pay("mollie", authorize=True))
    assert captured.is_authorized(), captured
    captured.captures.create(euros("7.00"))
    captured = client.payments.get(captured.id)
    assert (captured.is_paid(), captured.amount_captured["value"]) == (True, "7.00"), captured
    # The client follows a link to the next page at Mollie's own address alone.
    first_page = client.payments.list(limit=1)
    assert ([payment.id for payment in first_page], first_page.has_next()) == ([captured.id], True), first_page
    second_page = client.payments.list(limit=1, **{"from": paid.id})
    assert ([payment.id for payment in second_page], second_page.has_next()) == ([paid.id], False), second_page
    assert first.id in [refund.id for refund in client.refunds.list()]
    assert list(client.chargebacks.list()) == []
    client.set_api_key("live_local0000000000000000000000")
    refused(UnauthorizedError, lambda: client.payments.list())


def at_paypal():
    Configuration.environments[Environment.SANDBOX][Server.DEFAULT] = f"{PROVIDERS}/paypal"
    credentials = ClientCredentialsAuthCredentials("local-client", "local-secret")
    client = PaypalServersdkClient(environment=Environment.SANDBOX, client_credentials_auth_credentials=credentials)
    api = client.payments
    paid = pay("paypal")
    capture = api.get_captured_payment({"capture_id": paid}).body
    assert (capture.status, capture.amount.value, capture.custom_id) == ("COMPLETED", "10.00", ORDER), capture
    euros = lambda value: Money(currency_code="EUR", value=value)
    refund = lambda key, value: api.refund_captured_payment({
        "capture_id": paid, "paypal_request_id": key, "prefer": "return=representation",
        "body": RefundRequest(amount=euros(value), custom_id="python"),
    })
    first, again = refund("python-1", "3.00"), refund("python-1", "3.00")
    assert (first.status_code, again.status_code, again.body.id) == (201, 200, first.body.id), again
    assert api.get_refund({"refund_id": first.body.id}).body.status == "COMPLETED"
    error = refused(ErrorException, lambda: refund("python-2", "7.01"))
    assert (error.response_code, error.details[0].issue) == (422, "REFUND_AMOUNT_EXCEEDED"), error
    authorized, given_up = pay("paypal", authorize=True), pay("paypal", authorize=True)
    captured = api.capture_authorized_payment({
        "authorization_id": authorized, "paypal_request_id": "python-3", "prefer": "return=representation",
        "body": {"amount": euros("7.00"), "final_capture": True},
    }).body
    assert (captured.status, captured.amount.value) == ("COMPLETED", "7.00"), captured
    api.void_payment({"authorization_id": given_up, "paypal_request_id": "python-4"})
    assert api.get_authorized_payment({"authorization_id": given_up}).body.status == "VOIDED"
    refused(ErrorException, lambda: api.get_captured_payment({"capture_id": "UNKNOWN"}))
    now = datetime.now(timezone.utc)
    at = lambda hours: (now + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
    day = {"start_date": at(-1), "end_date": at(1)}
    page, codes = 1, {}
    while True:
        found = client.transaction_search.search_transactions({**day, "page_size": 2, "page": page}).body
        infos = [detail.transaction_info for detail in found.transaction_details]
        codes |= {info.transaction_id: info.transaction_event_code for info in infos}
        if page >= found.total_pages:
            break
        page += 1
    assert (codes[paid], codes[captured.id], codes[first.body.id]) == ("T0006", "T0006", "T1107"), codes
    assert authorized not in codes, codes


def at_easypost():
    client = easypost.EasyPostClient("EZTKlocal", api_base=f"{PROVIDERS}/v2")
    tracker = client.tracker.create(tracking_code="1Z5R89390357567127", carrier="UPS")
    assert (tracker.status, tracker.mode, tracker.carrier) == ("unknown", "test", "UPS"), tracker
    assert client.tracker.create(tracking_code="1Z5R89390357567127", carrier="UPS").id == tracker.id
    parcel = f"{PROVIDERS}/carriers/parcels/{tracker.tracking_code}"
    told = requests.post(parcel, json={"state": "out_for_delivery", "text": "On the van"}, timeout=30)
    assert told.json()["told_by"] == ["easypost"], told.text
    found = client.tracker.retrieve(tracker.id)
    assert (found.status, found.tracking_details[0].message) == ("out_for_delivery", "On the van"), found
    assert [own.id for own in client.tracker.all(tracking_code=tracker.tracking_code).trackers] == [tracker.id]
    assert client.tracker.create(tracking_code="EZ4000000004").status == "delivered"
    [webhook] = requests.get(f"{parcel}/webhooks", timeout=30).json()
    headers = {name.title(): value for name, value in webhook["headers"].items()}
    body, key = webhook["body"].encode(), secret("EasyPostWebhookSecret").splitlines()[0]
    event = validate_webhook(body, headers, key)
    assert (event["description"], event["result"]["id"]) == ("tracker.updated", tracker.id), event
    refused(SignatureVerificationError, lambda: validate_webhook(body + b" ", headers, key))
    error = refused(InvalidRequestError, lambda: client.tracker.create(tracking_code="???"))
    assert (error.http_status, error.code) == (422, "TRACKER.CREATE.ERROR"), error
    refused(NotFoundError, lambda: client.tracker.retrieve("trk_unknown"))


SENDER = {"name": "Warehouse", "street1": "1092 Indian Summer Ct", "city": "San Jose", "state": "CA", "zip": "95122"}
BUYER = {"name": "Ada Buyer", "street1": "965 Mission St", "city": "San Francisco", "state": "CA", "zip": "94103"}


def sold(reference):
    """Whether each label of this name that was sold is given back, and its number."""
    labels = requests.get(f"{PROVIDERS}/carriers/labels", timeout=30).json()
    return [(own["tracking_number"], own["voided"]) for own in labels if own["reference"] == reference]


def printed(url, number):
    file = requests.get(url, timeout=30)
    assert file.ok and file.content.startswith(b"%PDF") and number.encode() in file.content, file.text


def labels_at_easypost():
    client = easypost.EasyPostClient("EZTKlocal", api_base=f"{PROVIDERS}/v2")
    shipment = client.shipment.create(
        from_address={**SENDER, "country": "US"},
        to_address={**BUYER, "country": "US"},
        parcel={"length": 10, "width": 8, "height": 4, "weight": 15.4},
        reference="python-easypost",
    )
    rate = shipment.lowest_rate()
    assert (rate.carrier, rate.service, rate.currency, shipment.postage_label) == ("USPS", "GroundAdvantage", "USD", None), rate
    bought = client.shipment.buy(shipment.id, rate=rate)
    assert (bought.selected_rate.id, bought.tracker.carrier) == (rate.id, "USPS"), bought
    error = refused(InvalidRequestError, lambda: client.shipment.buy(shipment.id, rate=rate))
    assert (error.http_status, error.code) == (422, "SHIPMENT.POSTAGE.EXISTS"), error
    assert client.shipment.retrieve(shipment.id).tracking_code == bought.tracking_code
    assert client.tracker.all(tracking_code=bought.tracking_code).trackers[0].id == bought.tracker.id
    printed(bought.postage_label.label_url, bought.tracking_code)
    assert sold("python-easypost") == [(bought.tracking_code, False)]
    assert client.shipment.refund(shipment.id).refund_status == "submitted"
    assert sold("python-easypost") == [(bought.tracking_code, True)]
    refused(InvalidRequestError, lambda: client.shipment.create(parcel={"weight": 1}))


def labels_at_shippo():
    client = shippo.Shippo(api_key_header="shippo_test_local", shippo_api_version="2018-02-08", server_url=PROVIDERS)
    parcel = components.ParcelCreateRequest(
        length="200", width="150", height="51", distance_unit="mm", weight="1320", mass_unit="g"
    )
    addresses = [components.AddressCreateRequest(**address, country="US") for address in (SENDER, BUYER)]
    wanted = components.ShipmentCreateRequest(address_from=addresses[0], address_to=addresses[1], parcels=[parcel], async_=False)
    shipment = client.shipments.create(wanted)
    rate = min(shipment.rates, key=lambda rate: float(rate.amount))
    assert (rate.provider, rate.servicelevel.token, rate.estimated_days) == ("USPS", "usps_ground_advantage", 3), rate
    buy = components.TransactionCreateRequest(rate=rate.object_id, label_file_type="PDF_4x6", metadata="python-shippo", async_=False)
    bought = client.transactions.create(buy)
    assert (bought.status.value, bought.metadata) == ("SUCCESS", "python-shippo"), bought
    printed(bought.label_url, bought.tracking_number)
    listed = client.transactions.list(operations.ListTransactionsRequest(rate=rate.object_id))
    assert [own.object_id for own in listed.results] == [bought.object_id], listed
    assert client.refunds.create(transaction=bought.object_id, async_=False).status.value == "QUEUED"
    assert client.transactions.get(bought.object_id).status.value == "REFUNDPENDING"
    assert sold("python-shippo") == [(bought.tracking_number, True)]
    refused(SDKError, lambda: client.refunds.create(transaction=bought.object_id, async_=False))


def at_woocommerce():
    known = requests.get(f"{SHOP}/wp-json/", timeout=30).json()
    assert "wc/v3" in known["namespaces"] and "/wc/v3/orders" in known["routes"], known
    own = json.loads(secret("ChannelSecrets"))["woo"]
    client = WooCommerce(SHOP, own["key"], own["secret"], timeout=30)
    nobody = WooCommerce(SHOP, own["key"], "cs_other", timeout=30).get("orders")
    why = "Invalid signature - provided signature does not match."
    assert (nobody.status_code, nobody.json()["message"]) == (401, why), nobody.text
    basic = requests.get(f"{SHOP}/wp-json/wc/v3/orders", auth=(own["key"], own["secret"]), timeout=30)
    assert (basic.status_code, basic.json()["code"]) == (401, "woocommerce_rest_cannot_view"), basic.text
    wanted = {"sku": "MUG-BLUE,SHIRT-M", "orderby": "id", "order": "asc"}
    mug, shirt = client.get("products", params=wanted).json()
    assert (mug["sku"], shirt["type"], shirt["parent_id"]) == ("MUG-BLUE", "variation", 11), shirt
    line = {"product_id": mug["id"], "quantity": 2}
    order = {"payment_method": "bacs", "status": "processing", "line_items": [line], "customer_note": "ä & ö"}
    made = client.post("orders", order)
    order = made.json()
    assert (made.status_code, order["total"], order["total_tax"]) == (201, "29.00", "5.89"), order
    assert (order["customer_note"], order["date_paid"] is not None) == ("ä & ö", True), order
    since = {"modified_after": "2026-01-01T00:00:00", "dates_are_gmt": "true", "orderby": "modified", "order": "asc"}
    listed = client.get("orders", params={**since, "status": "any", "per_page": 1})
    assert ([own["id"] for own in listed.json()], listed.headers["X-WP-Total"]) == ([order["id"]], "1"), listed.text
    refunds = f"orders/{order['id']}/refunds"
    part = {"id": order["line_items"][0]["id"], "quantity": 1, "refund_total": 11.55}
    refund = client.post(refunds, {"reason": "one back", "line_items": [part], "api_refund": False})
    assert (refund.status_code, refund.json()["amount"]) == (201, "11.55"), refund.text
    too_much = client.post(refunds, {"amount": "17.46", "api_refund": False})
    assert (too_much.status_code, too_much.json()["data"]) == (500, 500), too_much.text
    changes = [{"id": mug["id"], "stock_quantity": 7}, {"id": shirt["id"], "stock_quantity": 1}]
    batch = client.post("products/batch", {"update": changes})
    done, wrong = batch.json()["update"]
    assert (batch.status_code, done["stock_quantity"], wrong["error"]["data"]["status"]) == (200, 7, 404), batch.text
    hook = client.post("webhooks", {"topic": "order.updated", "delivery_url": f"{API}/", "secret": "s3cret"}).json()
    assert client.put(f"webhooks/{hook['id']}", {"status": "paused"}).json()["status"] == "paused"
    assert client.delete(f"webhooks/{hook['id']}", params={"force": "true"}).status_code == 200
    pushed = requests.get(f"{SHOP}/shop/pushed", timeout=30).json()
    assert [(own["sku"], own["quantity"]) for own in pushed] == [("MUG-BLUE", 7)], pushed


for ask in [at_stripe, at_adyen, at_square, at_mollie, at_paypal, at_easypost, labels_at_easypost, labels_at_shippo, at_woocommerce]:
    began = time.monotonic()
    ask()
    name, took = ask.__name__.removeprefix("at_"), time.monotonic() - began
    print(f"   {name}: its own client reads what the stand-in answers ({took:.1f} s)")
