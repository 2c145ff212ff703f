//! An example of each request's body. The tests check that the functions' own decoders accept them.

use payments::Provider;
use serde_json::{Value, json};

pub fn place_order() -> Value {
    let payment = Provider::ALL.first().map(|provider| provider.description().payment);
    json!({
        "reference": "1001",
        "channel": "web",
        "currency": "EUR",
        "customer": { "name": "Ada Lovelace", "email": "ada@example.com", "phone": "+44 20 7946 0018", "locale": "en-GB", "vat_id": "GB980780684" },
        "shipping_address": {
            "name": "Ada Lovelace",
            "company": "Analytical Engines Ltd",
            "line1": "12 St James Square",
            "line2": "Second floor",
            "city": "London",
            "region": "Greater London",
            "postal_code": "SW1Y 4JH",
            "country": "GB",
        },
        "billing_address": { "name": "Ada Lovelace", "line1": "Ockham Park", "city": "Ockham", "country": "GB" },
        "lines": [
            { "sku": "TEE-M", "title": "T-shirt, medium", "quantity": 2, "unit_price": 1900, "discount": 300, "tax": 559, "tax_rate": 1900 },
            { "sku": "MUG", "title": "Mug", "quantity": 1, "unit_price": 1200, "tax": 192, "tax_rate": 1900 },
            {
                "sku": "WRAP", "title": "Gift wrap", "quantity": 1, "unit_price": 300, "tax_category": "export",
                "exemption": "Exempt under § 6 UStG", "stocked": false,
            },
        ],
        "shipping": { "method": "Standard", "price": 490, "discount": 300, "tax": 30, "tax_rate": 1900 },
        "discount": { "code": "WELCOME", "amount": 200 },
        "tax_included": true,
        "total": 4990,
        "payment": payment.map(|payment| json!({ "provider": payment.provider, "id": payment.id })),
    })
}

pub fn find_orders() -> Value {
    json!({
        "by": "email",
        "value": "ada@example.com",
        "channel": "web",
        "placed_from": "2026-01-01T00:00:00Z",
        "placed_before": "2027-01-01T00:00:00Z",
        "cursor": "MC8wMDAwMTc2NDAwMDAwMCNvcmRfMQ",
    })
}

pub fn person() -> Value {
    json!({ "by": "email", "value": "ada@example.com", "cursor": "MC8wMDAwMTc2NDAwMDAwMCNvcmRfMQ" })
}

pub fn cancel_order() -> Value {
    json!({ "reason": "ordered twice", "unsent": false })
}

pub fn edit_order() -> Value {
    let address = json!({
        "name": "Ada Lovelace", "company": "Analytical Engines", "line1": "12 St James Square", "line2": "Second floor",
        "city": "London", "postal_code": "SW1Y 4JH", "region": "London", "country": "GB",
    });
    json!({
        "lines": [{ "line": 0, "quantity": 1 }],
        "shipping_address": address,
        "billing_address": address,
        "customer": {
            "name": "Ada Lovelace", "email": "ada@example.com", "phone": "+44 20 7946 0018", "locale": "en-GB",
            "vat_id": "GB980780684",
        },
        "shipping": {
            "method": "Express", "price": 990, "discount": 0, "tax": 0, "tax_rate": 0, "tax_category": "export",
            "exemption": "Exempt under § 6 UStG",
        },
        "reason": "the customer needs only one, at another address",
    })
}

pub fn hold_order() -> Value {
    json!({ "reason": "incorrect_address", "note": "the street does not exist; the customer is asked" })
}

pub fn accept_payment() -> Value {
    json!({ "reason": "the bank kept a fee" })
}

pub fn capture_order() -> Value {
    json!({ "amount": 4990 })
}

pub fn enter_payment() -> Value {
    json!({
        "method": "bank_transfer",
        "status": "received",
        "amount": 4990,
        "on": "2026-11-27",
        "reference": "web-1001",
        "payer": { "name": "Erika Mustermann", "iban": "DE89370400440532013000" },
        "entry": "gx3mzt5vvk7d2q4a6jw1",
    })
}

pub fn export_refunds() -> Value {
    json!({
        "debtor": { "name": "Shop GmbH", "iban": "DE02120300000000202051" },
        "exported_at": "2026-11-27T08:30:00Z",
    })
}

