//! A definition as the rules look at it: broken or not, taken apart once.

use std::cell::OnceCell;
use std::collections::HashMap;

use crate::graph::Graph;
use crate::intrinsic::{CallError, Expression};
use crate::json::{Document, Json, Object, escape};
use crate::jsonata;
use crate::model::{
    FieldInfo, Kind, MachineType, Operator, ProcessorMode, QueryLanguage, Schema, StateKind,
    StateMachine,
};
use crate::path::Path;
use crate::place::Place;

use super::flow::Flow;
use super::template;
use super::variables::Variables;

/// A definition, taken apart.
pub(super) struct Definition<'d> {
    pub(super) document: &'d Document,
    pub(super) machine_type: MachineType,
    /// The query language of the machine.
    pub(super) language: QueryLanguage,
    pub(super) graph: Graph<'d>,
    pub(super) flow: Flow,
    /// Every object with named fields, outer before inner.
    pub(super) parts: Vec<Part<'d>>,
    /// The numbers of the parts of each schema.
    kinds: HashMap<&'static str, Vec<usize>>,
    /// Every field that must be a path.
    pub(super) paths: Vec<PathText<'d>>,
    /// Every member of a payload template whose key ends in `.$`.
    pub(super) bindings: Vec<Binding<'d>>,
    /// Every object in a payload template.
    pub(super) templates: Vec<(String, &'d Object)>,
    /// Every string of a payload template, or of the `Result` of a Pass, that stands as it is and looks as if it were to be evaluated.
    pub(super) literals: Vec<Literal<'d>>,
    /// Every string in which JSONata may stand.
    pub(super) expressions: Vec<ExpressionText<'d>>,
    pub(super) variables: Variables<'d>,
    unassigned: OnceCell<Vec<usize>>,
}

/// An object with named fields.
pub(super) struct Part<'d> {
    pub(super) pointer: String,
    /// The innermost state that it is or is a part of, by its number in the graph.
    pub(super) state: Option<usize>,
    pub(super) object: &'d Object,
    pub(super) schema: &'static Schema,
    /// For each member the field that it is.
    fields: Box<[Option<&'static FieldInfo>]>,
    /// The query language that holds in it.
    pub(super) language: QueryLanguage,
    /// The schema of the object it is a part of.
    pub(super) parent: Option<&'static str>,
}

impl<'d> Part<'d> {
    /// Whether it is an object of this schema.
    pub(super) fn is(&self, name: &str) -> bool {
        self.schema.name == name
    }

    /// Pointer to one of its members.
    pub(super) fn at(&self, key: &str) -> String {
        member(&self.pointer, key)
    }

    pub(super) fn get(&self, key: &str) -> Option<&'d Json> {
        // Most parts have few members: looking at each is faster than a hash.
        if self.object.len() > 12 {
            return self.object.get(key);
        }
        let mut members = self.object.iter();
        members
            .find(|(name, _)| *name == key)
            .map(|(_, value)| value)
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    pub(super) fn text(&self, key: &str) -> Option<&'d str> {
        self.get(key)?.as_str()
    }

    /// A number that is written as one.
    pub(super) fn number(&self, key: &str) -> Option<f64> {
        self.get(key)?.as_f64()
    }

    pub(super) fn items(&self, key: &str) -> Option<&'d [Json]> {
        self.get(key)?.as_array()
    }

    /// The members, each with the field that it is.
    pub(super) fn members(
        &self,
    ) -> impl Iterator<Item = (&'d str, &'d Json, Option<&'static FieldInfo>)> {
        let members = self.object.iter().zip(&self.fields);
        members.map(|((key, value), field)| (key.as_str(), value, *field))
    }

    /// Whether it is one of the eight states.
    pub(super) fn is_state(&self) -> bool {
        StateKind::from_word(self.schema.name).is_some()
    }
}

/// A field that must be a path.
pub(super) struct PathText<'d> {
    pub(super) pointer: String,
    /// The part that has the field.
    pub(super) part: usize,
    pub(super) field: &'d str,
    pub(super) text: &'d str,
    /// What it is; a call where the field takes one.
    pub(super) parsed: Result<Expression, CallError>,
}

/// A member whose key ends in `.$`.
pub(super) struct Binding<'d> {
    /// The part in whose template it stands.
    pub(super) part: usize,
    /// Pointer to the object that has it.
    pub(super) object: String,
    /// The member of `Assign` that it gives the value of, or a part of it.
    pub(super) assigns: Option<&'d str>,
    pub(super) key: &'d str,
    /// What the value is; `None` when it is no string.
    pub(super) parsed: Option<Result<Expression, CallError>>,
}

