//! Writes samples of every paper into a directory, and tells how long each took: first, and again.

#[path = "../tests/papers/samples.rs"]
mod samples;

use papers::{Language, Notice, PackingSlip, Paper, Typesetter};
use samples::{invoice, list, return_slip, slip};
use std::{env, error, fs, path::PathBuf, time::Instant};

fn main() -> Result<(), Box<dyn error::Error>> {
    let directory = PathBuf::from(env::args().nth(1).ok_or("name a directory")?);
    fs::create_dir_all(&directory)?;
    let start = Instant::now();
    let typesetter = Typesetter::new();
    println!("fonts read in {:?}", start.elapsed());
    let write = |name: &str, paper: Paper| -> Result<(), Box<dyn error::Error>> {
        let start = Instant::now();
        let pdf = typesetter.pdf(&paper)?;
        let first = start.elapsed();
        let start = Instant::now();
        typesetter.pdf(&paper)?;
        println!("{name}: {} bytes, {first:?}, again {:?}", pdf.len(), start.elapsed());
        Ok(fs::write(directory.join(name), pdf)?)
    };
    write("slip-en.pdf", Paper::PackingSlip(slip(Language::English, 8, 1)))?;
    let held = PackingSlip { notice: Some(Notice::OnHold), ..slip(Language::German, 8, 1) };
    write("slip-de-held.pdf", Paper::PackingSlip(held))?;
    write("slip-48-parcels.pdf", Paper::PackingSlip(slip(Language::German, 48, 3)))?;
    write("slip-300.pdf", Paper::PackingSlip(slip(Language::English, 300, 1)))?;
    write("picklist.pdf", Paper::Picklist(list(8, false)))?;
    write("picklist-batch-300.pdf", Paper::Picklist(list(300, true)))?;
    write("return-slip-de.pdf", Paper::ReturnSlip(return_slip(Language::German, 3)))?;
    write("invoice-de.pdf", Paper::Invoice(invoice(Language::German, 8).into()))?;
    write("invoice-300.pdf", Paper::Invoice(invoice(Language::English, 300).into()))?;
    write("credit-note-en.pdf", Paper::Invoice(invoice(Language::English, 1).into()))?;
    if let Some(peak) = fs::read_to_string("/proc/self/status")?.lines().find(|line| line.starts_with("VmHWM")) {
        println!("{peak}");
    }
    Ok(())
}
