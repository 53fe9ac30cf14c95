//! Task tokens and redacted fields: no page, file or filter of the console reveals them.

use std::sync::Arc;

use serde_json::{Value as Json, json};
use stepwright_engine::search::ExecutionIndex;
use stepwright_engine::store::SqliteStore;
use stepwright_engine::task::TaskFailure;
use stepwright_engine::{Engine, EngineBuilder, Redaction, WaitKind};
use stepwright_server::{ConsoleMode, StoredConsole};

use crate::console::query;
use crate::html_form::HtmlForm;
use crate::support::{Api, pass};

const NUMBER: &str = "4929123456781234";

/// Returns the token of the only wait of an execution.
fn token_of(api: &Api, arn: &str) -> String {
    let run = api.engine.execution(arn);
    let run = api.wait(run).expect("it can be read").expect("it exists");
    loop {
        let waits = api.wait(run.waits());
        if let Some(WaitKind::Token { token, .. }) = waits.first().map(|wait| &wait.kind) {
            return token.as_str().to_owned();
        }
    }
}

/// An execution that waits for its token, which is a part of its data, and another one with the
/// token in its input.
struct Waiting {
    api: Api,
    token: String,
    arns: [String; 2],
}

fn waiting(mode: ConsoleMode) -> Waiting {
    let builder = Engine::builder()
        .virtual_time()
        .function("ask", |_: Json| async { Ok::<_, TaskFailure>(json!(1)) });
    let api = Api::with(builder, |server| server.console(mode));
    let ask = json!({"StartAt": "Ask", "States": {"Ask": {
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "End": true,
        "Parameters": {"FunctionName": "ask", "Payload": {
            "token.$": "$$.Task.Token", "link.$": "States.Format('https://shop.test/{}/answer', $$.Task.Token)",
        }},
    }}});
    let machine = api.create("ask", &ask);
    let first = api.start(&machine, &json!({}));
    let token = token_of(&api, &first);
    let told = json!({
        "token": token, "link": format!("https://shop.test/{token}/answer"), "nested": format!("{{\"t\":\"{token}\"}}"),
        "upper": token.to_ascii_uppercase(), token.clone(): 1,
    });
    let child = api.create("child", &pass());
    let second = api.start(&child, &told);
    api.finished(&second);
    let arns = [first, second];
    Waiting { api, token, arns }
}

/// The pages and files about executions.
fn paths(arns: &[String]) -> Vec<String> {
    let mut paths: Vec<String> = [
        "/console",
        "/console/executions",
        "/console/machine?name=ask",
        "/console/machine?name=child&tab=inputs",
        "/console/executions/export",
        "/console/activities",
    ]
    .map(str::to_owned)
    .into();
    for arn in arns {
        let arn = query(arn);
        for view in ["", "events", "data", "logs"] {
            paths.push(format!("/console/execution?arn={arn}&view={view}"));
        }
        paths.extend([
            format!("/console/execution?arn={arn}&visit=0"),
            format!("/console/execution/history.json?arn={arn}"),
            format!("/console/executions/export?selected=true&arn={arn}"),
            format!("/console/copy?arn={arn}"),
            format!("/console/copy/test.rs?arn={arn}"),
            format!("/console/machine?name=child&input_of={arn}"),
            format!("/console/debug/new?machine=child&input_of={arn}"),
        ]);
    }
    paths
}

#[test]
fn no_page_or_file_contains_a_task_token() {
    for mode in [ConsoleMode::On, ConsoleMode::ReadOnly] {
        let Waiting { api, token, arns } = waiting(mode);
        let mut masked = 0;
        for path in paths(&arns) {
            let text = api.send(&path, &[], None).into_body();
            let lower = text.to_ascii_lowercase();
            for part in [&token[..16], &token[24..40], &token[48..]] {
                assert!(!lower.contains(part), "{mode:?} {path}: {text}");
            }
            masked += usize::from(text.contains("[redacted]"));
        }
        assert!(masked >= 8, "{masked}");
        // The API returns what AWS returns.
        let history = api.call("GetExecutionHistory", json!({"executionArn": arns[0]}));
        assert!(history.to_string().contains(&token));
    }
}

