//! Compiles the fields of a state, and finds out which values each field reads.

use stepwright_asl::jsonata::{Expression, strip};
use stepwright_interpreter::program::{
    CompiledField, FieldDomain, FieldRole, FieldSource, FieldStage, StateField,
};
use stepwright_interpreter::query::VariableNames;

const PLACEHOLDER: &str =
    "a placeholder has no value; set the values of placeholders in the definition";

/// A field of a state, compiled for all visits of the state.
pub(super) struct ReplayField {
    pub(super) pointer: String,
    pub(super) text: String,
    pub(super) stage: FieldStage,
    pub(super) role: FieldRole,
    pub(super) domain: FieldDomain,
    /// The variable of an `Assign`.
    pub(super) variable: String,
    pub(super) is_literal: bool,
    /// The result of a part that decides a rule of a Choice.
    pub(super) decisive: Option<bool>,
    /// A message if the field does not compile.
    pub(super) compiled: Result<CompiledField, String>,
    /// The names of the variables that it reads.
    pub(super) names: VariableNames,
    pub(super) reads: ReadOperands,
    /// The expressions of a template, the parts of a rule.
    pub(super) parts: Vec<ReplayField>,
}

/// The values that an expression reads.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ReadOperands {
    pub(super) input: bool,
    pub(super) result: bool,
    pub(super) error_output: bool,
    pub(super) context: bool,
}

impl ReplayField {
    /// Compiles a field and its parts. The depth of the recursion is that of the definition.
    pub(super) fn compile(field: &StateField<'_>) -> Self {
        let text = field.text();
        let mut names = VariableNames::new();
        let compiled = if text.contains("${") {
            Err(PLACEHOLDER.to_owned())
        } else {
            field.compile(&mut names).map_err(|error| error.to_string())
        };
        let parts: Vec<Self> = field.parts().iter().map(Self::compile).collect();
        Self {
            pointer: field.pointer.clone(),
            stage: field.stage,
            role: field.role,
            domain: field.domain,
            variable: field.variable().into_owned(),
            is_literal: field.is_literal(),
            decisive: field.decisive(),
            compiled,
            names,
            reads: ReadOperands::of(field.source, &text, !parts.is_empty()),
            parts,
            text,
        }
    }
}

impl ReadOperands {
    const ALL: Self = Self {
        input: true,
        result: true,
        error_output: true,
        context: true,
    };

    fn of(source: FieldSource<'_>, text: &str, has_parts: bool) -> Self {
        match source {
            FieldSource::Rule(_) if has_parts => Self::ALL,
            // The parts of a template are evaluated before, so all operands are known.
            FieldSource::Template(_) if has_parts => Self::default(),
            FieldSource::Path(_) | FieldSource::Selection(_) => Self::of_path(text),
            _ => strip(text).map(Self::of_jsonata).unwrap_or_default(),
        }
    }

    /// Returns what a JSONPath field reads. A path reads the input, the context object or a
    /// variable; a call may read all of them.
    fn of_path(text: &str) -> Self {
        let after_root = text.strip_prefix('$').and_then(|rest| rest.chars().next());
        Self {
            input: text != "null" && after_root.is_none_or(|next| matches!(next, '.' | '[')),
            context: !text.starts_with('$') || after_root == Some('$'),
            ..Self::default()
        }
    }

    /// Returns what a JSONata expression reads.
    fn of_jsonata(source: &str) -> Self {
        let Ok(expression) = Expression::parse(source) else {
            return Self::ALL;
        };
        let reads = |name: &str| {
            let mut states = expression.states().iter();
            states.any(|read| read.field.as_deref().is_none_or(|field| field == name))
        };
        Self {
            input: reads("input"),
            result: reads("result"),
            error_output: reads("errorOutput"),
            context: reads("context"),
        }
    }
}
