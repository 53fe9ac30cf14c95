//! The tables of service integrations, and what they are made of.
//!
//! The tables are written from the project's notes: where those are, `UPDATE_TABLES=1 cargo test -p stepwright-asl --features integrations --test
//! integrations` writes them anew, and without the variable the test holds that they are what it would write.
#![cfg(feature = "integrations")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use stepwright_asl::integrations::{
    Kind, Pattern, lookup, lookup_item_reader, lookup_result_writer, optimized, services,
};
use stepwright_asl::validate::validate_text;
use stepwright_asl::{MachineType, Severity};

/// Beside the project's root, where the notes are; absent elsewhere.
fn notes() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/integrations");
    if !folder.is_dir() {
        eprintln!("skipped: there is no {}", folder.display());
        return None;
    }
    Some(folder)
}

fn read(folder: &Path, file: &str) -> Value {
    let text = std::fs::read_to_string(folder.join(file)).expect("the file can be read");
    serde_json::from_str(&text).expect("the file is JSON")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text(value: &Value) -> &str {
    value.as_str().expect("is text")
}

/// Compares a table with what it should be, or writes it.
fn hold(file: &str, wanted: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src/integrations")
        .join(file);
    if std::env::var_os("UPDATE_TABLES").is_some() {
        std::fs::write(&path, wanted).expect("the table can be written");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == wanted,
        "{file} is not what the notes say; UPDATE_TABLES=1 writes it"
    );
}

#[test]
fn the_table_of_services_is_that_of_the_notes() {
    let Some(folder) = notes() else { return };
    let services = read(&folder, "aws_sdk_services.json");
    let actions = std::fs::read_to_string(folder.join("aws_sdk_actions.txt")).expect("is there");
    let actions: BTreeMap<&str, &str> = actions
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(':'))
        .collect();
    let services: BTreeMap<&String, &Value> =
        services.as_object().expect("is one").iter().collect();
    let mut table = String::new();
    for (name, service) in services {
        let command = service["botocore"].as_str().unwrap_or("-");
        let mut line = vec![
            name.clone(),
            text(&service["iam_prefix"]).to_owned(),
            text(&service["exception_prefix"]).to_owned(),
            command.to_owned(),
        ];
        let mut groups: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let words = actions.get(name.as_str()).copied().unwrap_or_default();
        for action in words.split_whitespace() {
            let first = action
                .find(|c: char| c.is_ascii_uppercase())
                .unwrap_or(action.len());
            groups
                .entry(&action[..first])
                .or_default()
                .insert(&action[first..]);
        }
        let unsupported: BTreeSet<&str> = list(&service["unsupported_actions"])
            .iter()
            .map(text)
            .collect();
        if !unsupported.is_empty() {
            groups.insert("!", unsupported);
        }
        line.extend(groups.iter().map(|(verb, rest)| {
            format!(
                "{verb}:{}",
                rest.iter().copied().collect::<Vec<_>>().join(",")
            )
        }));
        table += &line.join(" ");
        table.push('\n');
    }
    hold("services.txt", &table);
}

#[test]
fn the_table_of_optimized_integrations_is_that_of_the_notes() {
    let Some(folder) = notes() else { return };
    let notes = read(&folder, "optimized.json");
    let mut lines = BTreeMap::new();
    for integration in list(&notes["integrations"]) {
        let resource = text(&integration["resource"]).trim_start_matches("arn:aws:states:::");
        let mut line = line("Task", resource, integration);
        // The overview gives these a callback or speaks of one where the service's own page denies it; the notes ask for a warning.
        let service = text(&integration["service"]);
        if matches!(service, "eks" | "glue" | "sagemaker" | "bedrock") {
            line.insert("unsure".to_owned(), json!(["waitForTaskToken"]));
        }
        lines.insert((0, resource), line);
    }
    for other in list(&notes["other_task_resources"]) {
        let resource = match text(&other["kind"]) {
            "lambda-arn" => "function",
            kind => kind,
        };
        lines.insert((0, resource), line("Task", resource, other));
    }
    for reader in list(&notes["map_resources"]) {
        let resource = text(&reader["resource"]).trim_start_matches("arn:aws:states:::");
        let place = text(&reader["where"]);
        let order = if place == "ItemReader" { 1 } else { 2 };
        lines.insert((order, resource), line(place, resource, reader));
    }
    let table: String = lines
        .values()
        .map(|line| format!("{}\n", Value::Object(line.clone())))
        .collect();
    hold("optimized.jsonl", &table);
}

