//! Mistakes that `workflow!`, the typed builder and the validator report in the same way: the same
//! rule, and the same help and related locations.
//!
//! Each macro program is a compile-fail case, so its diagnostics are read from the expected output
//! of rustc.

use super::builder_rules::domain::*;
use serde_json::{Value, json};
use stepwright::builder::{Body, FlowBuilder, States};
use stepwright::{MachineType, WorkflowDiagnostic, expr};
use stepwright_asl::Diagnostic;
use stepwright_asl::fix::Fixer;
use stepwright_asl::json::Document;
use stepwright_asl::validate::Validator;

/// One mistake in three front ends.
struct Mistake {
    code: &'static str,
    /// What rustc prints for the program with `workflow!`.
    rustc: &'static str,
    builder: fn() -> Vec<WorkflowDiagnostic>,
    states: Value,
    /// The path and the value of the field that the automatic fix of the validator changes.
    fixed: Option<(&'static str, &'static str)>,
}

fn mistakes() -> Vec<Mistake> {
    let processor = |mode: Value| json!({"ProcessorConfig": mode, "StartAt": "Pack", "States": {"Pack": {"Type": "Succeed"}}});
    let distributed = json!({"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"});
    let mut again = processor(distributed.clone());
    again["StartAt"] = "Again".into();
    again["States"] = json!({"Again": {"Type": "Succeed"}});
    let first = processor(distributed);
    vec![
        Mistake {
            code: "SW025",
            rustc: include_str!(
                "../compile_fail/tests/fail/states/duplicate_state_name_in_a_branch.stderr"
            ),
            builder: || {
                let flow = FlowBuilder::<u32, Vec<u32>>::new("Orders");
                let both = flow.declare("Charge");
                flow.start_at(&both);
                flow.parallel(&both, vec![keeping::<u32>("Charge")]).end();
                faults(&flow)
            },
            states: json!({
                "Charge": {"Type": "Parallel", "End": true, "Branches": [
                    {"StartAt": "Charge", "States": {"Charge": {"Type": "Succeed"}}},
                ]},
            }),
            fixed: None,
        },
        Mistake {
            code: "SW106",
            rustc: include_str!("../compile_fail/tests/fail/maps/label_given_to_two_maps.stderr"),
            builder: || {
                let flow = FlowBuilder::<Vec<String>, Vec<u32>>::new("Orders");
                let (first, second) = (flow.declare("First"), flow.declare("Second"));
                flow.start_at(&first);
                let items = expr!(|all: Vec<String>| all);
                flow.distributed_map(&first, items, MachineType::Standard, looking_up())
                    .label("items")
                    .next(&second);
                let items = expr!(|_: Vec<u32>| vec!["late".to_string()]);
                let body = Body::<String, u32>::new();
                let count = body.declare("Count");
                body.start_at(&count);
                body.pass(&count, expr!(|_: String| 1)).end();
                flow.distributed_map(&second, items, MachineType::Standard, body)
                    .label("items")
                    .end();
                faults(&flow)
            },
            states: json!({
                "Charge": {"Type": "Map", "Label": "items", "ItemProcessor": first, "Next": "Second"},
                "Second": {"Type": "Map", "Label": "items", "ItemProcessor": again, "End": true},
            }),
            fixed: None,
        },
        Mistake {
            code: "SW053",
            rustc: include_str!("../compile_fail/tests/fail/errors/quoted_error_unknown.stderr"),
            builder: || {
                with_task(|task, failed| task.catch(States::named("States.Timeuot"), failed).end())
            },
            states: json!({
                "Charge": {"Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:charge", "TimeoutSeconds": 60,
                           "End": true, "Catch": [{"ErrorEquals": ["States.Timeuot"], "Next": "Late"}]},
                "Late": {"Type": "Fail"},
            }),
            fixed: Some(("/States/Charge/Catch/0/ErrorEquals/0", "States.Timeout")),
        },
    ]
}

