use serde_json::{Value as Json, json};
use stepwright_engine::Engine;
use stepwright_engine::store::MemoryStore;

use crate::support::{Api, ROLE, members, text};

const ARN: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:m";

fn answers(number: u32) -> String {
    json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": number, "End": true}}})
        .to_string()
}

fn update(api: &Api, number: u32) -> Json {
    api.call(
        "UpdateStateMachine",
        json!({"stateMachineArn": ARN, "definition": answers(number)}),
    )
}

fn publish(api: &Api) -> String {
    let published = api.call(
        "PublishStateMachineVersion",
        json!({"stateMachineArn": ARN}),
    );
    assert_eq!(
        members(&published),
        ["creationDate", "stateMachineVersionArn"]
    );
    text(&published["stateMachineVersionArn"])
}

/// Creates a machine with three versions, which return 1, 2 and 3.
fn versions(api: &Api) {
    let definition: Json = serde_json::from_str(&answers(1)).expect("it is JSON");
    api.create("m", &definition);
    assert_eq!(publish(api), format!("{ARN}:1"));
    update(api, 2);
    assert_eq!(publish(api), format!("{ARN}:2"));
    update(api, 3);
    assert_eq!(publish(api), format!("{ARN}:3"));
}

fn output(api: &Api, arn: &str) -> Json {
    let execution = api.start(arn, &json!({}));
    api.finished(&execution)
}

fn alias(api: &Api, name: &str, routes: &[(u32, u32)]) -> String {
    let created = api.call("CreateStateMachineAlias", alias_request(name, routes));
    assert_eq!(members(&created), ["stateMachineAliasArn", "creationDate"]);
    text(&created["stateMachineAliasArn"])
}

fn alias_request(name: &str, routes: &[(u32, u32)]) -> Json {
    let routes: Vec<Json> = routes
        .iter()
        .map(|(version, weight)| {
            json!({"stateMachineVersionArn": format!("{ARN}:{version}"), "weight": weight})
        })
        .collect();
    json!({"name": name, "routingConfiguration": routes})
}

#[test]
fn each_version_runs_as_it_was_published() {
    let api = Api::new();
    versions(&api);
    for number in 1..=3 {
        let described = output(&api, &format!("{ARN}:{number}"));
        assert_eq!(described["output"], number.to_string());
        assert_eq!(described["stateMachineArn"], ARN);
        assert_eq!(
            described["stateMachineVersionArn"],
            format!("{ARN}:{number}")
        );
        let execution = &described["executionArn"];
        let history = api.call("GetExecutionHistory", json!({"executionArn": execution}));
        assert_eq!(
            history["events"][0]["executionStartedEventDetails"]["stateMachineVersionArn"],
            format!("{ARN}:{number}")
        );
        let machine = api.call(
            "DescribeStateMachineForExecution",
            json!({"executionArn": execution}),
        );
        assert_eq!(machine["definition"], answers(number));
    }
    update(&api, 4);
    let described = output(&api, ARN);
    assert_eq!(described["output"], "4");
    assert_eq!(described.get("stateMachineVersionArn"), None);
    let one = api.call(
        "DescribeStateMachine",
        json!({"stateMachineArn": format!("{ARN}:1")}),
    );
    assert_eq!(one["definition"], answers(1));
    assert_eq!(
        api.refusal(
            "StartExecution",
            json!({"stateMachineArn": format!("{ARN}:9")})
        ),
        format!("StateMachineDoesNotExist: State Machine Does Not Exist: '{ARN}:9'")
    );
    let listed = api.call(
        "ListExecutions",
        json!({"stateMachineArn": format!("{ARN}:2")}),
    );
    assert_eq!(listed["executions"].as_array().map(Vec::len), Some(1));
}

