//! The Rust source of a generated test.

use std::fmt::Write as _;
use std::time::Duration;

use stepwright_asl::json::Json as Asl;
use stepwright_asl::model::MachineType;
use stepwright_interpreter::Status;
use stepwright_interpreter::value::Value;

use super::calls::{RecordedAnswer, RecordedResult, TaskAnswers};
use super::model::{Assertions, Conditions, ExecutionModel};
use super::rust_literal::{identifier, json_macro, raw_json, string};

/// The width of a line, as in rustfmt.
const WIDTH: usize = 100;
/// The indentation of chained methods in the function.
const CHAIN: &str = "        ";

/// Returns the source of the test of an execution.
pub(super) fn of(model: &ExecutionModel, conditions: Conditions, assertions: Assertions) -> String {
    let mut printer = Printer::default();
    let body = printer.body(model, conditions, assertions);
    let definition = model.definition.parse::<Asl>();
    let definition = match definition {
        Ok(definition) => format!("{definition:#?}"),
        Err(_) => model.definition.clone(),
    };
    format!(
        "// The execution {} of the state machine {}, with the results of its tasks.\n\n{}\nconst DEFINITION: &str = {};\n\n#[tokio::test]\nasync fn {}() -> Result<(), Box<dyn std::error::Error>> {{\n{body}    Ok(())\n}}\n",
        string(&model.name),
        string(&model.machine),
        printer.imports(),
        raw_json(&definition),
        function_name(model),
    )
}

/// Returns the name of the test: what the execution did.
fn function_name(model: &ExecutionModel) -> String {
    // The name of an execution that its starter did not name.
    let is_generated = uuid::Uuid::try_parse(&model.name).is_ok();
    let name = if is_generated {
        identifier(&model.machine)
    } else {
        identifier(&model.name)
    };
    let verb = match model.end.status {
        Status::Succeeded => "succeeds",
        Status::TimedOut => "times_out",
        _ => "fails",
    };
    format!("{name}_{verb}")
}

/// Prints the function, and collects the items that it uses.
#[derive(Default)]
struct Printer {
    uses_json: bool,
    uses_value: bool,
    uses_mocks: bool,
    uses_status: bool,
    uses_duration: bool,
    uses_timestamp: bool,
}

impl Printer {
    fn imports(&self) -> String {
        let mut text = String::new();
        if self.uses_duration {
            text.push_str("use std::time::Duration;\n\n");
        }
        if self.uses_json {
            text.push_str("use serde_json::json;\n");
        }
        if self.uses_timestamp {
            text.push_str("use stepwright_runtime::clock::Timestamp;\n");
        }
        text.push_str(if self.uses_mocks {
            "use stepwright_runtime::testing::{Mock, Mocks, expect};\n"
        } else {
            "use stepwright_runtime::testing::expect;\n"
        });
        if self.uses_value {
            text.push_str("use stepwright_runtime::value::Value;\n");
        }
        text.push_str(if self.uses_status {
            "use stepwright_runtime::{Engine, MachineType, StartOptions, Status};\n"
        } else {
            "use stepwright_runtime::{Engine, MachineType, StartOptions};\n"
        });
        text
    }

    fn body(
        &mut self,
        model: &ExecutionModel,
        conditions: Conditions,
        assertions: Assertions,
    ) -> String {
        let mut text = String::new();
        if !model.answers.is_empty() {
            self.uses_mocks = true;
            text.push_str("    let mocks = Mocks::new()");
            for state in &model.answers {
                let mock = self.mock(state, conditions);
                let _ = write!(text, "\n{CHAIN}.state({mock})");
            }
            text.push_str(";\n");
        }
        let machine_type = match model.machine_type {
            MachineType::Express => "Express",
            MachineType::Standard => "Standard",
        };
        let machine = string(&model.machine);
        let _ = write!(
            text,
            "    let engine = Engine::builder()\n{CHAIN}.register_json({machine}, DEFINITION, MachineType::{machine_type})\n"
        );
        if self.uses_mocks {
            let _ = writeln!(text, "{CHAIN}.tasks(mocks)");
        }
        let options = match conditions {
            Conditions::Answers => {
                let _ = writeln!(text, "{CHAIN}.virtual_time()");
                "StartOptions::new()".to_owned()
            }
            Conditions::All => {
                self.uses_timestamp = true;
                let (region, account) = (string(&model.region), string(&model.account));
                let _ = write!(
                    text,
                    "{CHAIN}.region({region})\n{CHAIN}.account({account})\n{CHAIN}.virtual_time_from(Timestamp::from_unix_micros({}))\n",
                    model.started.unix_micros()
                );
                format!("StartOptions::new().name({})", string(&model.name))
            }
        };
        let input = self.value(&model.input);
        let _ = write!(
            text,
            "{CHAIN}.build()?;\n    let input = {input};\n    let report = engine.execute_machine({machine}, input, {options}).await?;\n"
        );
        text.push_str(&self.assertions(model, assertions));
        text
    }