/// Parameters whose members must be lists. The notes say so in prose; here are those for which the service was recorded to refuse another form.
const LISTS_BY_NAME: &[(&str, &[&str])] = &[("apigateway:invoke", &["Headers"])];

fn line(place: &str, resource: &str, notes: &Value) -> Map<String, Value> {
    let mut line = Map::new();
    line.insert("place".to_owned(), json!(place));
    line.insert("resource".to_owned(), json!(resource));
    let patterns = match list(&notes["patterns"]) {
        [] => json!(["request-response"]),
        patterns => json!(patterns),
    };
    line.insert("patterns".to_owned(), patterns);
    for (key, of) in [
        ("error_prefix", "error_prefix"),
        ("required", "required_parameters"),
        ("parameters", "parameters"),
    ] {
        let value = &notes[of];
        if !value.is_null() && value != &json!([]) {
            line.insert(key.to_owned(), value.clone());
        }
    }
    if let Some((_, names)) = LISTS_BY_NAME.iter().find(|(known, _)| *known == resource) {
        line.insert("lists_by_name".to_owned(), json!(names));
    }
    line.insert("permissions".to_owned(), permissions(&notes["iam"]));
    if !list(&notes["iam_extra_for_sync"]).is_empty() {
        line.insert(
            "sync_permissions".to_owned(),
            permissions(&notes["iam_extra_for_sync"]),
        );
    }
    line
}

fn permissions(statements: &Value) -> Value {
    let shape = |statement: &Value| {
        let resources = &statement["resources"];
        let mut permission = Map::new();
        permission.insert("actions".to_owned(), statement["actions"].clone());
        permission.insert("resources".to_owned(), resources["static"].clone());
        for (key, value) in [
            ("dynamic", &resources["dynamic"]),
            ("parameter", &resources["parameter"]),
            ("condition", &statement["condition"]),
            ("when", &statement["when"]),
            ("optional", &statement["optional"]),
        ] {
            if !value.is_null() {
                permission.insert(key.to_owned(), value.clone());
            }
        }
        Value::Object(permission)
    };
    list(statements).iter().map(shape).collect()
}

/// Actions with more types than this are those that tag anything; the resource is in their arguments.
const MOST_TYPES: usize = 12;