#[test]
fn only_the_current_revision_is_published_and_only_once() {
    let api = Api::new();
    versions(&api);
    assert_eq!(publish(&api), format!("{ARN}:3"));
    let revision = text(&update(&api, 4)["revisionId"]);
    let old = json!({"stateMachineArn": ARN, "revisionId": "INITIAL"});
    assert_eq!(
        api.refusal("PublishStateMachineVersion", old),
        format!(
            "ConflictException: Failed to publish the State Machine version for revision INITIAL. The current State Machine revision is {revision}."
        )
    );
    let new = json!({"stateMachineArn": ARN, "revisionId": revision, "description": "fourth"});
    let published = api.call("PublishStateMachineVersion", new);
    let version = text(&published["stateMachineVersionArn"]);
    let described = api.call("DescribeStateMachine", json!({"stateMachineArn": version}));
    assert_eq!(
        (&described["description"], &described["revisionId"]),
        (&json!("fourth"), &json!(revision))
    );
    assert_eq!(
        api.refusal(
            "PublishStateMachineVersion",
            json!({"stateMachineArn": ARN.replace(":m", ":x")})
        ),
        format!(
            "StateMachineDoesNotExist: State Machine Does Not Exist: '{}'",
            ARN.replace(":m", ":x")
        )
    );
}

#[test]
fn versions_are_listed_newest_first_and_numbers_are_not_reused() {
    let api = Api::new();
    versions(&api);
    let list = |request: Json| {
        let listed = api.call("ListStateMachineVersions", request);
        let versions = listed["stateMachineVersions"]
            .as_array()
            .expect("a list")
            .clone();
        let arns: Vec<String> = versions
            .iter()
            .map(|one| text(&one["stateMachineVersionArn"]))
            .collect();
        (arns, listed["nextToken"].clone())
    };
    let (first, token) = list(json!({"stateMachineArn": ARN, "maxResults": 2}));
    assert_eq!(first, [format!("{ARN}:3"), format!("{ARN}:2")]);
    let (rest, token) = list(json!({"stateMachineArn": ARN, "nextToken": token}));
    assert_eq!((rest, token), (vec![format!("{ARN}:1")], Json::Null));
    for _ in 0..2 {
        let version = json!({"stateMachineVersionArn": format!("{ARN}:3")});
        assert_eq!(api.call("DeleteStateMachineVersion", version), json!({}));
    }
    assert_eq!(publish(&api), format!("{ARN}:4"));
    assert_eq!(
        api.refusal(
            "DeleteStateMachineVersion",
            json!({"stateMachineVersionArn": ARN})
        ),
        format!("ValidationException: Invalid state machine version ARN: '{ARN}'")
    );
    assert_eq!(
        api.refusal(
            "ListStateMachineVersions",
            json!({"stateMachineArn": format!("{ARN}x")})
        ),
        format!("InvalidArn: Invalid arn: {ARN}x")
    );
}

#[test]
fn an_alias_routes_by_weight() {
    let api = Api::new();
    versions(&api);
    let prod = alias(&api, "prod", &[(1, 0), (2, 100)]);
    assert_eq!(prod, format!("{ARN}:prod"));
    let described = output(&api, &prod);
    assert_eq!(described["output"], "2");
    assert_eq!(described["stateMachineAliasArn"], prod);
    assert_eq!(described["stateMachineVersionArn"], format!("{ARN}:2"));
    let changed = api.call(
        "UpdateStateMachineAlias",
        json!({"stateMachineAliasArn": prod, "description": "half", "routingConfiguration": alias_request("", &[(1, 50), (3, 50)])["routingConfiguration"]}),
    );
    assert_eq!(members(&changed), ["updateDate"]);
    let outputs: Vec<Json> = (0..40)
        .map(|_| output(&api, &prod)["output"].clone())
        .collect();
    // The probability that all forty are equal is 10^-12.
    assert!(
        outputs.contains(&json!("1")) && outputs.contains(&json!("3")),
        "{outputs:?}"
    );
    let described = api.call(
        "DescribeStateMachineAlias",
        json!({"stateMachineAliasArn": prod}),
    );
    assert_eq!(
        members(&described),
        [
            "stateMachineAliasArn",
            "name",
            "description",
            "routingConfiguration",
            "creationDate",
            "updateDate"
        ]
    );
    assert_eq!(
        described["routingConfiguration"][1],
        json!({"stateMachineVersionArn": format!("{ARN}:3"), "weight": 50})
    );
    let listed = api.call("ListExecutions", json!({"stateMachineArn": prod}));
    assert_eq!(listed["executions"].as_array().map(Vec::len), Some(41));
}

