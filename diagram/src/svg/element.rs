//! An editable picture in parts: after a small change, most of them are the same or have only
//! moved.

use super::number::decimal;

/// A picture for an editor. Its elements can be compared with those of another picture.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EditablePicture {
    /// The width of its elements in tenths of a pixel. The picture of `start` grows in steps, and
    /// is at most an eighth wider.
    pub width: i64,
    /// The height of its elements in tenths of a pixel.
    pub height: i64,
    /// The start of the picture, up to the group of its elements.
    pub start: String,
    /// The elements, those on top last.
    pub elements: Vec<PictureElement>,
}

/// An element of an [`EditablePicture`]: a state, a line, a label, a mark or a handle.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct PictureElement {
    /// The element of SVG, without its position.
    pub markup: String,
    /// The horizontal position in tenths of a pixel.
    pub x: i64,
    /// The vertical position in tenths of a pixel.
    pub y: i64,
}

impl EditablePicture {
    /// The end of a picture, after its elements.
    pub const END: &'static str = "</g>\n</svg>\n";

    /// Returns the whole picture as text.
    pub fn to_svg(&self) -> String {
        let mut svg = self.start.clone();
        for element in &self.elements {
            // Each element begins with its name and a class.
            let (name, rest) = element
                .markup
                .split_once(' ')
                .unwrap_or((&element.markup, ""));
            let (x, y) = (decimal(element.x), decimal(element.y));
            svg.push_str(&format!("{name} transform=\"translate({x} {y})\" {rest}"));
        }
        svg.push_str(EditablePicture::END);
        svg
    }
}
