//! The texts that a template with directives can have.

use std::collections::HashSet;

use hcl_edit::template::Element;
use stepwright_asl::{Diagnostic, Diagnostics};

use super::choices::{Choices, Literals, MOST_CHOICES};
use super::text::DefinitionText;
use crate::definitions::definition::LoadedDefinition;

/// Up to this number of conditions and loops, all combinations are read.
const MOST_COMBINED: usize = 6;
/// Maximum number of bytes of all texts of a template.
const MOST_BYTES: usize = 16 << 20;

/// Different texts of a template: of each combination of its conditions and loops, or, if there are
/// many, of those in which all or all but one are equal.
pub(super) struct Renderings<'f> {
    /// None if the template has too many conditions and loops, or is too long.
    pub(super) texts: Vec<DefinitionText<'f>>,
    /// Whether these are all.
    is_complete: bool,
    /// Whether the template has a loop.
    pub(super) has_loop: bool,
}

impl<'f> Renderings<'f> {
    /// The only text of a definition without directives.
    pub(super) fn single(text: DefinitionText<'f>) -> Self {
        Self {
            texts: vec![text],
            is_complete: true,
            has_loop: false,
        }
    }

    /// The texts of a string, a heredoc (`<<EOF`) or a file.
    pub(super) fn of_elements<'e, I>(
        file: &'f str,
        elements: impl Fn() -> I,
        literals: Literals,
    ) -> Self
    where
        I: Iterator<Item = &'e Element>,
    {
        let mut choices = Choices::new(elements(), literals);
        let (mut texts, mut known, mut bytes) = (Vec::new(), HashSet::new(), 0);
        let mut read = |choices: &mut Choices, bits| {
            choices.bits = bits;
            let text = DefinitionText::of_elements(file, elements(), choices);
            bytes += text.text.len();
            if known.insert(text.text.clone()) {
                texts.push(text);
            }
            choices.count() <= MOST_CHOICES && bytes <= MOST_BYTES
        };
        let mut is_read = read(&mut choices, 0);
        is_read = is_read && (choices.count() == 0 || read(&mut choices, u64::MAX));
        let mut index = 0;
        // A branch may have more conditions.
        while is_read && index < choices.count() {
            let bit = 1 << index;
            is_read = read(&mut choices, !bit) && read(&mut choices, bit);
            index += 1;
        }
        let mut bits = 0;
        while is_read && choices.count() <= MOST_COMBINED && bits < 1 << choices.count() {
            is_read = read(&mut choices, bits);
            bits += 1;
        }
        if !is_read {
            texts.clear();
        }
        Self {
            texts,
            is_complete: choices.count() <= MOST_COMBINED,
            has_loop: choices.has_loop,
        }
    }
}

/// Returns the definition with the fewest errors, the first one of several. Its diagnostics are
/// those that each readable text with their location has: a text may be impossible, such as that of
/// two opposite conditions that are both true. `None` if no text can be read and there are more.
pub(super) fn combined(
    renderings: &Renderings<'_>,
    read: impl Fn(&DefinitionText<'_>) -> LoadedDefinition,
) -> Option<LoadedDefinition> {
    let all = renderings.texts.iter().map(|text| (text, read(text)));
    let (mut readable, unreadable): (Vec<_>, Vec<_>) =
        all.partition(|(_, definition)| definition.document().is_some());
    if readable.is_empty() {
        let first = unreadable.into_iter().next();
        return first
            .filter(|_| renderings.is_complete)
            .map(|(_, definition)| definition);
    }
    let certain = match readable.len() {
        1 => None,
        _ => Some(certain(&readable)),
    };
    let best =
        (0..readable.len()).min_by_key(|index| readable[*index].1.diagnostics.errors().count());
    let (_, mut definition) = readable.swap_remove(best?);
    if let Some(certain) = certain {
        definition.diagnostics = certain;
    }
    Some(definition)
}

/// Returns the diagnostics that each text with their location has.
fn certain(readable: &[(&DefinitionText<'_>, LoadedDefinition)]) -> Diagnostics {
    let key = |diagnostic: &'_ Diagnostic| -> (usize, Option<&'static str>, String) {
        let offset = diagnostic.location.offset;
        (offset, diagnostic.code, diagnostic.message.clone())
    };
    let found: Vec<HashSet<_>> = readable
        .iter()
        .map(|(_, definition)| definition.diagnostics.iter().map(key).collect())
        .collect();
    let contents: Vec<HashSet<usize>> = readable
        .iter()
        .map(|(text, _)| text.offsets.iter().copied().collect())
        .collect();
    let mut reported = HashSet::new();
    let all = readable
        .iter()
        .flat_map(|(_, definition)| definition.diagnostics.iter());
    all.filter(|diagnostic| {
        let key = key(diagnostic);
        let is_everywhere = contents.iter().zip(&found).all(|(content, found)| {
            found.contains(&key) || !content.contains(&diagnostic.location.offset)
        });
        is_everywhere && reported.insert(key)
    })
    .cloned()
    .collect()
}