#[test]
fn no_filter_finds_a_part_of_a_task_token() {
    let Waiting { api, token, arns } = waiting(ConsoleMode::ReadOnly);
    let lists = |text: &str| {
        let page = api.send(&format!("/console/executions?text={text}"), &[], None);
        page.body().contains("<th scope=\"row\">")
    };
    let finds = |arn: &str, text: &str| {
        let path = format!(
            "/console/execution?arn={}&view=events&text={text}",
            query(arn)
        );
        let page = api.send(&path, &[], None);
        !page.body().contains("No event passes these filters")
    };
    assert!(lists("shop.test") && finds(&arns[0], "shop.test") && finds(&arns[1], "shop.test"));
    for length in [3, 4, 8, 32, 64] {
        for start in [0, 64 - length] {
            let part = &token[start..start + length];
            for part in [part.to_owned(), part.to_ascii_uppercase()] {
                // Three digits can be in a time, an ARN or another number.
                if length > 4 {
                    assert!(!lists(&part) && !finds(&arns[0], &part), "{part}");
                    assert!(!finds(&arns[1], &part), "{part}");
                }
                assert!(!lists(&format!("shop.test/{part}")), "{part}");
                assert!(!finds(&arns[0], &format!("shop.test/{part}")), "{part}");
            }
        }
    }
}

#[test]
fn a_form_answers_a_token_that_the_page_does_not_contain() {
    let Waiting { api, token, arns } = waiting(ConsoleMode::On);
    let page = api.send(
        &format!("/console/execution?arn={}", query(&arns[0])),
        &[],
        None,
    );
    let form = HtmlForm::with(page.body(), "Send success");
    assert!(form.inputs.iter().all(|(_, value)| !value.contains(&token)));
    let inputs = form
        .inputs
        .iter()
        .map(|(name, value)| format!("{name}={}", query(value)));
    let body = inputs
        .chain(["answer=success".to_owned()])
        .collect::<Vec<_>>();
    let answer = api.send(&form.action, &[], Some(&body.join("&")));
    assert_eq!(answer.status(), 303, "{}", answer.body());
    assert_eq!(api.finished(&arns[0])["status"], "SUCCEEDED");
}

fn redaction() -> Redaction {
    Redaction::new().path("card.number").expect("a path")
}

/// A failing machine whose cause has its input.
fn failing() -> Json {
    json!({"StartAt": "Fail", "States": {"Fail": {
        "Type": "Fail", "Error": "Declined", "CausePath": "States.JsonToString($)",
    }}})
}

fn start_with_cards(api: &Api) -> [String; 2] {
    let input = json!({"card": {"number": NUMBER, "holder": "Ada"}});
    let machines = [api.create("pass", &pass()), api.create("fail", &failing())];
    machines.map(|machine| {
        let arn = api.start(&machine, &input);
        api.finished(&arn);
        arn
    })
}

/// Checks that a filter has the same page for the right and for a wrong begin of the number: one
/// that is in no page.
fn assert_same_for_each_guess(page: impl Fn(&str) -> String) {
    for length in 1..=NUMBER.len() {
        for context in ["", "\"number\":\"", "number\":", "4111"] {
            let right = format!("{context}{}", &NUMBER[..length]);
            let wrong = format!("{context}{}", "7".repeat(length));
            let right_page = page(&right).replace(&right, "GUESS");
            let wrong_page = page(&wrong).replace(&wrong, "GUESS");
            let rows =
                |page: &str| page.matches("<tr id=").count() + page.matches("executionArn").count();
            if length > 3 {
                assert_eq!(
                    rows(&right_page),
                    rows(&wrong_page),
                    "{right}: {right_page}"
                );
            }
            if length > 3 || !context.is_empty() {
                assert_eq!(rows(&right_page), 0, "{right}: {right_page}");
            }
        }
    }
}

fn encoded(text: &str) -> String {
    text.replace('"', "%22").replace(':', "%3A")
}

