use serde_json::json;
use stepwright_engine::clock::VIRTUAL_START;
use stepwright_engine::task::TaskFailure;
use stepwright_testing::debug::DebugError;

use crate::debug::support::{FUNCTION, output, shown, start};

#[test]
fn the_execution_continues_differently_from_an_earlier_position() {
    let states = json!({
        "W": {"Type": "Wait", "Seconds": 60, "Next": "T"},
        "T": {"Type": "Task", "Resource": FUNCTION, "Next": "E",
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "C"}]},
        "C": {"Type": "Pass", "Result": "caught", "End": true},
        "E": {"Type": "Succeed"},
    });
    let mut debugger = start(states, json!({}));
    assert!(!debugger.back());
    debugger.resume();
    debugger.answer(Err(TaskFailure::new("E", ""))).unwrap();
    debugger.resume();
    assert_eq!(output(&debugger), json!("caught"));
    let path = |debugger: &stepwright_testing::debug::Debugger| debugger.history().path().join(" ");
    assert_eq!(path(&debugger), "W T C");
    let states: Vec<_> = debugger.positions().map(|at| at.state()).collect();
    assert_eq!(states, [Some("W"), Some("T"), Some("C"), None]);

    debugger.go_back_to(1).unwrap();
    assert_eq!(shown(&debugger), "call T");
    assert_eq!(path(&debugger), "W T");
    debugger.answer(Ok("fine".into())).unwrap();
    debugger.resume();
    assert_eq!(output(&debugger), json!("fine"));
    assert_eq!(path(&debugger), "W T E");

    while debugger.back() {}
    assert_eq!(shown(&debugger), "before W");
    assert_eq!(debugger.position().time, VIRTUAL_START);
    assert_eq!(path(&debugger), "");
    let unknown = DebugError::UnknownPosition { index: 1, last: 0 };
    assert_eq!(debugger.go_back_to(1), Err(unknown));
    debugger.go_back_to(0).unwrap();
}

#[test]
fn a_clone_continues_independently() {
    let states = json!({"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Succeed"}});
    let mut first = start(states, json!({}));
    let mut second = first.clone();
    second.resume();
    assert_eq!(
        (shown(&first), shown(&second)),
        ("before A".to_owned(), "ended".to_owned())
    );
    first.resume();
    assert_eq!(first.history().to_json(), second.history().to_json());
}
