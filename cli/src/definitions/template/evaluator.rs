//! Evaluates the values of templates, as CloudFormation does for a deployment.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;

use stepwright_asl::Diagnostic;
use stepwright_asl::json::{Json, Object, Pointer, Position, segments};

use super::file::TemplateFile;
use super::inputs::TemplateInputs;
use super::node::TemplateNode;
use super::problem::{TemplateProblem, problem};

/// How deeply values and references nest. A text nests 256 levels at most; each reference adds
/// those of the value that it names.
const MAX_DEPTH: usize = 400;
/// How many bytes all values of one evaluation have. Functions that repeat each other's results
/// would otherwise grow without a limit.
const MAX_BYTES: usize = 64 * 1_048_576;

/// The problem of a value was reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reported;

/// The result of an evaluation; `None` for `AWS::NoValue`.
pub(super) type Evaluated = Result<Option<Json>, Reported>;

/// A value that is evaluated once, wherever the templates use it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum SharedValue {
    Parameter(usize, String),
    Condition(usize, String),
    /// `Ref` of a resource has no attribute.
    Resource(usize, String, Option<String>),
    Export(String),
}

impl SharedValue {
    /// The value in messages.
    fn shown(&self) -> String {
        match self {
            Self::Parameter(_, name) | Self::Condition(_, name) | Self::Export(name) => {
                name.clone()
            }
            Self::Resource(_, id, None) => id.clone(),
            Self::Resource(_, id, Some(attribute)) => format!("{id}.{attribute}"),
        }
    }
}

/// The numbers of published versions, by the template and the logical ID of their resource.
pub(super) type VersionNumbers = HashMap<(usize, String), u64>;

/// The location of an export's value.
#[derive(Debug, Clone)]
pub(super) struct ExportLocation {
    pub(super) template: usize,
    pub(super) output: String,
}

/// Evaluates the values of templates that are deployed together. All problems are collected.
pub(super) struct Evaluator<'t> {
    pub(super) templates: &'t [TemplateFile],
    pub(super) inputs: &'t TemplateInputs,
    pub(super) versions: &'t VersionNumbers,
    /// The locations of all exports by name. The evaluator that computes their names has an empty
    /// map.
    pub(super) exports: OnceCell<HashMap<String, ExportLocation>>,
    problems: RefCell<Vec<TemplateProblem>>,
    results: RefCell<HashMap<SharedValue, Evaluated>>,
    /// The shared values that are being evaluated.
    active: RefCell<Vec<SharedValue>>,
    bytes: Cell<usize>,
}

impl<'t> Evaluator<'t> {
    pub(super) fn new(
        templates: &'t [TemplateFile],
        inputs: &'t TemplateInputs,
        versions: &'t VersionNumbers,
    ) -> Self {
        Self {
            templates,
            inputs,
            versions,
            exports: OnceCell::new(),
            problems: RefCell::default(),
            results: RefCell::default(),
            active: RefCell::default(),
            bytes: Cell::new(0),
        }
    }

    /// An evaluator of the same templates whose problems are not reported.
    pub(super) fn silent(&self) -> Self {
        Self {
            exports: self.exports.clone(),
            active: self.active.clone(),
            bytes: self.bytes.clone(),
            ..Self::new(self.templates, self.inputs, self.versions)
        }
    }

    /// The problems so far.
    pub(super) fn into_problems(self) -> Vec<TemplateProblem> {
        self.problems.into_inner()
    }

