//! Completion inside of JSONata expressions and of paths.

use std::ops::Range;

use stepwright_asl::intrinsic::Function;
use stepwright_asl::json::{Json, Object};
use stepwright_asl::jsonata::functions;
use stepwright_asl::model::QueryLanguage;
use stepwright_asl::validate::variable_places;

use super::arguments::members_of;
use super::{Completion, CompletionKind};
use crate::string_text::StringText;
use crate::structure::{DefinitionPart, PartKind};
use crate::{Definition, Document};

/// The members of the context object, by the path to them.
const CONTEXT: &[(&str, &[&str])] = &[
    ("", &["Execution", "Map", "State", "StateMachine", "Task"]),
    (
        "Execution",
        &[
            "Id",
            "Input",
            "Name",
            "RedriveCount",
            "RedriveTime",
            "RoleArn",
            "StartTime",
        ],
    ),
    ("State", &["EnteredTime", "Name", "RetryCount"]),
    ("StateMachine", &["Id", "Name"]),
    ("Task", &["Token"]),
    ("Map", &["Item"]),
    ("Map.Item", &["Index", "Key", "Source", "Value"]),
];

/// The completions at an offset in a text; `None` if the text is no expression and no path.
pub(super) fn expressions(
    _document: &Document,
    definition: &Definition,
    part: &DefinitionPart,
    pointer: &str,
    offset: usize,
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
    let is_chain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '.');
    let start = before
        .char_indices()
        .rev()
        .take_while(|(_, c)| is_chain(*c))
        .last()
        .map_or(at, |(start, _)| start);
    let chain = &before[start..];
    let (path, _typed) = chain.rsplit_once('.').map_or(("", chain), |found| found);
    let word_start = if chain.contains('.') {
        start + path.len() + 1
    } else {
        start
    };
    // The rest of the word is replaced, too.
    let rest = &string.text[at..];
    let end = at
        + rest
            .find(|c: char| !(c.is_alphanumeric() || c == '_'))
            .unwrap_or(rest.len());
    let point = ChainPoint {
        definition,
        part,
        pointer,
        range: string.in_file(definition, word_start..end),
    };
    let has_dot = chain.contains('.');
    Some(match is_expression {
        true if has_dot => point.members(path),
        true => point.roots(),
        false if chain.starts_with("States") => point.intrinsics(has_dot),
        false if has_dot => point.path_members(path),
        false => point.path_roots(),
    })
}

/// A place in a chain of names.
struct ChainPoint<'d> {
    definition: &'d Definition,
    part: &'d DefinitionPart,
    pointer: &'d str,
    range: Range<usize>,
}

impl ChainPoint<'_> {
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

    fn variables(&self) -> Vec<Completion> {
        let mut names: Vec<(String, String)> = Vec::new();
        for place in variable_places(self.definition.tree()) {
            let is_seen = self.pointer.starts_with(&format!("{}/", place.scope));
            if place.assigns && is_seen && !names.iter().any(|(name, _)| *name == place.name) {
                names.push((place.name, place.pointer));
            }
        }
        let found = names.into_iter().map(|(name, pointer)| {
            let state = self.definition.graph().state_at(&pointer).map(|state| {
                let graph = self.definition.graph();
                format!("assigned by {}", graph.states()[state].name)
            });
            let mut completion = self.completion(CompletionKind::Variable, &format!("${name}"));
            completion.detail = state;
            completion
        });
        found.collect()
    }

    /// The members after a chain such as `$states.input`.
    fn members(&self, path: &str) -> Vec<Completion> {
        let mut steps = path.split('.');
        let root = steps.next().unwrap_or_default();
        let steps: Vec<&str> = steps.collect();
        let names: Vec<String> = match (root, steps.as_slice()) {
            ("$states", []) => self
                .states_members()
                .into_iter()
                .map(str::to_owned)
                .collect(),
            ("$states", ["context", rest @ ..]) => context(&rest.join(".")),
            ("$states", ["errorOutput"]) => vec!["Cause".to_owned(), "Error".to_owned()],
            ("$states", ["result", rest @ ..]) => self.result_members(rest),
            ("$states", _) => Vec::new(),
            (variable, rest) => match variable.strip_prefix('$') {
                Some(name) if !name.is_empty() => self.variable_members(name, rest),
                _ => Vec::new(),
            },
        };
        let members = names.iter();
        members
            .map(|name| self.completion(CompletionKind::Member, name))
            .collect()
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

    /// The members of the result of a Task, by the model of the operation that it calls.
    fn result_members(&self, path: &[&str]) -> Vec<String> {
        let found = || {
            let state = self
                .definition
                .json()
                .pointer(self.part.state.as_deref()?)?;
            let resource = state.get("Resource")?.as_str()?;
            // The result of a job differs from the response of the call that starts it.
            if resource.contains(".sync") || resource.contains(".waitForTaskToken") {
                return None;
            }
            let members = members_of(resource, path, false)?.into_iter();
            Some(members.map(|member| member.name).collect())
        };
        found().unwrap_or_default()
    }

    /// The members of a variable whose value is written as an object.
    fn variable_members(&self, name: &str, path: &[&str]) -> Vec<String> {
        let mut places = variable_places(self.definition.tree()).into_iter();
        let found = places.find_map(|place| {
            let is_own = place.assigns && place.name == name;
            let mut value = self
                .definition
                .json()
                .pointer(&place.pointer)
                .filter(|_| is_own)?;
            for step in path {
                value = value.get(step)?;
            }
            value.as_object().map(keys)
        });
        found.unwrap_or_default()
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
        let names = match path.split_once('.').unwrap_or((path, "")) {
            ("$$", rest) => context(rest),
            ("$", _) => Vec::new(),
            (variable, rest) => {
                let rest: Vec<&str> = rest.split('.').filter(|step| !step.is_empty()).collect();
                let name = variable.strip_prefix('$').unwrap_or_default();
                self.variable_members(name, &rest)
            }
        };
        let members = names.iter();
        members
            .map(|name| self.completion(CompletionKind::Member, name))
            .collect()
    }

    fn intrinsics(&self, has_dot: bool) -> Vec<Completion> {
        let all = Function::ALL.iter();
        all.map(|function| {
            let name = match has_dot {
                true => function.name().trim_start_matches("States."),
                false => function.name(),
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

fn context(path: &str) -> Vec<String> {
    let mut rows = CONTEXT.iter();
    let row = rows.find(|(known, _)| *known == path);
    let names = row.map_or(&[][..], |(_, names)| names);
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn keys(object: &Object) -> Vec<String> {
    let keys = object.keys();
    let is_template = |value: &Json| value.as_str().is_some();
    keys.map(|key| match key.strip_suffix(".$") {
        Some(name) if object.get(key).is_some_and(is_template) => name.to_owned(),
        _ => key.clone(),
    })
    .collect()
}