#[test]
fn the_table_of_iam_actions_is_that_of_the_notes() {
    let Some(folder) = notes() else { return };
    let services = read(&folder, "aws_sdk_services.json");
    let reference = read(&folder, "iam_actions.json");
    let operations = std::fs::read_to_string(folder.join("aws_sdk_actions.txt")).expect("is there");
    let mut called: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let mut exceptions = String::new();
    for (name, service) in services
        .as_object()
        .expect("is one")
        .iter()
        .collect::<BTreeMap<_, _>>()
    {
        let prefix = text(&service["iam_prefix"]);
        let overrides: BTreeMap<&str, Vec<&str>> = service["action_overrides"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(operation, actions)| {
                let actions = list(actions).iter().map(text).collect();
                (operation.as_str(), actions)
            })
            .collect();
        let is_plain = |actions: &&Vec<&str>| {
            actions
                .iter()
                .all(|action| !action.contains([' ', '|']) && action.contains(':'))
        };
        let of_service = operations
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{name}: ")));
        for operation in of_service.unwrap_or_default().split_whitespace() {
            let operation = operation[..1].to_uppercase() + &operation[1..];
            match overrides.get(operation.as_str()).filter(is_plain) {
                Some(actions) => {
                    for action in actions {
                        let (prefix, action) = action.split_once(':').expect("has a prefix");
                        called.entry(prefix).or_default().insert(action.to_owned());
                    }
                }
                None => {
                    called.entry(prefix).or_default().insert(operation);
                }
            }
        }
        // What the statements of DynamoDB's operations come to.
        if prefix == "dynamodb" {
            let more = [
                "PartiQLSelect",
                "PartiQLInsert",
                "PartiQLUpdate",
                "PartiQLDelete",
                "ConditionCheckItem",
            ];
            called
                .entry(prefix)
                .or_default()
                .extend(more.map(str::to_owned));
        }
        let others: Vec<String> = overrides
            .iter()
            .filter(|(_, actions)| is_plain(actions))
            .map(|(operation, actions)| format!(">{operation}\t{}\n", actions.join(",")))
            .collect();
        let missing: BTreeSet<&str> = list(&service["operations_without_same_named_iam_action"])
            .iter()
            .map(text)
            .filter(|operation| !overrides.contains_key(operation) && !overrides.contains_key("*"))
            .collect();
        if others.is_empty() && missing.is_empty() {
            continue;
        }
        exceptions += &format!("#{name}\n{}", others.concat());
        if !missing.is_empty() {
            let missing: Vec<&str> = missing.into_iter().collect();
            exceptions += &format!("-{}\n", missing.join(","));
        }
    }
    let mut table = String::new();
    for (prefix, known) in reference
        .as_object()
        .expect("is one")
        .iter()
        .collect::<BTreeMap<_, _>>()
    {
        let own = format!("arn:${{Partition}}:{prefix}:${{Region}}:${{Account}}:");
        let mut types: BTreeMap<String, String> = BTreeMap::new();
        let mut groups: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        let mut dependent = String::new();
        for action in called.get(prefix.as_str()).into_iter().flatten() {
            let Some(entry) = known["actions"].get(action) else {
                continue;
            };
            let needs: Vec<&str> = list(&entry["r"]).iter().map(text).collect();
            if needs.len() > MOST_TYPES {
                groups.entry("?".to_owned()).or_default().insert(action);
            } else if !needs.is_empty() {
                for name in &needs {
                    let name = name.trim_end_matches('*');
                    let template = text(&known["resources"][name]);
                    let template = match template.strip_prefix(&own) {
                        Some(rest) => format!("~{rest}"),
                        None => template.to_owned(),
                    };
                    types.insert(name.to_owned(), template);
                }
                groups.entry(needs.join(",")).or_default().insert(action);
            }
            let dep: Vec<&str> = list(&entry["dep"]).iter().map(text).collect();
            if !dep.is_empty() {
                dependent += &format!("+{action}\t{}\n", dep.join(","));
            }
        }
        table += &format!("@{prefix}\n");
        for (name, template) in types {
            table += &format!("={name}\t{template}\n");
        }
        for (needs, actions) in groups {
            let actions: Vec<&str> = actions.into_iter().collect();
            table += &format!("!{needs}\t{}\n", actions.join(","));
        }
        table += &dependent;
    }
    hold("iam.txt", &(table + &exceptions));
}

