//! `ResultPath`: the position of a result.

use stepwright_asl::path::{Path, PathStep, Root};

use crate::value::{NotAnObject, RefPath, Segment, Value};

use super::error::message_text;
use super::{CompileError, QueryError};

/// A path to one position, which is created if it is missing.
#[derive(Clone, Debug, PartialEq)]
pub struct ReferencePath {
    path: RefPath,
}

impl ReferencePath {
    /// Compiles a `ResultPath`.
    ///
    /// # Errors
    ///
    /// Fails when the text is not a path of keys and indices from `$`, or has more than
    /// [`RefPath::MAX_SEGMENTS`] steps.
    pub fn compile(text: &str) -> Result<ReferencePath, CompileError> {
        let refuse = |message: String| CompileError::new("ResultPath", message);
        let path = Path::parse(text)
            .map_err(|error| refuse(format!("the path `{text}` is refused: {error}")))?;
        if path.root != Root::Input {
            return Err(refuse(format!("the path `{text}` must begin at `$`")));
        }
        let segments = path.steps.iter().map(|step| match step {
            PathStep::Key(name) => Some(Segment::key(name.as_str())),
            PathStep::Index(index) => Some(Segment::Index(*index)),
            _ => None,
        });
        let segments = segments.collect::<Option<Vec<Segment>>>();
        let path = segments.and_then(RefPath::new).ok_or_else(|| {
            let max = RefPath::MAX_SEGMENTS;
            refuse(format!(
                "the path `{text}` must name one place: at most {max} keys and indices"
            ))
        })?;
        Ok(ReferencePath { path })
    }

    /// Returns whether the path is `$`: the value replaces everything.
    pub fn is_root(&self) -> bool {
        self.path.is_root()
    }

    /// Puts `value` into `input` at the path; missing objects on the path are created.
    ///
    /// # Errors
    ///
    /// Fails with `States.ReferencePathConflict`, without a change, when a step leads into
    /// a value that is no object.
    pub fn put(&self, input: &mut Value, value: Value) -> Result<(), QueryError> {
        let placed = input.put(&self.path, value);
        placed.map_err(|NotAnObject { step, input }| {
            QueryError::conflict(&step, &message_text(&input))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(path: &str, input: &str) -> Result<String, QueryError> {
        let path = ReferencePath::compile(path).expect("compiles");
        let mut input = Value::from_text(input).expect("is JSON");
        path.put(&mut input, Value::Int(1))?;
        Ok(input.to_text())
    }

    #[test]
    fn missing_parents_are_made() {
        assert_eq!(put("$", "[]").as_deref(), Ok("1"));
        assert_eq!(put("$.a.b", "{}").as_deref(), Ok(r#"{"a":{"b":1}}"#));
        assert_eq!(put("$.a ", "{}").as_deref(), Ok(r#"{"a":1}"#));
        assert_eq!(
            put("$['a b']", r#"{"c":2}"#).as_deref(),
            Ok(r#"{"c":2,"a b":1}"#)
        );
        assert_eq!(
            put("$.a[1]", r#"{"a":[0,0]}"#).as_deref(),
            Ok(r#"{"a":[0,1]}"#)
        );
    }

    #[test]
    fn a_parent_that_is_not_an_object_is_a_conflict() {
        let error = put("$.a.b", r#"{"a":[7]}"#).expect_err("conflicts");
        assert_eq!(error.error, "States.ReferencePathConflict");
        assert_eq!(error.cause, r#"Unable to apply step "b" to input [7]"#);
        assert!(put("$.a", "null").is_err());
        assert!(put("$[0]", "[]").is_err());
    }

    #[test]
    fn only_reference_paths_into_the_input_are_accepted() {
        for path in ["$$.a", "$x.a", "$.a[*]", "$..a", "a", ""] {
            assert!(ReferencePath::compile(path).is_err(), "{path}");
        }
        let long = format!("${}", ".a".repeat(100_000));
        assert!(ReferencePath::compile(&long).is_err());
    }
}
