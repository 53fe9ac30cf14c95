//! The picture of a definition. A layout takes time, so each picture is drawn once.

use stepwright_diagram::Diagram;
use stepwright_editor::Definition;

/// The number of pictures of a file that are cached: the definitions of a template.
const MOST_PICTURES: usize = 4;

/// The last pictures of a file.
#[derive(Debug, Default)]
pub(crate) struct PictureCache(Vec<Picture>);

/// A picture of a definition at a revision.
#[derive(Debug, Clone)]
pub(crate) struct Picture {
    revision: usize,
    definition: usize,
    /// The picture, or the reason why there is none.
    pub(crate) svg: String,
    /// The digest of the picture.
    pub(crate) tag: String,
}

impl PictureCache {
    /// Returns the picture of a definition at a revision.
    pub(crate) fn picture(
        &mut self,
        revision: usize,
        index: usize,
        definition: &Definition,
    ) -> &Picture {
        let is_known = |known: &Picture| known.revision == revision && known.definition == index;
        let at = match self.0.iter().position(is_known) {
            Some(at) => at,
            None => {
                self.0.retain(|known| known.definition != index);
                if self.0.len() >= MOST_PICTURES {
                    self.0.remove(0);
                }
                let svg = Diagram::of(definition.json()).to_editable_svg();
                self.0.push(Picture {
                    revision,
                    definition: index,
                    tag: digest(svg.as_bytes()),
                    svg,
                });
                self.0.len() - 1
            }
        };
        &self.0[at]
    }
}

/// The first digits of the digest of a text.
pub(crate) fn digest(content: &[u8]) -> String {
    let digest = hmac_sha256::Hash::hash(content);
    let digits = digest[..8].iter().map(|byte| format!("{byte:02x}"));
    digits.collect()
}
