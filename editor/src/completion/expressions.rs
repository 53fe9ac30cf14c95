//! Completion inside of JSONata expressions and of paths.

use std::ops::Range;

use indexmap::IndexMap;
use stepwright_asl::graph::Graph;
use stepwright_asl::intrinsic::Function;
use stepwright_asl::jsonata::functions;
use stepwright_asl::model::{QueryLanguage, StateKind};
use stepwright_asl::words::first_of;

use super::{Completion, CompletionKind};
use crate::Definition;
use crate::expression_text::{chain_names, chain_start, locals};
use crate::hover::MOST_NAMES;
use crate::names::variables_in_scope::assignments_before;
use crate::string_text::StringText;
use crate::structure::{DefinitionPart, PartKind};
use crate::value_shape::KnownValues;
use crate::workspace::Callees;

/// The completions at an offset in a text; `None` if the text is no expression and no path.
pub(super) fn expressions(
    definition: &Definition,
    part: &DefinitionPart,
    pointer: &str,
    offset: usize,
    callees: Callees<'_>,
) -> Option<Vec<Completion>> {
    let string = StringText::at(definition, pointer)?;
    let at = string.index_at(definition, offset)?;
    let before = &string.text[..at];
    let is_path = part.language == QueryLanguage::JsonPath
        && (string.text.starts_with('$') || string.text.starts_with("States"));
    let is_expression = part.language == QueryLanguage::Jsonata && before.starts_with("{%");
    if !is_path && !is_expression {
        return None;
    }
    // The chain of names that ends at the offset: `$states.input.or`.
    let start = chain_start(before);
    let chain = &before[start..];
    let (path, word_start) = match chain.rfind('.') {
        Some(dot) => (&chain[..dot], start + dot + 1),
        None => ("", start),
    };
    // The rest of the word is replaced, too.
    let rest = &string.text[at..];
    let end = at
        + rest
            .find(|c: char| !(c.is_alphanumeric() || c == '_'))
            .unwrap_or(rest.len());
    let graph = definition.graph();
    let point = ChainPoint {
        state: graph.state_at(pointer),
        graph: &graph,
        callees,
        part,
        text: string.text,
        range: string.in_file(definition, word_start..end),
    };
    let has_dot = chain.contains('.');
    Some(if is_expression && has_dot {
        point.members(path)
    } else if is_expression {
        point.roots()
    } else if chain.starts_with("States") {
        point.intrinsics(has_dot)
    } else if has_dot {
        point.path_members(path)
    } else {
        point.path_roots()
    })
}

/// A position in a chain of names.
struct ChainPoint<'p, 'd> {
    graph: &'p Graph<'d>,
    callees: Callees<'p>,
    state: Option<usize>,
    part: &'p DefinitionPart,
    text: &'p str,
    range: Range<usize>,
}

impl ChainPoint<'_, '_> {
    fn completion(&self, kind: CompletionKind, name: &str) -> Completion {
        Completion::new(kind, name, self.range.clone())
    }

    /// `$states`, the variables and the functions.
    fn roots(&self) -> Vec<Completion> {
        let mut found = vec![
            self.completion(CompletionKind::Variable, "$states")
                .detail("input, result, error and context")
                .rank(0),
        ];
        found.extend(self.variables());
        let locals = locals(self.text).into_iter();
        found.extend(locals.map(|name| {
            self.completion(CompletionKind::Variable, &format!("${name}"))
                .detail("bound in this expression")
        }));
        for name in functions() {
            let mut completion = self.completion(CompletionKind::Function, &format!("${name}"));
            if let Some(function) = crate::reference::function(name) {
                completion.detail = Some(function.signature());
                completion.documentation = Some(function.meaning.to_owned());
            }
            found.push(completion.rank(2));
        }
        found
    }

    /// The variables that a path to this state assigns.
    fn variables(&self) -> Vec<Completion> {
        let Some(state) = self.state else {
            return Vec::new();
        };
        let mut assigned_by: IndexMap<&str, Vec<&str>> = IndexMap::new();
        for one in assignments_before(self.graph, state) {
            let states = assigned_by.entry(one.name).or_default();
            let name = self.graph.states()[one.state].name;
            if !states.contains(&name) {
                states.push(name);
            }
        }
        let found = assigned_by.into_iter().map(|(name, states)| {
            self.completion(CompletionKind::Variable, &format!("${name}"))
                .detail(format!("assigned by {}", first_of(&states, MOST_NAMES)))
        });
        found.collect()
    }

    /// The members after a chain such as `$states.input`.
    fn members(&self, path: &str) -> Vec<Completion> {
        let names = chain_names(path).unwrap_or_default();
        match names.as_slice() {
            ["$states"] => {
                let possible = self.states_members();
                let mut members = self.context("");
                members.retain(|one| possible.contains(&&*one.label));
                members
            }
            ["$states", "context", rest @ ..] => self.context(&joined(rest)),
            _ => self.known(path),
        }
    }

