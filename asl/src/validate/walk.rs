//! Splits a definition into the parts that rules check.

use std::cell::OnceCell;
use std::collections::HashMap;

use crate::analysis::asl_field;
use crate::graph::Graph;
use crate::intrinsic::Expression;
use crate::json::{Document, Json, Object, Pointer};
use crate::jsonata;
use crate::model::{
    FieldInfo, MachineType, Operator, QueryLanguage, Schema, StateKind, StateMachine, ValueKind,
};
use crate::path::Path;
use crate::substitution::is_substitution;

use super::definition::{
    Definition, DefinitionPart, ExpressionText, Literal, PathText, VariableBinding,
};
use super::delimiters::is_broken;
use super::expression::ParsedExpression;
use super::flow::{TargetNames, control_flow};
use super::known_names::KnownNames;
use super::language;
use super::rule_id::RuleIds;
use super::template::{self, TemplateNode};
use super::unknown::UnknownValues;
use super::variables::{DefinitionVariables, find_variables};

impl<'d> Definition<'d> {
    /// Builds the definition from a document.
    pub(super) fn read(document: &'d Document, machine_type: MachineType) -> Definition<'d> {
        let json = document.json();
        let graph = Graph::of(json);
        let flow = control_flow(&graph);
        let unknown = UnknownValues::of(document);
        let language = language::of_machine(json, &graph);
        let mut definition = Definition {
            document,
            machine_type,
            rule_ids: RuleIds::default(),
            known: KnownNames::default(),
            words: asl_field,
            language,
            languages: vec![language; graph.states().len()],
            target_names: TargetNames::of(&graph, &flow, &unknown),
            unknown,
            flow,
            graph,
            parts: Vec::new(),
            kinds: HashMap::new(),
            paths: Vec::new(),
            bindings: Vec::new(),
            literals: Vec::new(),
            expressions: Vec::new(),
            variables: DefinitionVariables::default(),
            variable_uses: OnceCell::new(),
        };
        if let Some(object) = json.as_object() {
            DefinitionWalk::collect(&mut definition, object);
        }
        definition.variables = find_variables(&definition);
        definition
    }
}

/// Traverses a definition and collects its parts.
struct DefinitionWalk<'w, 'd> {
    definition: &'w mut Definition<'d>,
    /// The numbers of states by the addresses of their objects.
    numbers: HashMap<usize, usize>,
}

/// The context of a part.
#[derive(Clone, Copy, Default)]
struct PartContext {
    /// The language of the state; `None` for that of the machine.
    language: Option<QueryLanguage>,
    parent: Option<&'static str>,
    state: Option<usize>,
}

impl<'w, 'd> DefinitionWalk<'w, 'd> {
    /// Collects the parts of `object`, which is the whole definition.
    fn collect(definition: &'w mut Definition<'d>, object: &'d Object) {
        let states = definition.graph.states().iter().enumerate();
        let numbers = states.map(|(number, state)| (address(state.object), number));
        let mut walk = DefinitionWalk {
            numbers: numbers.collect(),
            definition,
        };
        let machine = StateMachine::schema();
        walk.part(object, Pointer::ROOT, machine, PartContext::default());
    }

