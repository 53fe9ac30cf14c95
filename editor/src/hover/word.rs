//! The words of expressions and paths.

use std::fmt::Write;
use std::ops::Range;

use stepwright_asl::graph::Graph;
use stepwright_asl::jsonata::{ExpressionPart, parts, strip};
use stepwright_asl::words::first_lines;

use crate::expression_text::{chain_names, chain_start, locals};
use crate::names::variables_in_scope::assignments_before;
use crate::path_text::{PathPart, path_parts};
use crate::reference;
use crate::value_shape::KnownValues;
use crate::workspace::Callees;

/// The word of an expression or a path at an offset: its range and its meaning.
pub(super) fn of_word(
    graph: &Graph<'_>,
    callees: Callees<'_>,
    state: usize,
    text: &str,
    at: usize,
) -> Option<(Range<usize>, String)> {
    let touches = |range: &Range<usize>| range.start <= at && at <= range.end;
    let (range, is_function) = match strip(text) {
        Some(inside) => {
            let mut found = parts(inside).into_iter().filter_map(|(part, range)| {
                let is_function = match part {
                    ExpressionPart::Function => true,
                    ExpressionPart::Variable | ExpressionPart::Member => false,
                    _ => return None,
                };
                Some((range.start + 2..range.end + 2, is_function))
            });
            found.find(|(range, _)| touches(range))?
        }
        None => {
            let mut found = path_parts(text).into_iter().filter_map(|(part, range)| {
                let is_function = match part {
                    PathPart::Function => true,
                    PathPart::Root | PathPart::Member => false,
                    _ => return None,
                };
                Some((range, is_function))
            });
            found.find(|(range, _)| touches(range))?
        }
    };
    let word = &text[range.clone()];
    let bare = word.strip_prefix('$').unwrap_or(word);
    if is_function && let Some(function) = reference::function(bare) {
        let explained = format!("`{}`\n\n{}", function.signature(), function.meaning);
        return Some((range, explained));
    }
    let before = &text[..range.end];
    let chain = &before[chain_start(before)..];
    let explained = match word {
        "$$" if chain == word => "`$$`: the context object".to_owned(),
        "$" if chain == word => "`$`: the data of this field".to_owned(),
        "$states" => "`$states`: the input, result, error and context of the state".to_owned(),
        _ => of_chain(graph, callees, state, text, chain)?,
    };
    Some((range, explained))
}

/// Explains the value of a chain of names.
fn of_chain(
    graph: &Graph<'_>,
    callees: Callees<'_>,
    state: usize,
    text: &str,
    chain: &str,
) -> Option<String> {
    let names = chain_names(chain)?;
    let path = match names.as_slice() {
        ["$states", rest @ ..] => rest.join("."),
        ["$$", rest @ ..] => ["context"]
            .iter()
            .chain(rest)
            .copied()
            .collect::<Vec<_>>()
            .join("."),
        _ => String::new(),
    };
    let meaning = reference::context_meaning(&path);
    let values = KnownValues::of(graph, &callees);
    let shapes = values.of_chain(state, chain);
    let noun = values.noun(&shapes);
    let variable = match names.as_slice() {
        [name] => name.strip_prefix('$').filter(|name| !name.is_empty()),
        _ => None,
    };
    let mut explained = match (variable, meaning) {
        (Some(name), _) if locals(text).contains(name) => {
            return Some(format!("`${name}`: a variable of this expression"));
        }
        (Some(name), _) => of_variable(graph, state, name, noun),
        (None, Some(meaning)) => format!("`{chain}`: {meaning}"),
        (None, None) => format!("`{chain}`: {}", noun?),
    };
    let members = values.members(&shapes);
    let members = members.iter().map(|member| (&*member.name, member.noun));
    explained.push_str(&listed_members(members));
    Some(explained)
}

fn of_variable(graph: &Graph<'_>, state: usize, name: &str, noun: Option<&str>) -> String {
    let mut text = format!("`${name}`: a workflow variable");
    if let Some(noun) = noun {
        let _ = write!(text, ", {noun}");
    }
    let mut lines: Vec<String> = Vec::new();
    for one in assignments_before(graph, state) {
        let line = || {
            let value = one.value.to_string();
            let state = graph.states()[one.state].name;
            format!("\n- assigned by {state}: `{}`", shortened(&value))
        };
        if one.name == name && lines.len() < MOST {
            let line = line();
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
    }
    if lines.is_empty() {
        text.push_str("\n\nNo state before this one assigns it")
    } else {
        text.extend(lines)
    }
    text
}

/// Maximum number of lines of a list.
const MOST: usize = 20;

/// A list of members with their types; empty if there is none.
pub(super) fn listed_members<'m>(
    members: impl Iterator<Item = (&'m str, Option<&'m str>)>,
) -> String {
    let members = members.map(|(name, noun)| match noun {
        Some(noun) => format!("`{name}`: {noun}"),
        None => format!("`{name}`"),
    });
    let mut text = String::new();
    for line in first_lines(members, MOST) {
        let gap = if text.is_empty() { "\n\n" } else { "\n" };
        let _ = write!(text, "{gap}- {line}");
    }
    text
}

fn shortened(text: &str) -> String {
    const LENGTH: usize = 80;
    match text.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{}..", &text[..end]),
        None => text.to_owned(),
    }
}
