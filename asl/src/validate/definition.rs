//! A definition, valid or not, in the form that the rules check. It is built once per validation.

use std::cell::OnceCell;
use std::collections::HashMap;

use crate::SyntaxError;
use crate::analysis::{ControlFlow, FieldWords};
use crate::graph::Graph;
use crate::intrinsic::Expression;
use crate::json::{Document, Json, Object, Pointer};
use crate::model::{FieldInfo, MachineType, ProcessorMode, QueryLanguage, Schema, StateKind};

use super::expression::ParsedExpression;
use super::flow::TargetNames;
use super::known_names::KnownNames;
use super::rule_id::RuleIds;
use super::unknown::UnknownValues;
use super::variables::{DefinitionVariables, VariableUses};

/// A definition, split into the parts that rules check.
pub(super) struct Definition<'d> {
    pub(super) document: &'d Document,
    pub(super) machine_type: MachineType,
    /// The ids and names of all rules, including user-defined ones.
    pub(super) rule_ids: RuleIds,
    pub(super) known: KnownNames,
    /// The words for fields in messages.
    pub(super) words: FieldWords,
    /// The query language of the machine.
    pub(super) language: QueryLanguage,
    /// The query language of each state.
    pub(super) languages: Vec<QueryLanguage>,
    pub(super) unknown: UnknownValues,
    pub(super) graph: Graph<'d>,
    pub(super) flow: ControlFlow,
    pub(super) target_names: TargetNames,
    /// Every object with named fields, outer before inner.
    pub(super) parts: Vec<DefinitionPart<'d>>,
    /// The numbers of the parts of each schema.
    pub(super) kinds: HashMap<&'static str, Vec<usize>>,
    /// Every field that must be a path.
    pub(super) paths: Vec<PathText<'d>>,
    /// Every member of a payload template whose key ends in `.$`.
    pub(super) bindings: Vec<VariableBinding<'d>>,
    /// Every string of a payload template, or of the `Result` of a Pass, that is not evaluated
    /// although it looks like a path or a call.
    pub(super) literals: Vec<Literal<'d>>,
    /// Every string that may contain JSONata.
    pub(super) expressions: Vec<ExpressionText<'d>>,
    pub(super) variables: DefinitionVariables<'d>,
    /// Computed when a rule first reads it.
    pub(super) variable_uses: OnceCell<VariableUses>,
}

/// An object with named fields.
pub(super) struct DefinitionPart<'d> {
    pub(super) pointer: Pointer<'d>,
    /// The number in the graph of the state that this part is, or of the innermost state that
    /// contains it.
    pub(super) state: Option<usize>,
    pub(super) object: &'d Object,
    pub(super) schema: &'static Schema,
    /// The field of each member.
    pub(super) fields: Box<[Option<&'static FieldInfo>]>,
    /// The query language of this part.
    pub(super) language: QueryLanguage,
    /// The schema of the parent object.
    pub(super) parent: Option<&'static str>,
}

impl<'d> DefinitionPart<'d> {
    /// Whether this part has the schema `name`.
    pub(super) fn is(&self, name: &str) -> bool {
        self.schema.name == name
    }

    /// Pointer to one of its members.
    pub(super) fn at(&self, key: &'d str) -> Pointer<'d> {
        self.pointer.key(key)
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

    /// The value of a member that is a JSON number.
    pub(super) fn number(&self, key: &str) -> Option<f64> {
        self.get(key)?.as_f64()
    }

    pub(super) fn items(&self, key: &str) -> Option<&'d [Json]> {
        self.get(key)?.as_array()
    }

    /// The members, each with its field.
    pub(super) fn members(
        &self,
    ) -> impl Iterator<Item = (&'d str, &'d Json, Option<&'static FieldInfo>)> {
        let members = self.object.iter().zip(&self.fields);
        members.map(|((key, value), field)| (key.as_str(), value, *field))
    }

    /// Whether this part is a state, of any of the eight types.
    pub(super) fn is_state(&self) -> bool {
        StateKind::from_word(self.schema.name).is_some()
    }
}

/// A field that must be a path.
pub(super) struct PathText<'d> {
    pub(super) pointer: Pointer<'d>,
    /// The part that contains the field.
    pub(super) part: usize,
    pub(super) field: &'d str,
    pub(super) text: &'d str,
    /// The parsed path, or a parsed call if the field accepts calls.
    pub(super) parsed: Result<Expression, SyntaxError>,
}

/// A member whose key ends in `.$`.
pub(super) struct VariableBinding<'d> {
    /// The part whose template contains the member.
    pub(super) part: usize,
    /// Pointer to the object that contains the member.
    pub(super) object: Pointer<'d>,
    /// The member of `Assign` whose value contains this member.
    pub(super) assigns: Option<&'d str>,
    pub(super) key: &'d str,
    /// Whether the object also has the same key without `.$`.
    pub(super) is_double: bool,
    /// Whether a template engine fills in a part of the value. Its present syntax is then not
    /// checked.
    pub(super) is_open: bool,
    /// The value; `None` if it is not a string.
    pub(super) text: Option<&'d str>,
    /// The parsed value; `None` if it is not a string.
    pub(super) parsed: Option<Result<Expression, SyntaxError>>,
}

/// A string that is not evaluated but begins like a path or a call.
pub(super) struct Literal<'d> {
    pub(super) pointer: Pointer<'d>,
    /// The part that contains the template.
    pub(super) part: usize,
    /// Whether the string is in the `Result` of a Pass.
    pub(super) in_result: bool,
    /// The key of the member with this value; `None` for an array item.
    pub(super) key: Option<&'d str>,
    /// Whether the string is the whole template.
    pub(super) is_whole: bool,
    pub(super) text: &'d str,
}

/// A string that may contain JSONata.
pub(super) struct ExpressionText<'d> {
    pub(super) pointer: Pointer<'d>,
    /// The part that contains the field.
    pub(super) part: usize,
    /// The member of `Assign` whose value contains this string.
    pub(super) assigns: Option<&'d str>,
    /// The field of the state or sub-object that contains the string.
    pub(super) field: &'static str,
    /// The schema name of the object that contains the field.
    pub(super) owner: &'static str,
    /// Whether the string is the whole field.
    pub(super) is_whole: bool,
    pub(super) text: &'d str,
    /// `None` if the string is not an expression.
    pub(super) parsed: Option<Result<ParsedExpression<'d>, SyntaxError>>,
}

impl<'d> Definition<'d> {
    /// The parts of a schema.
    pub(super) fn parts_of(&self, kind: &str) -> impl Iterator<Item = &DefinitionPart<'d>> {
        self.numbers_of(kind).map(|number| &self.parts[number])
    }

    /// The numbers of the parts of a schema.
    pub(super) fn numbers_of(&self, kind: &str) -> impl Iterator<Item = usize> {
        self.kinds.get(kind).into_iter().flatten().copied()
    }

    /// The words for a field of a part in messages.
    pub(super) fn words_of(&self, part: &DefinitionPart<'_>, field: &'static str) -> String {
        (self.words)(part.schema.name, field)
    }

    /// Whether a container is the processor of a Distributed Map.
    pub(super) fn is_distributed(&self, container: usize) -> bool {
        let object = self.graph.containers()[container].object;
        let config = object.get("ProcessorConfig");
        let mode = config.and_then(|config| config.get("Mode"));
        mode.and_then(Json::as_str) == Some(ProcessorMode::Distributed.as_str())
    }
}