pub fn import_statement() -> Value {
    json!({ "file": "RGF0ZTtBbW91bnQ7Q3VycmVuY3kKMjAyNi0xMS0yNzszMy45MDtFVVIK", "enter": true })
}

pub fn tell_outcome() -> Value {
    json!({ "outcome": "succeeded" })
}

pub fn refund_order() -> Value {
    json!({ "amount": 1000, "lines": [{ "line": 0, "quantity": 1 }], "shipping": 490, "reason": "a stain; the customer keeps it" })
}

pub fn answer_dispute() -> Value {
    json!({ "text": "The customer wrote on 2026-11-20 that the parcel had come.", "at_provider": false })
}

pub fn decide_refund() -> Value {
    json!({ "refund": 0, "reason": "refunded in the dashboard", "refunds": ["re_3MmlLrLkdIwHu7ix0uke3Ezy"] })
}

pub fn move_stock() -> Value {
    json!({ "sku": "TEE-M", "location": "main", "kind": "receive", "quantity": 50, "reason": "delivery 77" })
}

pub fn count_stock() -> Value {
    json!({
        "sku": "TEE-M",
        "location": "main",
        "on_hand": 48,
        "counted": "shelf",
        "safety": 2,
        "backorder": false,
        "reason": "yearly count",
    })
}

pub fn make_batch() -> Value {
    json!({ "location": "main", "totes": ["CART-1-A", "CART-1-B", "CART-1-C"], "orders": 3, "first": "single_line" })
}

pub fn scan_for_batch() -> Value {
    json!({ "code": "4006381333931", "bin": "A-02-1", "tote": "CART-1-A" })
}

pub fn scan_into_parcel() -> Value {
    json!({ "code": "4006381333931" })
}

pub fn scan_units() -> Value {
    json!({ "code": "4006381333931", "bin": "A-02-1" })
}

pub fn confirm_picks() -> Value {
    json!({ "picks": [{ "line": 0, "picked": 2 }, { "line": 1, "picked": 1 }] })
}

pub fn pack_parcel() -> Value {
    json!({
        "contents": [{ "line": 0, "quantity": 2 }, { "line": 1, "quantity": 1 }],
        "weight_g": 780,
        "dimensions": { "length_mm": 300, "width_mm": 200, "height_mm": 120 },
    })
}

pub fn order_label() -> Value {
    json!({ "carrier": "USPS", "service": "Ground Advantage", "within_days": 5 })
}

pub fn hand_over_parcels() -> Value {
    json!({
        "parcels": [{
            "parcel": "P1",
            "carrier": "DHL Paket",
            "tracking_number": "00340434161094042557",
            "tracking_url": "https://tracking.shop.example/00340434161094042557",
        }],
    })
}

pub fn report_parcel() -> Value {
    json!({ "state": "lost", "at": "2026-11-27T10:15:00Z", "reason": "the carrier's search found nothing" })
}

pub fn tracking_event() -> Value {
    json!({
        "object": "Event",
        "description": "tracker.updated",
        "mode": "production",
        "result": {
            "object": "Tracker",
            "tracking_code": "9400100105461057010003",
            "carrier": "USPS",
            "status": "delivered",
            "tracking_details": [
                { "status": "delivered", "datetime": "2026-11-27T13:03:00Z", "message": "Delivered, in or at the mailbox" }
            ]
        }
    })
}

pub fn correct_tracking() -> Value {
    json!({
        "carrier": "DHL",
        "tracking_number": "00340434161094042564",
        "tracking_url": "https://tracking.shop.example/00340434161094042564",
    })
}

pub fn receive_parcel_back() -> Value {
    json!({ "location": "main", "lines": [{ "line": 0, "quantity": 2, "disposition": "restocked", "grade": "A" }] })
}

pub fn resolve_parcel() -> Value {
    json!({ "remedy": "reship", "reason": "lost by the carrier" })
}

pub fn request_return() -> Value {
    json!({ "lines": [{ "line": 0, "quantity": 1, "reason": "size_too_small" }] })
}

pub fn decline_return() -> Value {
    json!({ "reason": "worn" })
}

