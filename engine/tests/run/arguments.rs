use serde_json::{Value as Json, json};
use stepwright_engine::Status;
use stepwright_testing::{Mock, Mocks};

use crate::run::support::{kinds, machine, output, run};

fn calling(headers: &Json) -> Json {
    machine(json!({
        "Type": "Task",
        "Resource": "arn:aws:states:::apigateway:invoke",
        "Parameters": {"ApiEndpoint": "api", "Method": "GET", "Headers": headers},
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "S"}],
    }))
}

#[tokio::test]
async fn http_headers_that_are_not_arrays_are_refused() {
    for headers in [json!({"accept": "text/plain"}), json!("accept")] {
        let report = run(&calling(&headers), &Mocks::new(), json!({})).await;
        assert_eq!(report.status, Status::Failed);
        assert_eq!(report.error.as_deref(), Some("States.Runtime"));
        let parameters = json!({"ApiEndpoint": "api", "Method": "GET", "Headers": headers});
        let cause = format!(
            "An error occurred while executing the state 'S' (entered at the event id #2). \
             The Parameters '{parameters}' could not be used to start the Task: \
             [The value of the field 'Headers' has an invalid format]"
        );
        assert_eq!(report.cause, Some(cause));
        let entered = ["ExecutionStarted", "TaskStateEntered", "ExecutionFailed"];
        assert_eq!(kinds(&report), entered);
    }
}

#[tokio::test]
async fn http_headers_with_arrays_are_sent() {
    let mocks = Mocks::new().state("S", Mock::output("pong"));
    for headers in [
        json!({"accept": ["text/plain", "text/html"]}),
        json!({}),
        json!(null),
    ] {
        let report = run(&calling(&headers), &mocks, json!({})).await;
        assert_eq!(output(&report), json!("pong"));
    }
}
