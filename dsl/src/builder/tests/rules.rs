//! Rules that neither rustc nor AWS checks, and the lints.

use super::*;
use crate::builder::{AnyInput, Lint};

/// The faults of a workflow with one task, to which `add` adds.
fn faults_of_a_task(
    add: impl FnOnce(
        crate::builder::Fallible<'_, Order, Charge, PaymentError, Charge>,
        &crate::builder::StepHandle,
    ),
) -> Vec<String> {
    let flow = FlowBuilder::<Order, Charge>::new("Orders");
    let (charge, failed) = (flow.declare("Charge"), flow.step("Failed"));
    flow.start_at(&charge);
    add(flow.task(&charge, charge_card {}), &failed);
    flow.fail(&failed, "Failed", ());
    faults(&flow)
}

fn assert_contains(faults: &[String], message: &str) {
    assert!(faults.iter().any(|fault| fault == message), "{faults:#?}");
}

#[test]
fn a_shadowed_retry_is_a_fault() {
    let found = faults_of_a_task(|task, failed| {
        task.retry(Retry::on(States::TASK_FAILED))
            .retry(Retry::on(errors!(PaymentError::GatewayTimeout)))
            .catch(States::ALL, failed)
            .end();
    });
    assert_contains(
        &found,
        "in state `Charge`: an earlier `.retry(..)` of this state already matches `PaymentError.GatewayTimeout`, because \
         `States.TaskFailed` includes it: put this one first",
    );
    let found = faults_of_a_task(|task, failed| {
        task.retry(Retry::on(States::ALL))
            .retry(Retry::on(States::TIMEOUT))
            .catch(States::TIMEOUT, failed)
            .catch(States::TIMEOUT, failed)
            .end();
    });
    assert_contains(
        &found,
        "in state `Charge`: `States::ALL` matches every error, so each `.retry(..)` after it never runs: put it last",
    );
    assert_contains(
        &found,
        "in state `Charge`: an earlier `.catch(..)` of this state already matches `States.Timeout`: remove one of them",
    );
}

#[test]
fn a_fault_names_the_line_of_its_call() {
    let flow = FlowBuilder::<Order, Charge>::new("Orders");
    let (charge, failed) = (flow.declare("Charge"), flow.step("Failed"));
    flow.start_at(&charge);
    let line = line!() + 3;
    flow.task(&charge, charge_card {})
        .retry(Retry::on(States::ALL))
        .retry(Retry::on(States::named("")))
        .timeout(0)
        .catch(States::ALL, &failed)
        .end();
    flow.fail(&failed, "Failed", ());
    let faults = flow.build().unwrap_err();
    let lines: Vec<_> = faults
        .iter()
        .map(|fault| fault.location.source.unwrap().line())
        .collect();
    assert_eq!(lines, [line - 1, line, line + 1], "{faults}");
}

#[test]
fn empty_and_unknown_error_names_are_faults() {
    let found = faults_of_a_task(|task, failed| {
        task.retry(Retry::on(States::named("")))
            .catch(States::named("States.Timeot"), failed)
            .end();
    });
    assert_contains(
        &found,
        "in state `Charge`: an error name of this `.retry(..)` is empty; write the name, or `States::ALL`",
    );
    assert_contains(
        &found,
        "in state `Charge`: `States.Timeot` is not an error name of the service; did you mean `States.Timeout`?",
    );
}

#[test]
fn error_names_from_a_table_are_checked_against_the_task() {
    let table = [("GatewayTimeout", 2), ("PaymentError.Declined", 30)];
    let flow = FlowBuilder::<Order, Charge>::new("Orders");
    let charge = flow.declare("Charge");
    flow.start_at(&charge);
    let task = flow.task(&charge, charge_card {});
    table
        .iter()
        .fold(task, |task, (name, interval)| {
            task.retry(Retry::on(crate::builder::Errors::named([name])).interval(*interval))
        })
        .end();
    assert_eq!(
        state(&flow, "Charge")["Retry"],
        json!([
            { "ErrorEquals": ["PaymentError.GatewayTimeout"], "IntervalSeconds": 2 },
            { "ErrorEquals": ["PaymentError.Declined"], "IntervalSeconds": 30 }
        ])
    );
    let found = faults_of_a_task(|task, _| {
        task.retry(Retry::on(crate::builder::Errors::named(["GatewayTimeuot"])))
            .end();
    });
    assert_contains(
        &found,
        "in state `Charge`: `PaymentError` has no error `GatewayTimeuot`, did you mean `GatewayTimeout`?",
    );
}

