//! The layouts of the last pictures. A layout takes most of the time of a picture, and most edits
//! of a definition change only fields that a picture does not place.

use super::Diagram;
use super::layout::{self, Layout};
use super::outline::Outline;
use super::svg::{self, EditablePicture};

/// The number of layouts: several pages may show different definitions, and folded bodies.
const MOST_LAYOUTS: usize = 4;

/// Draws editable pictures, and computes a layout only if a change can move something.
///
/// ```
/// use stepwright_asl::json::Json;
/// use stepwright_diagram::{Diagram, PictureCache};
///
/// let mut cache = PictureCache::default();
/// for comment in ["first", "second"] {
///     let text = format!(r#"{{"Comment": "{comment}", "StartAt": "A", "States": {{"A": {{"Type": "Succeed"}}}}}}"#);
///     let diagram = Diagram::of(&text.parse::<Json>()?);
///     assert_eq!(cache.picture(&diagram), diagram.to_editable_picture());
/// }
/// assert_eq!(cache.computed(), 1);
/// # Ok::<(), stepwright_asl::SyntaxError>(())
/// ```
#[derive(Debug, Default)]
pub struct PictureCache {
    /// The layouts with what they depend on, the last used one at the end.
    layouts: Vec<(Outline, Layout)>,
    computed: usize,
}

impl PictureCache {
    /// Returns the same picture as [`Diagram::to_editable_picture`].
    pub fn picture(&mut self, diagram: &Diagram) -> EditablePicture {
        let outline = &diagram.outline;
        let key = outline.without_tooltips();
        let known = self.layouts.iter().position(|(known, _)| *known == key);
        let entry = match known {
            Some(at) => self.layouts.remove(at),
            None => {
                self.computed += 1;
                if self.layouts.len() >= MOST_LAYOUTS {
                    self.layouts.remove(0);
                }
                // Computed from the key, so that a layout cannot depend on anything else.
                let layout = layout::lay_out(&key);
                (key, layout)
            }
        };
        let picture = svg::render_editable(outline, &entry.1);
        self.layouts.push(entry);
        picture
    }

    /// The number of layouts that were computed.
    pub fn computed(&self) -> usize {
        self.computed
    }
}
