//! The page "Copy as" of an execution.

use serde_json::{Value as Json, json};
use stepwright_engine::task::TaskFailure;
use stepwright_engine::{Engine, Redaction};
use stepwright_server::{AccessKeys, ConsoleMode};

use crate::console::{between, header, query};
use crate::html_form::unescaped;
use crate::support::{Api, pass};

fn text_of(page: &str, id: &str) -> String {
    let start = format!("<pre id=\"{id}-text\"");
    let element = between(page, &start, "</pre>");
    unescaped(element.split_once('>').expect("the tag ends").1)
}

#[test]
fn an_execution_is_copied_as_commands_and_as_a_test() {
    let charge = |_: Json| async { Ok::<_, TaskFailure>(json!({"paid": "<b>"})) };
    let builder = Engine::builder().virtual_time().function("charge", charge);
    let api = Api::with(builder, |server| server.console(ConsoleMode::ReadOnly));
    let charge = json!({"StartAt": "Charge", "States": {"Charge": {
        "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge", "End": true,
    }}});
    let machine = api.create("orders", &charge);
    let arn = api.start(&machine, &json!({"name": "it's \"$HOME\""}));
    api.finished(&arn);
    let execution = format!("/console/execution?arn={}", query(&arn));
    let page = api.send(&execution, &[], None);
    let url = format!("/console/copy?arn={}", query(&arn));
    assert!(page.body().contains(&format!("href=\"{url}\"")));

    let page = api.send(&url, &[], None);
    assert_eq!(page.status(), 200);
    let endpoint = format!("http://{}", api.address);
    let aws = text_of(page.body(), "aws");
    assert!(
        aws.contains(&format!("--endpoint-url {endpoint} ")),
        "{aws}"
    );
    assert!(
        aws.ends_with(r#"--input '{"name":"it'\''s \"$HOME\""}'"#),
        "{aws}"
    );
    let curl = text_of(page.body(), "curl");
    assert!(
        curl.starts_with(&format!("curl {endpoint} --header ")),
        "{curl}"
    );
    assert!(!curl.contains("sigv4"), "{curl}");
    let test = text_of(page.body(), "test");
    assert!(test.contains("async fn orders_succeeds()"), "{test}");
    assert!(
        test.contains(r#".output(json!({"paid": "<b>"}))"#),
        "{test}"
    );

    let file = format!("/console/copy/test.rs?arn={}", query(&arn));
    let file = api.send(&file, &[], None);
    assert_eq!(file.body(), &test);
    assert_eq!(header(&file, "content-type"), "text/plain; charset=utf-8");
    assert_eq!(
        header(&file, "content-disposition"),
        "attachment; filename=\"execution.rs\""
    );
}

#[cfg(unix)]
#[test]
fn the_copied_command_of_curl_starts_the_execution() {
    let api = Api::with(Engine::builder().virtual_time(), |server| {
        server.console(ConsoleMode::On)
    });
    let machine = api.create("büro-日本語", &pass());
    let input = json!({"text": "it's \"$HOME\" `ls` \\ \n日本語"});
    let arn = api.start(&machine, &input);
    api.finished(&arn);
    let page = api.send(&format!("/console/copy?arn={}", query(&arn)), &[], None);
    let curl = text_of(page.body(), "curl");
    // A machine may lack curl.
    let has_curl = std::process::Command::new("curl").arg("--version").output();
    if has_curl.is_err() {
        return;
    }
    let output = std::process::Command::new("sh")
        .arg("-c")
        .arg(&curl)
        .output();
    let output = output.expect("there is a shell");
    let started: Json = serde_json::from_slice(&output.stdout).expect("it is a response");
    let again = started["executionArn"].as_str().expect("it started");
    let described = api.finished(again);
    let text = described["input"].as_str().expect("it is text");
    assert_eq!(
        serde_json::from_str::<Json>(text).expect("it is JSON"),
        input
    );
}

#[test]
fn commands_for_a_server_with_access_keys_have_placeholders() {
    let keys = AccessKeys::new().key("ID", "secret-of-the-server");
    let api = Api::with(Engine::builder().virtual_time(), |server| {
        server.console(ConsoleMode::On).access_keys(keys)
    });
    let text = pass().to_string();
    let registered = api
        .engine
        .register_json("m", &text, stepwright_engine::MachineType::Standard);
    registered.expect("it is valid");
    let options = stepwright_engine::StartOptions::new();
    let run = api
        .wait(api.engine.start_machine("m", json!({}), options))
        .expect("it starts");
    let arn = run.id().to_owned();
    api.wait(run.report());
    // `ID:secret-of-the-server`
    let right = [("authorization", "basic SUQ6c2VjcmV0LW9mLXRoZS1zZXJ2ZXI=")];
    let page = api.send(&format!("/console/copy?arn={}", query(&arn)), &right, None);
    assert_eq!(page.status(), 200);
    assert!(
        page.body()
            .contains("AWS_SECRET_ACCESS_KEY=SECRET_ACCESS_KEY")
    );
    assert!(page.body().contains("--aws-sigv4 aws:amz:us-east-1:states"));
    assert!(!page.body().contains("secret-of-the-server"));
}

#[test]
fn a_masked_field_is_masked_in_the_commands_and_others_are_copied() {
    let redaction = Redaction::new().path("card").expect("it is a path");
    let builder = Engine::builder().virtual_time().redact(&redaction);
    let api = Api::with(builder, |server| server.console(ConsoleMode::On));
    let machine = api.create("orders", &pass());
    let copy = |input: &Json| {
        let arn = api.start(&machine, input);
        api.finished(&arn);
        let page = api.send(&format!("/console/copy?arn={}", query(&arn)), &[], None);
        (arn, page.into_body())
    };
    let (masked, page) = copy(&json!({"id": 7, "card": "4242"}));
    let aws = text_of(&page, "aws");
    assert!(
        aws.ends_with(r#"--input '{"id":7,"card":"[redacted]"}'"#),
        "{aws}"
    );
    assert!(text_of(&page, "curl").contains("[redacted]"));
    assert!(page.contains("It has [redacted] instead of masked values"));
    assert!(page.contains("without masks") && !page.contains("4242"));
    let (plain, page) = copy(&json!({"id": 8}));
    assert!(text_of(&page, "aws").ends_with(r#"--input '{"id":8}'"#));
    assert!(!page.contains("[redacted]"));
    assert!(text_of(&page, "test").contains(r#"json!({"id": 8})"#));

    // Forms for editing contain the other input.
    let inputs = api.send("/console/machine?name=orders&tab=inputs", &[], None);
    let inputs = inputs.body();
    assert!(
        inputs.contains("The inputs of 1 execution have masked fields"),
        "{inputs}"
    );
    assert_eq!(inputs.matches("Use this input").count(), 1);
    for (arn, is_shown) in [(masked, false), (plain, true)] {
        let page = api.send(
            &format!("/console/execution?arn={}", query(&arn)),
            &[],
            None,
        );
        let page = page.body();
        assert_eq!(page.contains("Start again from here"), is_shown);
        assert_eq!(page.contains("cannot show them for editing"), !is_shown);
        let url = format!("/console/machine?name=orders&input_of={}", query(&arn));
        let copied = api.send(&url, &[], None);
        assert_eq!(copied.status(), if is_shown { 200 } else { 409 });
        assert!(!page.contains("4242") && !copied.body().contains("4242"));
    }
}

#[test]
fn the_page_gives_the_reason_why_there_is_no_test() {
    let redaction = Redaction::new().path("card").expect("it is a path");
    for (builder, message) in [
        (
            Engine::builder().virtual_time(),
            "the execution has not ended",
        ),
        (
            Engine::builder().virtual_time().redact(&redaction),
            "without masks",
        ),
    ] {
        let api = Api::with(builder, |server| server.console(ConsoleMode::On));
        let hold = api.engine.clock().hold();
        let wait = json!({"StartAt": "Cool", "States": {"Cool": {"Type": "Wait", "Seconds": 60, "End": true}}});
        let machine = api.create("cool", &wait);
        let arn = api.start(&machine, &json!({"card": "4242"}));
        if message == "without masks" {
            drop(hold);
            api.finished(&arn);
        }
        let page = api.send(&format!("/console/copy?arn={}", query(&arn)), &[], None);
        assert_eq!(page.status(), 200);
        assert!(page.body().contains(message), "{}", page.body());
        assert_eq!(page.body().contains("4242"), message != "without masks");
        let file = api.send(
            &format!("/console/copy/test.rs?arn={}", query(&arn)),
            &[],
            None,
        );
        assert_eq!(file.status(), 409);
    }
}
