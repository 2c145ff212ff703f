//! XML as a tree, so that a document reads in the code as it does in the file.

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event},
};
use std::{fmt::Display, io};

pub(crate) struct Element {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    content: Content,
}

enum Content {
    Text(String),
    Children(Vec<Element>),
}

/// An element with a text.
pub(crate) fn text(name: &'static str, text: impl Display) -> Element {
    let allowed =
        |c: char| !matches!(c, '\u{fffe}' | '\u{ffff}') && (!c.is_control() || matches!(c, '\t' | '\n' | '\r'));
    // XML has no place for these, whatever a customer has written.
    let text = text.to_string().chars().map(|c| if allowed(c) { c } else { '\u{fffd}' }).collect();
    Element { name, attributes: Vec::new(), content: Content::Text(text) }
}

/// An element with others in it.
pub(crate) fn node(name: &'static str) -> Element {
    Element { name, attributes: Vec::new(), content: Content::Children(Vec::new()) }
}

impl Element {
    pub(crate) fn attribute(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.attributes.push((name, value.into()));
        self
    }

    /// With one more element, several, or perhaps one.
    pub(crate) fn with(mut self, more: impl IntoIterator<Item = Self>) -> Self {
        if let Content::Children(children) = &mut self.content {
            children.extend(more);
        }
        self
    }

    pub(crate) fn xml(&self) -> io::Result<String> {
        let mut writer = Writer::new_with_indent(Vec::new(), b' ', 1);
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        self.write(&mut writer)?;
        String::from_utf8(writer.into_inner()).map_err(io::Error::other)
    }

    fn write(&self, writer: &mut Writer<Vec<u8>>) -> io::Result<()> {
        let attributes = self.attributes.iter().map(|(name, value)| (*name, value.as_str()));
        writer.write_event(Event::Start(BytesStart::new(self.name).with_attributes(attributes)))?;
        match &self.content {
            Content::Text(text) => writer.write_event(Event::Text(BytesText::new(text)))?,
            Content::Children(children) => children.iter().try_for_each(|child| child.write(writer))?,
        }
        writer.write_event(Event::End(BytesEnd::new(self.name)))
    }
}

/// One element, where [`Element::with`] takes several.
impl IntoIterator for Element {
    type Item = Self;
    type IntoIter = std::iter::Once<Self>;

    fn into_iter(self) -> Self::IntoIter {
        std::iter::once(self)
    }
}