/// A string that stands as it is and begins like a path or a call.
pub(super) struct Literal<'d> {
    pub(super) pointer: String,
    /// The part that has the template.
    pub(super) part: usize,
    /// Whether it stands in the `Result` of a Pass.
    pub(super) in_result: bool,
    /// The key of the member whose value it is; `None` for an item.
    pub(super) key: Option<&'d str>,
    pub(super) text: &'d str,
}

/// A string in which JSONata may stand.
pub(super) struct ExpressionText<'d> {
    pub(super) pointer: String,
    /// The part that has the field.
    pub(super) part: usize,
    /// The member of `Assign` that it gives the value of, or a part of it.
    pub(super) assigns: Option<&'d str>,
    /// The field of the state or sub-object that the string is in.
    pub(super) field: &'static str,
    /// The object that has the field, by its schema's name.
    pub(super) owner: &'static str,
    pub(super) text: &'d str,
    /// `None` when the string is no expression.
    pub(super) parsed: Option<Result<jsonata::Expression, jsonata::SyntaxError>>,
}

/// Pointer to a member.
pub(super) fn member(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", escape(key))
}

impl<'d> Definition<'d> {
    pub(super) fn read(document: &'d Document, machine_type: MachineType) -> Definition<'d> {
        let json = document.json();
        let language = json.get("QueryLanguage").and_then(language_of);
        let graph = Graph::of(json);
        let mut definition = Definition {
            document,
            machine_type,
            language: language.unwrap_or(QueryLanguage::JsonPath),
            flow: Flow::of(&graph),
            graph,
            parts: Vec::new(),
            kinds: HashMap::new(),
            paths: Vec::new(),
            bindings: Vec::new(),
            templates: Vec::new(),
            literals: Vec::new(),
            expressions: Vec::new(),
            variables: Variables::default(),
            unassigned: OnceCell::new(),
        };
        if let Some(object) = json.as_object() {
            let states = definition.graph.states().iter().enumerate();
            let numbers = states.map(|(number, state)| (address(state.object), number));
            let mut walk = Walk {
                numbers: numbers.collect(),
                definition: &mut definition,
            };
            walk.part(
                object,
                String::new(),
                StateMachine::schema(),
                Around::default(),
            );
        }
        definition.variables = Variables::of(&definition);
        definition
    }

    /// The parts of a schema.
    pub(super) fn parts_of(&self, kind: &str) -> impl Iterator<Item = &Part<'d>> {
        self.numbers_of(kind).map(|number| &self.parts[number])
    }

    /// The numbers of the parts of a schema.
    pub(super) fn numbers_of(&self, kind: &str) -> impl Iterator<Item = usize> {
        self.kinds.get(kind).into_iter().flatten().copied()
    }

    /// Whether a container is the processor of a Distributed Map.
    pub(super) fn is_distributed(&self, container: usize) -> bool {
        let object = self.graph.containers()[container].object;
        let config = object.get("ProcessorConfig");
        let mode = config.and_then(|config| config.get("Mode"));
        mode.and_then(Json::as_str) == Some(ProcessorMode::Distributed.as_str())
    }

    /// The reads of variables that some way to the reader does not assign.
    pub(super) fn unassigned(&self) -> &[usize] {
        self.unassigned
            .get_or_init(|| self.variables.unassigned(self))
    }
}

/// Identifies an object of the document.
fn address(object: &Object) -> usize {
    std::ptr::from_ref(object) as usize
}

/// Takes a definition apart.
struct Walk<'w, 'd> {
    definition: &'w mut Definition<'d>,
    /// The numbers of states by their objects.
    numbers: HashMap<usize, usize>,
}

/// What a part stands in.
#[derive(Clone, Copy, Default)]
struct Around {
    /// The language of the state; `None` for that of the machine.
    language: Option<QueryLanguage>,
    parent: Option<&'static str>,
    state: Option<usize>,
}