#[test]
fn names_that_aws_refuses_are_faults() {
    let flow = FlowBuilder::<u32, u32>::new("1 bad name!");
    let _ = flow.variable::<u32>("no name");
    let state = flow.declare("");
    flow.start_at(&state);
    flow.pass(&state, expr!(|n: u32| n)).end();
    let found = faults(&flow);
    assert_contains(
        &found,
        "`1 bad name!` cannot name a workflow: the name has the character ` `, which is not allowed; give `FlowBuilder::new` \
         another name",
    );
    assert_contains(
        &found,
        "`no name` cannot name a variable: the name has the character ` `, which is not allowed",
    );
    assert_contains(
        &found,
        "in state ``: `` cannot name a state: the name is empty",
    );
}

#[test]
fn a_parallel_without_branches_is_a_fault() {
    let flow = FlowBuilder::<u32, Vec<u32>>::new("Empty");
    let state = flow.declare("Both");
    flow.start_at(&state);
    flow.parallel(&state, Vec::<Body<u32, u32>>::new()).end();
    assert_eq!(
        faults(&flow),
        [
            "in state `Both`: `parallel` has no branches; give it one at least, or leave the state out"
        ]
    );
}

#[test]
fn numbers_outside_their_ranges_are_faults() {
    let found = faults_of_a_task(|task, failed| {
        task.timeout(10)
            .heartbeat(10)
            .retry(
                Retry::on(States::TIMEOUT)
                    .interval(0)
                    .max_delay(40_000_000)
                    .backoff_rate(0.5),
            )
            .catch(States::ALL, failed)
            .end();
    });
    assert_contains(
        &found,
        "in state `Charge`: `.heartbeat(..)` must be shorter than `.timeout(..)`: 10 s is not less than 10 s",
    );
    assert_contains(
        &found,
        "in state `Charge`: `.interval(..)` of `.retry(..)` must be from 1 to 99999999 seconds; this is 0",
    );
    assert_contains(
        &found,
        "in state `Charge`: `.max_delay(..)` of `.retry(..)` must be from 1 to 31622399 seconds; this is 40000000",
    );
    assert_contains(
        &found,
        "in state `Charge`: `.backoff_rate(..)` of `.retry(..)` must be at least 1.0; this is 0.5",
    );
}

/// A workflow that repeats a task until its result ends the loop.
fn polling_workflow(
    level: impl FnOnce(FlowBuilder<Order, Charge>) -> FlowBuilder<Order, Charge>,
    waits: bool,
) -> FlowBuilder<Order, Charge> {
    let flow = level(FlowBuilder::new("Asking"));
    let charged = flow.variable("charged");
    let order = flow.parameter("order");
    let (ask, look, done) = (flow.step("Ask"), flow.step("Look"), flow.step("Done"));
    flow.start_at(&ask);
    flow.task_with(&ask, charge_card {}, expr!([order] || order))
        .bind(&charged)
        .next(&look);
    let again = if waits {
        flow.step("Pause")
    } else {
        ask.clone()
    };
    flow.choice(&look)
        .when(
            expr!([charged] |_: AnyInput| charged.charge_id == "none"),
            &again,
        )
        .otherwise(&done);
    if waits {
        flow.wait(&again, 5).next(&ask);
    }
    flow.succeed_with(&done, expr!([charged] || charged));
    flow
}

#[test]
fn the_unbounded_loop_warning_can_be_denied_or_allowed() {
    let expected = "in state `Look`: this loop has neither a wait nor a bound: add a `wait` state, or count in it and leave it by \
                    a choice on the count; `.allow(Lint::UnboundedLoop)` permits it";
    let lint = Lint::UnboundedLoop;
    let built = polling_workflow(|flow| flow, false).build().unwrap();
    let warnings: Vec<_> = built.warnings().iter().map(state_and_message).collect();
    assert_eq!(warnings, [expected]);
    assert_eq!(
        faults(&polling_workflow(|flow| flow.deny(lint), false)),
        [expected]
    );
    let built = polling_workflow(|flow| flow.allow(lint), false)
        .build()
        .unwrap();
    assert!(built.warnings().is_empty(), "{:?}", built.warnings());
    let built = polling_workflow(|flow| flow.deny(lint), true)
        .build()
        .unwrap();
    assert!(built.warnings().is_empty(), "{:?}", built.warnings());
}

