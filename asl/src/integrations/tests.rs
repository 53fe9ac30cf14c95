//! Properties of the tables and of the lookup.

use super::*;
use proptest::prelude::*;

#[test]
fn tables_are_sorted_and_read_completely() {
    assert_eq!(services().len(), rows(include_str!("services.csv")).count());
    assert_eq!(
        optimized().len(),
        include_str!("optimized.jsonl").lines().count()
    );
    assert!(services().is_sorted_by(|a, b| a.name() < b.name()));
    assert!(optimized().is_sorted_by(|a, b| (a.place, a.resource) < (b.place, b.resource)));
    for service in services() {
        for action in service.actions() {
            assert!(service.has(&action), "{} {action}", service.name());
            assert!(
                !service.has(&format!("{action}x")),
                "{} {action}",
                service.name()
            );
        }
        assert!(!service.has("") && !service.is_unsupported(""));
    }
}

#[test]
fn functions_and_activities_are_found_by_their_own_arns() {
    let found =
        lookup("arn:aws:lambda:us-east-1:123456789012:function:charge:prod").expect("is one");
    assert!(matches!(found.kind(), ResolvedResource::Function(_)));
    assert_eq!((found.service(), found.action()), ("lambda", "charge:prod"));
    assert_eq!(found.error_prefix(), Some("Lambda"));
    assert_eq!(found.permissions().count(), 1);
    let found = lookup("arn:aws-us-gov:states:us-gov-west-1:123456789012:activity:approve")
        .expect("is one");
    assert!(matches!(found.kind(), ResolvedResource::Activity(_)));
    assert!(
        found.runs_in(crate::MachineType::Standard) && !found.runs_in(crate::MachineType::Express)
    );
    assert_eq!(found.error_prefix(), None);
    for resource in [
        "",
        "charge",
        "${ChargeArn}",
        "arn:aws:sqs:us-east-1:123456789012:queue",
        "arn:aws:lambda:us-east-1:123456789012:function:",
        "arn:aws:states",
        "arn",
        "arn:aws:states:::",
    ] {
        let unknown = lookup(resource).expect_err(resource);
        let what = if resource.ends_with(":::") {
            ResourcePart::Service
        } else {
            ResourcePart::Resource
        };
        assert_eq!(unknown.what, what, "{resource}");
    }
}

/// The unknown part of a resource, the suggestion, and whether AWS may know the resource.
fn unknown(name: &str) -> (ResourcePart, String, bool) {
    let resource = format!("arn:aws:states:::{name}");
    let unknown = lookup(&resource).expect_err(name);
    assert_eq!(unknown.resource, resource);
    let meant = unknown.suggestion.unwrap_or_default();
    let meant = meant
        .strip_prefix("did you mean `arn:aws:states:::")
        .and_then(|rest| rest.strip_suffix("`?"));
    (
        unknown.what,
        meant.unwrap_or_default().to_owned(),
        unknown.doubt,
    )
}

#[test]
fn unknown_optimized_integrations_have_a_suggestion() {
    for (name, what, meant) in [
        ("lamda:invoke", ResourcePart::Service, "lambda:invoke"),
        ("lambda:invok", ResourcePart::Action, "lambda:invoke"),
        ("lambda:", ResourcePart::Action, ""),
        ("lambda", ResourcePart::Action, ""),
        (
            "lambda:listFunctions",
            ResourcePart::Action,
            "aws-sdk:lambda:listFunctions",
        ),
        (
            "s3:getObject",
            ResourcePart::Service,
            "aws-sdk:s3:getObject",
        ),
        (
            "dynamodb:Query",
            ResourcePart::Action,
            "aws-sdk:dynamodb:query",
        ),
        (
            "states:describeExecution",
            ResourcePart::Action,
            "aws-sdk:sfn:describeExecution",
        ),
        ("events:putEvent", ResourcePart::Action, "events:putEvents"),
        (
            "dynamodb:putItem.sync",
            ResourcePart::Pattern,
            "dynamodb:putItem",
        ),
        (
            "sqs:sendMessage.waitForTaskTokn",
            ResourcePart::Pattern,
            "sqs:sendMessage.waitForTaskToken",
        ),
        (
            "states:startExecution.sync:3",
            ResourcePart::Pattern,
            "states:startExecution.sync:2",
        ),
        (
            "ecs:runTask.sync:2",
            ResourcePart::Pattern,
            "ecs:runTask.sync",
        ),
        ("lambda:invoke.", ResourcePart::Pattern, "lambda:invoke"),
        ("function", ResourcePart::Service, ""),
    ] {
        assert_eq!(unknown(name), (what, meant.to_owned(), false), "{name}");
    }
}

