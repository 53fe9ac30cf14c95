//! A definition as the rules look at it: broken or not, taken apart once.

use crate::graph::Graph;
use crate::intrinsic::{CallError, Expression};
use crate::json::{Document, Json, Object, escape};
use crate::jsonata;
use crate::model::{FieldInfo, Kind, MachineType, Operator, QueryLanguage, Schema, StateMachine};
use crate::path::Path;

use super::template;

/// A definition, taken apart.
pub(super) struct Definition<'d> {
    pub(super) document: &'d Document,
    pub(super) machine_type: MachineType,
    /// The query language of the machine.
    pub(super) language: QueryLanguage,
    pub(super) graph: Graph<'d>,
    /// Every object with named fields, outer before inner.
    pub(super) parts: Vec<Part<'d>>,
    /// Every field that must be a path.
    pub(super) paths: Vec<PathText<'d>>,
    /// Every member of a payload template whose key ends in `.$`.
    pub(super) bindings: Vec<Binding<'d>>,
    /// Every object in a payload template.
    pub(super) templates: Vec<(String, &'d Object)>,
    /// Every string in which JSONata may stand.
    pub(super) expressions: Vec<ExpressionText<'d>>,
}

/// An object with named fields.
pub(super) struct Part<'d> {
    pub(super) pointer: String,
    pub(super) object: &'d Object,
    pub(super) schema: &'static Schema,
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

    pub(super) fn has(&self, key: &str) -> bool {
        self.object.contains_key(key)
    }

    pub(super) fn text(&self, key: &str) -> Option<&'d str> {
        self.object.get(key)?.as_str()
    }

    /// A number that is written as one.
    pub(super) fn number(&self, key: &str) -> Option<f64> {
        self.object.get(key)?.as_f64()
    }

    pub(super) fn items(&self, key: &str) -> Option<&'d [Json]> {
        self.object.get(key)?.as_array()
    }

    /// Whether it is one of the eight states.
    pub(super) fn is_state(&self) -> bool {
        crate::model::StateKind::from_word(self.schema.name).is_some()
    }
}

/// A field that must be a path.
pub(super) struct PathText<'d> {
    pub(super) pointer: String,
    pub(super) field: &'d str,
    pub(super) text: &'d str,
    /// What it is; a call where the field takes one.
    pub(super) parsed: Result<Expression, CallError>,
}

/// A member whose key ends in `.$`.
pub(super) struct Binding<'d> {
    /// Pointer to the object that has it.
    pub(super) object: String,
    pub(super) key: &'d str,
    /// What the value is; `None` when it is no string.
    pub(super) parsed: Option<Result<Expression, CallError>>,
}

/// A string in which JSONata may stand.
pub(super) struct ExpressionText<'d> {
    pub(super) pointer: String,
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
        let mut definition = Definition {
            document,
            machine_type,
            language: language.unwrap_or(QueryLanguage::JsonPath),
            graph: Graph::of(json),
            parts: Vec::new(),
            paths: Vec::new(),
            bindings: Vec::new(),
            templates: Vec::new(),
            expressions: Vec::new(),
        };
        if let Some(object) = json.as_object() {
            let language = definition.language;
            definition.part(
                object,
                String::new(),
                StateMachine::schema(),
                language,
                None,
            );
        }
        definition
    }

    fn part(
        &mut self,
        object: &'d Object,
        pointer: String,
        schema: &'static Schema,
        language: QueryLanguage,
        parent: Option<&'static str>,
    ) {
        let parent_name = Some(schema.name);
        self.parts.push(Part {
            pointer: pointer.clone(),
            object,
            schema,
            language,
            parent,
        });
        for (key, value) in object {
            let at = member(&pointer, key);
            let Some(field) = schema.field(key) else {
                let is_path = Operator::from_name(key).is_some_and(Operator::is_path);
                if is_path && schema.has(key) && language == QueryLanguage::JsonPath {
                    self.path(key, value, at);
                }
                continue;
            };
            match field.kind {
                Kind::Structure(inner) => {
                    if let Some(object) = value.as_object() {
                        self.part(object, at, inner(), language, parent_name);
                    }
                }
                Kind::Structures(inner) => {
                    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                        if let Some(object) = item.as_object() {
                            let at = format!("{at}/{index}");
                            self.part(object, at, inner(), language, parent_name);
                        }
                    }
                }
                Kind::States => self.states(value, &at, parent_name),
                _ if field.language.is_some_and(|only| only != language) => {}
                _ => match language {
                    QueryLanguage::JsonPath => self.jsonpath_field(field, value, at),
                    QueryLanguage::Jsonata => self.jsonata_field(schema, field, value, at),
                },
            }
        }
    }

    fn states(&mut self, states: &'d Json, pointer: &str, parent: Option<&'static str>) {
        for (name, state) in states.as_object().into_iter().flatten() {
            let Some(object) = state.as_object() else {
                continue;
            };
            let kind = object.get("Type").and_then(Json::as_str);
            let Some(kind) = kind.and_then(crate::model::StateKind::from_word) else {
                continue;
            };
            let own = object.get("QueryLanguage").and_then(language_of);
            let language = own.unwrap_or(self.language);
            self.part(
                object,
                member(pointer, name),
                kind.schema(),
                language,
                parent,
            );
        }
    }

    fn jsonpath_field(&mut self, field: &'static FieldInfo, value: &'d Json, pointer: String) {
        match field.kind {
            Kind::Path => self.path(field.name, value, pointer),
            Kind::Text if field.name == "Variable" || field.name.ends_with("Path") => {
                self.path(field.name, value, pointer);
            }
            Kind::Template | Kind::Templates
                if !matches!(field.name, "Result" | "CSVHeaders" | "Condition") =>
            {
                template::walk_objects(value, pointer, &mut |pointer, object| {
                    for (key, value) in object.iter().filter(|(key, _)| key.ends_with(".$")) {
                        self.bindings.push(Binding {
                            object: pointer.to_owned(),
                            key,
                            parsed: value.as_str().map(Expression::parse),
                        });
                    }
                    self.templates.push((pointer.to_owned(), object));
                });
            }
            _ => {}
        }
    }

    fn path(&mut self, field: &'d str, value: &'d Json, pointer: String) {
        let Some(text) = value.as_str() else { return };
        let takes_call = matches!(field, "ErrorPath" | "CausePath");
        let parsed = if takes_call {
            Expression::parse(text)
        } else {
            Path::parse(text)
                .map(Expression::Path)
                .map_err(CallError::from)
        };
        self.paths.push(PathText {
            pointer,
            field,
            text,
            parsed,
        });
    }

    fn jsonata_field(
        &mut self,
        schema: &'static Schema,
        field: &'static FieldInfo,
        value: &'d Json,
        pointer: String,
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
        template::walk_strings(value, pointer, &mut |pointer, text| {
            self.expressions.push(ExpressionText {
                pointer: pointer.to_owned(),
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
