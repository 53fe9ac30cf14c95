//! AWS's SDK for Rust sends requests to a server of this process: every operation, and errors as
//! the SDK types them.
//!
//! StartSyncExecution and TestState are missing: the SDK sends them to the host `sync-127.0.0.1`,
//! which does not exist. `cli/tests/serve` sends them with AWS's command line.

use std::time::Duration;

use aws_sdk_sfn::Client;
use aws_sdk_sfn::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sfn::types::{ExecutionStatus, RoutingConfigurationListItem, Tag};
use stepwright_aws_tests::step_functions::client;
use stepwright_runtime::Engine;
use stepwright_server::Server;
use tokio::net::TcpListener;

const ROLE: &str = "arn:aws:iam::123456789012:role/tests";
const PASS: &str = r#"{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}"#;
const WAIT: &str = r#"{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":600,"End":true}}}"#;

/// A client of a server that ends with the test.
async fn api() -> Client {
    let engine = Engine::builder().build().expect("the engine is built");
    let listener = TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    let server = Server::builder()
        .engine(engine)
        .activity_poll(Duration::from_millis(200));
    tokio::spawn(server.serve(listener));
    client(&format!("http://{address}"))
}

/// `Code: message` of an error response.
fn refusal<T: std::fmt::Debug, E: ProvideErrorMetadata>(answer: Result<T, SdkError<E>>) -> String {
    let error = answer.expect_err("it is refused");
    format!(
        "{}: {}",
        error.code().unwrap_or_default(),
        error.message().unwrap_or_default()
    )
}

macro_rules! ok {
    ($request:expr) => {
        $request.send().await.expect("it succeeds")
    };
}

async fn create(client: &Client, name: &str, definition: &str) -> String {
    let create = client.create_state_machine().name(name);
    let created = ok!(create.definition(definition).role_arn(ROLE));
    created.state_machine_arn
}

