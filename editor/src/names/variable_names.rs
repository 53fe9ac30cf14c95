//! The places of a definition that name workflow variables.

use std::ops::Range;

use stepwright_asl::jsonata::{Expression, strip};
use stepwright_asl::validate::{VariablePlace, variable_places};

use crate::path_text::{PathPart, path_parts};
use crate::string_text::StringText;
use crate::{Definition, Document};

/// A place that names a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VariableName {
    /// The variable, without `$`.
    pub(crate) name: String,
    /// Pointer to the object with the states that can read the variable.
    pub(crate) scope: String,
    /// The range of the name in the file, without `$`, quotes and `.$`.
    pub(crate) range: Range<usize>,
    /// Whether the place assigns the variable.
    pub(crate) is_declaration: bool,
}

/// All places that name a variable, in text order.
pub(crate) fn variable_names(document: &Document, definition: &Definition) -> Vec<VariableName> {
    let mut names = Vec::new();
    for place in variable_places(definition.tree()) {
        let ranges = if place.assigns {
            key_of(document, definition, &place).into_iter().collect()
        } else {
            reads_in(definition, &place)
        };
        names.extend(ranges.into_iter().map(|range| VariableName {
            name: place.name.clone(),
            scope: place.scope.clone(),
            range,
            is_declaration: place.assigns,
        }));
    }
    names.sort_by_key(|name| (name.range.start, name.range.end));
    names.dedup();
    names
}

/// The name in a key of `Assign`. In JSONPath the key may end with `.$`.
fn key_of(
    document: &Document,
    definition: &Definition,
    place: &VariablePlace,
) -> Option<Range<usize>> {
    let key = document.unquoted(definition.key_range(&place.pointer)?);
    let text = document.text().get(key.clone())?;
    let name = text.strip_suffix(".$").unwrap_or(text);
    (name == place.name).then(|| key.start..key.start + name.len())
}

/// The names in a text: in an expression those that are no local bindings, in a path its root.
fn reads_in(definition: &Definition, place: &VariablePlace) -> Vec<Range<usize>> {
    let Some(string) = StringText::at(definition, &place.pointer) else {
        return Vec::new();
    };
    let starts: Vec<usize> = match strip(string.text) {
        Some(inside) => {
            let before = 2 + inside.len() - inside.trim_start().len();
            let parsed = Expression::parse(inside);
            let uses = parsed.map_or_else(|_| Vec::new(), |parsed| parsed.variable_uses().to_vec());
            let own = uses.into_iter().filter(|one| one.variable == place.name);
            own.map(|one| before + one.offset).collect()
        }
        None => path_parts(string.text)
            .into_iter()
            .filter(|(part, range)| {
                *part == PathPart::Root && string.text[range.start + 1..range.end] == place.name
            })
            .map(|(_, range)| range.start)
            .collect(),
    };
    starts
        .into_iter()
        .map(|start| start + 1..start + 1 + place.name.len())
        .map(|range| string.in_file(definition, range))
        .collect()
}
