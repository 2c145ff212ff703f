//! Products and their variations.

use super::{CHANGEABLE, View, dates};
use crate::channels::woocommerce::catalog::{Kind, Product, slug};
use serde_json::{Value, json};

/// A product; also a variation, where it stands among products.
pub(in crate::channels::woocommerce) fn product(view: View<'_>, product: &Product) -> Value {
    let (known, id) = (view.known, product.id);
    let variations: Vec<&Product> = known.catalog.variations(id).collect();
    let is_variable = product.kind == Kind::Variable;
    let related = known.catalog.0.values().filter(|other| other.parent == 0 && other.id != id).map(|other| other.id);
    let mut shown = both(view, product);
    let own = json!({
        "name": product.title(), "slug": product.slug(), "featured": false, "catalog_visibility": "visible",
        "short_description": "", "regular_price": if is_variable { "" } else { &product.price },
        "total_sales": product.sales, "external_url": "", "button_text": "", "sold_individually": false,
        "shipping_required": !product.is_virtual, "shipping_taxable": !product.is_virtual, "reviews_allowed": true,
        "average_rating": "0.00", "rating_count": 0, "upsell_ids": [], "cross_sell_ids": [], "parent_id": product.parent,
        "purchase_note": "", "categories": [{ "id": 15, "name": "Uncategorized", "slug": "uncategorized" }],
        "brands": [], "tags": [], "images": [], "attributes": attributes(product, &variations),
        "default_attributes": [], "variations": variations.iter().map(|one| one.id).collect::<Vec<_>>(),
        "grouped_products": [], "price_html": price_html(view, product),
        "related_ids": related.take(5).collect::<Vec<_>>(), "has_options": is_variable, "post_password": "",
        "_links": view.links(&format!("products/{id}"), "products", &CHANGEABLE),
    });
    merge(&mut shown, own);
    shown
}

/// A variation, below its parent.
pub(in crate::channels::woocommerce) fn variation(view: View<'_>, product: &Product) -> Value {
    let (id, parent) = (product.id, product.parent);
    let option = product.option.as_ref();
    let collection = format!("products/{parent}/variations");
    let mut shown = both(view, product);
    let own = json!({
        "name": option.map(|(_, option)| option), "parent_id": parent, "image": null, "gallery_image_ids": [],
        "regular_price": product.price, "attributes": chosen(product),
        "_links": view.links(&format!("{collection}/{id}"), &collection, &CHANGEABLE),
    });
    merge(&mut shown, own);
    shown["_links"]["up"] = json!([{ "href": view.href(&format!("products/{parent}")) }]);
    shown
}

/// What products and variations have in common.
fn both(view: View<'_>, product: &Product) -> Value {
    let known = view.known;
    let stock = known.catalog.stock(product.id);
    // A variation that nobody counts says whether its parent is counted.
    let managed = match (product.stock.is_some(), stock) {
        (true, _) => json!(true),
        (false, Some(_)) => json!("parent"),
        (false, None) => json!(false),
    };
    let is_there = stock.is_none_or(|stock| stock > 0);
    let mut shown = json!({
        "id": product.id, "type": product.kind.name(), "status": "publish", "permalink": permalink(view, product),
        "description": "", "sku": product.sku, "price": product.price, "sale_price": "", "on_sale": false,
        "purchasable": true, "virtual": product.is_virtual, "downloadable": false, "downloads": [],
        "download_limit": -1, "download_expiry": -1, "tax_status": product.tax.status(),
        "tax_class": product.tax.slug(), "manage_stock": managed, "stock_quantity": stock, "backorders": "no",
        "backorders_allowed": false, "backordered": false, "low_stock_amount": null, "weight": "",
        "dimensions": { "length": "", "width": "", "height": "" }, "shipping_class": "", "shipping_class_id": 0,
        "menu_order": 0, "meta_data": [], "stock_status": if is_there { "instock" } else { "outofstock" },
        "global_unique_id": "",
    });
    let zone = known.zone();
    dates(&mut shown, "date_created", Some(product.created), &zone);
    dates(&mut shown, "date_modified", Some(product.modified), &zone);
    dates(&mut shown, "date_on_sale_from", None, &zone);
    dates(&mut shown, "date_on_sale_to", None, &zone);
    shown
}

fn merge(shown: &mut Value, more: Value) {
    if let (Value::Object(shown), Value::Object(more)) = (shown, more) {
        shown.extend(more);
    }
}

fn permalink(view: View<'_>, product: &Product) -> String {
    let choice = product.option.as_ref().map(|(name, option)| format!("?attribute_{}={option}", slug(name)));
    format!("{}/product/{}/{}", view.url, slug(&product.name), choice.unwrap_or_default())
}

/// What a variation is, or what the variations of a product may be.
fn attributes(product: &Product, variations: &[&Product]) -> Vec<Value> {
    if product.kind == Kind::Variation {
        return chosen(product);
    }
    let options: Vec<&(String, String)> = variations.iter().filter_map(|one| one.option.as_ref()).collect();
    let Some((name, _)) = options.first() else { return Vec::new() };
    let all: Vec<&str> = options.iter().map(|(_, option)| option.as_str()).collect();
    vec![json!({
        "id": 0, "name": name, "slug": name, "position": 0, "visible": true, "variation": true, "options": all,
    })]
}

fn chosen(product: &Product) -> Vec<Value> {
    let shown =
        |(name, option): &(String, String)| json!({ "id": 0, "name": name, "slug": slug(name), "option": option });
    product.option.iter().map(shown).collect()
}

fn price_html(view: View<'_>, product: &Product) -> String {
    let (symbol, price) = (view.known.settings.symbols().1, product.amount().text(view.known.settings.decimals));
    format!(
        "<span class=\"woocommerce-Price-amount amount\"><bdi><span class=\"woocommerce-Price-currencySymbol\" \
         translate=\"no\">{symbol}</span>{price}</bdi></span>"
    )
}
