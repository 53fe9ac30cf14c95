//! Replaces the definitions in a template that are strings.

use std::collections::HashSet;

use super::{Embedded, EmbeddedDefinition, machines};
use crate::edit::Editor;
use crate::edit::splice::{self, Splice};
use crate::json::Document;

/// The reason why a string in a template cannot be replaced.
pub const UNEDITABLE: &str = "the definition is a string that is folded or has several parts";

/// A template of which some strings are replaced.
#[derive(Debug)]
pub struct ReplacedStrings {
    /// The file with the new strings.
    pub file: Document,
    /// Its machines.
    pub machines: Vec<Embedded>,
    /// The machines whose strings are replaced, by their indices.
    pub replaced: HashSet<usize>,
}

/// A change of the text for the machine with this index.
struct StringChange<'d> {
    index: usize,
    definition: &'d str,
    splice: Splice,
}

/// Replaces the definitions of these machines, which are strings, without those that are written in
/// a form that cannot be edited. The text is read once, however many strings there are.
pub fn replace_strings(
    file: Document,
    machines: Vec<Embedded>,
    definitions: &[(usize, String)],
) -> ReplacedStrings {
    let changes = definitions.iter().filter_map(|(index, definition)| {
        let (range, text) = machines.get(*index)?.text_change(&file, definition)?;
        Some(StringChange {
            index: *index,
            definition,
            splice: Splice::new(range, text),
        })
    });
    let mut changes: Vec<StringChange<'_>> = changes.collect();
    changes.sort_by_key(|change| change.splice.range.start);
    changes.dedup_by(|next, one| next.splice.range.start < one.splice.range.end);
    let changes: Vec<&StringChange<'_>> = changes.iter().collect();
    let changed = match changes.as_slice() {
        [] => None,
        all => written(&file, all).or_else(|| written(&file, &readable(&file, all))),
    };
    let (file, machines) = changed.unwrap_or((file, machines));
    // A string that is shared by an alias is replaced for each of its machines.
    let is_replaced =
        |(index, definition): &&(usize, String)| is_text(&machines, *index, definition);
    let replaced = definitions.iter().filter(is_replaced);
    ReplacedStrings {
        replaced: replaced.map(|(index, _)| *index).collect(),
        file,
        machines,
    }
}

/// Those of the changes after which the text is read as wanted.
fn readable<'c, 'd>(
    file: &Document,
    changes: &[&'c StringChange<'d>],
) -> Vec<&'c StringChange<'d>> {
    if written(file, changes).is_some() {
        return changes.to_vec();
    }
    if changes.len() < 2 {
        return Vec::new();
    }
    let (first, second) = changes.split_at(changes.len() / 2);
    [readable(file, first), readable(file, second)].concat()
}

/// The file with the changes and its machines, if it is read as wanted: YAML may read a written
/// string differently.
fn written(file: &Document, changes: &[&StringChange<'_>]) -> Option<(Document, Vec<Embedded>)> {
    let splices = changes.iter().map(|change| change.splice.clone());
    let splices: Vec<Splice> = splices.collect();
    let text = splice::apply(file.source(), &splices);
    // Read as the editor does.
    let changed = Editor::parse_template(&text).ok()?.document().clone();
    let machines = machines(&changed)?;
    let mut all = changes.iter();
    all.all(|change| is_text(&machines, change.index, change.definition))
        .then_some((changed, machines))
}

fn is_text(machines: &[Embedded], index: usize, definition: &str) -> bool {
    let machine = machines.get(index).map(|machine| &machine.definition);
    matches!(machine, Some(EmbeddedDefinition::Text { text, .. }) if text == definition)
}
