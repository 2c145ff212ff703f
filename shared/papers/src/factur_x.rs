//! What makes a PDF/A-3b with an attached invoice a Factur-X: its metadata say so. Typst writes the attachment, and no metadata of others
//! (typst/typst 5667), so they are changed afterwards: an incremental update puts another metadata stream in the place of Typst's. All
//! other bytes stay as they are.

use crate::Error;
use std::ops::Range;

/// The name that Factur-X and ZUGFeRD want.
pub(crate) const FILE_NAME: &str = "factur-x.xml";

/// The four properties. (The version is that of this metadata, and not of Factur-X.)
const PROPERTIES: &str = concat!(
    r#"<rdf:Description rdf:about="" xmlns:fx="urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#">"#,
    "<fx:DocumentType>INVOICE</fx:DocumentType><fx:DocumentFileName>factur-x.xml</fx:DocumentFileName>",
    "<fx:Version>1.0</fx:Version><fx:ConformanceLevel>EN 16931</fx:ConformanceLevel></rdf:Description>",
);

/// The description of a property.
macro_rules! property {
    ($name:literal, $description:literal) => {
        concat!(
            r#"<rdf:li rdf:parseType="Resource"><pdfaProperty:name>"#,
            $name,
            "</pdfaProperty:name><pdfaProperty:valueType>Text</pdfaProperty:valueType>",
            "<pdfaProperty:category>external</pdfaProperty:category><pdfaProperty:description>",
            $description,
            "</pdfaProperty:description></rdf:li>"
        )
    };
}

/// What they are, which PDF/A wants of properties that it does not know.
const SCHEMA: &str = concat!(
    r#"<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>"#,
    "<pdfaSchema:namespaceURI>urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#</pdfaSchema:namespaceURI>",
    "<pdfaSchema:prefix>fx</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq>",
    property!("DocumentType", "The type of the hybrid document"),
    property!("DocumentFileName", "The name of the embedded XML document"),
    property!("Version", "The version of the standard applying to the embedded XML document"),
    property!("ConformanceLevel", "The conformance level of the embedded XML document"),
    "</rdf:Seq></pdfaSchema:property></rdf:li>",
);

/// The PDF with metadata that say what is attached.
pub(crate) fn described(mut pdf: Vec<u8>) -> Result<Vec<u8>, Error> {
    let told = |what: &str| Error::Template(format!("the PDF has no {what} where Typst 0.15 writes it"));
    let text = |range: Range<usize>| pdf.get(range).and_then(|bytes| std::str::from_utf8(bytes).ok());
    // The stream, as `12 0 obj << /Type /Metadata … >> stream … endstream`.
    let kind =
        only(&pdf, b"/Type /Metadata").or_else(|| only(&pdf, b"/Type/Metadata")).ok_or_else(|| told("metadata"))?;
    let object = last(&pdf[..kind], b" 0 obj").ok_or_else(|| told("metadata object"))?;
    let digits = pdf[..object].iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let number: u32 =
        text(object - digits..object).and_then(|number| number.parse().ok()).ok_or_else(|| told("object number"))?;
    let start = kind + first(&pdf[kind..], b"<?xpacket begin").ok_or_else(|| told("XMP packet"))?;
    let length = first(&pdf[start..], b"endstream").ok_or_else(|| told("end of the metadata"))?;
    let xmp = text(start..start + length).ok_or_else(|| told("XMP in UTF-8"))?.trim_end();
    let xmp = insert(xmp, "<pdfaExtension:schemas><rdf:Bag>", SCHEMA, Side::After)
        .ok_or_else(|| told("extension schemas"))?;
    let xmp = insert(&xmp, "</rdf:RDF>", PROPERTIES, Side::Before).ok_or_else(|| told("end of the XMP"))?;
    // The trailer, as `trailer << … >> startxref 1234 %%EOF`.
    let trailer = last(&pdf, b"trailer").ok_or_else(|| told("trailer"))?;
    let end = trailer + first(&pdf[trailer..], b"startxref").ok_or_else(|| told("start of its cross-references"))?;
    let dictionary = text(trailer + b"trailer".len()..end).map(str::trim).and_then(|of| of.strip_suffix(">>"));
    let dictionary = dictionary.ok_or_else(|| told("dictionary of its trailer"))?.trim_end().to_owned();
    let previous = text(end + b"startxref".len()..pdf.len()).and_then(|rest| rest.split_ascii_whitespace().next());
    let previous = previous.ok_or_else(|| told("place of its cross-references"))?.to_owned();

    if pdf.last() != Some(&b'\n') {
        pdf.push(b'\n');
    }
    let at = pdf.len();
    let length = xmp.len();
    let stream = format!(
        "{number} 0 obj\n<< /Type /Metadata /Subtype /XML /Length {length} >>\nstream\n{xmp}\nendstream\nendobj\n"
    );
    pdf.extend(stream.as_bytes());
    let references = pdf.len();
    let update = format!(
        "xref\n{number} 1\n{at:010} 00000 n \ntrailer\n{dictionary} /Prev {previous} >>\nstartxref\n{references}\n%%EOF\n"
    );
    pdf.extend(update.as_bytes());
    Ok(pdf)
}

