//! The papers as a person and a scanner see them: typeset, drawn, looked at.

#![allow(clippy::unwrap_used)]

mod samples;

use hayro::{hayro_interpret::InterpreterSettings, hayro_syntax::Pdf, render_pdf};
use papers::{Error, Language, MAX_LINES, Notice, PackingSlip, Paper, Typesetter};
use rxing::{BarcodeFormat, helpers::detect_in_luma};
use samples::{invoice, list, return_slip, slip};
use std::sync::Arc;

/// 203 dots an inch, the coarsest printer of labels.
const SCALE: f32 = 203.0 / 72.0;

/// A drawn page: how dark each dot is, row by row.
struct Page {
    width: usize,
    luma: Vec<u8>,
}

fn drawn(pdf: &[u8], pages: usize) -> Vec<Page> {
    let pdf = Pdf::new(Arc::new(pdf.to_vec())).unwrap();
    let drawn = render_pdf(&pdf, SCALE, InterpreterSettings::default(), Some(0..=pages - 1)).unwrap();
    let page = |page: &hayro::vello_cpu::Pixmap| Page {
        width: page.width().into(),
        luma: page
            .data()
            .iter()
            .map(|dot| u8::try_from((u16::from(dot.r) + u16::from(dot.g) + u16::from(dot.b)) / 3).unwrap())
            .collect(),
    };
    drawn.iter().map(page).collect()
}

fn pages(pdf: &[u8]) -> usize {
    Pdf::new(Arc::new(pdf.to_vec())).unwrap().pages().len()
}

/// What a scanner reads that is held over the right of a page's head: without the left 40 % and all below 40 mm.
fn scanned(page: &Page) -> String {
    let left = page.width * 2 / 5;
    let rows = page.luma.chunks(page.width).take(40 * 203 * 10 / 254);
    let seen: Vec<Vec<u8>> = rows.map(|row| row[left..].to_vec()).collect();
    let (width, height) = (u32::try_from(page.width - left).unwrap(), u32::try_from(seen.len()).unwrap());
    let read = detect_in_luma(seen.concat(), width, height, Some(BarcodeFormat::CODE_128));
    read.unwrap().getText().to_owned()
}

/// Whether nothing stands in the outer 15 mm at the left and at the right: the margins have 18.
fn stays_within_margins(page: &Page) -> bool {
    let margin = 15 * 203 * 10 / 254;
    page.luma
        .chunks(page.width)
        .all(|row| row[..margin].iter().chain(&row[page.width - margin..]).all(|&dot| dot > 250))
}

fn typeset(paper: &Paper) -> Vec<u8> {
    Typesetter::new().pdf(paper).unwrap()
}

#[test]
fn a_scanner_reads_the_number_of_each_paper() {
    for paper in [
        Paper::PackingSlip(slip(Language::German, 3, 1)),
        Paper::Picklist(list(3, false)),
        Paper::ReturnSlip(return_slip(Language::English, 3)),
        Paper::Invoice(invoice(Language::English, 3).into()),
    ] {
        assert_eq!(scanned(&drawn(&typeset(&paper), 1)[0]), paper.number());
    }
}

#[test]
fn long_and_foreign_content_stays_on_the_page() {
    for paper in [
        Paper::PackingSlip(slip(Language::English, 48, 3)),
        Paper::Picklist(list(48, false)),
        Paper::Picklist(list(48, true)),
        Paper::ReturnSlip(return_slip(Language::German, 48)),
        Paper::Invoice(invoice(Language::German, 48).into()),
    ] {
        let pdf = typeset(&paper);
        assert!(pages(&pdf) > 1);
        assert!(drawn(&pdf, 2).iter().all(stays_within_margins));
    }
}

#[test]
fn the_same_data_has_the_same_bytes() {
    let (typesetter, other) = (Typesetter::new(), Typesetter::new());
    let slip = Paper::PackingSlip(slip(Language::English, 8, 2));
    let first = typesetter.pdf(&slip).unwrap();
    typesetter.pdf(&Paper::Picklist(list(5, true))).unwrap();
    assert_eq!(first, typesetter.pdf(&slip).unwrap());
    assert_eq!(first, other.pdf(&slip).unwrap());
}

#[test]
fn a_held_paper_looks_otherwise() {
    let ordinary = slip(Language::English, 1, 1);
    let with = |notice| typeset(&Paper::PackingSlip(PackingSlip { notice, ..ordinary.clone() }));
    let papers = [None, Some(Notice::OnHold), Some(Notice::Cancelled)].map(with);
    let ink = |pdf: &Vec<u8>| drawn(pdf, 1)[0].luma.iter().filter(|&&dot| dot < 128).count();
    assert!(papers.iter().skip(1).all(|held| ink(held) > ink(&papers[0])));
    assert_ne!(papers[1], papers[2]);
}

#[test]
fn services_are_on_the_picklist_of_whoever_packs() {
    let with = list(1, false);
    let without = papers::Picklist { services: Vec::new(), ..with.clone() };
    let ink = |list| drawn(&typeset(&Paper::Picklist(list)), 1)[0].luma.iter().filter(|&&dot| dot < 128).count();
    assert!(ink(with) > ink(without));
}

#[test]
fn a_number_that_no_barcode_holds_is_still_on_its_paper() {
    for order in ["Größe-1", "東京", "", &"9".repeat(200)] {
        let slip = PackingSlip { order: order.to_owned(), ..slip(Language::English, 1, 1) };
        let pdf = typeset(&Paper::PackingSlip(slip));
        assert!(drawn(&pdf, 1).iter().all(stays_within_margins), "{order}");
    }
}

#[test]
fn too_many_lines_are_refused() {
    let lines = u32::try_from(MAX_LINES).unwrap();
    let refused = Typesetter::new().pdf(&Paper::Picklist(list(lines, true)));
    assert!(matches!(refused, Err(Error::TooLong(lines)) if lines == MAX_LINES + 1), "its service is a line too");
}