#[test]
fn a_version_with_an_alias_cannot_be_deleted() {
    let api = Api::new();
    versions(&api);
    alias(&api, "b", &[(1, 100)]);
    alias(&api, "a", &[(1, 10), (2, 90)]);
    let version = json!({"stateMachineVersionArn": format!("{ARN}:1")});
    assert_eq!(
        api.refusal("DeleteStateMachineVersion", version.clone()),
        "ConflictException: Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [a, b]"
    );
    let names = |request: Json| {
        let listed = api.call("ListStateMachineAliases", request);
        let aliases = listed["stateMachineAliases"]
            .as_array()
            .expect("a list")
            .clone();
        aliases
            .iter()
            .map(|one| text(&one["stateMachineAliasArn"]))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        names(json!({"stateMachineArn": ARN})),
        [format!("{ARN}:a"), format!("{ARN}:b")]
    );
    assert_eq!(
        names(json!({"stateMachineArn": format!("{ARN}:2")})),
        [format!("{ARN}:a")]
    );
    for name in ["a", "b"] {
        api.call(
            "DeleteStateMachineAlias",
            json!({"stateMachineAliasArn": format!("{ARN}:{name}")}),
        );
    }
    api.call("DeleteStateMachineVersion", version);
    let gone = "ResourceNotFound: Request references a resource that does not exist.";
    let deleted = json!({"stateMachineAliasArn": format!("{ARN}:a")});
    assert_eq!(api.refusal("DescribeStateMachineAlias", deleted), gone);
    assert_eq!(
        api.refusal(
            "StartExecution",
            json!({"stateMachineArn": format!("{ARN}:a")})
        ),
        format!("StateMachineDoesNotExist: State Machine Does Not Exist: '{ARN}:a'")
    );
}

#[test]
fn invalid_alias_routes_are_refused() {
    let api = Api::new();
    versions(&api);
    let refused = |request: Json| api.refusal("CreateStateMachineAlias", request);
    let none = refused(json!({"name": "a", "routingConfiguration": []}));
    assert_eq!(
        none,
        "ValidationException: 1 validation error detected: Value '[]' at 'routingConfiguration' failed to satisfy constraint: Member must have length greater than or equal to 1"
    );
    let heavy = refused(alias_request("a", &[(1, 101)]));
    assert!(heavy.contains("Value '101' at 'routingConfiguration.1.member.weight' failed to satisfy constraint: Member must have value less than or equal to 100"), "{heavy}");
    let missing = refused(alias_request("a", &[(7, 100)]));
    assert_eq!(
        missing,
        "ResourceNotFound: Request references a resource that does not exist."
    );
    let digits = refused(alias_request("17", &[(1, 100)]));
    assert!(digits.contains(r"Member must satisfy regular expression pattern: ^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$"), "{digits}");
    let unversioned = json!({"name": "a", "routingConfiguration": [{"stateMachineVersionArn": ARN, "weight": 100}]});
    assert!(refused(unversioned).starts_with(
        "ValidationException: Routing configuration must contain state machine version ARNs."
    ));
    let first = api.call("CreateStateMachineAlias", alias_request("a", &[(1, 100)]));
    assert_eq!(
        api.call("CreateStateMachineAlias", alias_request("a", &[(1, 100)])),
        first
    );
    assert!(refused(alias_request("a", &[(2, 100)])).starts_with("ConflictException: "));
    assert!(
        api.refusal(
            "UpdateStateMachineAlias",
            json!({"stateMachineAliasArn": format!("{ARN}:a")})
        )
        .starts_with("ValidationException: ")
    );
}

