//! How a state turns its input into its output, and into the input of its branches.

use std::collections::BTreeMap;

use stepwright_asl::graph::is_distributed;
use stepwright_asl::json::{Json, Object};
use stepwright_asl::model::StateKind;
use stepwright_asl::path::{Path, PathStep};

use super::abstract_value::{AbstractValue, Origin, PartStep};
use super::template::ReadScope;
use super::value_source::ValueSource;

/// A state with the values that it reads.
#[derive(Clone, Copy, Debug)]
pub(super) struct StateInput<'v> {
    pub(super) object: &'v Object,
    pub(super) kind: Option<StateKind>,
    pub(super) is_jsonata: bool,
    pub(super) state: usize,
    pub(super) input: &'v AbstractValue,
    pub(super) item: Option<&'v AbstractValue>,
    pub(super) variables: &'v BTreeMap<String, AbstractValue>,
}

/// The values with which a state is left.
#[derive(Clone, Debug, Default)]
pub(super) struct Exits {
    pub(super) output: Option<AbstractValue>,
    /// The outputs of the rules of a Choice that have their own.
    pub(super) of_rules: Vec<Option<AbstractValue>>,
    pub(super) of_catchers: Vec<AbstractValue>,
    pub(super) assigned: Vec<(String, AbstractValue)>,
    /// The input of the branches or iterations.
    pub(super) inner: Option<AbstractValue>,
    /// The item of the iterations.
    pub(super) item: Option<AbstractValue>,
}

