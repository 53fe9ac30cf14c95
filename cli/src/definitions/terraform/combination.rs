//! The diagnostics of a template with directives, which can have several texts.

use std::collections::HashSet;

use stepwright_asl::template::terraform::{DefinitionText, Renderings};
use stepwright_asl::{Diagnostic, Diagnostics};

use crate::definitions::definition::LoadedDefinition;

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
