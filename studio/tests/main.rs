//! Tests of sessions: their log, and what an action leaves in the text.

mod clipboard;
mod editor_studio;
mod palette;
mod session;

use stepwright_asl::MachineType;
use stepwright_asl::validate::Validator;
use stepwright_studio::{Action, Session};

/// A workflow with comments, several body kinds and both kinds of handlers.
const ORDERS: &str = r#"{
  // The order workflow
  "QueryLanguage": "JSONata",
  "StartAt": "Check",
  "States": {
    "Check": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.ok %}", "Next": "Charge"}], "Default": "Reject"},
    "Charge": { // the card
      "Type": "Task",
      "Resource": "arn:aws:states:::lambda:invoke",
      "Arguments": {"FunctionName": "charge", "Payload": "{% $states.input %}"},
      "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Reject"}],
      "Next": "Both",
    },
    "Both": {"Type": "Parallel", "Branches": [
      {"StartAt": "Pack", "States": {"Pack": {"Type": "Pass", "End": true}}},
      {"StartAt": "Mail", "States": {"Mail": {"Type": "Pass",   "End": true}}}
    ], "Next": "Done"},
    "Done": {"Type": "Succeed"},
    "Reject": {"Type": "Fail", "Error": "Rejected"}
  }
}
"#;

fn session(name: &str, text: &str) -> Session {
    Session::open(name, text, Validator::new(MachineType::Standard))
}

fn action(json: &str) -> Action {
    serde_json::from_str(json).expect("it is an action")
}

/// Performs an action on the newest text.
fn act(session: &mut Session, json: &str) -> Result<Vec<String>, String> {
    let revision = session.revision();
    let outcome = session.apply(revision, &[action(json)]);
    outcome
        .map(|outcome| outcome.select)
        .map_err(|error| error.to_string())
}

fn text(session: &Session) -> &str {
    session.document().text()
}
