//! The words of the front end that wrote a flow. The lowering writes messages with them.

use stepwright_asl::analysis::{FieldWords, asl_field};

/// The front end that wrote a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FrontEnd {
    /// `workflow!`.
    Macro,
    /// The typed builder.
    Builder,
}

impl FrontEnd {
    fn choose(self, of_macro: &'static str, of_builder: &'static str) -> &'static str {
        match self {
            FrontEnd::Macro => of_macro,
            FrontEnd::Builder => of_builder,
        }
    }

    /// How to write a state in JSONata.
    pub(crate) fn use_jsonata(self) -> &'static str {
        self.choose(
            "write `query_language JSONata;` in this state",
            "call `.query_language(QueryLanguage::Jsonata)` on this state",
        )
    }

    /// How to write a state in JSONPath.
    pub(crate) fn use_jsonpath(self) -> &'static str {
        self.choose(
            "write `query_language JSONPath;` in this state",
            "call `.query_language(QueryLanguage::JsonPath)` on this state",
        )
    }

    /// How to assign a variable before it is read.
    pub(crate) fn assign_earlier(self, name: &str) -> String {
        match self {
            FrontEnd::Macro => format!("assign it with `let {name} = ..` in an earlier state"),
            FrontEnd::Builder => {
                "assign it with `.bind(..)` or `.assign(..)` on an earlier state".to_owned()
            }
        }
    }

    /// How a catch passes on the whole error.
    pub(crate) fn catch_whole_error(self) -> &'static str {
        self.choose(
            "bind the whole error with `catch .. as error`",
            "name the error in `errors!` without its fields",
        )
    }

    /// How a call sends its task token.
    pub(crate) fn send_token(self) -> &'static str {
        self.choose(
            "pass `task_token` as an argument",
            "make an argument of the token that the expression is given",
        )
    }

    /// The way to write a field of ASL verbatim.
    pub(crate) fn raw(self, field: &str) -> String {
        match self {
            FrontEnd::Macro => format!("the raw field `{field}`"),
            FrontEnd::Builder => format!("`.raw(\"{field}\", ..)`"),
        }
    }

    /// The problem of an option that a kind of state does not have.
    pub(crate) fn misplaced(self, option: &str) -> String {
        match self {
            FrontEnd::Macro => format!("this kind of state has no option `{option}`"),
            FrontEnd::Builder => format!(
                "`.{option}(..)` belongs to a Distributed Map: make this map with `distributed_map(..)`, or remove the call"
            ),
        }
    }

    /// The problem of a choice without rules.
    pub(crate) fn empty_choice(self) -> &'static str {
        self.choose(
            "a choice needs a rule; use a `pass` if there is only one transition",
            "this choice has no rules: call `.when(condition, &state)` on it, or make it a `pass_on`",
        )
    }

    /// The words for fields in the validator's messages.
    pub(crate) fn field_words(self) -> FieldWords {
        match self {
            FrontEnd::Macro => asl_field,
            FrontEnd::Builder => builder_field,
        }
    }

    /// How to write raw fields of a choice.
    pub(crate) fn raw_of_choice(self) -> &'static str {
        self.choose(
            "put them into the state's own `raw`",
            "call `.raw(..)` on the choice itself",
        )
    }

    /// How to run the children of a Distributed Map as Standard executions.
    pub(crate) fn standard_children(self) -> &'static str {
        self.choose(
            "make them Standard: `distributed standard;`",
            "make them `MachineType::Standard`",
        )
    }

    /// How to run a workflow as a Standard execution.
    pub(crate) fn standard_workflow(self) -> &'static str {
        self.choose(
            "make the workflow Standard",
            "leave `.express()` out, or do this in a Standard workflow",
        )
    }
}

/// The builder's method that writes a field, or the name of a field without a method.
fn builder_field(structure: &'static str, field: &'static str) -> String {
    let method = match field {
        "TimeoutSeconds" => "timeout",
        "HeartbeatSeconds" => "heartbeat",
        "IntervalSeconds" => "interval",
        "MaxDelaySeconds" => "max_delay",
        "MaxAttempts" => "max_attempts",
        "BackoffRate" => "backoff_rate",
        "MaxConcurrency" => "max_concurrency",
        "ToleratedFailureCount" => "tolerated_failures",
        "ToleratedFailurePercentage" => "tolerated_percentage",
        "Seconds" => return "a wait".to_owned(),
        _ => return asl_field(structure, field),
    };
    let owner = match structure {
        "StateMachine" => " of the workflow",
        "Retrier" => " of `.retry(..)`",
        _ => "",
    };
    format!("`.{method}(..)`{owner}")
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    /// Words that only one front end has.
    const OF_A_FRONT_END: &[&str] = &[
        "query_language JSON",
        ".query_language(",
        "`let ",
        " as error`",
        "`deny ",
        "`next ",
        "`end ",
        "`distributed ",
        "`express;`",
        ".express()",
        "task_token` as",
    ];

    /// Messages about mistakes that only `workflow!` passes to the lowering.
    const OF_THE_MACRO: &[&str] = &[
        "`deny unhandled_errors;`",
        "wait_for_task_token",
        "this state goes nowhere",
    ];

    fn files(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in folder.read_dir().expect("a folder of the package") {
            let path = entry.expect("a file").path();
            if path.is_dir() && !path.ends_with("tests") {
                files(&path, found);
            } else if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("tests.rs")
            {
                found.push(path);
            }
        }
    }

    #[test]
    fn lowering_messages_use_the_terms_of_their_front_end() {
        let mut paths = Vec::new();
        files(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lower"),
            &mut paths,
        );
        assert!(paths.len() > 40, "the folder was not read");
        let mut wrong = Vec::new();
        for path in paths {
            let text = std::fs::read_to_string(&path).expect("Rust");
            for (number, line) in text.lines().enumerate() {
                let line = line.trim_start();
                let is_message =
                    !line.starts_with("//") && line.contains('"') || line.starts_with('`');
                let has = |words: &[&str]| words.iter().any(|word| line.contains(word));
                if is_message && has(OF_A_FRONT_END) && !has(OF_THE_MACRO) {
                    wrong.push(format!("{}:{}: {line}", path.display(), number + 1));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
