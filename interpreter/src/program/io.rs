//! The compiled fields of a state for its input and output, such as `ResultPath`.

use smol_str::SmolStr;

use stepwright_asl::model::PathField;

use crate::query::{Assignments, CompileError, Expr, QueryError, ReferencePath};
use crate::task::Resource;
use crate::value::Value;

/// The input and output processing of a state, in its query language.
#[derive(Debug)]
pub enum Io {
    /// The fields of JSONPath states.
    JsonPath(Box<JsonPathIo>),
    /// The fields of JSONata states.
    Jsonata(Box<JsonataIo>),
}

impl Io {
    /// Returns the target in a task's parameters, if it is constant.
    pub fn target(&self, resource: &Resource) -> Option<&str> {
        let parameters = match self {
            Self::JsonPath(io) => io.parameters.as_ref(),
            Self::Jsonata(io) => io.arguments.as_ref(),
        };
        parameters?
            .constant_member(resource.target_key()?)?
            .as_str()
    }
}

/// InputPath, Parameters, ResultSelector, Assign, ResultPath, OutputPath, in this order.
#[derive(Debug, Default)]
pub struct JsonPathIo {
    pub(crate) input_path: Selection,
    pub(crate) parameters: Option<Expr>,
    pub(crate) result_selector: Option<Expr>,
    pub(crate) result_path: ResultPath,
    pub(crate) output_path: Selection,
    pub(crate) assign: Assignments,
}

impl JsonPathIo {
    /// Returns whether the parameters are the whole input.
    pub(crate) fn takes_whole_input(&self) -> bool {
        matches!(self.input_path, Selection::Whole) && self.parameters.is_none()
    }
}

/// Arguments, then Assign and Output from the same variables.
#[derive(Debug, Default)]
pub struct JsonataIo {
    pub(crate) arguments: Option<Expr>,
    pub(crate) output: Option<Expr>,
    pub(crate) assign: Assignments,
}

/// InputPath or OutputPath.
#[derive(Debug, Default)]
pub(crate) enum Selection {
    /// Absent, or `$`.
    #[default]
    Whole,
    /// `null`: an empty object.
    Nothing,
    Path(Expr),
}

/// ResultPath.
#[derive(Debug, Default)]
pub enum ResultPath {
    /// Absent, or `$`: the result is the output.
    #[default]
    Replace,
    /// `null`: the output is the raw input.
    Discard,
    /// The result is put into the raw input at a position.
    Put(ReferencePath),
}

impl ResultPath {
    pub(super) fn compile(path: &PathField) -> Result<Self, CompileError> {
        let PathField::Path(text) = path else {
            return Ok(Self::Discard);
        };
        let path = ReferencePath::compile(text)?;
        Ok(if path.is_root() {
            Self::Replace
        } else {
            Self::Put(path)
        })
    }

    /// Inserts a result into the raw input, which `raw` returns if it is needed.
    ///
    /// # Errors
    ///
    /// A step of the path leads into a value that is no object, or `raw` fails.
    pub fn apply(
        &self,
        raw: impl FnOnce() -> Result<Value, QueryError>,
        result: Value,
    ) -> Result<Value, QueryError> {
        match self {
            Self::Replace => Ok(result),
            Self::Discard => raw(),
            Self::Put(path) => {
                let mut raw = raw()?;
                path.put(&mut raw, result)?;
                Ok(raw)
            }
        }
    }
}

/// A number that is constant, or computed when the state runs.
#[derive(Debug, Default)]
pub enum Numeric {
    /// The field is absent.
    #[default]
    Absent,
    /// A literal.
    Literal(Value),
    /// `..Path`: messages contain the path's text.
    Path {
        /// The text of the path.
        path: SmolStr,
        /// The path.
        value: Expr,
    },
    /// `{% .. %}`
    Expression(Expr),
}
