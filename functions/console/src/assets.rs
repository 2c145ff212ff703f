//! Style, script and icon: embedded, under names that change with what is in them, so that browsers keep them for ever.

use api::Response;
use data_encoding::HEXLOWER;
use flate2::{Compression, write::GzEncoder};
use http::header;
use sha2::{Digest, Sha256};
use std::{io::Write as _, sync::LazyLock};

struct Asset {
    /// `console.1f2e3d4c5b6a.css`
    name: String,
    content_type: &'static str,
    plain: &'static [u8],
    compressed: Vec<u8>,
}

static CSS: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("css", "text/css; charset=utf-8", include_bytes!("../assets/console.css")));
static JS: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("js", "text/javascript; charset=utf-8", include_bytes!("../assets/console.js")));
/// The script of the pages where people scan: its parts, one after the other.
static STATION: LazyLock<Asset> = LazyLock::new(|| {
    let parts = concat!(
        include_str!("../assets/station/scan.js"),
        include_str!("../assets/station/outbox.js"),
        include_str!("../assets/station/station.js")
    );
    Asset::new("station.js", "text/javascript; charset=utf-8", parts.as_bytes())
});
static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("svg", "image/svg+xml", include_bytes!("../assets/icon.svg")));

impl Asset {
    fn new(extension: &str, content_type: &'static str, plain: &'static [u8]) -> Self {
        let hash = HEXLOWER.encode(&Sha256::digest(plain));
        let name = format!("console.{}.{extension}", &hash[..12]);
        Self { name, content_type, plain, compressed: gzip(plain) }
    }
}

fn address(asset: &Asset) -> String {
    format!("/console/assets/{}", asset.name)
}

pub fn css() -> String {
    address(&CSS)
}

pub fn js() -> String {
    address(&JS)
}

pub fn station() -> String {
    address(&STATION)
}

pub fn icon() -> String {
    address(&ICON)
}

/// The asset of this name, compressed or not. Other names, also those of other versions, are nothing.
pub fn serve(name: &str, is_compressed: bool) -> Option<Response> {
    let asset = [&CSS, &JS, &STATION, &ICON].map(LazyLock::force).into_iter().find(|asset| asset.name == name)?;
    let body = if is_compressed { asset.compressed.as_slice() } else { asset.plain };
    let answer = Response::bytes(200, asset.content_type, body)
        .with(header::CACHE_CONTROL, "public, max-age=31536000, immutable")
        .with(header::VARY, "accept-encoding");
    Some(if is_compressed { answer.with(header::CONTENT_ENCODING, "gzip") } else { answer })
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    // A vector takes everything.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}
