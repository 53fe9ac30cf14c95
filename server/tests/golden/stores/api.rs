//! State machines with versions and aliases, tags and activities that clients of the API created.

use serde_json::{Value as Json, json};

use super::GoldenStore;
use crate::golden::environment::{activity, execution, state_machine};
use crate::golden::script::{Script, Session, Step, call};
use crate::golden::states::{ask, machine, pass, wait, with};

/// The minute in which the store is copied.
const COPIED: f64 = 15.5;

pub(crate) fn store() -> GoldenStore {
    let writing = Session {
        steps: writing(),
        ..Session::default()
    };
    GoldenStore {
        name: "api",
        writing: vec![writing],
        script: Script {
            about: "versions, aliases, tags and activities that clients of the API created"
                .to_owned(),
            sessions: vec![reading()],
            ..Script::default()
        },
    }
}

fn definition(text: &str) -> String {
    let rest = machine(
        "Rest",
        json!({"Rest": wait(30, Some("Tell")), "Tell": pass(None, json!({"Result": text}))}),
    );
    rest.to_string()
}

fn orders(qualifier: &str) -> String {
    format!("{}{qualifier}", state_machine("orders"))
}

fn tag(key: &str, value: &str) -> Json {
    json!({"key": key, "value": value})
}

fn starts(machine: &str, name: &str) -> Step {
    call(
        "StartExecution",
        json!({"stateMachineArn": machine, "name": name, "input": "{\"name\":  \"Zoë\"}"}),
    )
}

fn writing() -> Vec<Step> {
    let role = "arn:aws:iam::123456789012:role/golden";
    let create = |name: &str, definition: &str, more: Json| {
        let mut request = json!({"name": name, "definition": definition, "roleArn": role});
        request
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        call("CreateStateMachine", request)
    };
    let update = |text: &str| {
        call(
            "UpdateStateMachine",
            json!({"stateMachineArn": orders(""), "definition": definition(text)}),
        )
    };
    let publish = |text: &str| {
        call(
            "PublishStateMachineVersion",
            json!({"stateMachineArn": orders(""), "description": text}),
        )
    };
    let route = |routes: &[(u32, u32)]| -> Json {
        let routes = routes.iter();
        routes.map(|(version, weight)| json!({"stateMachineVersionArn": orders(&format!(":{version}")), "weight": weight})).collect()
    };
    let alias = |name: &str, routes: &[(u32, u32)]| {
        call(
            "CreateStateMachineAlias",
            json!({"name": name, "description": format!("the alias {name}"), "routingConfiguration": route(routes)}),
        )
    };
    let work = machine(
        "Pack",
        json!({
            "Pack": with(json!({"Type": "Task", "Resource": activity("pack")}), Some("Ask"), json!({})),
            "Ask": ask(json!("api ask"), None, json!({})),
        }),
    );
    vec![
        create(
            "orders",
            &definition("first"),
            json!({"tags": [tag("team", "blue"), tag("Größe", "2")], "publish": true, "versionDescription": "the first"}),
        ),
        Step::Until(1.0),
        update("second"),
        publish("the second"),
        Step::Until(2.0),
        alias("prod", &[(1, 100)]),
        alias("canary", &[(1, 0), (2, 100)]),
        starts(&orders(":prod"), "by-alias"),
        starts(&orders(":canary"), "by-the-other-alias"),
        starts(&orders(":1"), "by-version"),
        starts(&orders(""), "by-machine"),
        Step::Until(4.0),
        update("third"),
        publish("the third"),
        call(
            "UpdateStateMachineAlias",
            json!({"stateMachineAliasArn": orders(":prod"), "routingConfiguration": route(&[(2, 0), (3, 100)])}),
        ),
        Step::Until(6.0),
        update("the fourth, not published"),
        call(
            "CreateActivity",
            json!({"name": "pack", "tags": [tag("floor", "3")]}),
        ),
        create(
            "work",
            &work.to_string(),
            json!({"loggingConfiguration": {
                "level": "ERROR", "includeExecutionData": true,
                "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": "arn:aws:logs:us-east-1:123456789012:log-group:golden:*"}}],
            }}),
        ),
        starts(&state_machine("work"), "packs"),
        create(
            "express",
            &definition("express"),
            json!({"type": "EXPRESS"}),
        ),
        create("deleted", &definition("deleted"), json!({})),
        starts(&state_machine("deleted"), "of-the-deleted-one"),
        call(
            "DeleteStateMachine",
            json!({"stateMachineArn": state_machine("deleted")}),
        ),
        call(
            "TagResource",
            json!({"resourceArn": state_machine("work"), "tags": [tag("a", "1"), tag("b", "2")]}),
        ),
        call(
            "UntagResource",
            json!({"resourceArn": state_machine("work"), "tagKeys": ["a"]}),
        ),
        call(
            "GetActivityTask",
            json!({"activityArn": activity("pack"), "workerName": "w"}),
        ),
        Step::Until(COPIED),
    ]
}

