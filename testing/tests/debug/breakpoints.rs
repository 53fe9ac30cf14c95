use serde_json::json;
use stepwright_engine::task::TaskFailure;
use stepwright_testing::debug::{DebugError, Stop};

use crate::debug::support::{FUNCTION, shown, start};

#[test]
fn a_breakpoint_of_a_state_stops_before_each_entry() {
    let states = json!({
        "A": {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)"}, "Next": "C"},
        "C": {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericLessThan": 3, "Next": "A"}], "Default": "E"},
        "E": {"Type": "Succeed"},
    });
    let mut debugger = start(states, json!({"n": 0}));
    debugger.break_at("C").unwrap();
    assert_eq!(debugger.state_breakpoints().collect::<Vec<_>>(), ["C"]);
    assert_eq!(debugger.error_breakpoints().count(), 0);
    let stop = Stop::Breakpoint {
        state: "C".to_owned(),
    };
    for n in 1..=3 {
        assert_eq!(debugger.resume(), stop);
        assert_eq!(debugger.evaluate("$.n").unwrap().to_text(), n.to_string());
    }
    assert_eq!(debugger.resume(), Stop::Ended);
    debugger.go_back_to(0).unwrap();
    assert!(debugger.remove_break_at("C"));
    assert!(!debugger.remove_break_at("C"));
    assert_eq!(debugger.resume(), Stop::Ended);
    let unknown = Err(DebugError::UnknownState("X".to_owned()));
    assert_eq!(debugger.break_at("X"), unknown);
}

#[test]
fn a_breakpoint_inside_of_a_parallel_interrupts_a_step_over_it() {
    let inner = json!({"StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}});
    let states = json!({"P": {"Type": "Parallel", "Branches": [inner], "End": true}});
    let mut debugger = start(states, json!({}));
    debugger.break_at("I").unwrap();
    let state = "I".to_owned();
    assert_eq!(debugger.step(), Stop::Breakpoint { state });
    assert_eq!(shown(&debugger), "before P/I I");
}

#[test]
fn a_breakpoint_of_an_error_stops_also_if_the_error_is_caught() {
    let catch = json!([{"ErrorEquals": ["Declined", "States.Runtime"], "Next": "C"}]);
    let states = json!({
        "T": {"Type": "Task", "Resource": FUNCTION, "Catch": catch, "End": true},
        "C": {"Type": "Pass", "InputPath": "$.missing", "End": true},
    });
    for (name, stops) in [("Declined", true), ("States.ALL", true), ("Other", false)] {
        let mut debugger = start(states.clone(), json!({}));
        debugger.break_on_error(name);
        debugger.resume();
        let stop = debugger.answer(Err(TaskFailure::new("Declined", "no funds")));
        let expected = if stops {
            Stop::Error {
                state: "T".to_owned(),
                error: "Declined".to_owned(),
                cause: Some("no funds".to_owned()),
            }
        } else {
            Stop::Step
        };
        assert_eq!(stop, Ok(expected), "{name}");
        assert_eq!(shown(&debugger), "before C");
        // No catcher handles this failure.
        match debugger.resume() {
            Stop::Error { state, error, .. } if name == "States.ALL" => {
                assert_eq!((state.as_str(), error.as_str()), ("C", "States.Runtime"));
            }
            other => assert_eq!(other, Stop::Ended),
        }
        assert_eq!(shown(&debugger), "ended");
        assert!(debugger.remove_break_on_error(name));
        assert!(!debugger.remove_break_on_error(name));
    }
}