#[test]
fn unlisted_sdk_integrations_are_doubtful_unless_misspelt() {
    for (name, what, meant, doubt) in [
        (
            "aws-sdk:dynamoDB:getItem",
            ResourcePart::Service,
            "aws-sdk:dynamodb:getItem",
            false,
        ),
        (
            "aws-sdk:dynamobd:getItem",
            ResourcePart::Service,
            "aws-sdk:dynamodb:getItem",
            false,
        ),
        (
            "aws-sdk:stepfunctions:startExecution",
            ResourcePart::Service,
            "aws-sdk:sfn:startExecution",
            false,
        ),
        (
            "aws-sdk:logs:putLogEvents",
            ResourcePart::Service,
            "aws-sdk:cloudwatchlogs:putLogEvents",
            false,
        ),
        ("aws-sdk:brandnew:call", ResourcePart::Service, "", true),
        ("aws-sdk:brandnew:", ResourcePart::Service, "", false),
        ("aws-sdk:brand new:call", ResourcePart::Service, "", false),
        (
            "aws-sdk:s3vector:queryVectors",
            ResourcePart::Service,
            "aws-sdk:s3vectors:queryVectors",
            false,
        ),
        ("aws-sdk", ResourcePart::Service, "", false),
        ("aws-sdk:s3", ResourcePart::Action, "", false),
        (
            "aws-sdk:s3:ListObjectsV2",
            ResourcePart::Action,
            "aws-sdk:s3:listObjectsV2",
            false,
        ),
        (
            "aws-sdk:s3:listObjectV2",
            ResourcePart::Action,
            "aws-sdk:s3:listObjectsV2",
            false,
        ),
        (
            "aws-sdk:s3:listObjectsV3",
            ResourcePart::Action,
            "aws-sdk:s3:listObjectsV2",
            true,
        ),
        (
            "aws-sdk:dynamodb:frobnicate",
            ResourcePart::Action,
            "",
            true,
        ),
        ("aws-sdk:sts:assumeRole", ResourcePart::Action, "", false),
        (
            "aws-sdk:lambda:invokeAsync",
            ResourcePart::Action,
            "",
            false,
        ),
        (
            "aws-sdk:s3:getObject.sync",
            ResourcePart::Pattern,
            "aws-sdk:s3:getObject",
            false,
        ),
        (
            "aws-sdk:S3:getObject.waitForTaskToken",
            ResourcePart::Service,
            "aws-sdk:s3:getObject.waitForTaskToken",
            false,
        ),
    ] {
        assert_eq!(unknown(name), (what, meant.to_owned(), doubt), "{name}");
    }
}

#[test]
fn unlisted_optimized_integrations_are_doubtful_unless_misspelt() {
    for (name, what, doubt) in [
        ("brandnew:call", ResourcePart::Service, true),
        ("brandnew:call.sync", ResourcePart::Service, true),
        ("brandnew:call.snyc", ResourcePart::Service, false),
        ("brandnew:", ResourcePart::Service, false),
        ("brand_new:call", ResourcePart::Service, false),
        ("brandnew:Call", ResourcePart::Service, false),
        ("lambda:frobnicate", ResourcePart::Action, true),
        ("s3:frobnicate", ResourcePart::Service, true),
        ("lamda:frobnicate", ResourcePart::Service, false),
        ("s3:getObject", ResourcePart::Service, false),
        ("s3:getObjcet", ResourcePart::Service, false),
        ("lambda:invok", ResourcePart::Action, false),
    ] {
        let (found, _, doubtful) = unknown(name);
        assert_eq!((found, doubtful), (what, doubt), "{name}");
        let resource = format!("arn:aws:states:::{name}");
        let quick = find(&resource, false).expect_err(name);
        assert_eq!(quick.doubt, doubt, "{name} without a suggestion");
    }
}

