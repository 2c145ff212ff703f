//! Typst as a library: a world of embedded templates and fonts, and nothing else.

use crate::{
    Error, MAX_LINES, Paper,
    barcode::Barcode,
    factur_x::{self, FILE_NAME},
    words::Words,
};
use serde::Serialize;
use typst::{
    Library, LibraryExt, World,
    diag::{FileError, FileResult, SourceDiagnostic},
    foundations::{Bytes, Datetime, Dict, Duration, IntoValue, Smart},
    syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot},
    text::{Font, FontBook},
    utils::LazyHash,
};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

/// Typst remembers what it laid out. What the last ten papers did not use is forgotten, or a warm function grows for ever.
const REMEMBERED_PAPERS: usize = 10;
/// A word without a gap is given places to break after so many characters: it is wider than its column otherwise.
const UNBROKEN: usize = 12;

const FONTS: [&[u8]; 4] = [
    include_bytes!("../fonts/NotoSans-Regular.ttf"),
    include_bytes!("../fonts/NotoSans-Bold.ttf"),
    include_bytes!("../fonts/NotoNaskhArabic-Regular.ttf"),
    include_bytes!("../fonts/DroidSansFallback.ttf"),
];
const FRAME: (&str, &str) = ("frame.typ", include_str!("../templates/frame.typ"));
const PACKING_SLIP: (&str, &str) = ("packing-slip.typ", include_str!("../templates/packing-slip.typ"));
const PICKLIST: (&str, &str) = ("picklist.typ", include_str!("../templates/picklist.typ"));
const INVOICE: (&str, &str) = ("invoice.typ", include_str!("../templates/invoice.typ"));
const RETURN_SLIP: (&str, &str) = ("return-slip.typ", include_str!("../templates/return-slip.typ"));

/// The fonts, read once.
pub struct Typesetter {
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
}

impl Default for Typesetter {
    fn default() -> Self {
        Self::new()
    }
}

impl Typesetter {
    pub fn new() -> Self {
        let fonts: Vec<Font> = FONTS.iter().flat_map(|font| Font::iter(Bytes::new(*font))).collect();
        Self { book: LazyHash::new(FontBook::from_fonts(&fonts)), fonts }
    }

    pub fn pdf(&self, paper: &Paper) -> Result<Vec<u8>, Error> {
        match paper {
            Paper::PackingSlip(slip) => self.typeset(PACKING_SLIP, slip, paper, None),
            Paper::Picklist(list) => self.typeset(PICKLIST, list, paper, None),
            Paper::ReturnSlip(slip) => self.typeset(RETURN_SLIP, slip, paper, None),
            Paper::Invoice(invoice) => match &invoice.electronic {
                None => self.typeset(INVOICE, invoice, paper, None),
                Some(xml) => {
                    let attachment = Attachment { xml, issued: invoice.issued };
                    let archived =
                        self.typeset(INVOICE, invoice, paper, Some(attachment)).and_then(factur_x::described);
                    // PDF/A refuses a character that the fonts lack. A paper with a box in it is better than none, and the
                    // electronic invoice is there by itself.
                    archived.or_else(|_| self.typeset(INVOICE, invoice, paper, None))
                }
            },
        }
    }

    fn typeset(
        &self,
        template: (&'static str, &'static str),
        contents: &impl Serialize,
        paper: &Paper,
        attachment: Option<Attachment<'_>>,
    ) -> Result<Vec<u8>, Error> {
        if paper.lines() > MAX_LINES {
            return Err(Error::TooLong(paper.lines()));
        }
        let (number, words) = (paper.number(), paper.language().words());
        let mut contents = serde_json::to_value(contents).map_err(unwritten)?;
        make_breakable(&mut contents);
        let electronic = attachment.as_ref().map(|_| FILE_NAME);
        let input =
            Input { paper: contents, words, number: breakable(number), barcode: Barcode::of(number), electronic };
        let data = Bytes::from_string(serde_json::to_string(&input).map_err(unwritten)?);
        let inputs: Dict = [("data".into(), data.into_value())].into_iter().collect();
        let library = LazyHash::new(Library::builder().with_inputs(inputs).build());
        let sources = [source(template)?, source(FRAME)?];
        let attached = attachment.as_ref().map(|of| Bytes::from_string(of.xml.to_owned()));
        let world = Embedded { typesetter: self, library, sources, attached };
        let document = typst::compile::<PagedDocument>(&world).output.map_err(|errors| told(&errors))?;
        // Nothing in the document depends on the day, or on the version of Typst.
        let mut options = PdfOptions {
            ident: Smart::Custom(number.to_owned()),
            creator: Smart::Custom(None),
            ..PdfOptions::default()
        };
        if let Some(Attachment { issued: (year, month, day), .. }) = attachment {
            let parts = (i32::from(year), u8::try_from(month).ok(), u8::try_from(day).ok());
            let noon = |month, day| Datetime::from_ymd_hms(parts.0, month, day, 12, 0, 0);
            options.timestamp = parts.1.zip(parts.2).and_then(|(month, day)| noon(month, day)).map(Timestamp::new_utc);
            let standards = PdfStandards::new(&[PdfStandard::A_3b]);
            options.standards = standards.map_err(|error| Error::Template(error.message().to_string()))?;
        }
        let pdf = typst_pdf::pdf(&document, &options).map_err(|errors| told(&errors));
        comemo::evict(REMEMBERED_PAPERS);
        pdf
    }
}

