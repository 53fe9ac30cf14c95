//! The texts of nodes and links, and their sizes.

use stepwright_asl::words::more;

use crate::outline::{Link, Node};
use crate::text::{Font, wrap_evenly};

use super::geometry::Size;

/// Font of state names.
pub(crate) const NAME: Font = Font {
    size: 13.0,
    stretch: 1.12,
};
/// Font of state types and details.
pub(crate) const TYPE: Font = Font {
    size: 10.5,
    stretch: 1.03,
};
/// Font of conditions and errors on links.
pub(crate) const LABEL: Font = Font {
    size: 11.0,
    stretch: 1.03,
};

/// The line height of a name.
pub(crate) const NAME_LINE: f64 = 16.0;
/// The line height of the type.
pub(crate) const TYPE_LINE: f64 = 15.0;
/// The line height of a link's label.
pub(crate) const LABEL_LINE: f64 = 14.0;
/// The padding around the text of a node: horizontal, vertical.
pub(crate) const PADDING: (f64, f64) = (14.0, 8.0);
/// The width of the retry mark.
pub(crate) const RETRY: f64 = 18.0;

/// The maximum width of a line of a name.
const NAME_WIDTH: f64 = 190.0;
/// The minimum width of a node.
const NARROWEST: f64 = 96.0;
/// The maximum width of a line of a label.
const LABEL_WIDTH: f64 = 170.0;
/// Maximum numbers of lines: of a name, of one label, of all labels of a link.
const LINES: (usize, usize, usize) = (4, 3, 5);

/// The text of a node.
#[derive(Debug, Clone, Default)]
pub(crate) struct Face {
    pub(crate) name: Vec<String>,
    /// The type and the detail of the state.
    pub(crate) kind: String,
    /// The size of a simple node, or of the head of a node with bodies inside.
    pub(crate) size: Size,
}

impl Face {
    pub(super) fn of(node: &Node) -> Face {
        let kind = node.kind();
        let name = wrap_evenly(&node.name, NAME, NAME_WIDTH, LINES.0);
        let widest = name.iter().map(|line| NAME.width(line)).fold(0.0, f64::max);
        let retry = if node.retries { RETRY } else { 0.0 };
        let fold = if node.folded.is_some() { RETRY } else { 0.0 };
        let width = widest
            .max(TYPE.width(&kind) + retry + fold)
            .max(NARROWEST - 2.0 * PADDING.0);
        Face {
            size: Size::new(
                (width + 2.0 * PADDING.0).ceil(),
                TYPE_LINE + NAME_LINE * name.len() as f64 + 2.0 * PADDING.1,
            ),
            name,
            kind,
        }
    }
}

/// The label lines of a link, for all of its transitions.
pub(super) fn label_lines(link: &Link) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (index, label) in link.labels.iter().enumerate() {
        let wrapped = wrap_evenly(&label.short, LABEL, LABEL_WIDTH, LINES.1);
        if !lines.is_empty() && lines.len() + wrapped.len() > LINES.2 {
            lines.extend(more(link.labels.len() - index));
            break;
        }
        lines.extend(wrapped);
    }
    lines
}

/// The size of label lines.
pub(super) fn label_size(lines: &[String]) -> Size {
    if lines.is_empty() {
        return Size::default();
    }
    let widest = lines
        .iter()
        .map(|line| LABEL.width(line))
        .fold(0.0, f64::max);
    Size::new(
        (widest + 10.0).ceil(),
        LABEL_LINE * lines.len() as f64 + 4.0,
    )
}