#[test]
fn a_loop_that_counts_is_bounded() {
    let flow = FlowBuilder::<u32, u32>::new("Counting");
    let count = flow.variable::<u32>("count");
    let (start, add) = (flow.step("Start"), flow.step("Add"));
    let (look, done) = (flow.step("Look"), flow.step("Done"));
    flow.start_at(&start);
    flow.pass_on(&start)
        .assign(&count, expr!(|_: AnyInput| 0))
        .next(&add);
    flow.pass_on(&add)
        .assign(&count, expr!([count] || count + 1))
        .next(&look);
    flow.choice(&look)
        .when(expr!([count] || count < 10), &add)
        .otherwise(&done);
    flow.succeed_with(&done, expr!([count] || count));
    assert!(flow.build().is_ok());

    // The same with the counter in the states' inputs.
    let flow = FlowBuilder::<u32, u32>::new("Counting");
    let (add, look) = (flow.declare("Add"), flow.declare::<u32>("Look"));
    let done = flow.declare("Done");
    flow.start_at(&add);
    flow.pass(&add, expr!(|count: u32| count + 1)).next(&look);
    flow.choice(&look)
        .when(expr!(|count: u32| count < 10), &add)
        .otherwise(&done);
    flow.succeed(&done);
    assert!(flow.build().is_ok());
}

/// A workflow that assigns a variable next to one that reads it, with a comment on the state.
fn assigning_together(comment: &'static str) -> (FlowBuilder<u32, u32>, u32) {
    let flow = FlowBuilder::<u32, u32>::new("Totals");
    let (total, last) = (flow.variable::<u32>("total"), flow.variable::<u32>("last"));
    let (start, add, done) = (flow.step("Start"), flow.step("Add"), flow.step("Done"));
    flow.start_at(&start);
    flow.pass_on(&start)
        .assign(&total, expr!(|_: AnyInput| 0))
        .next(&add);
    let line = line!() + 4;
    flow.pass_on(&add)
        .comment(comment)
        .assign(&total, expr!(|_: AnyInput| 1))
        .assign(&last, expr!([total] || total))
        .next(&done);
    flow.succeed_with(&done, expr!([last] || last));
    (flow, line)
}

#[test]
fn a_warning_of_the_validator_is_located_at_the_expression() {
    let (flow, line) = assigning_together("");
    let built = flow.build().unwrap();
    let [warning] = built.warnings() else {
        panic!("{:?}", built.warnings());
    };
    assert_eq!(warning.code, Some("SW133"));
    assert_eq!(warning.severity, stepwright_asl::Severity::Warning);
    assert_eq!(
        warning.location.source.map(|place| place.line()),
        Some(line),
        "{warning}"
    );
    assert_eq!(
        state_and_message(warning),
        "in state `Add`: `last` reads the value that `$total` has before this state: the assignment to `total` takes effect \
         in the next state"
    );
}

#[test]
fn a_comment_suppresses_a_warning_of_the_validator() {
    let (flow, _) = assigning_together("stepwright: allow SW133");
    let built = flow.build().unwrap();
    assert!(built.warnings().is_empty(), "{:?}", built.warnings());
}

#[test]
fn a_catch_of_an_error_that_ends_the_execution_is_a_warning() {
    let flow = FlowBuilder::<Order, Charge>::new("Orders");
    let (charge, failed) = (flow.declare("Charge"), flow.step("Failed"));
    flow.start_at(&charge);
    let line = line!() + 2;
    flow.task(&charge, charge_card {})
        .catch(States::named("States.Runtime"), &failed)
        .end();
    flow.fail(&failed, "Failed", ());
    let built = flow.build().unwrap();
    let found: Vec<_> = built
        .warnings()
        .iter()
        .map(|warning| (warning.code, warning.location.source.map(|one| one.line())))
        .collect();
    assert_eq!(found, [(Some("SW054"), Some(line))]);
}

#[test]
fn lints_warn_and_can_be_allowed_or_denied() {
    let flow = |level: fn(FlowBuilder<u32, String>, Lint) -> FlowBuilder<u32, String>| {
        let flow = FlowBuilder::<u32, String>::new("Texts");
        let flow = level(flow, Lint::LiteralPlaceholder);
        let flow = level(flow, Lint::UnusedVariables);
        let _ = flow.variable::<u32>("unused");
        let _ = flow.variable::<u32>("_meant");
        let text = flow.declare("Text");
        flow.start_at(&text);
        flow.pass(&text, expr!(|_: u32| String::from("in ${Stage}")))
            .end();
        flow
    };
    let expected = [
        "in state `Text`: `${Stage}` in a text stays as it is, so no template fills it in: write `placeholder!(\"Stage\")` in an \
         `expr!` for a value of the deployment; `.allow(Lint::LiteralPlaceholder)` permits the text",
        "unused variable: `unused`; if this is intentional, prefix it with an underscore: `_unused`",
    ];
    let warned = flow(|flow, _| flow).build().unwrap();
    let warnings: Vec<_> = warned.warnings().iter().map(state_and_message).collect();
    assert_eq!(warnings, expected);
    assert!(
        flow(FlowBuilder::allow)
            .build()
            .unwrap()
            .warnings()
            .is_empty()
    );
    let denied = faults(&flow(FlowBuilder::deny));
    assert_eq!(denied, expected);
}

