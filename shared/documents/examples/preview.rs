//! Writes samples of every paper into a directory, and tells how long each took: first, and again.

#[path = "../tests/papers/samples.rs"]
mod samples;

use documents::{Error, Language, Notice, PackingSlip, Typesetter};
use samples::{list, slip};
use std::{env, error, fs, path::PathBuf, time::Instant};

fn main() -> Result<(), Box<dyn error::Error>> {
    let directory = PathBuf::from(env::args().nth(1).ok_or("name a directory")?);
    fs::create_dir_all(&directory)?;
    let start = Instant::now();
    let typesetter = Typesetter::new();
    println!("fonts read in {:?}", start.elapsed());
    let write = |name: &str, typeset: &dyn Fn() -> Result<Vec<u8>, Error>| -> Result<(), Box<dyn error::Error>> {
        let start = Instant::now();
        let pdf = typeset()?;
        let first = start.elapsed();
        let start = Instant::now();
        typeset()?;
        println!("{name}: {} bytes, {first:?}, again {:?}", pdf.len(), start.elapsed());
        Ok(fs::write(directory.join(name), pdf)?)
    };
    write("slip-en.pdf", &|| typesetter.packing_slip(&slip(Language::English, 8, 1)))?;
    let held = PackingSlip { notice: Some(Notice::OnHold), ..slip(Language::German, 8, 1) };
    write("slip-de-held.pdf", &|| typesetter.packing_slip(&held))?;
    write("slip-48-parcels.pdf", &|| typesetter.packing_slip(&slip(Language::German, 48, 3)))?;
    write("slip-300.pdf", &|| typesetter.packing_slip(&slip(Language::English, 300, 1)))?;
    write("picklist.pdf", &|| typesetter.picklist(&list(8, false)))?;
    write("picklist-batch-300.pdf", &|| typesetter.picklist(&list(300, true)))?;
    if let Some(peak) = fs::read_to_string("/proc/self/status")?.lines().find(|line| line.starts_with("VmHWM")) {
        println!("{peak}");
    }
    Ok(())
}
