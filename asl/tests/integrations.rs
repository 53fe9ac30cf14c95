//! The tables of service integrations, and their sources.
//!
//! `asl/src/integrations/derive.py` generates the tables from packages and from the folder `hand`.

use std::path::Path;

use serde_json::{Map, Value, json};
use stepwright_asl::integrations::{
    IntegrationPattern, ResolvedResource, ResourceField, lookup, lookup_item_reader,
    lookup_result_writer, optimized, services, tables_date,
};
use stepwright_asl::validate::{Diagnostic, Validator, validate_text};
use stepwright_asl::{MachineType, Severity};

/// The rows of a file of `asl/src/integrations`.
fn table(file: &str) -> Vec<Vec<String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/integrations");
    let text = std::fs::read_to_string(folder.join(file)).expect("the table can be read");
    let lines = text.lines().filter(|line| !line.starts_with('#')).skip(1);
    let columns = lines.map(|line| line.split(',').map(str::to_owned).collect());
    columns.collect()
}

#[test]
fn the_services_table_matches_the_manual_table() {
    let columns = |file: &str| -> Vec<_> {
        let rows = table(file).into_iter();
        rows.map(|row| row[..5].to_vec()).collect()
    };
    assert_eq!(
        columns("hand/services.csv"),
        columns("services.csv"),
        "run asl/src/integrations/derive.py"
    );
}

#[test]
fn every_line_of_the_tables_is_found() {
    for line in optimized() {
        assert!(
            !line.source.is_empty() && line.read.len() == 7,
            "{}",
            line.resource
        );
        let resource = format!("arn:aws:states:::{}", line.resource);
        match line.place {
            ResourceField::ItemReader => {
                assert_eq!(lookup_item_reader(&resource), Ok(line));
                continue;
            }
            ResourceField::ResultWriter => {
                assert_eq!(lookup_result_writer(&resource), Ok(line));
                continue;
            }
            _ if line.action().is_empty() => continue,
            _ => {}
        }
        for pattern in &line.patterns {
            for partition in ["aws", "aws-cn"] {
                let resource = resource.replace("arn:aws:", &format!("arn:{partition}:"));
                let resource = format!("{resource}{}", pattern.suffix());
                let found = lookup(&resource).unwrap_or_else(|error| panic!("{error}"));
                assert_eq!(
                    (found.service(), found.action()),
                    (line.service(), line.action())
                );
                assert_eq!(found.pattern(), *pattern);
                assert_eq!(found.error_prefix(), line.error_prefix);
                assert!(found.runs_in(MachineType::Standard));
                let is_express = *pattern == IntegrationPattern::RequestResponse;
                assert_eq!(found.runs_in(MachineType::Express), is_express);
                let sync = if pattern.suffix().starts_with(".sync") {
                    line.sync_permissions.len()
                } else {
                    0
                };
                assert_eq!(found.permissions().count(), line.permissions.len() + sync);
            }
        }
    }
    let mut count = 0;
    for service in services() {
        for action in service.actions() {
            count += 1;
            let (name, unsupported) = (service.name(), service.is_unsupported(&capital(&action)));
            let resource = format!("arn:aws:states:::aws-sdk:{name}:{action}.waitForTaskToken");
            let found = lookup(&resource);
            assert_eq!(found.is_err(), unsupported, "{resource}");
            let Ok(found) = found else { continue };
            assert_eq!((found.service(), found.action()), (name, &*action));
            assert_eq!(found.pattern(), IntegrationPattern::WaitForTaskToken);
            assert!(matches!(found.kind(), ResolvedResource::Sdk(_)));
        }
    }
    assert!(count > 19_000, "{count}");
}

fn capital(action: &str) -> String {
    action[..1].to_uppercase() + &action[1..]
}

#[test]
fn the_tables_stay_small() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/integrations");
    let size = |file: &str| {
        std::fs::metadata(folder.join(file))
            .expect("is there")
            .len()
    };
    let (services, lines) = (size("services.csv"), size("optimized.jsonl"));
    assert!(services + lines < 450_000, "{services} and {lines} bytes");
    assert_eq!(
        optimized().len(),
        std::fs::read_to_string(folder.join("optimized.jsonl"))
            .expect("is there")
            .lines()
            .count()
    );
}

/// The diagnostics of SW041 about a resource: the severity and the suggestion.
fn resource_diagnostics(definition: &Value) -> Vec<(Severity, Option<String>)> {
    validate_text(&definition.to_string(), MachineType::Standard)
        .into_iter()
        .filter(|diagnostic| diagnostic.code.unwrap_or_default() == "SW041")
        .map(|diagnostic| {
            let code = (diagnostic.severity == Severity::Error).then_some("INVALID_RESOURCE");
            assert_eq!(diagnostic.aws_code, code, "{diagnostic}");
            (diagnostic.severity, diagnostic.help)
        })
        .collect()
}