#[test]
fn unhandled_errors_are_faults_where_they_are_denied() {
    let flow = FlowBuilder::<Order, Charge>::new("Orders").deny(Lint::UnhandledErrors);
    let charge = flow.declare("Charge");
    flow.start_at(&charge);
    flow.task(&charge, charge_card {}).end();
    assert_contains(
        &faults(&flow),
        "in state `Charge`: nothing catches `PaymentError.GatewayTimeout`, with which the task `charge_card` may fail; add a \
         `.catch(..)`, or remove `.deny(Lint::UnhandledErrors)`",
    );
}

#[test]
fn a_retry_of_all_errors_with_an_output_that_can_fail_is_a_warning() {
    let flow = FlowBuilder::<Vec<Order>, Charge>::new("Orders");
    let charge = flow.declare("Charge");
    flow.start_at(&charge);
    flow.task_with(&charge, charge_card {}, expr!(|all: Vec<Order>| all[0]))
        .retry(Retry::on(States::ALL))
        .output(expr!(|all: Vec<Order>, _: Charge| Charge {
            charge_id: all[0].order_id
        }))
        .end();
    let built = flow.build().unwrap();
    assert!(
        built.warnings()[0]
            .message
            .starts_with("this retry also repeats the call of `Charge` when"),
        "{:?}",
        built.warnings()
    );
}

#[test]
fn a_variable_must_be_assigned_on_every_path_to_its_reads() {
    let flow = FlowBuilder::<Order, Charge>::new("Orders");
    let order = flow.parameter("order");
    let charged = flow.variable::<Charge>("charged");
    let (charge, done) = (flow.step("Charge"), flow.step("Done"));
    flow.start_at(&charge);
    flow.task_with(&charge, charge_card {}, expr!([order] || order))
        .bind(&charged)
        .catch(States::ALL, &done)
        .next(&done);
    flow.succeed_with(&done, expr!([charged] || charged));
    assert_contains(
        &faults(&flow),
        "in state `Done`: variable `charged` may be read before it is assigned: no state assigns it on the path `Charge` -> \
         `Done`; after a `.catch(..)`, variables have the values from before its state",
    );
}

#[test]
fn a_variable_is_visible_in_its_body_and_in_nested_bodies() {
    let other = FlowBuilder::<u32, u32>::new("Other");
    let foreign = other.variable::<u32>("total");
    let flow = FlowBuilder::<u32, Vec<u32>>::new("Orders");
    let total = flow.variable::<u32>("total");
    let _ = flow.variable::<String>("total");
    let first = flow.declare("First");
    let all = flow.declare("All");
    flow.start_at(&first);
    flow.pass(&first, expr!([foreign] |n: u32| vec![n, foreign]))
        .assign(&total, expr!(|n: u32| n))
        .next(&all);
    let body = Body::<u32, u32>::new();
    let add = body.declare("Add");
    body.start_at(&add);
    body.pass(&add, expr!([total] |n: u32| n + total))
        .assign(&total, expr!(|n: u32| n))
        .end();
    flow.map(&all, expr!(|all: Vec<u32>| all), body).end();
    let found = faults(&flow);
    assert_contains(
        &found,
        "in state `First`: it uses `total`, a variable of another body; use a variable only in the body that declares it, or \
         in bodies inside it",
    );
    assert_contains(
        &found,
        "in state `Add`: it assigns `total`, a variable outside of this branch or map, which may read but not assign it; \
         declare one in the body, and hand the value out as its result",
    );
    assert!(
        found
            .iter()
            .any(|fault| fault.starts_with("the variable `total` is declared twice, first at ")),
        "{found:?}"
    );
}

