//! The output buffer of a picture.

use std::fmt::Write;

use super::element::PictureElement;
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

/// A length with at most one decimal digit.
pub(super) fn number(value: f64) -> String {
    decimal(tenths(value))
}

fn tenths(value: f64) -> i64 {
    (value * 10.0).round() as i64
}

/// A number of tenths, as a decimal.
pub(super) fn decimal(tenths: i64) -> String {
    let (sign, tenths) = if tenths < 0 {
        ("-", -tenths)
    } else {
        ("", tenths)
    };
    let mut text = format!("{sign}{}", tenths / 10);
    if tenths % 10 != 0 {
        // Writing to a `String` cannot fail.
        let _ = write!(text, ".{}", tenths % 10);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn lengths_have_at_most_one_decimal() {
        for (value, text) in [
            (3.0, "3"),
            (2.449, "2.4"),
            (-0.04, "0"),
            (-1.26, "-1.3"),
            (0.5, "0.5"),
        ] {
            assert_eq!(number(value), text);
        }
    }
}