#[test]
fn the_validator_checks_resources_against_the_tables() {
    let error = |meant: &str| {
        (
            Severity::Error,
            Some(format!("did you mean `arn:aws:states:::{meant}`?")),
        )
    };
    for (name, expected) in [
        ("lambda:invoke", vec![]),
        ("aws-sdk:s3:getObject", vec![]),
        (
            "aws-sdk:agentregistry:searchDiscoverableRegistryRecords",
            vec![],
        ),
        ("aws-sdk:pricingplanmanager:createSubscription", vec![]),
        ("aws-sdk:${Service}:getObject", vec![]),
        ("lambda:invok", vec![error("lambda:invoke")]),
        ("s3:getObject", vec![error("aws-sdk:s3:getObject")]),
        // The optimized integration is preferred over the SDK's.
        ("dynamodb:putitem", vec![error("dynamodb:putItem")]),
        ("dynamodb:PutItem", vec![error("dynamodb:putItem")]),
        ("dynamodb:putItme", vec![error("dynamodb:putItem")]),
        ("dynamoDB:putItem", vec![error("dynamodb:putItem")]),
        ("dynamodb:query", vec![error("aws-sdk:dynamodb:query")]),
        (
            "aws-sdk:dynamodb:putitem",
            vec![error("aws-sdk:dynamodb:putItem")],
        ),
        (
            "aws-sdk:s3:getObject.sync",
            vec![error("aws-sdk:s3:getObject")],
        ),
        ("aws-sdk:s3:GetObject", vec![error("aws-sdk:s3:getObject")]),
        ("aws-sdk:brandnew:call", vec![(Severity::Warning, None)]),
        ("brandnew:call", vec![(Severity::Warning, None)]),
        ("bedrockagentcore:invokeHarness", vec![]),
        ("aws-sdk:s3vectors:queryVectors", vec![]),
        (
            "eks:runJob.waitForTaskToken",
            vec![(Severity::Warning, None)],
        ),
    ] {
        let task =
            json!({"Type": "Task", "Resource": format!("arn:aws:states:::{name}"), "End": true});
        assert_eq!(
            resource_diagnostics(&json!({"StartAt": "A", "States": {"A": task}})),
            expected,
            "{name}"
        );
    }
}

#[test]
fn an_unknown_name_is_a_warning_with_the_date_of_the_tables() {
    for (name, part) in [
        ("aws-sdk:brandnew:call", "the service `brandnew`"),
        ("brandnew:call", "the service `brandnew`"),
        ("lambda:frobnicate", "the action `lambda:frobnicate`"),
        (
            "aws-sdk:dynamodb:frobnicate",
            "the action `dynamodb:frobnicate`",
        ),
    ] {
        let resource = format!("arn:aws:states:::{name}");
        let task = json!({"Type": "Task", "Resource": resource, "End": true});
        let definition = json!({"StartAt": "A", "States": {"A": task}}).to_string();
        let found = validate_text(&definition, MachineType::Standard);
        let found: Vec<_> = found
            .iter()
            .filter(|one| one.code.unwrap_or_default() == "SW041")
            .collect();
        let date = tables_date();
        assert_eq!(
            found[0].message,
            format!("{part} is not in the tables of {date}; AWS may have added it since")
        );
        assert_eq!(found[0].severity, Severity::Warning);
        let validator = Validator::new(MachineType::Standard)
            .allow("SW041")
            .expect("is a rule");
        let left = validator.check_text(&definition);
        assert!(
            left.iter()
                .all(|one| one.code.unwrap_or_default() != "SW041"),
            "{left:?}"
        );
    }
}

#[test]
fn a_service_that_aws_has_removed_is_a_warning_with_the_date() {
    for (action, date) in [
        ("qldb:anything", "2026-03-12"),
        ("worklink:listFleets", "2026-03-12"),
        ("lexruntime:postText", "2026-06-03"),
    ] {
        let task = json!({"Type": "Task", "Resource": format!("arn:aws:states:::aws-sdk:{action}"), "End": true});
        let definition = json!({"StartAt": "A", "States": {"A": task}}).to_string();
        let all = validate_text(&definition, MachineType::Standard);
        let of_rule = |one: &&Diagnostic| one.code == Some("SW041");
        let [found] = all.iter().filter(of_rule).collect::<Vec<_>>()[..] else {
            panic!("{all:?}")
        };
        let service = action.split(':').next().expect("it has a service");
        assert_eq!(
            found.message,
            format!("Step Functions has had no integration with `{service}` since {date}")
        );
        assert_eq!(found.severity, Severity::Warning);
    }
}

#[test]
fn a_thousand_unknown_resources_are_reported_quickly() {
    let states: Map<String, Value> = (0..1000)
        .map(|i| {
            let task = json!({"Type": "Task", "Resource": format!("arn:aws:states:::aws-sdk:ec2:describeThing{i}"), "Next": "S0"});
            (format!("S{i}"), task)
        })
        .collect();
    let start = std::time::Instant::now();
    let found = resource_diagnostics(&json!({"StartAt": "S0", "States": states}));
    assert_eq!(found.len(), 1000);
    assert!(start.elapsed().as_secs() < 120, "{:?}", start.elapsed());
}