async fn finished(client: &Client, execution: &str) -> ExecutionStatus {
    loop {
        let described = ok!(client.describe_execution().execution_arn(execution));
        if described.status != ExecutionStatus::Running {
            return described.status;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sdk_manages_state_machines_and_tags() {
    let client = api().await;
    let arn = create(&client, "m", PASS).await;
    let described = ok!(client.describe_state_machine().state_machine_arn(&arn));
    assert_eq!(described.definition, PASS);
    let updated = ok!(client
        .update_state_machine()
        .state_machine_arn(&arn)
        .definition(WAIT));
    assert!(updated.revision_id.is_some());
    let listed = ok!(client.list_state_machines());
    assert_eq!(listed.state_machines[0].state_machine_arn, arn);
    let tag = Tag::builder().key("team").value("orders").build();
    ok!(client.tag_resource().resource_arn(&arn).tags(tag));
    let tags = ok!(client.list_tags_for_resource().resource_arn(&arn));
    assert_eq!(tags.tags().len(), 1);
    ok!(client.untag_resource().resource_arn(&arn).tag_keys("team"));
    let valid = ok!(client.validate_state_machine_definition().definition(PASS));
    assert_eq!(valid.result.as_str(), "OK");
    let again = client.create_state_machine().name("m").role_arn(ROLE);
    let again = again.definition(PASS).send().await;
    let error = again.expect_err("the name is in use").into_service_error();
    assert!(error.is_state_machine_already_exists(), "{error}");
    let broken = client.create_state_machine().name("n").role_arn(ROLE);
    let broken = broken.definition("{").send().await;
    let error = broken.expect_err("it is no JSON").into_service_error();
    assert!(error.is_invalid_definition(), "{error}");
    ok!(client.delete_state_machine().state_machine_arn(&arn));
    let gone = client.describe_state_machine().state_machine_arn(&arn);
    let error = gone.send().await.expect_err("it is gone");
    let error = error.into_service_error();
    assert!(error.is_state_machine_does_not_exist(), "{error}");
    let token = client.list_state_machines().next_token("no").send().await;
    assert_eq!(
        refusal(token),
        "InvalidToken: Invalid Token: 'Invalid token'"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sdk_manages_executions() {
    let client = api().await;
    let machine = create(&client, "m", PASS).await;
    let start = || client.start_execution().state_machine_arn(&machine);
    let started = ok!(start().name("x").input("[1]"));
    let execution = started.execution_arn;
    assert_eq!(
        finished(&client, &execution).await,
        ExecutionStatus::Succeeded
    );
    let history = ok!(client.get_execution_history().execution_arn(&execution));
    assert_eq!(history.events.len(), 4);
    let listed = ok!(client.list_executions().state_machine_arn(&machine));
    assert_eq!(listed.executions.len(), 1);
    let used = client.describe_state_machine_for_execution();
    assert_eq!(ok!(used.execution_arn(&execution)).definition, PASS);
    let again = start().name("x").input("[2]").send().await;
    let error = again.expect_err("it is over").into_service_error();
    assert!(error.is_execution_already_exists(), "{error}");
    let input = start().input("{").send().await;
    assert!(refusal(input).starts_with("InvalidExecutionInput: "));
    let waits = create(&client, "w", WAIT).await;
    let started = ok!(client.start_execution().state_machine_arn(&waits));
    let waiting = started.execution_arn;
    ok!(client.stop_execution().execution_arn(&waiting));
    assert_eq!(finished(&client, &waiting).await, ExecutionStatus::Aborted);
    ok!(client.redrive_execution().execution_arn(&waiting));
    let described = ok!(client.describe_execution().execution_arn(&waiting));
    assert_eq!(described.redrive_count, Some(1));
    let redriven = client.redrive_execution().execution_arn(&execution);
    let error = redriven.send().await.expect_err("it succeeded");
    let error = error.into_service_error();
    assert!(error.is_execution_not_redrivable(), "{error}");
    let missing = client.describe_execution().execution_arn("m").send().await;
    assert_eq!(
        refusal(missing),
        "InvalidArn: Invalid Arn: 'Invalid ARN prefix: m'"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sdk_manages_versions_and_aliases() {
    let client = api().await;
    let machine = create(&client, "m", PASS).await;
    let published = ok!(client
        .publish_state_machine_version()
        .state_machine_arn(&machine));
    let version = published.state_machine_version_arn;
    let listed = ok!(client
        .list_state_machine_versions()
        .state_machine_arn(&machine));
    assert_eq!(
        listed.state_machine_versions[0].state_machine_version_arn,
        version
    );
    let route = |weight: i32| {
        let route = RoutingConfigurationListItem::builder();
        let route = route.state_machine_version_arn(&version).weight(weight);
        route.build().expect("it is whole")
    };
    let alias = |name: &str, weight: i32| {
        let alias = client.create_state_machine_alias().name(name);
        alias.routing_configuration(route(weight))
    };
    let arn = ok!(alias("live", 100)).state_machine_alias_arn;
    let refused = refusal(alias("half", 50).send().await);
    assert!(
        refused.starts_with(
            "ValidationException: Sum of routing configuration weights must equal 100. Received: ["
        ),
        "{refused}"
    );
    let described = ok!(client
        .describe_state_machine_alias()
        .state_machine_alias_arn(&arn));
    assert_eq!(described.name.as_deref(), Some("live"));
    ok!(client
        .update_state_machine_alias()
        .state_machine_alias_arn(&arn)
        .description("told"));
    let listed = ok!(client
        .list_state_machine_aliases()
        .state_machine_arn(&machine));
    assert_eq!(listed.state_machine_aliases[0].state_machine_alias_arn, arn);
    let delete = || {
        client
            .delete_state_machine_version()
            .state_machine_version_arn(&version)
    };
    let used = delete().send().await.expect_err("an alias uses it");
    let used = used.into_service_error();
    assert!(used.is_conflict_exception(), "{used}");
    ok!(client
        .delete_state_machine_alias()
        .state_machine_alias_arn(&arn));
    ok!(delete());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sdk_manages_activities_and_task_tokens() {
    let client = api().await;
    let activity = ok!(client.create_activity().name("act")).activity_arn;
    let described = ok!(client.describe_activity().activity_arn(&activity));
    assert_eq!(described.name, "act");
    assert_eq!(ok!(client.list_activities()).activities.len(), 1);
    let definition = format!(
        r#"{{"StartAt":"T","States":{{"T":{{"Type":"Task","Resource":"{activity}","End":true}}}}}}"#
    );
    let machine = create(&client, "m", &definition).await;
    let nothing = ok!(client.get_activity_task().activity_arn(&activity));
    assert_eq!(nothing.task_token.unwrap_or_default(), "");
    let take = || async {
        let started = ok!(client.start_execution().state_machine_arn(&machine));
        let task = ok!(client.get_activity_task().activity_arn(&activity));
        (started.execution_arn, task.task_token.unwrap_or_default())
    };
    let (execution, token) = take().await;
    ok!(client.send_task_heartbeat().task_token(&token));
    let success = || client.send_task_success().task_token(&token);
    let broken = success().output("{").send().await;
    let broken = broken.expect_err("it is no JSON").into_service_error();
    assert!(broken.is_invalid_output(), "{broken}");
    ok!(success().output("{}"));
    assert_eq!(
        finished(&client, &execution).await,
        ExecutionStatus::Succeeded
    );
    let late = success().output("{}").send().await;
    let late = late.expect_err("it is answered").into_service_error();
    assert!(late.is_task_timed_out() || late.is_task_does_not_exist());
    let (execution, token) = take().await;
    ok!(client.send_task_failure().task_token(&token).error("Bad"));
    assert_eq!(finished(&client, &execution).await, ExecutionStatus::Failed);
    ok!(client.delete_activity().activity_arn(&activity));
    let gone = client.describe_activity().activity_arn(&activity);
    let gone = gone.send().await.expect_err("it is gone");
    let gone = gone.into_service_error();
    assert!(gone.is_activity_does_not_exist(), "{gone}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sdk_manages_map_runs() {
    let client = api().await;
    let definition = r#"{"StartAt":"M","States":{"M":{"Type":"Map","End":true,"ItemProcessor":{
        "ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
        "StartAt":"W","States":{"W":{"Type":"Wait","Seconds":600,"End":true}}}}}}"#;
    let machine = create(&client, "m", definition).await;
    let start = client.start_execution().state_machine_arn(&machine);
    let execution = ok!(start.input("[1, 2]")).execution_arn;
    let run = loop {
        let listed = ok!(client.list_map_runs().execution_arn(&execution));
        if let Some(run) = listed.map_runs.into_iter().next() {
            break run.map_run_arn;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    ok!(client
        .update_map_run()
        .map_run_arn(&run)
        .tolerated_failure_count(1));
    let described = ok!(client.describe_map_run().map_run_arn(&run));
    assert_eq!(described.tolerated_failure_count, 1);
    ok!(client.stop_execution().execution_arn(&execution));
    let missing = client.describe_map_run().map_run_arn(format!("{run}x"));
    let missing = missing.send().await.expect_err("it is not there");
    let missing = missing.into_service_error();
    assert!(missing.is_resource_not_found(), "{missing}");
}