    /// The members at a path after `$states`.
    fn context(&self, path: &str) -> Vec<Completion> {
        let resource = self.state.and_then(|state| {
            let state = self.graph.states()[state].object;
            state.get("Resource")?.as_str()
        });
        let has_token = resource.is_some_and(|text| text.contains(".waitForTaskToken"));
        let is_possible = |name: &str| match (path, name) {
            ("context", "Task") => has_token,
            ("context", "Map") => self.is_in_map(),
            _ => true,
        };
        crate::reference::context_members(path)
            .filter(|member| is_possible(member.name))
            .map(|member| {
                let mut completion = self.completion(CompletionKind::Member, member.name);
                completion.documentation = Some(member.meaning.to_owned());
                completion
            })
            .collect()
    }

    /// Whether there is an iteration: in the states of a Map, and in the fields for each item.
    fn is_in_map(&self) -> bool {
        let Some(state) = self.state else {
            return false;
        };
        let states = self.graph.states();
        let mut around = Some(state);
        while let Some(state) = around {
            if states[state].kind == Some(StateKind::Map) {
                return true;
            }
            around = self.graph.containers()[states[state].container].parent;
        }
        false
    }

    /// The members of a value that the definition or the model of a service determines.
    fn known(&self, path: &str) -> Vec<Completion> {
        let Some(state) = self.state else {
            return Vec::new();
        };
        let values = KnownValues::of(self.graph, &self.callees);
        let shapes = values.of_chain(state, path);
        let members = values.members(&shapes).into_iter();
        members
            .map(|member| {
                let mut completion = self.completion(CompletionKind::Member, &member.name);
                completion.text = self.member_text(&member.name);
                completion.detail = member.noun.map(str::to_owned);
                completion
            })
            .collect()
    }

    /// The name of a member, in backticks if it is no simple name.
    fn member_text(&self, name: &str) -> String {
        let is_simple = name.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        match self.part.language {
            QueryLanguage::Jsonata if !is_simple => format!("`{name}`"),
            _ => name.to_owned(),
        }
    }

    /// The members of `$states` that exist here.
    fn states_members(&self) -> Vec<&'static str> {
        let PartKind::Field(schema, field) = self.part.kind else {
            return vec!["context", "input"];
        };
        let shapes_output = matches!(field.name, "Output" | "Assign");
        match schema.name {
            "Catcher" if shapes_output => vec!["context", "errorOutput", "input"],
            "Task" | "Parallel" | "Map" if shapes_output => vec!["context", "input", "result"],
            _ => vec!["context", "input"],
        }
    }

    /// The roots of a path: the input, the context and the variables.
    fn path_roots(&self) -> Vec<Completion> {
        let mut found = vec![
            self.completion(CompletionKind::Variable, "$")
                .detail("the data of the field"),
            self.completion(CompletionKind::Variable, "$$")
                .detail("the context object"),
        ];
        found.extend(self.variables());
        found.extend(self.intrinsics(false));
        found
    }

    fn path_members(&self, path: &str) -> Vec<Completion> {
        match path.split_once('.').unwrap_or((path, "")) {
            ("$$", "") => self.context("context"),
            ("$$", rest) => self.context(&format!("context.{rest}")),
            // In the result of a task, and with `InputPath`, `$` differs from the input.
            ("$", _) if !self.reads_input() => Vec::new(),
            _ => self.known(path),
        }
    }

    /// Whether `$` is the input of the state in this field.
    fn reads_input(&self) -> bool {
        let PartKind::Field(_, field) = self.part.kind else {
            return matches!(self.part.kind, PartKind::Operand);
        };
        let state = self.state.map(|state| self.graph.states()[state].object);
        let has_input_path = state.is_some_and(|state| state.contains_key("InputPath"));
        field.name == "InputPath"
            || !has_input_path
                && !matches!(
                    field.name,
                    "OutputPath" | "ResultPath" | "ResultSelector" | "Assign"
                )
    }

    fn intrinsics(&self, has_dot: bool) -> Vec<Completion> {
        let all = Function::ALL.iter();
        all.map(|function| {
            let name = if has_dot {
                function.name().trim_start_matches("States.")
            } else {
                function.name()
            };
            let mut completion = self.completion(CompletionKind::Function, name).rank(2);
            if let Some(known) = crate::reference::function(function.name()) {
                completion.detail = Some(known.signature());
                completion.documentation = Some(known.meaning.to_owned());
            }
            completion
        })
        .collect()
    }
}

/// The path of the names after `$states.context`, from `$states`.
fn joined(names: &[&str]) -> String {
    let context = ["context"];
    let names = context.iter().chain(names).copied();
    names.collect::<Vec<_>>().join(".")
}
