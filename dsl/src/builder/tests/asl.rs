//! The ASL of each call of the builder.

use super::*;

#[test]
fn a_task_receives_the_state_input_and_returns_its_result() {
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
fn arguments_and_output_are_computed_from_input_and_result() {
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
fn a_tuple_becomes_the_arguments_of_several_parameters() {
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
fn a_catcher_outputs_the_error_its_fields_or_a_computed_value() {
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
fn choice_wait_pass_and_succeed_read_and_pass_on_their_input() {
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
fn branches_and_bodies_are_built_separately_with_types() {
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
fn a_task_token_is_an_argument_and_its_answer_is_the_result() {
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
fn a_service_call_has_an_object_of_arguments() {
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
fn states_can_be_declared_in_a_loop() {
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
fn a_jsonpath_workflow_uses_paths() {
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

#[test]
fn jsonpath_strings_with_template_syntax_use_states_format() {
    let flow = FlowBuilder::<u32, u32>::new("Orders").query_language(QueryLanguage::JsonPath);
    let only = flow.declare("Only");
    flow.start_at(&only);
    flow.fail(&only, "Failed", "costs ${Price}");
    let made = state(&flow, "Only");
    assert!(
        made["CausePath"]
            .as_str()
            .unwrap()
            .starts_with("States.Format("),
        "{made}"
    );
}
