//! The functions of JSONata and JSONPath.

use std::sync::LazyLock;

/// A line for each function; the first lines of the file explain it.
const TABLE: &str = include_str!("functions.txt");

static FUNCTIONS: LazyLock<Vec<FunctionReference>> = LazyLock::new(|| {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    // A test checks that every line can be read.
    lines.filter_map(FunctionReference::read).collect()
});

/// A function, with its parameters and its meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FunctionReference {
    /// `sum`, or `States.Format`.
    pub(crate) name: &'static str,
    /// The parameters; an optional one ends with `?`.
    pub(crate) parameters: Vec<&'static str>,
    pub(crate) meaning: &'static str,
}

impl FunctionReference {
    fn read(line: &'static str) -> Option<FunctionReference> {
        let (name, rest) = line.split_once('(')?;
        let (parameters, meaning) = rest.split_once(") ")?;
        let parameters = parameters.split(", ").filter(|one| !one.is_empty());
        Some(FunctionReference {
            name,
            parameters: parameters.collect(),
            meaning,
        })
    }

    /// The function as it is written, with its `$`.
    pub(crate) fn written_name(&self) -> String {
        if self.name.starts_with("States.") {
            self.name.to_owned()
        } else {
            format!("${}", self.name)
        }
    }

    /// `$pad(text, width, characters?)`.
    pub(crate) fn signature(&self) -> String {
        format!("{}({})", self.written_name(), self.parameters.join(", "))
    }
}

/// The function with a name: `sum`, or `States.Format`.
pub(crate) fn function(name: &str) -> Option<&'static FunctionReference> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

#[cfg(test)]
mod tests {
    use stepwright_asl::intrinsic::Function;
    use stepwright_asl::jsonata::functions;

    use super::*;

    #[test]
    fn every_function_has_a_line_and_no_other() {
        let mut known: Vec<&str> = functions().collect();
        known.extend(Function::ALL.iter().map(|function| function.name()));
        for name in &known {
            assert!(function(name).is_some(), "{name}");
        }
        let lines = TABLE.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(FUNCTIONS.len(), lines);
        assert_eq!(lines, known.len());
    }
}
