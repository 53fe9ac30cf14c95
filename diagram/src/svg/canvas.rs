//! The output buffer of a picture.

use super::element::PictureElement;
pub(super) use super::number::number;
use super::number::tenths;
use crate::layout::Point;

/// The text of a picture, to which elements are appended.
#[derive(Debug, Default)]
pub(super) struct Canvas {
    pub(super) text: String,
    /// The elements of an editable picture; `None` for a picture with absolute coordinates.
    elements: Option<Vec<PictureElement>>,
}

impl Canvas {
    /// A canvas whose elements have their own coordinates, after [`begin`](Canvas::begin).
    pub(super) fn editable() -> Canvas {
        Canvas {
            text: String::new(),
            elements: Some(Vec::new()),
        }
    }

    pub(super) fn is_editable(&self) -> bool {
        self.elements.is_some()
    }

    /// Begins an element at a position. Returns the translation of the coordinates that are
    /// written next.
    pub(super) fn begin(&mut self, at: Point) -> Point {
        self.end();
        match &mut self.elements {
            None => Point::default(),
            Some(elements) => {
                elements.push(PictureElement {
                    markup: String::new(),
                    x: tenths(at.x),
                    y: tenths(at.y),
                });
                Point { x: -at.x, y: -at.y }
            }
        }
    }

    /// Ends the last element. The text before the first one is the start of the picture.
    fn end(&mut self) {
        let last = self
            .elements
            .as_mut()
            .and_then(|elements| elements.last_mut());
        if let Some(last) = last {
            last.markup = std::mem::take(&mut self.text);
        }
    }

    /// Returns the elements since the first [`begin`](Canvas::begin).
    pub(super) fn into_elements(mut self) -> Vec<PictureElement> {
        self.end();
        self.elements.unwrap_or_default()
    }

    pub(super) fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }
}