#[test]
fn every_line_of_the_notes_is_found() {
    let Some(folder) = notes() else { return };
    let notes = read(&folder, "optimized.json");
    for integration in list(&notes["integrations"]) {
        let patterns = list(&integration["patterns"]).iter().map(text);
        for pattern in patterns.chain(["request-response"]) {
            let suffix = match pattern {
                "request-response" => String::new(),
                pattern => format!(".{pattern}"),
            };
            let resource = format!("{}{suffix}", text(&integration["resource"]));
            let found = lookup(&resource).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(found.service(), text(&integration["service"]));
            assert_eq!(found.action(), text(&integration["action"]));
            assert_eq!(found.pattern().suffix(), suffix);
            assert_eq!(found.error_prefix(), integration["error_prefix"].as_str());
            assert!(found.runs_in(MachineType::Standard));
            assert_eq!(
                found.runs_in(MachineType::Express),
                integration["express"][pattern] == true
            );
            let sync = if pattern.starts_with("sync") {
                list(&integration["iam_extra_for_sync"])
            } else {
                &[]
            };
            let statements = list(&integration["iam"]).iter().chain(sync);
            assert_eq!(
                found.permissions().count(),
                statements.count(),
                "{resource}"
            );
            let china = resource.replace("arn:aws:", "arn:aws-cn:");
            assert!(lookup(&china).is_ok(), "{china}");
        }
    }
    for reader in list(&notes["map_resources"]) {
        let find = match text(&reader["where"]) {
            "ItemReader" => lookup_item_reader,
            _ => lookup_result_writer,
        };
        assert_eq!(
            find(text(&reader["resource"])).map(|found| found.permissions.len()),
            Ok(list(&reader["iam"]).len())
        );
    }
    let actions = std::fs::read_to_string(folder.join("aws_sdk_actions.txt")).expect("is there");
    let mut count = 0;
    for line in actions.lines().filter(|line| !line.starts_with('#')) {
        let (service, actions) = line.split_once(':').expect("has a service");
        for action in actions.split_whitespace() {
            count += 1;
            let resource = format!("arn:aws:states:::aws-sdk:{service}:{action}.waitForTaskToken");
            let found = lookup(&resource).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!((found.service(), found.action()), (service, action));
            assert_eq!(found.pattern(), Pattern::WaitForTaskToken);
            assert!(matches!(found.kind(), Kind::Sdk(_)));
        }
    }
    assert!(count > 17_000, "{count}");
    assert_eq!(
        services()
            .iter()
            .map(|service| service.actions().count())
            .sum::<usize>(),
        count
    );
}

#[test]
fn every_integration_of_the_examples_is_found() {
    let Some(folder) = notes() else { return };
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
    for example in list(&read(&folder, "examples.json")["examples"]) {
        search(&example["definition"]);
    }
    assert!(found >= 15, "{found}");
}

/// Every `Resource` in a definition, with the key of the object that has it.
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
fn what_the_service_accepted_is_found() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/conformance");
    if !folder.is_dir() {
        eprintln!("skipped: there is no {}", folder.display());
        return;
    }
    let mut unknown = BTreeSet::new();
    for (file, origin) in [
        ("cases.jsonl", None),
        ("validation.jsonl", Some("aws-recorded")),
    ] {
        let text = std::fs::read_to_string(folder.join(file)).expect("is there");
        for row in text.lines() {
            let row: Value = serde_json::from_str(row).expect("a line is JSON");
            if row["valid"] == false || origin.is_some_and(|origin| row["origin"] != origin) {
                continue;
            }
            visit(&row["definition"], &mut |place, resource| {
                let known = match place {
                    "ItemReader" => lookup_item_reader(resource).is_ok(),
                    "ResultWriter" => lookup_result_writer(resource).is_ok(),
                    _ => lookup(resource).is_ok(),
                };
                // Names of functions without an ARN and placeholders of the recordings are no integrations.
                if !known && resource.contains(":states:::") {
                    unknown.insert(resource.to_owned());
                }
            });
        }
    }
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn the_tables_stay_small() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/integrations");
    let size = |file: &str| {
        std::fs::metadata(folder.join(file))
            .expect("is there")
            .len()
    };
    let (services, lines, iam) = (
        size("services.txt"),
        size("optimized.jsonl"),
        size("iam.txt"),
    );
    assert!(services + lines < 400_000, "{services} and {lines} bytes");
    assert!(iam < 150_000, "{iam} bytes");
    assert_eq!(
        optimized().len(),
        std::fs::read_to_string(folder.join("optimized.jsonl"))
            .expect("is there")
            .lines()
            .count()
    );
}

