//! The ways through an XML document.

use crate::statement::tidy;
use roxmltree::Node;

pub(super) fn children<'a, 'input>(parent: Node<'a, 'input>, name: &str) -> impl Iterator<Item = Node<'a, 'input>> {
    parent.children().filter(move |node| node.is_element() && node.tag_name().name() == name)
}

/// The first element at the end of a path.
pub(super) fn node<'a, 'input>(from: Node<'a, 'input>, path: &[&str]) -> Option<Node<'a, 'input>> {
    path.iter().try_fold(from, |node, name| children(node, name).next())
}

/// The text of the first element at the end of a path, if there is any.
pub(super) fn text(from: Node<'_, '_>, path: &[&str]) -> Option<String> {
    let parts: String = node(from, path)?.children().filter(Node::is_text).filter_map(|part| part.text()).collect();
    Some(tidy(&parts)).filter(|text| !text.is_empty())
}

/// The line that an element begins on.
pub(super) fn line(node: Node<'_, '_>) -> u32 {
    node.document().text_pos_at(node.range().start).row
}