/// What goes with a paper as a file in it.
struct Attachment<'a> {
    xml: &'a str,
    issued: (i16, i8, i8),
}

/// What a template reads from `sys.inputs.data`.
#[derive(Serialize)]
struct Input<'a> {
    paper: serde_json::Value,
    words: &'a Words,
    number: String,
    barcode: Option<Barcode>,
    /// The name of the file that is attached.
    #[serde(skip_serializing_if = "Option::is_none")]
    electronic: Option<&'static str>,
}

/// Gives every long word in the texts places to break. Scripts whose letters join, or that break anywhere, are left alone.
fn make_breakable(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::String(text) => *text = breakable(text),
        serde_json::Value::Array(all) => all.iter_mut().for_each(make_breakable),
        serde_json::Value::Object(fields) => fields.values_mut().for_each(make_breakable),
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {}
    }
}

fn breakable(text: &str) -> String {
    let mut broken = String::with_capacity(text.len());
    let mut run = 0;
    for character in text.chars() {
        run = if stands_alone(character) { run + 1 } else { 0 };
        if run > UNBROKEN {
            broken.push('\u{200b}');
            run = 1;
        }
        broken.push(character);
    }
    broken
}

/// Whether it is a letter, digit or sign of Latin, Greek or Cyrillic. Marks that stand over the letter before them are not.
fn stands_alone(character: char) -> bool {
    let is_of_script =
        matches!(character, '!'..='\u{2ff}' | '\u{370}'..='\u{482}' | '\u{48a}'..='\u{52f}' | '\u{1e00}'..='\u{1fff}');
    is_of_script && !character.is_whitespace() && character != '\u{ad}'
}

fn source((name, text): (&str, &str)) -> Result<Source, Error> {
    Ok(Source::new(file_id(name)?, text.to_owned()))
}

fn file_id(name: &str) -> Result<FileId, Error> {
    let path = VirtualPath::new(name).map_err(|error| Error::Template(format!("{name}: {error:?}")))?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

/// Data that cannot stand in JSON is a fault of the paper's type.
fn unwritten(error: serde_json::Error) -> Error {
    Error::Template(error.to_string())
}

fn told(errors: &[SourceDiagnostic]) -> Error {
    let messages: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
    Error::Template(messages.join("; "))
}

/// What a template can reach: itself, the frame that all papers share, and the fonts.
struct Embedded<'a> {
    typesetter: &'a Typesetter,
    library: LazyHash<Library>,
    sources: [Source; 2],
    attached: Option<Bytes>,
}

impl World for Embedded<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.typesetter.book
    }

    fn main(&self) -> FileId {
        self.sources[0].id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        self.sources.iter().find(|source| source.id() == id).cloned().ok_or(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let is_attached = file_id(FILE_NAME).is_ok_and(|attached| attached == id);
        self.attached.clone().filter(|_| is_attached).ok_or(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.typesetter.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_long_words_of_letters_that_stand_alone_get_places_to_break() {
        for (text, expected) in [
            ("MUG-BLUE", "MUG-BLUE"),
            ("Enamel mug with a long title of short words", "Enamel mug with a long title of short words"),
            ("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "ABCDEFGHIJKL\u{200b}MNOPQRSTUVWX\u{200b}YZ"),
            ("Größenbezeichnungstabelle", "Größenbezeic\u{200b}hnungstabell\u{200b}e"),
            ("достопримечательность", "достопримеча\u{200b}тельность"),
            (
                "e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}",
                "e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}",
            ),
            ("نحاسينحاسينحاسينحاسي", "نحاسينحاسينحاسينحاسي"),
        ] {
            assert_eq!(breakable(text), expected);
        }
    }

    /// A minus sign has none in these fonts, so amounts are written with a dash.
    #[test]
    fn what_amounts_are_written_with_has_glyphs_in_both_weights() {
        let typesetter = Typesetter::new();
        for sign in "0123456789.,–%\u{a0}·×".chars() {
            let has_glyph = |font: &&Font| font.info().coverage.contains(u32::from(sign));
            assert!(typesetter.fonts.iter().filter(has_glyph).count() >= 2, "{sign:?}");
        }
    }
}