/// Describes all state machines, aliases, tags, executions and activities.
fn describes() -> Vec<Step> {
    let machines = ["", ":1", ":2", ":3"]
        .map(orders)
        .into_iter()
        .chain([state_machine("work"), state_machine("express")]);
    let machines =
        machines.map(|arn| call("DescribeStateMachine", json!({"stateMachineArn": arn})));
    let aliases = ["prod", "canary"].map(|name| {
        call(
            "DescribeStateMachineAlias",
            json!({"stateMachineAliasArn": orders(&format!(":{name}"))}),
        )
    });
    let tagged = [orders(""), state_machine("work"), activity("pack")];
    let tags = tagged.map(|arn| call("ListTagsForResource", json!({"resourceArn": arn})));
    let executions = [
        "orders:by-alias",
        "orders:by-the-other-alias",
        "orders:by-version",
        "orders:by-machine",
        "work:packs",
        "deleted:of-the-deleted-one",
    ];
    let described = executions.map(|name| {
        call(
            "DescribeExecution",
            json!({"executionArn": execution(name)}),
        )
    });
    let versions = executions[..5].iter().map(|name| {
        call(
            "DescribeStateMachineForExecution",
            json!({"executionArn": execution(name)}),
        )
    });
    let lists = [
        call("ListStateMachines", json!({})),
        call(
            "ListStateMachineVersions",
            json!({"stateMachineArn": orders("")}),
        ),
        call(
            "ListStateMachineAliases",
            json!({"stateMachineArn": orders("")}),
        ),
        call(
            "ListExecutions",
            json!({"stateMachineArn": orders(":prod")}),
        ),
        call("ListExecutions", json!({"stateMachineArn": orders("")})),
        call("ListActivities", json!({})),
    ];
    machines
        .chain(aliases)
        .chain(tags)
        .chain(described)
        .chain(versions)
        .chain(lists)
        .collect()
}

fn reading() -> Session {
    let mut steps = describes();
    steps.extend([
        call(
            "SendTaskSuccess",
            json!({"taskToken": "<token api>", "output": "{\"packed\":true}"}),
        ),
        call(
            "SendTaskSuccess",
            json!({"taskToken": "<token api ask>", "output": "\"yes\""}),
        ),
        starts(&orders(":prod"), "after-the-copy"),
        call(
            "PublishStateMachineVersion",
            json!({"stateMachineArn": orders("")}),
        ),
        Step::Until(100.0),
        call(
            "DescribeExecution",
            json!({"executionArn": execution("orders:by-alias")}),
        ),
        call(
            "DescribeExecution",
            json!({"executionArn": execution("orders:after-the-copy")}),
        ),
        call(
            "DescribeExecution",
            json!({"executionArn": execution("work:packs")}),
        ),
        call(
            "DescribeStateMachine",
            json!({"stateMachineArn": orders(":4")}),
        ),
    ]);
    Session {
        opens: COPIED + 0.1,
        steps,
        ..Session::default()
    }
}
