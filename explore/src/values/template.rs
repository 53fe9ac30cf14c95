//! The abstract values of paths, templates and expressions.

use std::collections::BTreeMap;

use stepwright_asl::intrinsic::{Argument, Function, IntrinsicCall};
use stepwright_asl::json::Json;
use stepwright_asl::jsonata::{self, ChainStep, ExpressionOutline, NameChain, ValueForm};
use stepwright_asl::path::{Path, PathStep, Root};

use super::abstract_value::{AbstractValue, Origin, PartStep};
use super::value_source::ValueSource;

/// The values that the expressions of a state read.
#[derive(Clone, Copy, Debug)]
pub(super) struct ReadScope<'v> {
    /// `$` of a path, `$states.input`.
    pub(super) input: &'v AbstractValue,
    /// `$states.result`.
    pub(super) result: Option<&'v AbstractValue>,
    /// The item of the innermost iteration.
    pub(super) item: Option<&'v AbstractValue>,
    pub(super) variables: &'v BTreeMap<String, AbstractValue>,
    /// The state that evaluates them.
    pub(super) state: usize,
}

impl ReadScope<'_> {
    /// Returns the value at the root of a path, and the steps from there.
    pub(super) fn locate(&self, path: &Path) -> (AbstractValue, Vec<PartStep>) {
        let mut steps: Vec<PartStep> = Vec::new();
        let mut is_known = true;
        for step in &path.steps {
            match step {
                PathStep::Key(key) => steps.push(PartStep::Key(key.clone())),
                PathStep::Index(_)
                | PathStep::Wildcard
                | PathStep::Slice { .. }
                | PathStep::Indices(_)
                | PathStep::Filter(_) => steps.push(PartStep::Item),
                _ => {
                    is_known = false;
                    break;
                }
            }
        }
        let root = match &path.root {
            Root::Input => self.input.clone(),
            Root::Context => return self.context(steps),
            Root::Variable(name) => self.variable(name),
            Root::Current => AbstractValue::Unknown,
        };
        if is_known {
            (root, steps)
        } else {
            (AbstractValue::Unknown, Vec::new())
        }
    }

    /// Returns the value at the variable of a chain, and the steps from there.
    pub(super) fn locate_chain(&self, chain: &NameChain) -> (AbstractValue, Vec<PartStep>) {
        let parts = |steps: &[ChainStep]| {
            let steps = steps.iter().map(|step| match step {
                ChainStep::Name(name) => PartStep::Key(name.clone()),
                ChainStep::Item => PartStep::Item,
            });
            steps.collect()
        };
        if chain.variable != "states" {
            return (self.variable(&chain.variable), parts(&chain.steps));
        }
        let Some((ChainStep::Name(field), rest)) = chain.steps.split_first() else {
            return (AbstractValue::Unknown, Vec::new());
        };
        match field.as_str() {
            "input" => (self.input.clone(), parts(rest)),
            "result" => (
                self.result.cloned().unwrap_or(AbstractValue::Unknown),
                parts(rest),
            ),
            "context" => self.context(parts(rest)),
            _ => (AbstractValue::Unknown, Vec::new()),
        }
    }

    fn context(&self, steps: Vec<PartStep>) -> (AbstractValue, Vec<PartStep>) {
        let key = |index: usize, name: &str| match steps.get(index) {
            Some(PartStep::Key(key)) => key == name,
            _ => false,
        };
        if key(0, "Execution") && key(1, "Input") {
            let input = AbstractValue::Origin(Origin::of(ValueSource::Input));
            return (input, steps[2..].to_vec());
        }
        if key(0, "Map") && key(1, "Item") && key(2, "Value") {
            let item = self.item.cloned().unwrap_or(AbstractValue::Unknown);
            return (item, steps[3..].to_vec());
        }
        (AbstractValue::Unknown, Vec::new())
    }

    fn variable(&self, name: &str) -> AbstractValue {
        let value = self.variables.get(name).cloned();
        value.unwrap_or(AbstractValue::Unknown)
    }

    /// Returns the value of a path or of a call of an intrinsic function.
    pub(super) fn path_or_call(&self, text: &str) -> AbstractValue {
        if let Ok(path) = Path::parse(text) {
            return self.path(&path);
        }
        match IntrinsicCall::parse(text) {
            Ok(call) => self.call(&call),
            Err(_) => AbstractValue::Unknown,
        }
    }

    pub(super) fn path(&self, path: &Path) -> AbstractValue {
        let (root, steps) = self.locate(path);
        let is_list = steps.contains(&PartStep::Item) && !path.is_definite();
        let value = root.at(&steps);
        if is_list {
            AbstractValue::Items(Box::new(value))
        } else {
            value
        }
    }

    fn call(&self, call: &IntrinsicCall) -> AbstractValue {
        let argument = |index: usize| match call.arguments.get(index) {
            Some(Argument::Path(path)) => self.path(path),
            Some(Argument::Call(call)) => self.call(call),
            _ => AbstractValue::Unknown,
        };
        match call.function {
            Function::JsonMerge => argument(0).merge(argument(1), self.state),
            Function::Array => {
                AbstractValue::List((0..call.arguments.len()).map(argument).collect())
            }
            Function::ArrayGetItem => argument(0).at(&[PartStep::Item]),
            Function::ArrayUnique => argument(0),
            _ => AbstractValue::Unknown,
        }
    }

    /// Returns the value of a payload template of JSONPath.
    pub(super) fn jsonpath_template(&self, template: &Json) -> AbstractValue {
        match template {
            Json::Object(members) => {
                let members = members.iter().map(|(name, value)| {
                    match (name.strip_suffix(".$"), value.as_str()) {
                        (Some(name), Some(text)) => (name.to_owned(), self.path_or_call(text)),
                        _ => (name.clone(), self.jsonpath_template(value)),
                    }
                });
                AbstractValue::object(members, self.state)
            }
            Json::Array(items) => {
                let items = items.iter().map(|item| self.jsonpath_template(item));
                AbstractValue::List(items.collect())
            }
            literal => AbstractValue::Literal(literal.clone()),
        }
    }

    /// Returns the value of a template of JSONata.
    pub(super) fn jsonata_template(&self, template: &Json) -> AbstractValue {
        match template {
            Json::String(text) => match jsonata::strip(text) {
                Some(source) => match ExpressionOutline::parse(source) {
                    Ok(outline) => self.form(&outline.form),
                    Err(_) => AbstractValue::Unknown,
                },
                None => AbstractValue::Literal(template.clone()),
            },
            Json::Object(members) => {
                let members = members.iter();
                let members =
                    members.map(|(name, value)| (name.clone(), self.jsonata_template(value)));
                AbstractValue::object(members, self.state)
            }
            Json::Array(items) => {
                let items = items.iter().map(|item| self.jsonata_template(item));
                AbstractValue::List(items.collect())
            }
            literal => AbstractValue::Literal(literal.clone()),
        }
    }

    fn form(&self, form: &ValueForm) -> AbstractValue {
        match form {
            ValueForm::Chain(chain) => {
                let (root, steps) = self.locate_chain(chain);
                root.at(&steps)
            }
            ValueForm::Object(members) => {
                let members = members.iter();
                let members = members.map(|(name, form)| (name.clone(), self.form(form)));
                AbstractValue::object(members, self.state)
            }
            ValueForm::Merge(parts) => {
                let parts = parts.iter().map(|part| self.form(part));
                let merged = parts.reduce(|merged, part| merged.merge(part, self.state));
                merged.unwrap_or(AbstractValue::Unknown)
            }
            ValueForm::List(items) => {
                AbstractValue::List(items.iter().map(|item| self.form(item)).collect())
            }
            ValueForm::OneOf(forms) => {
                let forms = forms.iter().map(|form| self.form(form));
                forms
                    .reduce(AbstractValue::join)
                    .unwrap_or(AbstractValue::Unknown)
            }
            ValueForm::Literal(json) => AbstractValue::Literal(json.clone()),
            ValueForm::Computed => AbstractValue::Unknown,
        }
    }
}