    /// Returns the arguments of `Mocks::state`.
    fn mock(&mut self, state: &TaskAnswers, conditions: Conditions) -> String {
        let mut groups: Vec<(&RecordedAnswer, usize)> = Vec::new();
        for answer in &state.answers {
            match groups.last_mut() {
                Some((last, count)) if is_same(last, answer, conditions) => *count += 1,
                _ => groups.push((answer, 1)),
            }
        }
        let last = groups.len().saturating_sub(1);
        let groups = groups.into_iter().enumerate();
        let parts: Vec<String> = groups
            .map(|(number, (answer, count))| {
                let mut part = self.answer(answer, conditions);
                // The last answer is repeated without `times`.
                if number < last && count > 1 {
                    let _ = write!(part, ".times({count})");
                }
                part
            })
            .collect();
        let name = string(&state.state);
        let mut parts = parts.iter();
        let first = parts.next().map_or("", String::as_str);
        let line = parts.clone().fold(first.to_owned(), |line, part| {
            format!("{line}.then({part})")
        });
        if CHAIN.len() + ".state(, )".len() + name.len() + line.len() <= WIDTH {
            return format!("{name}, {line}");
        }
        let mut text = format!("\n{CHAIN}    {name},\n{CHAIN}    {first}");
        for part in parts {
            let _ = write!(text, "\n{CHAIN}        .then({part})");
        }
        let _ = write!(text, ",\n{CHAIN}");
        text
    }

    fn answer(&mut self, answer: &RecordedAnswer, conditions: Conditions) -> String {
        let text = match &answer.result {
            RecordedResult::Output(output) => format!("Mock::output({})", self.value(output)),
            RecordedResult::Failure { error, cause } => {
                format!("Mock::failure({}, {})", string(error), string(cause))
            }
            RecordedResult::Never => return "Mock::never()".to_owned(),
        };
        match conditions {
            Conditions::All if !answer.delay.is_zero() => {
                self.uses_duration = true;
                format!("{text}.after({})", duration(answer.delay))
            }
            _ => text,
        }
    }

    fn value(&mut self, value: &Value) -> String {
        match json_macro(value) {
            Some(text) => {
                self.uses_json = true;
                format!("json!({text})")
            }
            None => {
                self.uses_value = true;
                format!("Value::from_text({})?", raw_json(&value.to_text()))
            }
        }
    }

    fn assertions(&mut self, model: &ExecutionModel, assertions: Assertions) -> String {
        let end = &model.end;
        let mut checks: Vec<String> = Vec::new();
        let mut omitted: Vec<&str> = Vec::new();
        match (end.status, &end.output, &end.error) {
            (Status::Succeeded, Some(output), _) if assertions.has_output => {
                checks.push(format!("output({})", self.value(output)));
            }
            (Status::Succeeded, ..) => {
                checks.push("succeeded()".to_owned());
                omitted.push("output");
            }
            (Status::Failed, _, Some(error)) if assertions.has_error => {
                checks.push(format!("failed({})", string(error)));
            }
            (status, _, error) => {
                self.uses_status = true;
                let status = match status {
                    Status::TimedOut => "TimedOut",
                    _ => "Failed",
                };
                checks.push(format!("status(Status::{status})"));
                if error.is_some() && !assertions.has_error {
                    omitted.push("error");
                }
            }
        }
        if let Some(cause) = &end.cause {
            if assertions.has_cause {
                checks.push(format!("cause({})", string(cause)))
            } else {
                omitted.push("cause")
            }
        }
        let states: Vec<String> = end.path.iter().map(|state| string(state)).collect();
        let mut text = String::new();
        if assertions.has_path {
            checks.push(format!("path({})", list(&states)));
        } else {
            omitted.push("path");
        }
        if !omitted.is_empty() {
            let _ = writeln!(
                text,
                "    // Not compared, because it differs in each run: {}.",
                omitted.join(", ")
            );
        }
        match checks.as_slice() {
            [only] => {
                let _ = writeln!(text, "    expect(&report).{only};");
            }
            several => {
                text.push_str("    expect(&report)");
                for check in several {
                    let _ = write!(text, "\n{CHAIN}.{check}");
                }
                text.push_str(";\n");
            }
        }
        if !assertions.has_path && assertions.has_states {
            let mut states = states;
            // The order of the texts, not of their literals.
            let mut sorted = end.path.clone();
            sorted.sort_unstable();
            states.clear();
            states.extend(sorted.iter().map(|state| string(state)));
            let _ = write!(
                text,
                "    // The order of concurrent states differs in each run.\n    let mut states = report.history.path();\n    states.sort_unstable();\n    assert_eq!(states, {});\n",
                list(&states)
            );
        }
        text
    }
}

/// Whether both are the same answer in the test.
fn is_same(one: &RecordedAnswer, other: &RecordedAnswer, conditions: Conditions) -> bool {
    one.result == other.result
        && (conditions == Conditions::Answers
            || one.delay == other.delay
            || one.result == RecordedResult::Never)
}

/// Returns a duration in its largest unit.
fn duration(time: Duration) -> String {
    let micros = time.as_micros();
    match (micros % 1_000_000, micros % 1_000) {
        (0, _) => format!("Duration::from_secs({})", time.as_secs()),
        (_, 0) => format!("Duration::from_millis({})", time.as_millis()),
        _ => format!("Duration::from_micros({micros})"),
    }
}

/// Returns an array of literals, on several lines if it is long.
fn list(literals: &[String]) -> String {
    let line = format!("[{}]", literals.join(", "));
    if line.len() + CHAIN.len() + ".path();".len() <= WIDTH {
        return line;
    }
    let mut text = "[".to_owned();
    let mut width = WIDTH;
    for literal in literals {
        if width + literal.len() + 2 > WIDTH {
            let _ = write!(text, "\n{CHAIN}    ");
            width = CHAIN.len() + 4;
        } else {
            text.push(' ');
            width += 1;
        }
        let _ = write!(text, "{literal},");
        width += literal.len() + 1;
    }
    let _ = write!(text, "\n{CHAIN}]");
    text
}