    fn part(
        &mut self,
        object: &'d Object,
        pointer: Pointer<'d>,
        schema: &'static Schema,
        around: PartContext,
    ) {
        let language = around.language.unwrap_or(self.definition.language);
        let part = self.definition.parts.len();
        let fields: Box<[Option<&'static FieldInfo>]> =
            object.keys().map(|key| schema.field(key)).collect();
        self.definition.parts.push(DefinitionPart {
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
        let inside = PartContext {
            parent: Some(schema.name),
            ..around
        };
        for ((key, value), field) in object.iter().zip(fields) {
            let at = || pointer.key(key);
            let Some(field) = field else {
                let is_path = Operator::from_name(key).is_some_and(Operator::is_path);
                if is_path && schema.has(key) && language == QueryLanguage::JsonPath {
                    self.path(part, key, value, at);
                }
                continue;
            };
            match field.kind {
                ValueKind::Structure(inner) => {
                    if let Some(object) = value.as_object() {
                        self.part(object, at(), inner(), inside);
                    }
                }
                ValueKind::Structures(inner) => {
                    let at = at();
                    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                        if let Some(object) = item.as_object() {
                            self.part(object, at.index(index), inner(), inside);
                        }
                    }
                }
                ValueKind::States => self.states(value, &at(), schema.name),
                _ if field.language.is_some_and(|only| only != language) => {}
                _ => match language {
                    QueryLanguage::JsonPath => self.jsonpath_field(part, field, value, at),
                    QueryLanguage::Jsonata => self.jsonata_field(part, schema, field, value, at),
                },
            }
        }
    }

    fn states(&mut self, states: &'d Json, pointer: &Pointer<'d>, parent: &'static str) {
        for (name, state) in states.as_object().into_iter().flatten() {
            let Some(object) = state.as_object() else {
                continue;
            };
            let kind = object.get("Type").and_then(Json::as_str);
            let Some(kind) = kind.and_then(StateKind::from_word) else {
                continue;
            };
            let language = language::of_state(object, kind, self.definition.language);
            let number = self.numbers.get(&address(object)).copied();
            if let Some(number) = number {
                self.definition.languages[number] = language;
            }
            let around = PartContext {
                language: Some(language),
                parent: Some(parent),
                state: number,
            };
            self.part(object, pointer.key(name), kind.schema(), around);
        }
    }

    fn jsonpath_field(
        &mut self,
        part: usize,
        field: &'static FieldInfo,
        value: &'d Json,
        pointer: impl Fn() -> Pointer<'d>,
    ) {
        match field.kind {
            ValueKind::Path => self.path(part, field.name, value, pointer),
            ValueKind::Text if field.name == "Variable" || field.name.ends_with("Path") => {
                self.path(part, field.name, value, pointer);
            }
            ValueKind::Template | ValueKind::Templates
                if !matches!(field.name, "CSVHeaders" | "Condition") =>
            {
                let definition = &mut *self.definition;
                let pointer = pointer();
                let in_result = field.name == "Result";
                template::walk_literals(
                    value,
                    TemplateNode::of(&pointer, Some(field.name)),
                    &mut |at, text| {
                        if in_result || at.key.is_none_or(|key| !key.ends_with(".$")) {
                            definition.literals.push(Literal {
                                pointer: at.pointer.clone(),
                                part,
                                in_result,
                                key: at.key,
                                is_whole: at.is_whole,
                                text,
                            });
                        }
                    },
                );
                if in_result {
                    return;
                }
                let is_assign = matches!(field.kind, ValueKind::Templates);
                template::walk_objects(
                    value,
                    TemplateNode::of(&pointer, None),
                    &mut |at, object| {
                        if !object.keys().any(|key| key.ends_with(".$")) {
                            return;
                        }
                        for (key, value) in object {
                            let Some(plain) = key.strip_suffix(".$") else {
                                continue;
                            };
                            definition.bindings.push(VariableBinding {
                                part,
                                object: at.pointer.clone(),
                                assigns: is_assign.then(|| at.member.unwrap_or(key)),
                                key,
                                is_double: object.contains_key(plain),
                                is_open: value.as_str().is_some_and(is_substitution),
                                text: value.as_str(),
                                parsed: value.as_str().map(Expression::parse),
                            });
                        }
                    },
                );
            }
            _ => {}
        }
    }

    fn path(
        &mut self,
        part: usize,
        field: &'d str,
        value: &'d Json,
        pointer: impl Fn() -> Pointer<'d>,
    ) {
        let Some(text) = value.as_str() else { return };
        let takes_call = matches!(field, "ErrorPath" | "CausePath");
        let parsed = if takes_call {
            Expression::parse(text)
        } else {
            Path::parse(text).map(Expression::Path)
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
        pointer: impl Fn() -> Pointer<'d>,
    ) {
        if !field.is_evaluated(schema) {
            return;
        }
        let is_assign = matches!(field.kind, ValueKind::Templates);
        let is_template = is_assign || matches!(field.kind, ValueKind::Template | ValueKind::Text);
        let pointer = pointer();
        template::walk_strings(value, TemplateNode::of(&pointer, None), &mut |at, text| {
            // Every other string is not evaluated.
            let is_meant = text.trim_start().starts_with("{%") || is_template && is_broken(text);
            if !is_meant {
                return;
            }
            self.definition.expressions.push(ExpressionText {
                pointer: at.pointer.clone(),
                part,
                assigns: at.member.filter(|_| is_assign),
                field: field.name,
                owner: schema.name,
                is_whole: at.is_whole,
                text,
                parsed: jsonata::strip(text).map(ParsedExpression::read),
            });
        });
    }
}

/// The address of an object in the document, as its identity.
pub(super) fn address(object: &Object) -> usize {
    std::ptr::from_ref(object) as usize
}