#[test]
fn integrations_of_2026_are_known() {
    let harness = lookup("arn:aws:states:::bedrockagentcore:invokeHarness").expect("is one");
    assert_eq!(harness.error_prefix(), Some("BedrockAgentCore"));
    assert_eq!(harness.patterns(), [IntegrationPattern::RequestResponse]);
    let given = ["HarnessArn", "Messages", "RuntimeSessionId", "Model"];
    assert!(harness.check_arguments(given).is_empty());
    for (action, error) in [
        ("bedrockagentcore:invokeAgentRuntime", "BedrockAgentCore"),
        ("s3vectors:queryVectors", "S3Vectors"),
        ("s3files:createFileSystem", "S3Files"),
        ("lambdamicrovms:runMicrovm", "LambdaMicrovms"),
    ] {
        let resource = format!("arn:aws:states:::aws-sdk:{action}");
        let found = lookup(&resource).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(found.error_prefix(), Some(error));
    }
}

#[test]
fn services_without_a_list_of_actions_accept_any_action() {
    let found = lookup("arn:aws:states:::aws-sdk:qldb:listLedgers").expect("is known");
    assert_eq!(found.error_prefix(), Some("Qldb"));
    let ResolvedResource::Sdk(service) = found.kind() else {
        panic!("{found:?}")
    };
    assert!(!service.has_actions() && service.command().is_none());
}

#[test]
fn patterns_with_contradictory_documentation_are_unsure() {
    for (name, unsure) in [
        ("bedrock:invokeModel.waitForTaskToken", true),
        ("eks:runJob.waitForTaskToken", true),
        ("eks:runJob.sync", false),
        ("bedrock:invokeModel", false),
        ("sqs:sendMessage.waitForTaskToken", false),
    ] {
        let resource = format!("arn:aws:states:::{name}");
        assert_eq!(
            lookup(&resource).map(|found| found.is_unsure()),
            Ok(unsure),
            "{name}"
        );
    }
}

#[test]
fn item_readers_and_result_writers_have_their_own_resources() {
    assert!(lookup_item_reader("arn:aws:states:::s3:listObjectsV2").is_ok());
    assert!(lookup_result_writer("arn:aws-cn:states:::s3:putObject").is_ok());
    let unknown = lookup_item_reader("arn:aws:states:::s3:getObjects").expect_err("is none");
    assert_eq!(
        unknown.suggestion.as_deref(),
        Some("did you mean `arn:aws:states:::s3:getObject`?")
    );
    assert!(lookup_result_writer("arn:aws:states:::s3:getObject").is_err());
    assert!(lookup_item_reader("s3").is_err());
}

#[test]
fn the_error_of_an_unknown_resource_contains_a_suggestion() {
    let unknown = lookup("arn:aws:states:::lambda:invok").expect_err("is none");
    assert_eq!(
        unknown.to_string(),
        "`arn:aws:states:::lambda:invok` names an unknown action; did you mean `arn:aws:states:::lambda:invoke`?"
    );
}

proptest! {
    #[test]
    fn looking_up_any_resource_does_not_panic(name in any::<String>(), action in "[a-zA-Zé:.]{0,20}") {
        for resource in [name.clone(), format!("arn:aws:states:::{name}"), format!("arn:aws:states:::aws-sdk:s3:{name}"),
            format!("arn:aws:states:::{action}"), format!("arn:aws:states:::aws-sdk:{action}"), format!("arn:aws:states:::aws-sdk:s3:{action}")] {
            let _ = lookup(&resource);
            let _ = lookup_item_reader(&resource);
        }
    }
}

#[test]
fn the_tables_have_a_date() {
    let parts: Vec<&str> = tables_date().split('-').collect();
    assert_eq!(
        parts.iter().map(|part| part.len()).collect::<Vec<_>>(),
        [4, 2, 2]
    );
    assert!(parts.iter().all(|part| part.parse::<u32>().is_ok()));
    assert!(tables_date() >= "2026-11");
}