#[test]
fn a_task_starts_the_named_version_or_alias() {
    let api = Api::new();
    versions(&api);
    let prod = alias(&api, "prod", &[(2, 100)]);
    for (number, target) in [(1, format!("{ARN}:1")), (2, prod), (3, ARN.to_owned())] {
        let parent = json!({"StartAt": "Call", "States": {"Call": {
            "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
            "Parameters": {"StateMachineArn": target}, "OutputPath": "$.Output", "End": true
        }}});
        let parent = api.create(&format!("parent-{number}"), &parent);
        let described = output(&api, &parent);
        assert_eq!(described["output"], number.to_string(), "{described}");
    }
}

#[test]
fn all_resources_survive_a_restart_of_the_server() {
    let store = MemoryStore::new();
    let api = Api::over(Engine::builder().store(store.clone()));
    versions(&api);
    let prod = alias(&api, "prod", &[(1, 100)]);
    update(&api, 4);
    api.call(
        "TagResource",
        json!({"resourceArn": ARN, "tags": [{"key": "team", "value": "blue"}]}),
    );
    let gone = api.create(
        "gone",
        &serde_json::from_str(&answers(0)).expect("it is JSON"),
    );
    api.call("DeleteStateMachine", json!({"stateMachineArn": gone}));
    let activity = api.call(
        "CreateActivity",
        json!({"name": "pack", "tags": [{"key": "k", "value": "v"}]}),
    );
    let activity = &activity["activityArn"];
    let execution = api.start(&prod, &json!({}));
    api.finished(&execution);
    let look = |api: &Api| {
        let requests = [
            ("DescribeStateMachine", json!({"stateMachineArn": ARN})),
            (
                "DescribeStateMachine",
                json!({"stateMachineArn": format!("{ARN}:2")}),
            ),
            (
                "DescribeStateMachineAlias",
                json!({"stateMachineAliasArn": prod}),
            ),
            ("ListStateMachines", json!({})),
            ("ListStateMachineVersions", json!({"stateMachineArn": ARN})),
            ("ListTagsForResource", json!({"resourceArn": ARN})),
            ("ListTagsForResource", json!({"resourceArn": activity})),
            ("DescribeExecution", json!({"executionArn": execution})),
            (
                "DescribeStateMachineForExecution",
                json!({"executionArn": execution}),
            ),
            ("ListExecutions", json!({"stateMachineArn": prod})),
            ("GetExecutionHistory", json!({"executionArn": execution})),
        ];
        requests.map(|(operation, request)| api.call(operation, request))
    };
    let before = look(&api);
    api.end();
    let api = Api::over(Engine::builder().store(store));
    assert_eq!(look(&api), before);
    assert_eq!(output(&api, ARN)["output"], "4");
    assert_eq!(output(&api, &format!("{ARN}:3"))["output"], "3");
    assert_eq!(output(&api, &prod)["output"], "1");
    assert_eq!(publish(&api), format!("{ARN}:4"));
    assert_eq!(before[0]["roleArn"], ROLE);
}

#[test]
fn the_definition_of_an_execution_is_shown_after_its_state_machine_was_deleted_and_created_again() {
    let store = MemoryStore::new();
    let api = Api::over(Engine::builder().store(store.clone()));
    let definition =
        |number| -> Json { serde_json::from_str(&answers(number)).expect("it is JSON") };
    let machine = api.create("m", &definition(1));
    let execution = api.start(&machine, &json!({}));
    api.finished(&execution);
    let described = |api: &Api| {
        let request = json!({"executionArn": execution});
        let described = api.call("DescribeStateMachineForExecution", request);
        let text = described["definition"].as_str().expect("a definition");
        let definition: Json = serde_json::from_str(text).expect("it is JSON");
        (
            definition,
            described["stateMachineArn"].clone(),
            described["roleArn"].clone(),
        )
    };
    let before = described(&api);
    assert_eq!(before.0, definition(1));
    api.call("DeleteStateMachine", json!({"stateMachineArn": machine}));
    assert_eq!(described(&api), before);
    api.end();
    let api = Api::over(Engine::builder().store(store.clone()));
    assert_eq!(described(&api), before);
    // The new state machine has a first revision, too.
    api.create("m", &definition(2));
    assert_eq!(described(&api), before);
    api.end();
    let api = Api::over(Engine::builder().store(store));
    assert_eq!(described(&api), before);
}
