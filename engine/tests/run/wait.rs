use std::time::Instant;

use serde_json::json;
use stepwright_testing::Mocks;

use crate::run::support::{machine, output, run, seconds};

const YEAR: u64 = 365 * 86_400;

#[tokio::test]
async fn a_wait_of_a_year_ends_immediately_on_virtual_time() {
    let begun = Instant::now();
    let wait = machine(json!({"Type": "Wait", "Seconds": YEAR}));
    let report = run(&wait, &Mocks::new(), json!({"a": 1})).await;
    assert_eq!(output(&report), json!({"a": 1}));
    assert_eq!(seconds(&report), YEAR as f64);
    assert!(begun.elapsed().as_secs() < 60);
}

#[tokio::test]
async fn a_wait_reads_its_time_from_a_path_a_timestamp_or_an_expression() {
    let by_path = machine(json!({"Type": "Wait", "SecondsPath": "$.s"}));
    let report = run(&by_path, &Mocks::new(), json!({"s": 90})).await;
    assert_eq!(seconds(&report), 90.0);

    let until = machine(json!({"Type": "Wait", "Timestamp": "2026-01-01T00:01:00Z"}));
    assert_eq!(seconds(&run(&until, &Mocks::new(), json!({})).await), 60.0);

    let past = machine(json!({"Type": "Wait", "Timestamp": "1999-01-01T00:01:00Z"}));
    assert_eq!(seconds(&run(&past, &Mocks::new(), json!({})).await), 0.0);

    let computed = machine(json!({
        "Type": "Wait", "QueryLanguage": "JSONata", "Seconds": "{% $states.input.s * 2 %}",
        "Output": "{% $states.input.s %}"
    }));
    let report = run(&computed, &Mocks::new(), json!({"s": 4})).await;
    assert_eq!((seconds(&report), output(&report)), (8.0, json!(4)));
}

#[tokio::test]
async fn an_invalid_wait_fails_with_the_message_of_aws() {
    for (state, input, cause) in [
        (
            json!({"Type": "Wait", "SecondsPath": "$.s"}),
            json!({"s": 1.5}),
            "The SecondsPath parameter cannot be parsed as a long value: $.s == 1.5",
        ),
        (
            json!({"Type": "Wait", "SecondsPath": "$.s"}),
            json!({"s": -1}),
            "The SecondsPath parameter references a negative value: $.s == -1",
        ),
        (
            json!({"Type": "Wait", "Timestamp": "2199-01-01T00:00:00Z"}),
            json!({}),
            "Wait state delay is too long.",
        ),
    ] {
        let report = run(&machine(state), &Mocks::new(), input).await;
        assert_eq!(report.error.as_deref(), Some("States.Runtime"));
        let prefix =
            "An error occurred while executing the state 'S' (entered at the event id #2). ";
        assert_eq!(report.cause.as_deref(), Some(&*format!("{prefix}{cause}")));
    }
}
