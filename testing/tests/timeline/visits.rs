use std::time::Duration;

use serde_json::{Value as Json, json};
use stepwright_asl::overlay::Status as VisitStatus;
use stepwright_runtime::history::HistoryQuery;
use stepwright_runtime::testing::{Mock, Mocks, RecordedHistory};
use stepwright_runtime::timeline::{AttemptOutcome, Timeline, Visit};
use stepwright_runtime::value::Value;
use stepwright_runtime::{Engine, Limits, MachineType, StartOptions, Status};

use crate::testing::support::{machine, orders, run};

fn visit<'t>(timeline: &'t Timeline, state: &str) -> &'t Visit {
    let mut visits = timeline.visits().iter();
    visits.find(|visit| visit.state() == state).unwrap()
}

fn text(value: Option<&Value>) -> Option<String> {
    value.map(Value::to_text)
}

const FUNCTION: &str = "arn:aws:lambda:us-east-1:1:function:f";

#[tokio::test]
async fn a_visit_has_its_attempts_with_data_and_retry_delays() {
    let charge = Mock::failure("Throttled", "busy")
        .times(2)
        .then(Mock::output(json!({"total": 500})).after(Duration::from_secs(3)));
    let mocks = Mocks::new().function("charge", charge);
    let report = run(&orders(), &mocks, json!({"id": 1})).await;
    let timeline = Timeline::of(&report.history);
    assert_eq!(timeline.status(), Status::Succeeded);
    assert_eq!(timeline.title(), "execution succeeded");
    assert_eq!(timeline.started(), Some(report.execution().started()));
    assert_eq!(timeline.ended(), Some(report.stopped));
    assert_eq!(text(timeline.input()).as_deref(), Some(r#"{"id":1}"#));
    let path: Vec<&str> = timeline.visits().iter().map(Visit::state).collect();
    assert_eq!(path, report.history.path());

    let charge = visit(&timeline, "Charge");
    assert_eq!(charge.state_type(), "Task");
    assert_eq!(charge.status(), VisitStatus::Succeeded);
    assert_eq!(
        (charge.error(), charge.cause()),
        (Some("Throttled"), Some("busy"))
    );
    assert_eq!(text(charge.input()).as_deref(), Some(r#"{"id":1}"#));
    assert_eq!(text(charge.output()).as_deref(), Some(r#"{"total":500}"#));
    let attempts = charge.attempts();
    let outcomes: Vec<_> = attempts.iter().map(|attempt| attempt.outcome()).collect();
    assert_eq!(
        outcomes,
        [
            AttemptOutcome::Failed,
            AttemptOutcome::Failed,
            AttemptOutcome::Succeeded
        ]
    );
    let delays: Vec<_> = attempts
        .iter()
        .map(|attempt| attempt.retry_delay())
        .collect();
    let five = Some(Duration::from_secs(5));
    assert_eq!(delays, [None, five, five]);
    assert_eq!(attempts[0].error(), Some("Throttled"));
    assert_eq!(attempts[0].cause(), Some("busy"));
    assert_eq!(attempts[2].error(), None);
    assert_eq!(attempts[2].resource(), Some("lambda:invoke"));
    let arguments = r#"{"FunctionName":"charge","Payload":{"id":1}}"#;
    assert_eq!(text(attempts[2].arguments()).as_deref(), Some(arguments));
    let result = attempts[2]
        .result()
        .and_then(|result| result.get("Payload"));
    assert_eq!(text(result).as_deref(), Some(r#"{"total":500}"#));
    let lasted = attempts[2].ended().unwrap() - attempts[2].scheduled();
    assert_eq!(lasted, Duration::from_secs(3));
    // Entered, three times Scheduled, Started and the end, Exited.
    assert_eq!(charge.events(), 11);
    assert_eq!(charge.last_event() - charge.first_event(), 10);
    assert_eq!(charge.previous(), Some(0));
}

#[tokio::test]
async fn an_error_of_the_execution_belongs_to_the_state_without_its_own_event() {
    let mocks = Mocks::new().function("charge", Mock::failure("CardDeclined", "no money"));
    let report = run(&orders(), &mocks, json!({})).await;
    let timeline = Timeline::of(&report.history);
    assert_eq!(timeline.error(), Some("OrderRejected"));
    assert_eq!(timeline.cause(), Some("the card was declined"));
    let charge = visit(&timeline, "Charge");
    assert_eq!(charge.status(), VisitStatus::Caught);
    assert_eq!(charge.attempts()[0].outcome(), AttemptOutcome::Failed);
    let reject = visit(&timeline, "Reject");
    assert_eq!(reject.status(), VisitStatus::Failed);
    assert_eq!(reject.error(), Some("OrderRejected"));
    assert_eq!(reject.ended(), timeline.ended());
    assert_eq!(reject.output(), None);
}

#[tokio::test]
async fn a_map_counts_its_iterations_and_a_redrive_continues_its_visits() {
    let flow = json!({"StartAt": "Each", "States": {"Each": {
        "Type": "Map", "MaxConcurrency": 1, "End": true,
        "ItemProcessor": {"StartAt": "Call", "States": {"Call": {"Type": "Task", "Resource": FUNCTION, "End": true}}},
    }}});
    let mock = Mock::output(1)
        .times(1)
        .then(Mock::failure("Closed", "").times(1))
        .then(Mock::output(2));
    let engine = Engine::builder()
        .register_definition("m", &machine(&flow), MachineType::Standard)
        .tasks(Mocks::new().function("f", mock))
        .virtual_time()
        .build()
        .unwrap();
    let options = StartOptions::new();
    let run = engine
        .start_machine("m", json!([1, 2, 3]), options)
        .await
        .unwrap();
    let failed = Timeline::of(&run.report().await.history);
    let each = visit(&failed, "Each");
    assert_eq!(each.status(), VisitStatus::Failed);
    let counted = each.iterations().unwrap();
    assert_eq!(
        (counted.total, counted.succeeded, counted.failed),
        (3, 1, 1)
    );
    assert_eq!((counted.running, counted.aborted), (0, 0));
    let second = failed.visit(2).unwrap();
    assert_eq!(
        (second.scope(), second.container()),
        (&["Each[1]".to_owned()][..], Some(0))
    );
    assert_eq!(second.status(), VisitStatus::Failed);

    let again = engine.redrive(run.id()).await.unwrap().report().await;
    let redriven = Timeline::of(&again.history);
    let each = visit(&redriven, "Each");
    assert_eq!(each.status(), VisitStatus::Succeeded);
    let counted = each.iterations().unwrap();
    assert_eq!(
        (counted.total, counted.succeeded, counted.failed),
        (3, 3, 0)
    );
    assert_eq!(redriven.visits().len(), 4);
    let attempts = redriven.visit(2).unwrap().attempts();
    assert_eq!(attempts.len(), 2);
    assert!(attempts[1].is_redriven() && !attempts[0].is_redriven());
    assert_eq!(attempts[1].retry_delay(), None);
}

#[tokio::test]
async fn only_the_last_attempt_of_a_container_continues_after_a_redrive() {
    // The first attempt fails in the second iteration, the second attempt before it.
    let flow = json!({"StartAt": "Each", "States": {"Each": {
        "Type": "Map", "MaxConcurrency": 1, "End": true,
        "Retry": [{"ErrorEquals": ["Closed"], "MaxAttempts": 1}],
        "ItemProcessor": {"StartAt": "Call", "States": {"Call": {"Type": "Task", "Resource": FUNCTION, "End": true}}},
    }}});
    let mock = Mock::output(1)
        .times(1)
        .then(Mock::failure("Closed", "").times(2))
        .then(Mock::never());
    let engine = Engine::builder()
        .register_definition("m", &machine(&flow), MachineType::Standard)
        .tasks(Mocks::new().function("f", mock))
        .virtual_time()
        .build()
        .unwrap();
    let options = StartOptions::new();
    let run = engine
        .start_machine("m", json!([1, 2]), options)
        .await
        .unwrap();
    run.report().await;
    let again = engine.redrive(run.id()).await.unwrap();
    let report = again.stop(Some("test"), None).await;
    let history = report.history.to_json();
    let events = history["events"].as_array().unwrap();
    let redriven = |event: &Json| event["type"] == "ExecutionRedriven";
    let end = events.iter().position(redriven).unwrap() + 1;
    let redriven = RecordedHistory::from_json(&json!({"events": &events[..end]})).unwrap();
    let timeline = redriven.timeline();
    let statuses: Vec<_> = timeline
        .visits()
        .iter()
        .map(|visit| (visit.scope().join(" "), visit.status()))
        .collect();
    let expected = [
        ("", VisitStatus::Running),
        ("Each[0]", VisitStatus::Succeeded),
        ("Each[1]", VisitStatus::Failed),
        ("Each[0]", VisitStatus::Running),
    ];
    assert_eq!(
        statuses,
        expected.map(|(scope, status)| (scope.to_owned(), status))
    );
}

#[tokio::test]
async fn a_container_inside_of_another_attempt_is_another_visit() {
    let flow = json!({"StartAt": "Outer", "States": {"Outer": {
        "Type": "Parallel", "End": true,
        "Retry": [{"ErrorEquals": ["Closed"], "MaxAttempts": 1}],
        "Branches": [{"StartAt": "Inner", "States": {"Inner": {
            "Type": "Parallel", "End": true,
            "Branches": [{"StartAt": "Call", "States": {
                "Call": {"Type": "Task", "Resource": FUNCTION, "End": true},
            }}],
        }}}],
    }}});
    let mocks = Mocks::new().function("f", Mock::failure("Closed", ""));
    let engine = Engine::builder()
        .register_definition("m", &machine(&flow), MachineType::Standard)
        .tasks(mocks)
        .virtual_time()
        .build()
        .unwrap();
    let run = engine
        .start_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    run.report().await;
    let again = engine.redrive(run.id()).await.unwrap().report().await;
    let timeline = Timeline::of(&again.history);
    let visits = timeline.visits().iter().map(|visit| {
        assert_eq!(visit.status(), VisitStatus::Failed, "{}", visit.state());
        (visit.state(), visit.attempts().len())
    });
    // The redrive runs `Call` again, and then the second attempt at `Outer` follows.
    let inside = [("Inner", 1), ("Call", 1)];
    let redriven = [("Inner", 1), ("Call", 2)];
    assert_eq!(
        visits.collect::<Vec<_>>(),
        [&[("Outer", 3)][..], &inside, &redriven, &inside].concat()
    );
}

#[tokio::test]
async fn a_distributed_map_has_its_map_run_and_an_activity_its_worker() {
    let flow = json!({"StartAt": "Open", "States": {
        "Open": {"Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:open", "Next": "Each"},
        "Each": {
            "Type": "Map", "End": true, "ItemsPath": "$.items",
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                "StartAt": "Item", "States": {"Item": {"Type": "Pass", "End": true}},
            },
        },
    }});
    let open = Mock::output(json!({"items": [1, 2]})).worker("till-1");
    let mocks = Mocks::new().state("Open", open);
    let report = run(&flow, &mocks, json!({})).await;
    let ours = Timeline::of(&report.history);
    let recorded = RecordedHistory::from_json(&report.history.to_json()).unwrap();
    for timeline in [ours, recorded.timeline()] {
        let open = &visit(&timeline, "Open").attempts()[0];
        assert_eq!(open.worker(), Some("till-1"));
        assert!(open.resource().unwrap().ends_with("activity:open"));
        let each = &visit(&timeline, "Each").attempts()[0];
        assert_eq!(each.outcome(), AttemptOutcome::Succeeded);
        assert!(each.map_run().unwrap().contains(":mapRun:"));
        assert_eq!(timeline.visits().len(), 2);
    }
}

#[tokio::test]
async fn a_history_without_data_has_visits_without_values() {
    let mocks = Mocks::new().function("charge", Mock::output(json!({"total": 5})));
    let report = run(&orders(), &mocks, json!({})).await;
    let page = report
        .history
        .page(&HistoryQuery::new().without_data())
        .unwrap();
    let timeline = RecordedHistory::from_json(&page.to_json())
        .unwrap()
        .timeline();
    let full = Timeline::of(&report.history);
    assert_eq!(timeline.visits().len(), full.visits().len());
    for (visit, full) in timeline.visits().iter().zip(full.visits()) {
        assert_eq!((visit.input(), visit.output()), (None, None));
        assert_eq!(visit.status(), full.status());
        assert_eq!(visit.events(), full.events());
    }
    assert_eq!(timeline.input(), None);
    assert_eq!(timeline.title(), "execution succeeded");
}

#[tokio::test]
async fn dropped_events_leave_out_their_visits() {
    let flow = json!({"StartAt": "Count", "States": {
        "Count": {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)"}, "Next": "More?"},
        "More?": {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericLessThan": 500, "Next": "Count"}], "Default": "Done"},
        "Done": {"Type": "Succeed"},
    }});
    let engine = Engine::builder()
        .register_json("m", &flow.to_string(), MachineType::Express)
        .limits(Limits::new().events(300))
        .virtual_time()
        .build()
        .unwrap();
    let options = StartOptions::new();
    let report = engine
        .execute_machine("m", json!({"n": 0}), options)
        .await
        .unwrap();
    let timeline = Timeline::of(&report.history);
    assert!(timeline.dropped() > 0);
    assert_eq!(timeline.dropped(), report.history.dropped());
    assert_eq!(timeline.started(), Some(report.execution().started()));
    assert_eq!(timeline.visits().len(), report.history.path().len());
    assert_eq!(timeline.title(), "execution succeeded");
    let done: &Visit = timeline.visits().last().unwrap();
    assert_eq!(text(done.output()).as_deref(), Some(r#"{"n":500}"#));
}

#[tokio::test]
async fn a_long_history_takes_linear_time() {
    // Each iteration fails in a Parallel, and the failure is caught.
    let branch =
        json!({"StartAt": "Broken", "States": {"Broken": {"Type": "Fail", "Error": "Broken"}}});
    let flow = json!({"StartAt": "Each", "States": {"Each": {
        "Type": "Map", "End": true,
        "ItemProcessor": {"StartAt": "Both", "States": {
            "Both": {"Type": "Parallel", "Branches": [branch], "End": true, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Late"}]},
            "Late": {"Type": "Pass", "End": true},
        }},
    }}});
    let items: Vec<Json> = (0..2_500).map(Json::from).collect();
    let report = run(&flow, &Mocks::new(), Json::from(items)).await;
    assert_eq!(report.status, Status::Succeeded);
    let timeline = Timeline::of(&report.history);
    let failed = timeline
        .visits()
        .iter()
        .filter(|visit| visit.status() == VisitStatus::Failed);
    assert_eq!(failed.count(), 2_500);
    assert_eq!(timeline.visits().len(), 1 + 3 * 2_500);
}

#[tokio::test]
async fn a_branch_that_a_redrive_starts_first_is_in_its_scope() {
    let branch = json!({"StartAt": "Ask", "States": {"Ask": {
        "Type": "Task", "Resource": FUNCTION, "OutputPath": "$.no", "End": true,
    }}});
    let later = json!({"StartAt": "Later", "States": {"Later": {"Type": "Pass", "End": true}}});
    let inner = json!({"StartAt": "Both", "States": {"Both": {
        "Type": "Parallel", "Branches": [branch, later], "End": true,
    }}});
    let definition = json!({"StartAt": "Outer", "States": {"Outer": {
        "Type": "Parallel", "Branches": [inner], "End": true,
    }}});
    // The first call fails before the other branch starts, the second call after that.
    let slow = Mock::output(json!({})).after(Duration::from_secs(1));
    let ask = Mock::output(json!({})).times(1).then(slow);
    let engine = Engine::builder()
        .register_json("m", &definition.to_string(), MachineType::Standard)
        .tasks(Mocks::new().state("Ask", ask))
        .virtual_time()
        .build()
        .unwrap();
    let run = engine.execute_machine("m", json!({}), StartOptions::new());
    let first = run.await.unwrap();
    let again = engine.redrive(first.execution().id()).await.unwrap();
    let history = again.report().await.history.clone();
    let recorded = RecordedHistory::from_json(&history.to_json()).unwrap();
    let scopes = |timeline: &Timeline| -> Vec<_> {
        let visits = timeline.visits().iter();
        visits
            .map(|visit| (visit.state().to_owned(), visit.scope().to_vec()))
            .collect()
    };
    let own = scopes(&Timeline::of(&history));
    assert!(own.iter().any(|(state, _)| state == "Later"), "{own:?}");
    assert_eq!(scopes(&recorded.timeline()), own);
}

#[tokio::test]
async fn a_failed_event_is_of_the_container_around_a_state_whose_path_failed() {
    let branch = |states: Json| json!({"StartAt": "Inner", "States": {"Inner": states}});
    let pass = json!({"StartAt": "Pass", "States": {"Pass": {"Type": "Pass", "End": true}}});
    let inner = branch(json!({
        "Type": "Parallel", "InputPath": "$.no", "Branches": [pass], "End": true,
    }));
    let definition = json!({"StartAt": "Outer", "States": {"Outer": {
        "Type": "Parallel", "Branches": [inner], "End": true,
    }}});
    let report = run(&definition, &Mocks::new(), json!({})).await;
    let recorded = RecordedHistory::from_json(&report.history.to_json()).unwrap();
    for timeline in [Timeline::of(&report.history), recorded.timeline()] {
        assert_eq!(visit(&timeline, "Outer").events(), 3);
        assert_eq!(visit(&timeline, "Inner").events(), 1);
    }
}

#[tokio::test]
async fn a_recording_shows_a_container_that_is_aborted_after_its_redrive() {
    let fails = json!({"StartAt": "Broken", "States": {"Broken": {"Type": "Fail", "Error": "E"}}});
    let definition = json!({"StartAt": "Both", "States": {"Both": {"Type": "Parallel", "End": true, "Branches": [
        {"StartAt": "Call", "States": {"Call": {"Type": "Task", "Resource": FUNCTION, "End": true}}},
        {"StartAt": "Inner", "States": {"Inner": {"Type": "Parallel", "Branches": [fails], "End": true}}},
    ]}}});
    // The redriven call fails before the inner Parallel starts again.
    let call = Mock::never().times(1).then(Mock::failure("F", ""));
    let engine = Engine::builder()
        .register_definition("m", &machine(&definition), MachineType::Standard)
        .tasks(Mocks::new().function("f", call))
        .virtual_time()
        .build()
        .unwrap();
    let run = engine
        .start_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    run.report().await;
    let report = engine.redrive(run.id()).await.unwrap().report().await;
    let recorded = RecordedHistory::from_json(&report.history.to_json()).unwrap();
    for timeline in [Timeline::of(&report.history), recorded.timeline()] {
        assert_eq!(visit(&timeline, "Inner").status(), VisitStatus::Stopped);
        assert_eq!(visit(&timeline, "Both").status(), VisitStatus::Failed);
    }
}
