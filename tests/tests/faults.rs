//! The faults of `build()` contain their source locations and are reported together.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::WorkflowDiagnostic;
use stepwright::prelude::*;
// Both glob imports are next to each other.
#[allow(
    unused_imports,
    reason = "that the names do not clash is what is tested"
)]
use stepwright_runtime::*;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Order {
    id: String,
    note: Option<String>,
}

#[task]
async fn print(text: String) -> String {
    text
}

/// The line of `workflow!` below.
const START: u32 = line!() + 1;
workflow! {
    /// Its mistakes are known only when the shapes of its types are.
    workflow Slips(order: Order) -> String {
        allow unused_variables; raw { "Colour": "red" }
        task Print {
            let printed = print(order.id);
            next Select;
        }
        pass Select {
            query_language JSONPath;
            let note = order.note;
            next Look;
        }
        choice Look {
            when jsonata!("$printed.length > 3", bool) => Long;
            otherwise => Done;
        }
        pass Long { raw { "Size": 3 } next Done; }
        succeed Done { printed }
    }
}

fn line_and_column(fault: &WorkflowDiagnostic) -> (u32, u32) {
    let place = fault.location.source.expect("the macro knows the place");
    assert!(place.file().ends_with("tests/faults.rs"), "{place}");
    (place.line() - START, place.column())
}

#[test]
fn faults_are_located_at_their_expression_or_state() {
    let faults = Slips::build().expect_err("it has mistakes");
    let found_locations: Vec<_> = faults
        .iter()
        .filter(|fault| fault.location.state.as_deref().is_some())
        .map(|fault| {
            (
                fault.location.state.as_deref().unwrap_or_default(),
                line_and_column(fault),
            )
        })
        .collect();
    assert_eq!(
        found_locations,
        [
            ("Select", (10, 24)),
            ("Look", (14, 18)),
            // Problems of the validator are listed together with faults of the lowering.
            ("Long", (17, 14)),
        ],
        "{faults}"
    );
}

#[test]
fn every_fault_is_printed_with_its_location_state_and_message() {
    let faults = Slips::build().expect_err("it has mistakes");
    let text = faults.to_string();
    assert_eq!(text.lines().count(), faults.len() + 1, "{text}");
    for fault in &faults {
        let place = fault.location.source.map(|place| format!("{place}: "));
        let line = format!(
            "  - {}{}{}",
            place.unwrap_or_default(),
            fault
                .location
                .state
                .as_deref()
                .map(|state| format!("in state `{state}`: "))
                .unwrap_or_default(),
            fault.message
        );
        let help = fault.help.as_ref().map(|help| format!("; {help}"));
        let code = fault.code.map(|code| format!(" ({code})"));
        let line = [Some(line), help, code].into_iter().flatten();
        let line: String = line.collect();
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    // `unwrap` and `?` in a test's `main` print the same.
    assert_eq!(format!("{faults:?}"), text);
}