#[test]
fn argument_names_are_checked_against_the_tables() {
    let faults = |resource: &str, names: &[&str]| -> Vec<String> {
        let found = lookup(resource).unwrap();
        let faults = found.check_arguments(names.iter().copied());
        let messages = faults.iter().map(|fault| match fault.suggestion() {
            Some(suggestion) => format!("{fault}; {suggestion}"),
            None => fault.to_string(),
        });
        messages.collect()
    };
    let none: [&str; 0] = [];
    let send = "arn:aws:states:::sqs:sendMessage.waitForTaskToken";
    assert_eq!(
        faults(send, &["QueueUrl", "MessageBody", "DelaySeconds"]),
        none
    );
    assert_eq!(
        faults(send, &["queueUrl", "MessageBody", "Nonsense"]),
        [
            "the arguments of `sqs:sendMessage` begin with an upper-case letter, but `queueUrl` does not; did you mean `QueueUrl`?",
            "`sqs:sendMessage` takes no argument `Nonsense`",
        ]
    );
    let put = "arn:aws:states:::dynamodb:putItem";
    assert_eq!(
        faults(put, &["Itm"]),
        [
            "`dynamodb:putItem` takes no argument `Itm`; did you mean `Item`?",
            "`dynamodb:putItem` needs the argument `TableName`",
        ]
    );
    // Not all arguments of this integration are known.
    let events = "arn:aws:states:::events:putEvents";
    assert_eq!(faults(events, &["Entries", "EndpointId"]), none);
    assert_eq!(
        faults(events, &["Entrys"]),
        ["`events:putEvents` takes no argument `Entrys`; did you mean `Entries`?"]
    );
    let get = "arn:aws:states:::aws-sdk:s3:getObject";
    assert_eq!(faults(get, &["Bucket", "Key"]), none);
    assert_eq!(
        faults(get, &["bucket"]),
        [
            "the arguments of `aws-sdk:s3:getObject` begin with an upper-case letter, but `bucket` does not; did you mean `Bucket`?"
        ]
    );
    let function = "arn:aws:lambda:us-east-1:123456789012:function:charge";
    assert_eq!(faults(function, &["anything"]), none);
}

mod recordings {
    //! Tests with data outside of the repository.

    use std::collections::BTreeSet;

    use super::*;
    use crate::recordings::files::{read, rows};

    #[test]
    #[ignore = "needs the recordings in STEPWRIGHT_RECORDINGS"]
    fn every_integration_of_the_examples_is_found() {
        let examples: Value =
            serde_json::from_str(&read("integrations/examples.json")).expect("the file is JSON");
        let mut found = 0;
        let mut search = |definition: &Value| {
            visit(definition, &mut |place, resource| {
                found += 1;
                let known = match place {
                    "ItemReader" => lookup_item_reader(resource).is_ok(),
                    "ResultWriter" => lookup_result_writer(resource).is_ok(),
                    _ => lookup(resource).is_ok(),
                };
                assert!(known, "{resource} at {place}");
            });
        };
        for example in examples["examples"].as_array().expect("has them") {
            search(&example["definition"]);
        }
        assert!(found >= 15, "{found}");
    }

    /// Visits every `Resource` in a definition, with the key of the object that contains it.
    fn visit(value: &Value, see: &mut impl FnMut(&str, &str)) {
        fn walk(place: &str, value: &Value, see: &mut impl FnMut(&str, &str)) {
            match value {
                Value::Array(items) => items.iter().for_each(|item| walk(place, item, see)),
                Value::Object(members) => {
                    for (key, member) in members {
                        match member {
                            Value::String(resource) if key == "Resource" => see(place, resource),
                            member => walk(key, member, see),
                        }
                    }
                }
                _ => {}
            }
        }
        walk("", value, see);
    }

    #[test]
    #[ignore = "needs the recordings in STEPWRIGHT_RECORDINGS"]
    fn resources_accepted_by_the_service_are_found() {
        let mut unknown = BTreeSet::new();
        for (file, origin) in [
            ("conformance/cases.jsonl", None),
            ("conformance/validation.jsonl", Some("aws-recorded")),
        ] {
            for row in rows(file) {
                if row["valid"] == false || origin.is_some_and(|origin| row["origin"] != origin) {
                    continue;
                }
                visit(&row["definition"], &mut |place, resource| {
                    let known = match place {
                        "ItemReader" => lookup_item_reader(resource).is_ok(),
                        "ResultWriter" => lookup_result_writer(resource).is_ok(),
                        _ => lookup(resource).is_ok(),
                    };
                    // Function names without an ARN and placeholders of the recordings are not
                    // integrations.
                    if !known && resource.contains(":states:::") {
                        unknown.insert(resource.to_owned());
                    }
                });
            }
        }
        assert!(unknown.is_empty(), "{unknown:?}");
    }
}