    pub(super) fn template(&self, node: &TemplateNode<'_>) -> &'t TemplateFile {
        &self.templates[node.template]
    }

    /// The value at a path of keys in a template, at a depth.
    pub(super) fn node(
        &self,
        template: usize,
        path: &[&'t str],
        depth: usize,
    ) -> Option<TemplateNode<'t>> {
        let root = TemplateNode {
            template,
            json: self.templates[template].document.json(),
            pointer: Pointer::ROOT,
            depth,
        };
        path.iter().try_fold(root, |node, key| node.member(key))
    }

    /// Reports a problem of a value. The message begins with the resource and the property.
    pub(super) fn report(
        &self,
        node: &TemplateNode<'_>,
        message: impl std::fmt::Display,
        help: impl Into<String>,
    ) -> Reported {
        let pointer = node.pointer.to_string();
        let subject = subject(&pointer);
        let diagnostic = problem(format!("{subject}{message}")).with_help(help);
        let file = self.template(node);
        // The keys of resources, parameters and conditions have the problems of the whole.
        let position = match segments(&pointer).into_iter().flatten().count() {
            2 => file.document.key_position(&pointer),
            _ => file.document.position(&pointer),
        };
        self.report_in(file, position, diagnostic)
    }

    /// Reports a diagnostic at the key of a member.
    pub(super) fn report_at_key(
        &self,
        template: usize,
        pointer: &str,
        diagnostic: Diagnostic,
    ) -> Reported {
        let file = &self.templates[template];
        self.report_in(file, file.document.key_position(pointer), diagnostic)
    }

    fn report_in(
        &self,
        file: &TemplateFile,
        position: Option<Position>,
        diagnostic: Diagnostic,
    ) -> Reported {
        let diagnostic = match position {
            Some(position) => diagnostic.position(position),
            None => diagnostic,
        };
        self.add_problem(TemplateProblem {
            diagnostic,
            source: file.source.clone(),
        })
    }

    pub(super) fn add_problem(&self, problem: TemplateProblem) -> Reported {
        self.problems.borrow_mut().push(problem);
        Reported
    }

    /// Evaluates a value. Problems of members and items do not hide those of others.
    pub(super) fn evaluate(&self, node: &TemplateNode<'t>) -> Evaluated {
        self.check_depth(node)?;
        if let Some((function, argument)) = node.function() {
            return self.function(node, function, &argument);
        }
        match node.json {
            Json::Array(_) => self.evaluate_items(node),
            Json::Object(_) => self.evaluate_members(node),
            Json::String(text) => Ok(Some(Json::from(self.literal(node, text)?))),
            other => {
                self.spend(node, 8)?;
                Ok(Some(other.clone()))
            }
        }
    }

    /// Refuses a value whose evaluation could overflow the stack.
    pub(super) fn check_depth(&self, node: &TemplateNode<'_>) -> Result<(), Reported> {
        if node.depth > MAX_DEPTH {
            Err(self.report(
                node,
                format_args!("values and references nest deeper than {MAX_DEPTH} levels"),
                "write the value without some of the functions",
            ))
        } else {
            Ok(())
        }
    }

    fn evaluate_items(&self, node: &TemplateNode<'t>) -> Evaluated {
        let mut items = Vec::new();
        let mut failed = None;
        for item in node.items() {
            match self.evaluate(&item) {
                Ok(item) => items.extend(item),
                Err(reported) => failed = Some(reported),
            }
        }
        failed.map_or(Ok(Some(Json::Array(items))), Err)
    }

    fn evaluate_members(&self, node: &TemplateNode<'t>) -> Evaluated {
        let mut members = Object::new();
        let mut failed = None;
        for (key, member) in node.members() {
            match self.evaluate(&member) {
                Ok(Some(member)) => drop(members.insert(key.to_owned(), member)),
                Ok(None) => {}
                Err(reported) => failed = Some(reported),
            }
        }
        failed.map_or(Ok(Some(Json::Object(members))), Err)
    }

    /// Counts the bytes of a value.
    pub(super) fn spend(&self, node: &TemplateNode<'_>, bytes: usize) -> Result<(), Reported> {
        let total = self.bytes.get().saturating_add(bytes);
        if total > MAX_BYTES {
            // Reported once: every further value fails, too.
            if self.bytes.get() <= MAX_BYTES {
                self.bytes.set(total);
                return Err(self.report(
                    node,
                    format_args!("the values of the template have more than {MAX_BYTES} bytes"),
                    "remove functions that repeat each other's results",
                ));
            }
            return Err(Reported);
        }
        self.bytes.set(total);
        Ok(())
    }

    /// Evaluates a value that must be a text. Numbers and booleans become texts, as in
    /// CloudFormation.
    pub(super) fn text(&self, node: &TemplateNode<'t>) -> Result<String, Reported> {
        match self.evaluate(node)? {
            Some(json) => self.as_text(node, &json),
            None => Err(self.report(
                node,
                "the value is `AWS::NoValue`, but a string is needed",
                "write a string",
            )),
        }
    }

    /// A value as text.
    pub(super) fn as_text(&self, node: &TemplateNode<'_>, json: &Json) -> Result<String, Reported> {
        scalar_text(json).ok_or_else(|| {
            self.report(
                node,
                format_args!("the value is {}, but a string is needed", noun(json)),
                "write a string; `Fn::Join` makes one of a list",
            )
        })
    }

    /// Evaluates a value that must be a list.
    pub(super) fn list(&self, node: &TemplateNode<'t>) -> Result<Vec<Json>, Reported> {
        match self.evaluate(node)? {
            Some(json) if json.as_array().is_some() => Ok(json.into_array().unwrap_or_default()),
            other => {
                let noun = other.as_ref().map_or("`AWS::NoValue`", noun);
                Err(self.report(
                    node,
                    format_args!("the value is {noun}, but a list is needed"),
                    "write a list; `Fn::Split` makes one of a string",
                ))
            }
        }
    }

    /// Returns a value that several others may use, and evaluates it once.
    pub(super) fn shared(
        &self,
        node: &TemplateNode<'t>,
        value: SharedValue,
        evaluate: impl FnOnce() -> Evaluated,
    ) -> Evaluated {
        if let Some(result) = self.results.borrow().get(&value) {
            let result = result.clone()?;
            let bytes = result.as_ref().map_or(0, size);
            self.spend(node, bytes)?;
            return Ok(result);
        }
        let active = self.active.borrow().clone();
        if let Some(start) = active.iter().position(|other| *other == value) {
            let names = active[start..].iter().chain([&value]);
            let names: Vec<String> = names.map(|value| format!("`{}`", value.shown())).collect();
            return Err(self.report(
                node,
                format_args!("the value depends on itself: {}", names.join(" -> ")),
                "remove one of these references",
            ));
        }
        self.active.borrow_mut().push(value.clone());
        let result = evaluate();
        self.active.borrow_mut().pop();
        self.results.borrow_mut().insert(value, result.clone());
        result
    }
}

/// The text of a scalar; `None` for null, lists and objects.
pub(super) fn scalar_text(json: &Json) -> Option<String> {
    match json {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

/// The type of a value in CloudFormation's words.
pub(super) fn noun(json: &Json) -> &'static str {
    match json {
        Json::Array(_) => "a list",
        other => other.noun(),
    }
}

/// The approximate number of bytes of a value.
fn size(json: &Json) -> usize {
    let mut bytes = 0_usize;
    let mut open = vec![json];
    while let Some(json) = open.pop() {
        bytes = bytes.saturating_add(8);
        match json {
            Json::String(text) => bytes = bytes.saturating_add(text.len()),
            Json::Array(items) => open.extend(items),
            Json::Object(members) => open.extend(members.values()),
            _ => {}
        }
    }
    bytes
}

/// The resource and the property of a pointer, for the start of a message:
/// `` `Orders`: `Logging.Level`: ``.
fn subject(pointer: &str) -> String {
    let parts: Vec<String> = segments(pointer)
        .into_iter()
        .flatten()
        .map(std::borrow::Cow::into_owned)
        .collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let is_path = |part: &&&str| !part.starts_with("Fn::") && **part != "Ref";
    let path = |parts: &[&str]| {
        // The inside of a function and of a definition is known by the position.
        let names: Vec<&str> = parts.iter().take_while(is_path).take(3).copied().collect();
        names.join(".")
    };
    match parts.as_slice() {
        ["Resources", id, "Properties", rest @ ..] if !path(rest).is_empty() => {
            format!("`{id}`: `{}`: ", path(rest))
        }
        ["Resources", id, ..] => format!("`{id}`: "),
        ["Parameters", name, ..] => format!("parameter `{name}`: "),
        ["Conditions", name, ..] => format!("condition `{name}`: "),
        ["Mappings", name, ..] => format!("mapping `{name}`: "),
        ["Outputs", name, ..] => format!("output `{name}`: "),
        ["Globals", rest @ ..] => format!("`Globals.{}`: ", path(rest)),
        _ => String::new(),
    }
}
