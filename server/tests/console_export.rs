//! The export of executions.

use serde_json::{Value as Json, json};
use stepwright_engine::store::MemoryStore;
use stepwright_engine::{Engine, Redaction};
use stepwright_history::RecordedHistory;
use stepwright_server::ConsoleMode;

use crate::console::{console, form_token, header, query};
use crate::support::{Api, pass};

const URL: &str = "/console/executions/export";

fn lines(text: &str) -> Vec<Json> {
    let lines = text.lines();
    let lines = lines.map(|line| serde_json::from_str(line).expect("each line is JSON"));
    lines.collect()
}

fn started(api: &Api, machine: &str, count: usize) -> Vec<String> {
    let started = (0..count).map(|number| {
        let arn = api.start(machine, &json!({"number": number}));
        api.finished(&arn);
        arn
    });
    started.collect()
}

#[test]
fn selected_executions_are_exported_with_their_histories() {
    let api = console(ConsoleMode::On);
    let machine = api.create("m", &pass());
    let arns = started(&api, &machine, 3);
    let token = form_token(&api);
    let selected = |arns: &[String]| {
        let arns: Vec<String> = arns
            .iter()
            .map(|arn| format!("arn={}", query(arn)))
            .collect();
        format!("form_token={token}&{}", arns.join("&"))
    };
    let file = api.send(URL, &[], Some(&selected(&arns[..2])));
    assert_eq!(file.status(), 200);
    assert_eq!(header(&file, "content-type"), "application/jsonl");
    assert_eq!(
        header(&file, "content-disposition"),
        "attachment; filename=\"executions.jsonl\""
    );
    assert!(header(&file, "content-security-policy").starts_with("default-src 'none';"));
    let lines = lines(file.body());
    assert_eq!(lines.len(), 2);
    for (line, arn) in lines.iter().zip(&arns) {
        let description = &line["description"];
        assert_eq!(description["executionArn"], **arn);
        assert_eq!(description["status"], "SUCCEEDED");
        assert!(
            description["startDate"]
                .as_str()
                .is_some_and(|date| date.ends_with('Z'))
        );
        let history = RecordedHistory::from_json(&line["history"]).expect("it is a history");
        assert_eq!(history.len(), 4);
    }
    let none = api.send(URL, &[], Some(&selected(&[])));
    assert_eq!(none.status(), 400);
    assert!(none.body().contains("no execution is selected"));
    let no_token = api.send(URL, &[], Some(&format!("arn={}", query(&arns[0]))));
    assert_eq!(no_token.status(), 403);
}

#[test]
fn a_read_only_console_exports_executions_by_a_form_without_a_token() {
    let api = console(ConsoleMode::ReadOnly);
    let machine = api.create("m", &pass());
    let arns = started(&api, &machine, 2);
    let page = api.send("/console/executions", &[], None);
    assert!(
        page.body()
            .contains(&format!(r#"<form method="get" action="{URL}">"#))
    );
    assert!(page.body().contains("Export selected"));
    assert!(!page.body().contains("Stop selected"));
    let file = api.send(
        &format!("{URL}?selected=true&arn={}", query(&arns[1])),
        &[],
        None,
    );
    assert_eq!(
        lines(file.body())[0]["description"]["executionArn"],
        *arns[1]
    );
    let none = api.send(&format!("{URL}?selected=true"), &[], None);
    assert_eq!(none.status(), 400);
    let form = api.send(URL, &[], Some("arn=x"));
    assert_eq!(form.status(), 405);
}

#[test]
fn executions_that_pass_the_filters_are_exported_from_all_pages() {
    let api = console(ConsoleMode::ReadOnly);
    let first = api.create("first", &pass());
    let second = api.create("second", &pass());
    started(&api, &first, 60);
    started(&api, &second, 3);
    let count = |params: &str| {
        let file = api.send(&format!("{URL}?{params}"), &[], None);
        assert_eq!(file.status(), 200);
        lines(file.body()).len()
    };
    assert_eq!(count("machine=first"), 60);
    assert_eq!(count("machine=second"), 3);
    assert_eq!(count(""), 63);
    assert_eq!(count("status=FAILED"), 0);
    assert_eq!(count("text=%22number%22%3A59"), 1);
    let page = api.send("/console/executions?machine=second&text=number", &[], None);
    let url = format!(r#"href="{URL}?machine=second&amp;text=number""#);
    assert!(page.body().contains(&url), "{}", page.body());
}

#[test]
fn an_export_ends_with_a_message_if_there_are_more_executions() {
    // The memory of an engine without a store has fewer closed executions.
    let builder = Engine::builder().virtual_time().store(MemoryStore::new());
    let api = Api::with(builder, |server| server.console(ConsoleMode::ReadOnly));
    let text = pass().to_string();
    let kind = stepwright_engine::MachineType::Standard;
    api.engine
        .register_json("m", &text, kind)
        .expect("it is valid");
    api.wait(async {
        for _ in 0..1_001 {
            let options = stepwright_engine::StartOptions::new();
            let run = api.engine.start_machine("m", json!({}), options).await;
            run.expect("it starts").report().await;
        }
    });
    let file = api.send(URL, &[], None);
    let lines = lines(file.body());
    assert_eq!(lines.len(), 1_001);
    assert_eq!(
        lines[1_000]["message"],
        "the file has the first 1000 executions, and there are more; export the others with a narrower filter"
    );
}

#[test]
fn missing_executions_and_masked_fields() {
    let redaction = Redaction::new().path("number").expect("it is a path");
    let builder = Engine::builder().virtual_time().redact(&redaction);
    let api = Api::with(builder, |server| server.console(ConsoleMode::ReadOnly));
    let machine = api.create("m", &pass());
    let arns = started(&api, &machine, 1);
    let file = api.send(&format!("{URL}?arn=no&arn={}", query(&arns[0])), &[], None);
    let lines = lines(file.body());
    assert_eq!(lines[0]["executionArn"], "no");
    assert!(
        lines[0]["message"]
            .as_str()
            .is_some_and(|text| text.contains("there is no execution"))
    );
    assert_eq!(
        lines[1]["description"]["input"],
        r#"{"number":"[redacted]"}"#
    );
    assert!(!file.body().contains(r#"number\":0"#), "{}", file.body());
}

#[test]
fn a_history_longer_than_a_chunk_is_complete() {
    let api = console(ConsoleMode::ReadOnly);
    let machine = api.create("long", &json!({"StartAt": "Each", "States": {"Each": {"Type": "Map", "End": true, "ItemProcessor": {
        "StartAt": "One", "States": {"One": {"Type": "Pass", "End": true}},
    }}}}));
    let arn = api.start(&machine, &json!(vec![0; 400]));
    api.finished(&arn);
    let file = api.send(&format!("{URL}?arn={}", query(&arn)), &[], None);
    let lines = lines(file.body());
    let events = lines[0]["history"]["events"]
        .as_array()
        .expect("they are a list");
    assert!(events.len() > 1_000);
    let ids = events.iter().map(|event| event["id"].as_u64());
    assert!(ids.eq((1..=events.len() as u64).map(Some)));
}
