//! Writes docs/openapi.json.

fn main() -> std::io::Result<()> {
    let path = openapi::path().canonicalize()?;
    std::fs::write(&path, openapi::text(&openapi::document()))?;
    println!("wrote {}", path.display());
    Ok(())
}