/// What SW041 says of a resource at a place: the severity and the suggestion.
fn said(definition: &Value) -> Vec<(Severity, Option<String>)> {
    validate_text(&definition.to_string(), MachineType::Standard)
        .into_iter()
        .filter(|finding| finding.rule == "SW041")
        .map(|finding| {
            let code = (finding.severity == Severity::Error).then_some("INVALID_RESOURCE");
            assert_eq!(finding.code, code, "{finding}");
            (finding.severity, finding.suggestion)
        })
        .collect()
}

#[test]
fn the_validator_asks_the_tables() {
    let error = |meant: &str| {
        (
            Severity::Error,
            Some(format!("did you mean `arn:aws:states:::{meant}`?")),
        )
    };
    for (name, expected) in [
        ("lambda:invoke", vec![]),
        ("aws-sdk:s3:getObject", vec![]),
        ("aws-sdk:qldb:anything", vec![]),
        ("aws-sdk:${Service}:getObject", vec![]),
        ("lambda:invok", vec![error("lambda:invoke")]),
        ("s3:getObject", vec![error("aws-sdk:s3:getObject")]),
        // The optimized integration comes before that of the SDK.
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
        (
            "eks:runJob.waitForTaskToken",
            vec![(Severity::Warning, None)],
        ),
    ] {
        let task =
            json!({"Type": "Task", "Resource": format!("arn:aws:states:::{name}"), "End": true});
        assert_eq!(
            said(&json!({"StartAt": "A", "States": {"A": task}})),
            expected,
            "{name}"
        );
    }
}

#[test]
fn the_validator_asks_for_readers_and_writers_of_maps() {
    let map = |reader: &str, writer: &str| {
        said(
            &json!({"StartAt": "M", "States": {"M": {"Type": "Map", "End": true,
            "ItemReader": {"Resource": reader, "Parameters": {"Bucket": "b", "Key": "k"}},
            "ResultWriter": {"Resource": writer, "Parameters": {"Bucket": "b"}},
            "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                "StartAt": "A", "States": {"A": {"Type": "Succeed"}}}}}}),
        )
    };
    assert_eq!(
        map(
            "arn:aws:states:::s3:getObject",
            "arn:aws:states:::s3:putObject"
        ),
        []
    );
    let found = map(
        "arn:aws:states:::s3:getObjekt",
        "arn:aws:states:::s3:getObject",
    );
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        found
            .iter()
            .all(|(severity, suggestion)| *severity == Severity::Warning && suggestion.is_some()),
        "{found:?}"
    );
}

#[test]
fn thousands_of_unknown_resources_are_told_fast() {
    let states: Map<String, Value> = (0..1000)
        .map(|i| {
            let task = json!({"Type": "Task", "Resource": format!("arn:aws:states:::aws-sdk:ec2:describeThing{i}"), "Next": "S0"});
            (format!("S{i}"), task)
        })
        .collect();
    let start = std::time::Instant::now();
    let found = said(&json!({"StartAt": "S0", "States": states}));
    assert_eq!(found.len(), 1000);
    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
}

#[test]
fn names_of_arguments_are_those_of_the_tables() {
    let faults = |resource: &str, names: &[&str]| -> Vec<String> {
        let found = lookup(resource).unwrap();
        let faults = found.check_arguments(names.iter().copied());
        let said = faults.iter().map(|fault| match fault.suggestion() {
            Some(suggestion) => format!("{fault}; {suggestion}"),
            None => fault.to_string(),
        });
        said.collect()
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
            "the arguments of `sqs:sendMessage` begin with a capital letter, and `queueUrl` does not; did you mean `QueueUrl`?",
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
    // Not all arguments of this one are known.
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
            "the arguments of `aws-sdk:s3:getObject` begin with a capital letter, and `bucket` does not; did you mean `Bucket`?"
        ]
    );
    let function = "arn:aws:lambda:us-east-1:123456789012:function:charge";
    assert_eq!(faults(function, &["anything"]), none);
}