#[test]
fn an_unknown_service_is_a_fault() {
    let flow = FlowBuilder::<Order, Value>::new("Orders");
    let send = flow.declare("Send");
    flow.start_at(&send);
    flow.service(
        &send,
        "arn:aws:states:::sqs:sendMesage",
        [(
            "MessageBody",
            expr!(|order: Order| order.order_id).untyped(),
        )],
    )
    .end();
    let found = faults(&flow);
    assert!(found[0].contains("sendMesage"), "{found:?}");
    assert!(
        found[0].contains("`.raw(\"Resource\", ..)` is not checked"),
        "{found:?}"
    );
}

#[test]
fn a_parallel_reports_the_uncaught_errors_of_its_branches() {
    let parallel = |both: bool| {
        let branch = Body::<Order, Charge>::new();
        let charge = branch.declare("Charge");
        branch.start_at(&charge);
        branch.task(&charge, charge_card {}).end();
        let flow = FlowBuilder::<Order, (Charge,)>::new("Orders");
        let (fulfil, failed) = (flow.declare("Fulfil"), flow.step("Failed"));
        flow.start_at(&fulfil);
        let state = flow
            .parallel(&fulfil, (branch,))
            .catch(errors!(PaymentError::Declined { reason }), &failed)
            .exhaustive();
        let state = if both {
            state.catch(errors!(PaymentError::GatewayTimeout), &failed)
        } else {
            state
        };
        state.end();
        flow.fail(&failed, "Failed", ());
        flow
    };
    assert!(parallel(true).build().is_ok());
    assert_contains(
        &faults(&parallel(false)),
        "in state `Charge`: nothing catches `PaymentError.GatewayTimeout`, with which the task `charge_card` may fail; call \
         `.catch(..)` with it, or remove `.exhaustive()`",
    );
}

#[test]
fn duplicate_names_and_assignments_are_faults() {
    let outer = |item: &'static str| {
        let flow = FlowBuilder::<Vec<Vec<u32>>, Vec<Vec<u32>>>::new("Nested");
        let all = flow.declare("All");
        flow.start_at(&all);
        let rows = Body::<Vec<u32>, Vec<u32>>::new();
        let row = rows.item("row");
        let each = rows.declare("Each");
        rows.start_at(&each);
        let cells = Body::<u32, u32>::new();
        if !item.is_empty() {
            let _ = cells.item(item);
        }
        let cell = cells.declare("Cell");
        cells.start_at(&cell);
        cells.pass(&cell, expr!(|n: u32| n)).end();
        rows.map(&each, expr!([row] |_: Vec<u32>| row), cells).end();
        flow.map(&all, expr!(|all: Vec<Vec<u32>>| all), rows).end();
        flow
    };
    assert!(outer("").build().is_ok());
    assert!(outer("cell").build().is_ok());
    assert_contains(
        &faults(&outer("row")),
        "`row` names the input of a branch or a map's body, and of a body around it; rename the inner one",
    );

    let flow = FlowBuilder::<u32, u32>::new("Twice");
    let order = flow.parameter("order");
    let _ = flow.variable::<u32>("order");
    let total = flow.variable::<u32>("total");
    let (first, done) = (flow.step("First"), flow.step("Done"));
    flow.start_at(&first);
    flow.pass_on(&first)
        .assign(&total, expr!([order] |_: AnyInput| order))
        .assign(&total, expr!(|_: AnyInput| 1))
        .next(&done);
    flow.succeed_with(&done, expr!([total] || total));
    let found = faults(&flow);
    assert_contains(
        &found,
        "the variable `order` has the name of the workflow's input or of an item around it; give it another name",
    );
    assert_contains(
        &found,
        "in state `First`: the variable `total` is assigned twice on one transition, whose values are computed at the same \
         time; remove one assignment",
    );
}

#[test]
fn a_placeholder_with_an_invalid_name_is_refused() {
    use crate::services::{placeholder, sns};
    for (name, is_valid) in [
        ("AuditTopic", true),
        ("audit_topic_2", true),
        ("Audit Queue", false),
        ("", false),
        ("2nd", false),
        ("Audit-Queue", false),
        ("Größe", false),
        ("A}${B", false),
    ] {
        let flow = FlowBuilder::<u32, sns::PublishAnswer>::new("Audit");
        let tell = flow.declare("Tell");
        flow.start_at(&tell);
        flow.call(&tell, sns::publish(placeholder(name), "done"))
            .output(expr!(|_: u32, answer: sns::PublishAnswer| answer))
            .end();
        let built = flow.build();
        assert_eq!(built.is_ok(), is_valid, "{name}");
        if let Err(errors) = built {
            let told = errors.to_string();
            assert!(
                told.contains(&format!("`{name}` is not a name for a placeholder")),
                "{told}"
            );
        }
    }
}