fn assert_filters_reveal_nothing(api: &Api, arns: &[String]) {
    let get = |path: String| api.send(&path, &[], None).into_body();
    assert!(get("/console/executions?text=Ada".to_owned()).contains("<tr id="));
    assert_same_for_each_guess(|text| get(format!("/console/executions?text={}", encoded(text))));
    assert_same_for_each_guess(|text| {
        get(format!("/console/executions/export?text={}", encoded(text)))
    });
    for arn in arns {
        let url = format!("/console/execution?arn={}&view=events&text=", query(arn));
        assert!(get(format!("{url}ada")).contains("<tr id="));
        assert_same_for_each_guess(|text| get(format!("{url}{}", encoded(text))));
    }
}

#[test]
fn no_filter_reveals_a_redacted_value() {
    let builder = Engine::builder().virtual_time().redact(&redaction());
    let api = Api::with(builder, |server| server.console(ConsoleMode::ReadOnly));
    let arns = start_with_cards(&api);
    assert_filters_reveal_nothing(&api, &arns);
    for path in paths(&arns) {
        let text = api.send(&path, &[], None).into_body();
        assert!(!text.contains(NUMBER), "{path}: {text}");
    }
}

/// A server with a store in a file and an index of it.
fn indexed(path: &std::path::Path, index: &Arc<ExecutionIndex>, builder: EngineBuilder) -> Api {
    let store = SqliteStore::open(path).expect("a store");
    Api::with(builder.store(store), |server| {
        server
            .console(ConsoleMode::ReadOnly)
            .execution_search(index.clone())
    })
}

#[test]
fn an_index_has_no_redacted_value_and_one_with_other_masks_is_not_used() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("orders.db");
    drop(SqliteStore::open(&path).expect("a store"));
    let builder = || Engine::builder().redact(&redaction());
    // One index after the other: each writes to the same file.
    for masks in [Redaction::new(), redaction()] {
        let index = ExecutionIndex::open_redacted(&path, &masks);
        let index = Arc::new(index.expect("an index"));
        let api = indexed(&path, &index, builder());
        let arns = start_with_cards(&api);
        index.catch_up().expect("it works");
        assert_filters_reveal_nothing(&api, &arns);
        api.end();
    }
    let index = std::fs::read(path.with_extension("db-index")).expect("an index");
    let has_number = index
        .windows(NUMBER.len())
        .any(|bytes| bytes == NUMBER.as_bytes());
    assert!(!has_number);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_console_of_a_store_finds_no_masked_value() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("orders.db");
    let store = SqliteStore::open(&path).expect("a store");
    let engine = Engine::builder()
        .store(store)
        .register_json(
            "m",
            &pass().to_string(),
            stepwright_engine::MachineType::Standard,
        )
        .build()
        .expect("an engine");
    let input = json!({"card": {"number": NUMBER, "holder": "Ada"}});
    let started = engine.start_machine("m", input, stepwright_engine::StartOptions::new());
    started.await.expect("it starts").report().await;
    let view = stepwright_engine::store::SqliteView::new(&path);
    let console = StoredConsole::open(view).await.expect("a store");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    tokio::spawn(console.redact(&redaction()).serve(listener));
    let get = move |text: &str| {
        let url = format!("http://{address}/console/executions?text={}", encoded(text));
        let page = ureq::get(url)
            .call()
            .expect("a page")
            .body_mut()
            .read_to_string();
        page.expect("it is text")
    };
    let checked = tokio::task::spawn_blocking(move || {
        assert!(get("Ada").contains("<tr id="));
        assert_same_for_each_guess(|text| get(text));
    });
    checked.await.expect("the filters reveal nothing");
}

#[test]
fn an_input_with_a_token_is_not_a_text_for_editing() {
    let Waiting { api, token, arns } = waiting(ConsoleMode::On);
    let path = format!("/console/machine?name=child&input_of={}", query(&arns[1]));
    let page = api.send(&path, &[], None);
    assert_eq!(page.status(), 409);
    assert!(page.body().contains("a task token"), "{}", page.body());
    assert!(!page.body().contains(&token));
    // Other inputs are.
    let path = format!("/console/machine?name=ask&input_of={}", query(&arns[0]));
    assert_eq!(api.send(&path, &[], None).status(), 200);
}