impl<'v> StateInput<'v> {
    pub(super) fn scope(&self) -> ReadScope<'v> {
        ReadScope {
            input: self.input,
            result: None,
            item: self.item,
            variables: self.variables,
            state: self.state,
        }
    }

    pub(super) fn has(&self, field: &str) -> bool {
        self.object.contains_key(field)
    }

    /// Returns whether the state has a result, to which ResultPath applies.
    pub(super) fn has_result(&self) -> bool {
        matches!(
            self.kind,
            Some(StateKind::Task | StateKind::Parallel | StateKind::Map | StateKind::Pass)
        )
    }

    pub(super) fn text(&self, field: &str) -> Option<&'v str> {
        self.object.get(field).and_then(Json::as_str)
    }

    /// Returns the value of a path field; the value itself if the field is absent.
    fn at_path(&self, field: &str, value: &AbstractValue) -> AbstractValue {
        match self.object.get(field) {
            Some(Json::Null) => AbstractValue::Literal(Json::Object(Default::default())),
            Some(Json::String(path)) => {
                let scope = ReadScope {
                    input: value,
                    ..self.scope()
                };
                scope.path_or_call(path)
            }
            _ => value.clone(),
        }
    }

    /// Returns the input after InputPath.
    pub(super) fn effective(&self) -> AbstractValue {
        if self.is_jsonata {
            self.input.clone()
        } else {
            self.at_path("InputPath", self.input)
        }
    }

    /// Returns the ItemReader of a Map, which an inline Map ignores.
    pub(super) fn item_reader(&self) -> Option<&'v Json> {
        let reader = self.object.get("ItemReader");
        reader.filter(|_| is_distributed(self.object))
    }

    /// Returns the list of a Map's items.
    pub(super) fn items(&self, effective: &AbstractValue) -> AbstractValue {
        let scope = ReadScope {
            input: effective,
            ..self.scope()
        };
        if self.item_reader().is_some() {
            return AbstractValue::Origin(Origin::of(ValueSource::Result(self.state)));
        }
        if let Some(items) = self.object.get("Items") {
            return scope.jsonata_template(items);
        }
        match self.text("ItemsPath") {
            Some(path) => scope.path_or_call(path),
            None => effective.clone(),
        }
    }

    /// Returns the result of the state, before its output is built. `inner` are the outputs of the
    /// branches or of the processor.
    pub(super) fn result(
        &self,
        effective: &AbstractValue,
        inner: &[Option<AbstractValue>],
    ) -> Option<AbstractValue> {
        match self.kind? {
            StateKind::Task => Some(AbstractValue::Origin(Origin::of(ValueSource::Result(
                self.state,
            )))),
            StateKind::Parallel => {
                let inner: Option<Vec<AbstractValue>> = inner.iter().cloned().collect();
                inner.map(AbstractValue::List)
            }
            // A Map that writes its results to S3 returns where they are.
            StateKind::Map if self.object.contains_key("ResultWriter") => {
                Some(AbstractValue::Unknown)
            }
            StateKind::Map => {
                // A Map without items has a result, too.
                Some(match inner.first().cloned().flatten() {
                    Some(output) => AbstractValue::Items(Box::new(output)),
                    None => AbstractValue::List(Vec::new()),
                })
            }
            StateKind::Pass => Some(match self.object.get("Result") {
                Some(result) => AbstractValue::Literal(result.clone()),
                None => self.parameters(effective),
            }),
            _ => Some(effective.clone()),
        }
    }

    /// Returns the value of Parameters, or the effective input.
    fn parameters(&self, effective: &AbstractValue) -> AbstractValue {
        let scope = ReadScope {
            input: effective,
            ..self.scope()
        };
        match self.object.get("Parameters") {
            Some(template) if !self.is_jsonata => scope.jsonpath_template(template),
            _ => effective.clone(),
        }
    }

    /// Returns the arguments of a Task.
    pub(super) fn arguments(&self) -> AbstractValue {
        let effective = self.effective();
        match (self.is_jsonata, self.object.get("Arguments")) {
            (true, Some(arguments)) => self.scope().jsonata_template(arguments),
            (true, None) => effective,
            (false, _) => self.parameters(&effective),
        }
    }

    /// Returns the input that the state passes to an execution that it starts.
    pub(super) fn passed_input(&self) -> AbstractValue {
        let effective = self.effective();
        let arguments = self.object.get("Arguments");
        let arguments = match (self.is_jsonata, arguments) {
            (true, Some(arguments)) => self.scope().jsonata_template(arguments),
            (true, None) => return AbstractValue::Unknown,
            (false, _) => self.parameters(&effective),
        };
        match arguments.at(&[PartStep::Key("Input".to_owned())]) {
            AbstractValue::Missing => AbstractValue::Literal(Json::Object(Object::new())),
            input => input,
        }
    }

    /// Returns the input of a child of a Map with an ItemBatcher, from that of one item.
    fn batched(&self, item: AbstractValue, scope: &ReadScope<'_>) -> AbstractValue {
        let Some(batcher) = self.object.get("ItemBatcher") else {
            return item;
        };
        let items = ("Items".to_owned(), AbstractValue::Items(Box::new(item)));
        let shared = batcher.get("BatchInput").map(|template| {
            let shared = if self.is_jsonata {
                scope.jsonata_template(template)
            } else {
                scope.jsonpath_template(template)
            };
            ("BatchInput".to_owned(), shared)
        });
        AbstractValue::object([items].into_iter().chain(shared), self.state)
    }

    /// Returns the values with which the state is left.
    pub(super) fn exits(&self, inner: &[Option<AbstractValue>]) -> Exits {
        let effective = self.effective();
        let mut exits = Exits {
            of_catchers: self.catchers(),
            ..Exits::default()
        };
        self.enter_inner(&effective, &mut exits);
        let Some(result) = self.result(&effective, inner) else {
            self.assign_catchers(&mut exits);
            return exits;
        };
        if self.is_jsonata {
            self.jsonata_exits(&result, &mut exits)
        } else {
            self.jsonpath_exits(&effective, result, &mut exits)
        }
        self.assign_catchers(&mut exits);
        exits
    }

    fn enter_inner(&self, effective: &AbstractValue, exits: &mut Exits) {
        let scope = ReadScope {
            input: effective,
            ..self.scope()
        };
        match self.kind {
            Some(StateKind::Parallel) => {
                let arguments = self.object.get("Arguments");
                exits.inner = Some(match (self.is_jsonata, arguments) {
                    (true, Some(arguments)) => scope.jsonata_template(arguments),
                    _ => self.parameters(effective),
                });
            }
            Some(StateKind::Map) => {
                let item = self.items(effective).at(&[PartStep::Item]);
                let scope = ReadScope {
                    item: Some(&item),
                    ..scope
                };
                let selector = self.object.get("ItemSelector");
                let selector = selector.or_else(|| self.object.get("Parameters"));
                let selected = match (selector, self.is_jsonata) {
                    (Some(selector), true) => scope.jsonata_template(selector),
                    (Some(selector), false) => scope.jsonpath_template(selector),
                    (None, _) => item.clone(),
                };
                exits.inner = Some(self.batched(selected, &scope));
                exits.item = Some(item);
            }
            _ => {}
        }
    }

    fn jsonata_exits(&self, result: &AbstractValue, exits: &mut Exits) {
        let scope = ReadScope {
            result: Some(result),
            ..self.scope()
        };
        let of = |object: &Object| {
            object
                .get("Output")
                .map(|output| scope.jsonata_template(output))
        };
        let plain = match self.kind {
            Some(StateKind::Task | StateKind::Parallel | StateKind::Map) => result.clone(),
            _ => self.input.clone(),
        };
        exits.output = Some(of(self.object).unwrap_or(plain));
        for rule in self.rules() {
            exits.of_rules.push(of(rule));
            self.assign(rule, &scope, &mut exits.assigned);
        }
        self.assign(self.object, &scope, &mut exits.assigned);
    }

    fn jsonpath_exits(&self, effective: &AbstractValue, result: AbstractValue, exits: &mut Exits) {
        let selected = self.selected(&result);
        let combined = self.combined(selected.clone());
        exits.output = Some(self.at_path("OutputPath", &combined));
        // Assign reads the result of a state that has one, and the effective input of others.
        let assigned_from = ReadScope {
            input: if self.has_result() {
                &selected
            } else {
                effective
            },
            ..self.scope()
        };
        self.assign(self.object, &assigned_from, &mut exits.assigned);
        for rule in self.rules() {
            exits.of_rules.push(None);
            self.assign(rule, &assigned_from, &mut exits.assigned);
        }
    }

    /// Returns the result after ResultSelector.
    pub(super) fn selected(&self, result: &AbstractValue) -> AbstractValue {
        let with_result = ReadScope {
            input: result,
            ..self.scope()
        };
        match self.object.get("ResultSelector") {
            Some(template) => with_result.jsonpath_template(template),
            None => result.clone(),
        }
    }

    /// Returns the value to which OutputPath applies, from the result after ResultSelector.
    pub(super) fn combined(&self, selected: AbstractValue) -> AbstractValue {
        if self.has_result() {
            self.result_path(self.object, selected)
        } else {
            selected
        }
    }

    /// Returns the raw input with a result at the ResultPath of the state or of a catcher.
    fn result_path(&self, object: &Object, result: AbstractValue) -> AbstractValue {
        match object.get("ResultPath") {
            Some(Json::Null) => self.input.clone(),
            Some(Json::String(text)) => match keys_of(text) {
                Some(keys) => self.input.put(&keys, result, self.state),
                None => AbstractValue::Unknown,
            },
            _ => result,
        }
    }

    fn assign(
        &self,
        object: &Object,
        scope: &ReadScope<'_>,
        assigned: &mut Vec<(String, AbstractValue)>,
    ) {
        let Some(template) = object.get("Assign").and_then(Json::as_object) else {
            return;
        };
        for (name, value) in template {
            let (name, value) = match (self.is_jsonata, name.strip_suffix(".$"), value.as_str()) {
                (true, ..) => (name.as_str(), scope.jsonata_template(value)),
                (false, Some(name), Some(text)) => (name, scope.path_or_call(text)),
                _ => (name.as_str(), scope.jsonpath_template(value)),
            };
            assigned.push((name.to_owned(), value));
        }
    }

    pub(super) fn rules(&self) -> Vec<&'v Object> {
        self.list("Choices")
    }

    fn list(&self, field: &str) -> Vec<&'v Object> {
        let items = self.object.get(field).and_then(Json::as_array);
        items
            .into_iter()
            .flatten()
            .filter_map(Json::as_object)
            .collect()
    }

    pub(super) fn catcher_objects(&self) -> Vec<&'v Object> {
        self.list("Catch")
    }

    fn catchers(&self) -> Vec<AbstractValue> {
        let error = AbstractValue::object(
            ["Error", "Cause"].map(|name| (name.to_owned(), AbstractValue::Unknown)),
            self.state,
        );
        let catchers = self.catcher_objects().into_iter();
        let outputs = catchers.map(|catcher| {
            if self.is_jsonata {
                match catcher.get("Output") {
                    Some(output) => self.scope().jsonata_template(output),
                    None => error.clone(),
                }
            } else {
                self.result_path(catcher, error.clone())
            }
        });
        outputs.collect()
    }

    fn assign_catchers(&self, exits: &mut Exits) {
        for catcher in self.catcher_objects() {
            let unknown = AbstractValue::Unknown;
            let scope = ReadScope {
                input: if self.is_jsonata {
                    self.input
                } else {
                    &unknown
                },
                ..self.scope()
            };
            self.assign(catcher, &scope, &mut exits.assigned);
        }
    }
}

/// Returns the keys of a reference path of keys only.
fn keys_of(text: &str) -> Option<Vec<String>> {
    let path = Path::parse(text).ok()?;
    let keys = path.steps.iter().map(|step| match step {
        PathStep::Key(key) => Some(key.clone()),
        _ => None,
    });
    keys.collect()
}
