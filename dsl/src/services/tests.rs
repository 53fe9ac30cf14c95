//! Compares the module with AWS's tables, and requests with their ASL.

use super::*;
use crate::builder::FlowBuilder;
use crate::{Definition, ErrorOutput, Payload, expr};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use stepwright_asl::integrations::{IntegrationPattern, ResourceField, lookup, optimized};

/// An action, as this module declares it.
struct Row {
    patterns: BTreeSet<IntegrationPattern>,
    required: BTreeSet<&'static str>,
    optional: BTreeSet<&'static str>,
}

/// All actions of the module, by their resources.
fn rows() -> BTreeMap<&'static str, Row> {
    let mut rows = BTreeMap::new();
    macro_rules! rows {
        ($($service:ident: $($action:ident)+;)+) => {$($({
            type A = $service::$action;
            let row = Row {
                patterns: A::PATTERNS.iter().copied().collect(),
                required: A::REQUIRED.iter().copied().collect(),
                optional: A::OPTIONAL.iter().copied().collect(),
            };
            assert!(rows.insert(A::RESOURCE, row).is_none());
        })+)+};
    }
    rows! {
        apigateway: Invoke;
        athena: GetQueryExecution GetQueryResults StartQueryExecution StopQueryExecution;
        batch: SubmitJob;
        bedrock: CreateModelCustomizationJob InvokeModel;
        dynamodb: DeleteItem GetItem PutItem UpdateItem;
        ecs: RunTask;
        events: PutEvents;
        glue: StartJobRun;
        http: Invoke;
        lambda: Invoke;
        s3: CopyObject DeleteObject GetObject HeadObject ListObjectsV2 PutObject;
        sagemaker: CreateEndpoint CreateEndpointConfig CreateHyperParameterTuningJob CreateLabelingJob CreateModel
            CreateProcessingJob CreateTrainingJob CreateTransformJob UpdateEndpoint;
        sns: Publish;
        sqs: SendMessage;
        states: StartExecution;
    }
    // The only action with `.sync:2`, which `PATTERNS` does not contain.
    fn has_sync_2<A: HasSync2>() -> &'static str {
        A::RESOURCE
    }
    let start = rows.get_mut(has_sync_2::<states::StartExecution>());
    start.unwrap().patterns.insert(IntegrationPattern::Sync2);
    rows
}

#[test]
fn actions_patterns_and_parameters_match_the_aws_tables() {
    let rows = rows();
    for (resource, row) in &rows {
        let arn = format!("arn:aws:states:::{resource}");
        let found = lookup(&arn).unwrap();
        let patterns = found.patterns().iter().copied().collect();
        assert_eq!(row.patterns, patterns, "{resource}");
        let given = row.required.iter().copied();
        let faults = found.check_arguments(given).len();
        assert_eq!(faults, 0, "required parameters of {resource}");
        let given = row.required.iter().chain(&row.optional).copied();
        let faults = found.check_arguments(given).len();
        assert_eq!(faults, 0, "optional parameters of {resource}");
        assert!(row.required.is_disjoint(&row.optional), "{resource}");
    }
    let services: BTreeSet<_> = rows
        .keys()
        .map(|resource| resource.split(':').next())
        .collect();
    let tasks = optimized()
        .iter()
        .filter(|one| one.place == ResourceField::Task);
    let mut held = 0;
    for one in tasks.filter(|one| services.contains(&Some(one.service()))) {
        let row = rows.get(one.resource);
        let row = row.unwrap_or_else(|| panic!("`{}` is not in the module", one.resource));
        let required: BTreeSet<_> = one.required.iter().copied().collect();
        assert_eq!(row.required, required, "{}", one.resource);
        if !one.parameters.is_empty() {
            let all = row.required.union(&row.optional).copied().collect();
            let known: BTreeSet<_> = one.parameters.iter().copied().collect();
            assert_eq!(known, all, "{}", one.resource);
        }
        held += 1;
    }
    assert!(held > 25, "{held}");
}

#[derive(Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
struct Order {
    order_id: String,
    delay: u32,
    express: bool,
}

/// The ASL of the state `S` with this request.
fn state<C: Calls<Order>>(request: C) -> serde_json::Value
where
    C::Answer: 'static,
{
    let flow = FlowBuilder::<Order, C::Answer>::new("M");
    let state = flow.declare::<Order>("S");
    flow.start_at(&state);
    flow.call(&state, request).end();
    let definition: Definition = flow.build().unwrap().definition().clone();
    let json: serde_json::Value = serde_json::from_str(&definition.to_json()).unwrap();
    json["States"]["S"].clone()
}

#[test]
fn a_request_is_a_task_with_its_arguments() {
    let request = sqs::send_message(placeholder("QueueUrl"), expr!(|order: Order| order))
        .delay_seconds(expr!(|order: Order| order.delay))
        .message_group_id(expr!(|order: Order| order.order_id))
        .message_attributes(json!({"a": {"DataType": "String", "StringValue": "x"}}));
    assert_eq!(
        state(request),
        json!({
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage",
            "Arguments": {
                "QueueUrl": "${QueueUrl}",
                "MessageBody": "{% $states.input %}",
                "DelaySeconds": "{% $states.input.delay %}",
                "MessageGroupId": "{% $states.input.orderId %}",
                "MessageAttributes": {"a": {"DataType": "String", "StringValue": "x"}},
            },
            "End": true,
        })
    );
}

