//! The ASL of each call of the builder, and the faults of `build`.

use super::*;
use crate::{Fault, Payload, QueryLanguage, TaskError, errors, expr, task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
struct Order {
    order_id: String,
    total: f64,
    items: Vec<Item>,
    wait_for: u32,
    ship_at: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Item {
    sku: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
struct Charge {
    charge_id: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
enum Decision {
    Approved,
    Refused,
}

#[derive(Debug, thiserror::Error, TaskError)]
#[allow(dead_code)]
enum PaymentError {
    #[error("the gateway did not answer")]
    GatewayTimeout,
    #[error("declined: {reason}")]
    Declined { reason: String, code: u32 },
}

#[task]
async fn charge_card(order: Order) -> Result<Charge, PaymentError>;

#[task]
async fn pack_item(item: Item, order_id: String) -> String;

#[task]
async fn pack(item: Item) -> String;

#[task]
async fn tick() -> u32;

#[task]
async fn ask(order: Order, task_token: String);

/// The one state of a workflow, with its `Type` and where it goes taken for granted.
fn state<In: Payload, Out: Payload>(flow: &FlowBuilder<In, Out>, name: &str) -> Value {
    let built = flow.build().unwrap_or_else(|faults| panic!("{faults:#?}"));
    let machine: Value = serde_json::from_str(&built.to_json()).unwrap();
    machine["States"][name].clone()
}

fn faults<In: Payload, Out: Payload>(flow: &FlowBuilder<In, Out>) -> Vec<String> {
    let faults = flow.build().unwrap_err();
    let said = |fault: &Fault| match fault.state() {
        Some(state) => format!("in state `{state}`: {}", fault.message()),
        None => fault.message().to_owned(),
    };
    faults.iter().map(said).collect()
}

#[test]
fn a_task_gets_the_state_s_input_and_hands_on_its_result() {
    let flow = FlowBuilder::<Order, Charge>::new("Orders");
    let charge = flow.declare("Charge");
    flow.start_at(&charge);
    flow.task(&charge, charge_card {})
        .comment("Takes the money.")
        .timeout(60)
        .heartbeat(expr!(|order: Order| order.wait_for))
        .end();
    assert_eq!(
        state(&flow, "Charge"),
        json!({
            "Type": "Task",
            "Comment": "Takes the money.",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Arguments": { "FunctionName": "${ChargeCardArn}", "Payload": "{% $states.input %}" },
            "TimeoutSeconds": 60,
            "HeartbeatSeconds": "{% $states.input.waitFor %}",
            "Output": "{% $states.result.Payload %}",
            "End": true
        })
    );
}

#[test]
fn arguments_and_output_are_made_of_input_and_result() {
    let flow = FlowBuilder::<Order, (String, f64)>::new("Orders");
    let pack = flow.declare("Pack");
    flow.start_at(&pack);
    let factor = 2.0;
    flow.task_with(
        &pack,
        pack_item {},
        expr!(|order: Order| (order.items[0], order.order_id)),
    )
    .output(expr!(|order: Order, parcel: String| (
        parcel,
        order.total * factor
    )))
    .end();
    let made = state(&flow, "Pack");
    assert_eq!(
        made["Arguments"]["Payload"],
        json!({ "item": "{% $states.input.items[0] %}", "order_id": "{% $states.input.orderId %}" })
    );
    assert_eq!(
        made["Output"],
        json!([
            "{% $states.result.Payload %}",
            "{% $states.input.total * 2 %}"
        ])
    );
}

#[test]
fn a_tuple_is_the_arguments_of_a_task_with_several_parameters() {
    let flow = FlowBuilder::<(Item, String), u32>::new("Orders");
    let (pack, done) = (flow.declare("Pack"), flow.declare("Tick"));
    flow.start_at(&pack);
    flow.task(&pack, pack_item {})
        .output(expr!(|_: (Item, String), _: String| ()))
        .next(&done);
    flow.task(&done, tick {}).end();
    assert_eq!(
        state(&flow, "Pack")["Arguments"]["Payload"],
        json!({ "item": "{% $states.input[0] %}", "order_id": "{% $states.input[1] %}" })
    );
    assert_eq!(state(&flow, "Pack")["Output"], Value::Null);
    assert_eq!(state(&flow, "Tick")["Arguments"]["Payload"], json!({}));
}

#[test]
fn a_catch_hands_on_the_error_the_fields_or_what_is_made_of_them() {
    let flow = FlowBuilder::<Order, Charge>::new("Orders");
    let charge = flow.declare("Charge");
    let declined = flow.declare::<String>("Declined");
    let coded = flow.declare::<(String, u32)>("Coded");
    let failed = flow.declare("Failed");
    flow.start_at(&charge);
    flow.task(&charge, charge_card {})
        .retry(
            Retry::on(errors!(PaymentError::GatewayTimeout))
                .interval(2)
                .max_attempts(5)
                .backoff_rate(1.5)
                .max_delay(60)
                .full_jitter(),
        )
        .catch(errors!(PaymentError::Declined { reason }), &declined)
        .catch_with(
            errors!(PaymentError::GatewayTimeout),
            &coded,
            expr!(|order: Order, error: crate::ErrorOutput| (
                order.order_id,
                if error.cause.is_some() { 1 } else { 2 }
            )),
        )
        .catch(States::ALL, &failed)
        .end();
    flow.fail(&declined, "Declined", expr!(|reason: String| reason));
    flow.fail(&coded, expr!(|pair: (String, u32)| pair.0), ());
    flow.fail(
        &failed,
        "Failed",
        expr!(|error: crate::ErrorOutput| error.error.unwrap_or(String::from("nothing said"))),
    );
    let made = state(&flow, "Charge");
    assert_eq!(
        made["Retry"],
        json!([{
            "ErrorEquals": ["PaymentError.GatewayTimeout"],
            "IntervalSeconds": 2,
            "MaxAttempts": 5,
            "BackoffRate": 1.5,
            "MaxDelaySeconds": 60,
            "JitterStrategy": "FULL"
        }])
    );
    let catch = &made["Catch"];
    assert_eq!(
        catch[0],
        json!({
            "ErrorEquals": ["PaymentError.Declined"],
            "Output": "{% $parse($parse($states.errorOutput.Cause).errorMessage).fields.reason %}",
            "Next": "Declined"
        })
    );
    assert_eq!(catch[1]["Output"][0], json!("{% $states.input.orderId %}"));
    assert_eq!(
        catch[2],
        json!({ "ErrorEquals": ["States.ALL"], "Next": "Failed" })
    );
    assert_eq!(
        state(&flow, "Declined"),
        json!({ "Type": "Fail", "Error": "Declined", "Cause": "{% $states.input %}" })
    );
    assert_eq!(
        state(&flow, "Coded"),
        json!({ "Type": "Fail", "Error": "{% $states.input[0] %}" })
    );
}

#[test]
fn choice_wait_pass_and_succeed_read_and_hand_on_their_input() {
    let flow = FlowBuilder::<Order, f64>::new("Orders")
        .timeout(3600)
        .comment("All.");
    let size = flow.declare("Size");
    let pause = flow.declare("Pause");
    let until = flow.declare("Until");
    let label = flow.declare("Label");
    let done = flow.declare::<f64>("Done");
    flow.start_at(&size);
    let limit = 100.0;
    flow.choice(&size)
        .when(
            expr!(|order: Order| order.total > limit && order.items.len() > 1),
            &pause,
        )
        .otherwise(&until);
    flow.wait(&pause, expr!(|order: Order| order.wait_for))
        .next(&until);
    flow.wait_until(&until, expr!(|order: Order| order.ship_at))
        .next(&label);
    flow.pass(&label, expr!(|order: Order| order.total))
        .next(&done);
    flow.succeed(&done);
    let machine: Value = serde_json::from_str(&flow.build().unwrap().to_json()).unwrap();
    assert_eq!(
        machine,
        json!({
            "Comment": "All.",
            "QueryLanguage": "JSONata",
            "StartAt": "Size",
            "TimeoutSeconds": 3600,
            "States": {
                "Size": {
                    "Type": "Choice",
                    "Choices": [{
                        "Condition": "{% $states.input.total > 100 and $count($states.input.items) > 1 %}",
                        "Next": "Pause"
                    }],
                    "Default": "Until"
                },
                "Pause": { "Type": "Wait", "Seconds": "{% $states.input.waitFor %}", "Next": "Until" },
                "Until": { "Type": "Wait", "Timestamp": "{% $states.input.shipAt %}", "Next": "Label" },
                "Label": { "Type": "Pass", "Output": "{% $states.input.total %}", "Next": "Done" },
                "Done": { "Type": "Succeed" }
            }
        })
    );
}

#[test]
fn branches_and_bodies_are_built_apart_and_typed() {
    let packing = Body::<Item, String>::new();
    let pack_one = packing.declare("PackOne");
    packing.start_at(&pack_one);
    packing.task(&pack_one, pack {}).end();

    let all = Body::<Order, Vec<String>>::new();
    let pack_all = all.declare("PackAll");
    all.start_at(&pack_all);
    all.map(&pack_all, expr!(|order: Order| order.items), packing)
        .max_concurrency(10)
        .end();

    let charging = Body::<Order, Charge>::new();
    let charge = charging.declare("Charge");
    charging.start_at(&charge);
    charging.task(&charge, charge_card {}).end();

    let flow = FlowBuilder::<Order, String>::new("Orders");
    let fulfil = flow.declare("Fulfil");
    let failed = flow.declare("Failed");
    flow.start_at(&fulfil);
    flow.parallel(&fulfil, (all, charging))
        .catch(errors!(PaymentError::Declined { reason }), &failed)
        .output(expr!(|_: Order, both: (Vec<String>, Charge)| format!(
            "{} {}",
            both.0[0], both.1.charge_id
        )))
        .end();
    flow.fail(&failed, "Failed", expr!(|reason: String| reason));
    let made = state(&flow, "Fulfil");
    let map = &made["Branches"][0]["States"]["PackAll"];
    assert_eq!(map["Items"], json!("{% $states.input.items %}"));
    assert_eq!(map["MaxConcurrency"], json!(10));
    assert_eq!(
        map["ItemProcessor"]["States"]["PackOne"]["Arguments"]["Payload"],
        json!("{% $states.input %}")
    );
    assert_eq!(made["Branches"][1]["StartAt"], json!("Charge"));
    assert_eq!(
        made["Output"],
        json!(
            "{% ($exists($states.result[0][0]) ? $states.result[0][0] : $error('the list has no such item')) & ' ' & \
             $states.result[1].chargeId %}"
        )
    );
}

#[test]
fn a_token_is_an_argument_and_its_answer_is_what_the_next_state_takes() {
    let flow = FlowBuilder::<Order, Decision>::new("Orders");
    let review = flow.declare("Review");
    flow.start_at(&review);
    flow.wait_for_task_token(
        &review,
        ask {},
        expr!(|order: Order, token: String| (order, token)),
    )
    .timeout(86_400)
    .end();
    let made = state(&flow, "Review");
    assert_eq!(
        made["Resource"],
        json!("arn:aws:states:::lambda:invoke.waitForTaskToken")
    );
    assert_eq!(
        made["Arguments"]["Payload"],
        json!({ "order": "{% $states.input %}", "task_token": "{% $states.context.Task.Token %}" })
    );
}

#[test]
fn a_service_takes_an_object() {
    let flow = FlowBuilder::<Order, Value>::new("Orders");
    let send = flow.declare("Send");
    flow.start_at(&send);
    flow.service(
        &send,
        "arn:aws:states:::sqs:sendMessage",
        vec![
            ("QueueUrl", expr!(|_: Order| "https://queue").untyped()),
            (
                "MessageBody",
                expr!(|order: Order| order.order_id).untyped(),
            ),
        ],
    )
    .end();
    assert_eq!(
        state(&flow, "Send")["Arguments"],
        json!({ "QueueUrl": "https://queue", "MessageBody": "{% $states.input.orderId %}" })
    );
}

#[test]
fn a_workflow_is_computed_in_a_loop() {
    let flow = FlowBuilder::<u32, u32>::new("Steps");
    let steps: Vec<_> = (1..=3)
        .map(|step| flow.declare::<u32>(format!("Add{step}")))
        .collect();
    flow.start_at(&steps[0]);
    for (index, step) in steps.iter().enumerate() {
        let more = index as u32 + 1;
        let open = flow.pass(step, expr!(|sum: u32| sum + more));
        match steps.get(index + 1) {
            Some(next) => open.next(next),
            None => open.end(),
        }
    }
    assert_eq!(
        state(&flow, "Add2")["Output"],
        json!("{% $states.input + 2 %}")
    );
    assert_eq!(state(&flow, "Add3")["End"], json!(true));
}

#[test]
fn jsonpath_has_the_same_meaning_where_it_can() {
    let flow =
        FlowBuilder::<Order, Charge>::new("Orders").query_language(crate::QueryLanguage::JsonPath);
    let size = flow.declare("Size");
    let charge = flow.declare("Charge");
    let large = flow.declare("Large");
    flow.start_at(&size);
    flow.choice(&size)
        .when(expr!(|order: Order| order.total > 100.0), &large)
        .otherwise(&charge);
    flow.task(&charge, charge_card {}).end();
    flow.fail(&large, "TooLarge", expr!(|order: Order| order.order_id));
    assert_eq!(
        state(&flow, "Size")["Choices"][0],
        json!({ "Variable": "$.total", "NumericGreaterThan": 100.0, "Next": "Large" })
    );
    let made = state(&flow, "Charge");
    assert_eq!(made["Parameters"]["Payload.$"], json!("$"));
    assert_eq!(made["OutputPath"], json!("$.Payload"));
    assert_eq!(state(&flow, "Large")["CausePath"], json!("$.orderId"));
}

#[test]
fn what_jsonpath_cannot_say_is_a_fault_with_the_way_out() {
    let flow = FlowBuilder::<Order, (f64, Charge)>::new("Orders")
        .query_language(crate::QueryLanguage::JsonPath);
    let charge = flow.declare("Charge");
    flow.start_at(&charge);
    flow.task(&charge, charge_card {})
        .output(expr!(|order: Order, charge: Charge| (order.total, charge)))
        .end();
    let faults = faults(&flow);
    assert!(
        faults[0].contains("JSONPath cannot read the state's input beside its result"),
        "{faults:?}"
    );
}

#[test]
fn all_faults_are_reported_at_once_with_their_states() {
    let other = FlowBuilder::<Order, Order>::new("Other");
    let foreign = other.declare::<Order>("Foreign");

    let flow = FlowBuilder::<Order, Order>::new("Orders");
    let first = flow.declare("First");
    let second = flow.declare("Second");
    let island = flow.declare("Island");
    let twice = flow.declare("Twice");
    let _never = flow.declare::<Order>("Never");
    flow.start_at(&first);
    flow.choice(&first)
        .when(expr!(|order: Order| order.total > 1.0), &second)
        .otherwise(&twice);
    flow.wait(&second, 5).next(&second);
    flow.wait(&island, 5).end();
    flow.succeed(&twice);
    flow.succeed(&twice);
    assert_eq!(
        faults(&flow),
        [
            "in state `Twice`: it is defined twice; declare a state for each",
            "in state `Never`: it is declared and never defined; call `task`, `pass` or another of the builder's methods with \
             its handle, or take the declaration away",
            "in state `Island`: nothing leads to it; let a state go there, or take it away",
        ]
    );

    let flow = FlowBuilder::<Order, Order>::new("Orders");
    let first = flow.declare("First");
    let open = flow.declare("Open");
    let half = flow.declare("Half");
    let _ = flow.wait(&open, 5);
    let _ = flow.choice(&half).when(expr!(|_: Order| true), &open);
    flow.wait(&first, 5).next(&foreign);
    flow.wait(&foreign, 5).end();
    assert_eq!(
        faults(&flow),
        [
            "in state `First`: it goes to `Foreign`, a state of another body; a transition stays in its workflow, branch or map",
            "in state `Foreign`: it is defined in another body than it was declared in; declare it in the body that defines it",
            "in state `Open`: it goes nowhere; call `.next(&state)` on it, or `.end()`",
            "in state `Half`: it is a choice without an end; call `.otherwise(&state)` on it, or `.otherwise_fail()`",
            "the workflow has no start; call `start_at(&state)` on it",
        ]
    );
}

#[test]
fn faults_of_branches_and_of_lowering_are_among_them() {
    let branch = Body::<Order, Order>::new();
    let lost = branch.declare("Lost");
    branch.wait(&lost, 1).end();
    let flow = FlowBuilder::<Order, Vec<Order>>::new("Orders");
    let both = flow.declare("Both");
    let same = flow.declare::<Order>("Both");
    flow.start_at(&both);
    flow.parallel(&both, vec![branch]).end();
    flow.wait(&same, 1).next(&same);
    assert_eq!(
        faults(&flow),
        [
            "in state `Both`: nothing leads to it; let a state go there, or take it away",
            "a branch or a map's body has no start; call `start_at(&state)` on it",
            "the state name `Both` is used twice; a name stands once in a machine, branches and maps included",
        ]
    );
    assert_eq!(
        faults(&FlowBuilder::<Order, Order>::new("Empty")),
        ["a workflow needs a state"]
    );
}

#[test]
fn faults_have_the_places_of_the_calls_that_they_are_about() {
    let other = Body::<Order, Order>::new();
    let foreign = other.declare("Foreign");
    let flow = FlowBuilder::<Order, f64>::new("Orders").query_language(QueryLanguage::JsonPath);
    let (first, _never) = (flow.declare("First"), flow.declare::<Order>("Never"));
    let never_line = line!() - 1;
    let open = flow.declare::<Order>("Open");
    flow.start_at(&first);
    flow.wait(&first, 5).next(&foreign);
    let astray_line = line!() - 1;
    let _ = flow.wait(&open, 5);
    let open_line = line!() - 1;
    let last = flow.declare("Last");
    flow.pass(&last, expr!(|order: Order| order.total / 3.0))
        .end();
    let computed_line = line!() - 2;
    let faults = flow.build().unwrap_err();
    let lines: Vec<(Option<&str>, Option<u32>)> = faults
        .iter()
        .map(|fault| (fault.state(), fault.place().map(|place| place.line())))
        .collect();
    assert_eq!(
        lines,
        [
            (Some("First"), Some(astray_line)),
            (Some("Never"), Some(never_line)),
            (Some("Open"), Some(open_line)),
            (Some("Last"), Some(computed_line)),
        ],
        "{faults}"
    );
    assert!(faults.iter().all(|fault| {
        fault
            .place()
            .is_some_and(|place| place.file().ends_with("builder/tests.rs"))
    }));
    // `unwrap` shows them all.
    assert_eq!(format!("{faults:?}"), faults.to_string());
    assert_eq!(faults.to_string().lines().count(), 5);
}

#[test]
fn tasks_are_bound_once_for_each_address() {
    let flow = FlowBuilder::<Order, Charge>::new("Orders").deploy(crate::Deploy::Activity);
    let (first, second) = (flow.declare("First"), flow.declare("Second"));
    flow.start_at(&first);
    flow.task(&first, charge_card {})
        .output(expr!(|order: Order, _: Charge| order))
        .next(&second);
    flow.task(&second, charge_card {}).end();
    let built = flow.build().unwrap();
    let tasks = built.bindings().tasks();
    assert_eq!(tasks.len(), 1);
    assert_eq!(tasks[0].function, "charge_card");
    assert_eq!(tasks[0].address.resource, "${ChargeCardArn}");
    assert!(tasks[0].call.is_none());
}