impl Mistake {
    /// The texts of rustc's errors: the message with its help, and then the messages of the related
    /// locations.
    fn errors_of_rustc(&self) -> Vec<&'static str> {
        let lines = self.rustc.lines();
        lines
            .filter_map(|line| line.strip_prefix("error: "))
            .collect()
    }

    fn document(&self) -> Document {
        let machine =
            json!({"QueryLanguage": "JSONata", "StartAt": "Charge", "States": self.states});
        Document::parse(&machine.to_string()).expect("it is JSON")
    }

    fn diagnostic_of_asl(&self, document: &Document) -> Diagnostic {
        let found = Validator::new(MachineType::Standard).check(document);
        let [one] = found.iter().as_slice() else {
            panic!("{}: one diagnostic was expected:\n{found}", self.code);
        };
        one.clone()
    }
}

#[test]
fn builder_and_validator_report_each_mistake_with_one_code() {
    for mistake in mistakes() {
        let of_builder = (mistake.builder)();
        let [of_builder] = of_builder.as_slice() else {
            panic!(
                "{}: one diagnostic was expected: {of_builder:#?}",
                mistake.code
            );
        };
        let of_asl = mistake.diagnostic_of_asl(&mistake.document());
        assert_eq!(of_builder.code, Some(mistake.code), "{of_builder}");
        assert_eq!(of_asl.code, Some(mistake.code), "{of_asl}");
    }
}

#[test]
fn the_builder_and_rustc_show_the_same_help_and_related_locations() {
    for mistake in mistakes() {
        let [diagnostic] = (mistake.builder)().try_into().expect("one diagnostic");
        let mut errors = mistake.errors_of_rustc();
        let text = diagnostic.help.map_or(diagnostic.message.clone(), |help| {
            format!("{}; {help}", diagnostic.message)
        });
        // The macro writes the service's errors as Rust paths, and the state names differ.
        let first = errors.remove(0).replace("States::", "States.");
        assert_eq!(shape(&first), shape(&text));
        let related = diagnostic.related.iter();
        let related: Vec<String> = related.map(|related| shape(&related.message)).collect();
        let others: Vec<String> = errors.into_iter().map(shape).collect();
        assert_eq!(others, related, "{}", mistake.code);
        let mut sources = diagnostic.related.iter();
        assert!(sources.all(|related| related.location.source.is_some()));
    }
}

#[test]
fn the_validator_reports_the_same_related_locations_and_a_fix() {
    for mistake in mistakes() {
        let document = mistake.document();
        let diagnostic = mistake.diagnostic_of_asl(&document);
        let [of_builder] = (mistake.builder)().try_into().expect("one diagnostic");
        assert_eq!(diagnostic.related.len(), of_builder.related.len());
        for (one, other) in diagnostic.related.iter().zip(&of_builder.related) {
            assert_eq!(shape(&one.message), shape(&other.message));
            assert!(one.location.offset < diagnostic.location.offset);
        }
        let Some((pointer, value)) = mistake.fixed else {
            assert_eq!(diagnostic.fix, None);
            continue;
        };
        assert_eq!(diagnostic.help, of_builder.help);
        let fixer = Fixer::new(Validator::new(MachineType::Standard)).with_unsafe();
        let text = serde_json::to_string(&json!({
            "QueryLanguage": "JSONata", "StartAt": "Charge", "States": mistake.states,
        }));
        let fixed = fixer
            .fix_json(&text.expect("it is JSON"))
            .expect("it is JSON");
        let fixed: Value = serde_json::from_str(&fixed.text).expect("it is JSON");
        assert_eq!(fixed.pointer(pointer), Some(&Value::from(value)));
    }
}

/// A message without the names in it.
fn shape(message: &str) -> String {
    let parts = message.split('`').enumerate();
    let parts = parts.map(|(index, part)| match index % 2 {
        1 if !part.starts_with("States.") => "..",
        _ => part,
    });
    parts.collect::<Vec<_>>().join("`")
}
