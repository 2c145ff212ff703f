//! The papers as a person and a scanner see them: typeset, drawn, looked at.

#![allow(clippy::unwrap_used)]

mod samples;

use documents::{Error, Language, MAX_LINES, Notice, Typesetter};
use hayro::{hayro_interpret::InterpreterSettings, hayro_syntax::Pdf, render_pdf};
use rxing::{BarcodeFormat, helpers::detect_in_luma};
use samples::{list, slip};
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

#[test]
fn a_scanner_reads_the_number_of_each_paper() {
    let typesetter = Typesetter::new();
    let pdf = typesetter.packing_slip(&slip(Language::German, 3, 1)).unwrap();
    assert_eq!(scanned(&drawn(&pdf, 1)[0]), "1001");
    let list = list(3, false);
    let pdf = typesetter.picklist(&list).unwrap();
    assert_eq!(scanned(&drawn(&pdf, 1)[0]), list.number);
}

#[test]
fn long_and_foreign_content_stays_on_the_page() {
    let typesetter = Typesetter::new();
    for pdf in [
        typesetter.packing_slip(&slip(Language::English, 48, 3)).unwrap(),
        typesetter.picklist(&list(48, false)).unwrap(),
        typesetter.picklist(&list(48, true)).unwrap(),
    ] {
        assert!(pages(&pdf) > 1);
        assert!(drawn(&pdf, 2).iter().all(stays_within_margins));
    }
}

#[test]
fn the_same_data_has_the_same_bytes() {
    let (typesetter, other) = (Typesetter::new(), Typesetter::new());
    let slip = slip(Language::English, 8, 2);
    let first = typesetter.packing_slip(&slip).unwrap();
    typesetter.picklist(&list(5, true)).unwrap();
    assert_eq!(first, typesetter.packing_slip(&slip).unwrap());
    assert_eq!(first, other.packing_slip(&slip).unwrap());
}

#[test]
fn a_held_paper_looks_otherwise() {
    let typesetter = Typesetter::new();
    let ordinary = slip(Language::English, 1, 1);
    let mut papers = vec![typesetter.packing_slip(&ordinary).unwrap()];
    for notice in [Notice::OnHold, Notice::Cancelled] {
        papers.push(
            typesetter.packing_slip(&documents::PackingSlip { notice: Some(notice), ..ordinary.clone() }).unwrap(),
        );
    }
    let ink = |pdf: &Vec<u8>| drawn(pdf, 1)[0].luma.iter().filter(|&&dot| dot < 128).count();
    assert!(papers.iter().skip(1).all(|held| ink(held) > ink(&papers[0])));
    assert_ne!(papers[1], papers[2]);
}

#[test]
fn a_number_that_no_barcode_holds_is_still_on_its_paper() {
    let typesetter = Typesetter::new();
    for order in ["Größe-1", "東京", "", &"9".repeat(200)] {
        let paper = documents::PackingSlip { order: order.to_owned(), ..slip(Language::English, 1, 1) };
        let pdf = typesetter.packing_slip(&paper).unwrap();
        assert!(drawn(&pdf, 1).iter().all(stays_within_margins), "{order}");
    }
}

#[test]
fn too_many_lines_are_refused() {
    let lines = u32::try_from(MAX_LINES).unwrap() + 1;
    assert!(
        matches!(Typesetter::new().picklist(&list(lines, true)), Err(Error::TooLong(refused)) if refused == MAX_LINES + 1)
    );
}