#[test]
fn patterns_add_a_suffix_to_the_resource() {
    let run = || ecs::run_task::<Order>(placeholder("TaskDefinition"));
    let resource = |state: serde_json::Value| state["Resource"].as_str().unwrap().to_owned();
    assert_eq!(resource(state(run())), "arn:aws:states:::ecs:runTask");
    assert_eq!(
        resource(state(run().sync())),
        "arn:aws:states:::ecs:runTask.sync"
    );
    let child =
        || states::start_execution(placeholder("ChildArn")).input(expr!(|order: Order| order));
    assert_eq!(
        resource(state(child().sync_2::<Vec<u32>>())),
        "arn:aws:states:::states:startExecution.sync:2"
    );
    let waiting = lambda::invoke(placeholder("AskArn"))
        .payload(expr!(|order: Order, token: String| (order.order_id, token)))
        .wait_for_task_token::<bool>();
    let waiting = state(waiting);
    assert_eq!(
        waiting["Arguments"]["Payload"],
        json!([
            "{% $states.input.orderId %}",
            "{% $states.context.Task.Token %}"
        ])
    );
    assert_eq!(
        resource(waiting),
        "arn:aws:states:::lambda:invoke.waitForTaskToken"
    );
}

#[test]
fn results_of_services_are_typed() {
    let flow = FlowBuilder::<Order, String>::new("M");
    let (invoke, start) = (
        flow.declare::<Order>("Invoke"),
        flow.declare::<u32>("Start"),
    );
    flow.start_at(&invoke);
    flow.call(&invoke, lambda::invoke("f").answering::<u32>())
        .output(expr!(
            |_: Order, answer: lambda::InvokeAnswer<u32>| answer.payload
        ))
        .next(&start);
    flow.call(&start, states::start_execution("m").sync_2::<Order>())
        .output(expr!(|_: u32, child: states::Execution<Order>| child
            .output
            .order_id))
        .end();
    let asl = flow.build().unwrap().to_json();
    assert!(asl.contains("{% $states.result.Payload %}"), "{asl}");
    assert!(asl.contains("{% $states.result.Output.orderId %}"), "{asl}");
}

#[test]
fn recorded_answers_are_deserialised() {
    // The recorded result of the service, shortened.
    let sent: sqs::SendMessageAnswer = serde_json::from_value(json!({
        "MD5OfMessageBody": "5d41402abc4b2a76b9719d911017c592",
        "MessageId": "m-1",
        "SdkHttpMetadata": {"HttpStatusCode": 200},
        "SdkResponseMetadata": {"RequestId": "r-1"},
    }))
    .unwrap();
    assert_eq!(
        (sent.message_id.as_str(), sent.sequence_number),
        ("m-1", None)
    );
    let got: dynamodb::GetItemAnswer =
        serde_json::from_value(json!({"SdkHttpMetadata": {}})).unwrap();
    assert_eq!(got.item, None);
}

#[test]
fn an_output_can_test_for_an_absent_answer_field() {
    let flow = FlowBuilder::<String, bool>::new("M");
    let get = flow.declare::<String>("Get");
    flow.start_at(&get);
    let key = expr!(|id: String| id);
    flow.call(
        &get,
        dynamodb::get_item("t", json!({"id": {"S": "x"}}))
            .with::<Text>("ProjectionExpression", key),
    )
    .output(expr!(|_: String, got: dynamodb::GetItemAnswer| got
        .item
        .is_some()))
    .end();
    let asl = flow.build().unwrap().to_json();
    assert!(asl.contains("$states.result.Item"), "{asl}");
}

#[test]
fn http_has_a_connection_and_repeated_parameters_use_the_last_value() {
    let request =
        http::invoke::<Order>("GET", "https://example.com/a", placeholder("ConnectionArn"))
            .headers(json!({"a": "b"}))
            .headers(json!({"a": "c"}));
    let state = state(request);
    assert_eq!(
        state["Arguments"],
        json!({
            "ApiEndpoint": "https://example.com/a",
            "Method": "GET",
            "Authentication": {"ConnectionArn": "${ConnectionArn}"},
            "Headers": {"a": "c"},
        })
    );
}

#[test]
fn errors_of_services_are_caught_by_name() {
    use crate::builder::States;
    let flow = FlowBuilder::<Order, String>::new("M");
    let (publish, late) = (
        flow.declare::<Order>("Publish"),
        flow.declare::<ErrorOutput>("Late"),
    );
    flow.start_at(&publish);
    flow.call(
        &publish,
        sns::publish(
            placeholder("TopicArn"),
            expr!(|order: Order| order.order_id),
        )
        .subject("order"),
    )
    .timeout(30)
    .catch(States::named("SNS.ThrottledException"), &late)
    .output(expr!(
        |_: Order, answer: sns::PublishAnswer| answer.message_id
    ))
    .end();
    flow.succeed_with(&late, expr!(|_: ErrorOutput| "late".to_owned()));
    assert!(flow.build().is_ok());
}