pub fn receive_return() -> Value {
    json!({ "location": "main", "lines": [{ "line": 0, "received": 1 }] })
}

pub fn inspect_return() -> Value {
    json!({ "lines": [{ "line": 0, "quantity": 1, "disposition": "restocked", "grade": "A" }], "refund": 1200, "reason": "scratched" })
}

pub fn put_product() -> Value {
    json!({
        "title": "T-shirt, medium",
        "weight_g": 180,
        "bins": { "main": "A-01-3" },
        "codes": [{ "code": "4006381333931", "units": 1 }, { "code": "TEE-M-BOX", "units": 12 }],
        "discontinued": false,
    })
}

pub fn dismiss_emails() -> Value {
    json!({ "reason": "told her by telephone" })
}

pub fn close_location() -> Value {
    json!({ "reason": "stocktaking" })
}

pub fn put_location() -> Value {
    json!({
        "name": "Main warehouse",
        "priority": 10,
        "schedule": {
            "time_zone": "Europe/Berlin",
            "cut_off": "14:00:00",
            "handling_days": 1,
            "working_days": ["monday", "tuesday", "wednesday", "thursday", "friday"],
            "calendar": "DE-BE",
            "holidays": ["2026-12-24"],
            "transit_days": { "min": 1, "max": 3 },
        },
        "address": {
            "name": "Example Shop GmbH", "line1": "Lange Straße 1", "city": "Berlin", "postal_code": "10115", "country": "DE",
        },
        "webhook_url": "https://warehouse.example.com/orderly",
    })
}

pub fn put_channel() -> Value {
    json!({ "name": "Web shop", "seller": "example" })
}

pub fn connect_shop() -> Value {
    json!({
        "kind": "woocommerce",
        "url": "https://shop.example",
        "key": "ck_0123456789abcdef0123456789abcdef01234567",
        "secret": "cs_0123456789abcdef0123456789abcdef01234567",
        "emails": "shop",
        "refunds": "shop",
    })
}

pub fn put_stock_sync() -> Value {
    json!({
        "first": "shop",
        "count_at": "berlin",
        "share": 90,
        "buffer": 1,
        "cap": 50,
        "locations": ["berlin", "hamburg"],
        "skus": [{ "sku": "CUP-KINTSUGI", "share": 100, "buffer": 0, "cap": 1 }],
    })
}

pub fn shop_event() -> Value {
    json!({ "id": 41, "status": "processing" })
}

pub fn put_seller() -> Value {
    json!({
        "address": {
            "name": "Example Shop GmbH", "line1": "Lange Straße 1", "city": "Berlin", "postal_code": "10115", "country": "DE",
        },
        "vat_id": "DE123456789",
        "tax_number": "27/123/45678",
        "registration": "Amtsgericht Charlottenburg, HRB 12345; managing director: Ada Lovelace",
        "email": "invoices@example.com",
        "iban": "DE89370400440532013000",
        "prefix": "RE-",
        "kept_years": 10,
    })
}

pub fn assign_payment() -> Value {
    json!({ "order": "ord_papusxbmuwjokkojq7nnoklm4i" })
}

pub fn settle_difference() -> Value {
    json!({ "note": "paid by gift card at the till" })
}

pub fn create_key() -> Value {
    json!({ "name": "web shop", "role": "storefront", "channel": "web", "expires_at": "2099-12-31T00:00:00Z" })
}

/// What a warehouse is told of a new fulfillment.
pub fn notice() -> Value {
    json!({
        "type": "fulfillment.created",
        "order": "ord_sx747y2h4v7tujnm4evo4mocqu",
        "fulfillment": "01",
        "status": "open",
        "location": "main",
        "shipping_method": "Standard",
        "ship_to": {
            "name": "Ada Lovelace",
            "line1": "12 St James Square",
            "city": "London",
            "postal_code": "SW1Y 4JH",
            "country": "GB",
        },
        "picklist": [
            { "line": 0, "sku": "TEE-M", "title": "T-shirt, medium", "bin": "A-12", "quantity": 2 },
        ],
        "services": [{ "line": 2, "sku": "WRAP", "title": "Gift wrap", "quantity": 1 }],
    })
}