impl<'d> Walk<'_, 'd> {
    fn part(
        &mut self,
        object: &'d Object,
        pointer: String,
        schema: &'static Schema,
        around: Around,
    ) {
        let language = around.language.unwrap_or(self.definition.language);
        let part = self.definition.parts.len();
        let fields: Box<[Option<&'static FieldInfo>]> =
            object.keys().map(|key| schema.field(key)).collect();
        self.definition.parts.push(Part {
            pointer: pointer.clone(),
            state: around.state,
            object,
            schema,
            fields: fields.clone(),
            language,
            parent: around.parent,
        });
        let kind = self.definition.kinds.entry(schema.name);
        kind.or_default().push(part);
        let inside = Around {
            parent: Some(schema.name),
            ..around
        };
        for ((key, value), field) in object.iter().zip(fields) {
            let at = || member(&pointer, key);
            let Some(field) = field else {
                let is_path = Operator::from_name(key).is_some_and(Operator::is_path);
                if is_path && schema.has(key) && language == QueryLanguage::JsonPath {
                    self.path(part, key, value, at);
                }
                continue;
            };
            match field.kind {
                Kind::Structure(inner) => {
                    if let Some(object) = value.as_object() {
                        self.part(object, at(), inner(), inside);
                    }
                }
                Kind::Structures(inner) => {
                    let at = at();
                    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                        if let Some(object) = item.as_object() {
                            self.part(object, format!("{at}/{index}"), inner(), inside);
                        }
                    }
                }
                Kind::States => self.states(value, &at(), schema.name),
                _ if field.language.is_some_and(|only| only != language) => {}
                _ => match language {
                    QueryLanguage::JsonPath => self.jsonpath_field(part, field, value, at),
                    QueryLanguage::Jsonata => self.jsonata_field(part, schema, field, value, at),
                },
            }
        }
    }

    fn states(&mut self, states: &'d Json, pointer: &str, parent: &'static str) {
        for (name, state) in states.as_object().into_iter().flatten() {
            let Some(object) = state.as_object() else {
                continue;
            };
            let kind = object.get("Type").and_then(Json::as_str);
            let Some(kind) = kind.and_then(StateKind::from_word) else {
                continue;
            };
            let around = Around {
                language: object.get("QueryLanguage").and_then(language_of),
                parent: Some(parent),
                state: self.numbers.get(&address(object)).copied(),
            };
            self.part(object, member(pointer, name), kind.schema(), around);
        }
    }

    fn jsonpath_field(
        &mut self,
        part: usize,
        field: &'static FieldInfo,
        value: &'d Json,
        pointer: impl Fn() -> String,
    ) {
        match field.kind {
            Kind::Path => self.path(part, field.name, value, pointer),
            Kind::Text if field.name == "Variable" || field.name.ends_with("Path") => {
                self.path(part, field.name, value, pointer);
            }
            Kind::Template | Kind::Templates
                if !matches!(field.name, "CSVHeaders" | "Condition") =>
            {
                let definition = &mut *self.definition;
                let pointer = pointer();
                let in_result = field.name == "Result";
                template::walk_literals(
                    value,
                    &Place::ROOT,
                    Some(field.name),
                    &mut |at, key, text| {
                        if in_result || key.is_none_or(|key| !key.ends_with(".$")) {
                            definition.literals.push(Literal {
                                pointer: format!("{pointer}{}", at.pointer()),
                                part,
                                in_result,
                                key,
                                text,
                            });
                        }
                    },
                );
                if in_result {
                    return;
                }
                let is_assign = matches!(field.kind, Kind::Templates);
                template::walk_objects(value, pointer, None, &mut |place, object| {
                    for (key, value) in object.iter().filter(|(key, _)| key.ends_with(".$")) {
                        definition.bindings.push(Binding {
                            part,
                            object: place.pointer.to_owned(),
                            assigns: is_assign.then(|| place.member.unwrap_or(key)),
                            key,
                            parsed: value.as_str().map(Expression::parse),
                        });
                    }
                    definition
                        .templates
                        .push((place.pointer.to_owned(), object));
                });
            }
            _ => {}
        }
    }

    fn path(&mut self, part: usize, field: &'d str, value: &'d Json, pointer: impl Fn() -> String) {
        let Some(text) = value.as_str() else { return };
        let takes_call = matches!(field, "ErrorPath" | "CausePath");
        let parsed = if takes_call {
            Expression::parse(text)
        } else {
            Path::parse(text)
                .map(Expression::Path)
                .map_err(CallError::from)
        };
        self.definition.paths.push(PathText {
            pointer: pointer(),
            part,
            field,
            text,
            parsed,
        });
    }

    fn jsonata_field(
        &mut self,
        part: usize,
        schema: &'static Schema,
        field: &'static FieldInfo,
        value: &'d Json,
        pointer: impl Fn() -> String,
    ) {
        let evaluated = match field.kind {
            Kind::Template | Kind::Templates => true,
            Kind::Number => schema.name != "StateMachine" && schema.name != "Retrier",
            Kind::Text => matches!(field.name, "Timestamp" | "Error" | "Cause"),
            _ => false,
        };
        if !evaluated {
            return;
        }
        let is_assign = matches!(field.kind, Kind::Templates);
        template::walk_strings(value, pointer(), None, &mut |place, text| {
            self.definition.expressions.push(ExpressionText {
                pointer: place.pointer.to_owned(),
                part,
                assigns: place.member.filter(|_| is_assign),
                field: field.name,
                owner: schema.name,
                text,
                parsed: jsonata::strip(text).map(jsonata::Expression::parse),
            });
        });
    }
}

fn language_of(json: &Json) -> Option<QueryLanguage> {
    json.as_str().and_then(QueryLanguage::from_word)
}
