//! Products: set, read, and found by their barcodes.

use crate::{App, request::PutProduct};
use api::{Caller, Code, Error, FieldError, Problem, Request, Response};
use app::{products, settings};
use domain::{
    ids::{Barcode, ScannedCode, Sku},
    settings::{Product, Role},
};
use serde::Serialize;

/// A product, and what looks wrong about it.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProductView {
    #[serde(flatten)]
    pub product: Product,
    /// Codes that may be mistyped, each with the reason. They are kept and found as they are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub code_doubts: Vec<CodeDoubt>,
}

/// What looks wrong about a code.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CodeDoubt {
    /// As it was written.
    pub code: Barcode,
    /// In words, for people.
    pub doubt: &'static str,
}

impl From<Product> for ProductView {
    fn from(product: Product) -> Self {
        let doubts = product.codes.iter().filter_map(|own| {
            let doubt = own.code.doubt()?;
            Some(CodeDoubt { code: own.code.clone(), doubt })
        });
        Self { code_doubts: doubts.collect(), product }
    }
}

/// The product of a barcode.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FoundProduct {
    /// What has the code.
    pub product: ProductView,
    /// For how many units of it the code stands.
    pub units: u32,
}

pub(crate) async fn put(app: &App, caller: &Caller, body: PutProduct, request: &Request) -> Result<Response, Error> {
    let keeps_codes = body.codes.is_none();
    let product = body.product(request.path_param("sku")?);
    if caller.is_bound() {
        let why = "a product is for all locations, and this API key works at some only";
        return Err(Problem::new(Code::Forbidden, why).into());
    }
    let stamp = caller.stamp(app.clock.now());
    let product = settings::put_product(&app.store, product, keeps_codes, &stamp).await?;
    Ok(Response::json(200, &ProductView::from(product)))
}

pub(crate) async fn one(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let sku: Sku = request.path_param("sku")?;
    let product = app.store.product(&sku).await?;
    let product = product.ok_or_else(|| Problem::not_found(format!("there is no product {sku}")))?;
    Ok(Response::json(200, &ProductView::from(seen_by(caller, product))))
}

pub(crate) async fn by_code(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let missing = || FieldError { field: "code".into(), detail: "is required: what was scanned?".into() };
    let code: ScannedCode = request.query_param("code")?.ok_or_else(|| Problem::invalid(vec![missing()]))?;
    let (product, units) = products::by_code(&app.store, &code).await?;
    let product = seen_by(caller, product).into();
    Ok(Response::json(200, &FoundProduct { product, units }))
}

fn seen_by(caller: &Caller, mut product: Product) -> Product {
    let scope = caller.scope();
    product.bins.retain(|location, _| scope.sees_location(location));
    // Who works in the shop is nothing for storefronts.
    let changed = product.changed.filter(|_| caller.role != Role::Storefront);
    Product { changed, ..product }
}