enum Side {
    Before,
    After,
}

/// The text with more of it at the only place of a mark. None if it has no such place, or several.
fn insert(text: &str, mark: &str, more: &str, side: Side) -> Option<String> {
    let at = only(text.as_bytes(), mark.as_bytes())?;
    let at = match side {
        Side::Before => at,
        Side::After => at + mark.len(),
    };
    Some(format!("{}{more}{}", text.get(..at)?, text.get(at..)?))
}

fn first(bytes: &[u8], mark: &[u8]) -> Option<usize> {
    bytes.windows(mark.len()).position(|window| window == mark)
}

fn last(bytes: &[u8], mark: &[u8]) -> Option<usize> {
    bytes.windows(mark.len()).rposition(|window| window == mark)
}

fn only(bytes: &[u8], mark: &[u8]) -> Option<usize> {
    let found = first(bytes, mark)?;
    (last(bytes, mark) == Some(found)).then_some(found)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const XMP: &str =
        "<?xpacket begin=\"\"?><rdf:RDF><pdfaExtension:schemas><rdf:Bag></rdf:Bag></pdfaExtension:schemas></rdf:RDF>";

    fn pdf(xmp: &str) -> Vec<u8> {
        let body = format!(
            "%PDF-1.7\n12 0 obj\n<< /Type /Metadata /Length {} >>\nstream\n{xmp}\nendstream\nendobj\n",
            xmp.len()
        );
        let xref = body.len();
        format!("{body}xref\n12 1\n0000000009 00000 n \ntrailer\n<</Size 13/Root 1 0 R>>\nstartxref\n{xref}\n%%EOF")
            .into_bytes()
    }

    #[test]
    fn other_metadata_stand_where_the_last_references_point_and_all_else_stays() {
        let before = pdf(XMP);
        let after = described(before.clone()).unwrap();
        assert!(after.starts_with(&before));
        let text = String::from_utf8(after.clone()).unwrap();
        let references: usize = text.rsplit("startxref\n").next().unwrap().lines().next().unwrap().parse().unwrap();
        let entry = text[references..].lines().nth(2).unwrap();
        let object = &text[entry[..10].parse::<usize>().unwrap()..];
        assert!(object.starts_with("12 0 obj\n<< /Type /Metadata"), "{entry}");
        assert_eq!(object.matches("<pdfaExtension:schemas>").count(), 1);
        assert_eq!(object.matches("<fx:ConformanceLevel>EN 16931<").count(), 1);
        assert!(text[references..].contains("<</Size 13/Root 1 0 R /Prev "));
    }

    #[test]
    fn a_pdf_that_is_written_otherwise_is_refused() {
        for xmp in ["", "<?xpacket begin=\"\"?><rdf:RDF></rdf:RDF>", &format!("{XMP}{XMP}")] {
            assert!(described(pdf(xmp)).is_err(), "{xmp}");
        }
        for pdf in [&b"%PDF-1.7"[..], b""] {
            assert!(described(pdf.to_vec()).is_err());
        }
    }
}
