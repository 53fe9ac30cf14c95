//! The forms that are made from the types of workflows: the input of a start, and the answer to a
//! task token.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use stepwright::prelude::*;
use stepwright_engine::{MachineType, StartOptions};
use stepwright_runtime::Engine;
use stepwright_server::ConsoleMode;
use stepwright_testing::{Mock, Mocks};

use crate::console::{header, query};
use crate::html_form::HtmlForm;
use crate::support::{Api, pass};

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
struct Order {
    /// The number of the order.
    order_id: String,
    total: f64,
    #[serde(default = "one")]
    copies: u32,
    is_gift: bool,
    note: Option<String>,
    shipping: Shipping,
    address: Address,
    billing: Option<Address>,
    tags: Vec<String>,
}

fn one() -> u32 {
    1
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
enum Shipping {
    Standard,
    Express,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Address {
    street: String,
    #[serde(rename = "zip/code")]
    zip: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(tag = "decision", rename_all = "camelCase")]
enum Decision {
    Approved { by: String },
    Rejected { by: String, reason: String },
}

#[task]
async fn ask(order: Order, task_token: String);

workflow! {
    workflow Review(order: Order) -> Decision {
        task Ask {
            let decision: Decision = wait_for_task_token ask(order, task_token);
            timeout 3d;
            end decision;
        }
    }
}

fn api() -> Api {
    let mocks = Mocks::new().state("Ask", Mock::token().optional());
    let builder = Engine::builder()
        .register::<Review>()
        .virtual_time()
        .tasks(mocks);
    Api::with(builder, |server| server.console(ConsoleMode::On))
}

fn page(api: &Api, path: &str) -> String {
    let page = api.send(path, &[], None);
    assert_eq!(page.status(), 200, "{path}: {}", page.body());
    page.into_body()
}

/// Sends a form, and returns the page to which it leads.
fn send(api: &Api, form: &HtmlForm) -> String {
    let sent = api.send(&form.action, &[], Some(&form.body()));
    assert_eq!(sent.status(), 303, "{}", sent.body());
    header(&sent, "location").to_owned()
}

/// Starts a review, and returns the URL of its execution.
fn start_review(api: &Api) -> String {
    let text = page(api, "/console/machine?name=Review");
    send(api, &filled(HtmlForm::with(&text, "input.text:/orderId")))
}

/// Returns the first page of an execution that has forms for the answer of its task.
fn answer_page(api: &Api, url: &str) -> String {
    loop {
        let text = page(api, url);
        if text.contains("Send success") {
            return text;
        }
        std::thread::yield_now();
    }
}

fn arn_of(url: &str) -> String {
    let (_, params) = url.split_once('?').expect("it has parameters");
    let mut params = form_urlencoded::parse(params.as_bytes());
    let arn = params.find(|(name, _)| name == "arn");
    arn.expect("it has an ARN").1.into_owned()
}

fn input_of(api: &Api, arn: &str) -> Json {
    let described = api.call("DescribeExecution", json!({"executionArn": arn}));
    let input = described["input"].as_str().expect("it has an input");
    serde_json::from_str(input).expect("it is JSON")
}

fn filled(form: HtmlForm) -> HtmlForm {
    form.enter(":/orderId", "o-1")
        .enter(":/total", "12.5")
        .enter("/address/street", "Main \"St\"")
        .enter("/address/zip~1code", "8000")
}

#[test]
fn a_start_form_has_the_fields_of_the_input_with_their_defaults() {
    let api = api();
    let text = page(&api, "/console/machine?name=Review");
    assert!(text.contains("The number of the order."), "{text}");
    let form = HtmlForm::with(&text, "input.text:/orderId");
    for (name, value) in [
        ("input.number?:/copies", "1"),
        ("input.json:/isGift", "false"),
        ("input.text?:/note", ""),
        ("input.json:/shipping", "\"Standard\""),
        ("input.json:/tags", "[]"),
    ] {
        let input = (name.to_owned(), value.to_owned());
        assert!(form.inputs.contains(&input), "{name}: {form:?}");
    }
    let express = ("input.json:/shipping".to_owned(), "\"Express\"".to_owned());
    assert!(form.offered.contains(&express));

    let arn = arn_of(&send(&api, &filled(form)));
    let address = json!({"street": "Main \"St\"", "zip/code": 8000});
    assert_eq!(
        input_of(&api, &arn),
        json!({
            "orderId": "o-1", "total": 12.5, "copies": 1, "isGift": false, "shipping": "Standard",
            "address": address, "tags": []
        })
    );

    // The values of an earlier input, with an optional object.
    let text = page(
        &api,
        &format!("/console/machine?name=Review&input_of={}", query(&arn)),
    );
    let form = HtmlForm::with(&text, "input.text:/orderId");
    assert!(
        form.inputs
            .contains(&("input.text:/orderId".to_owned(), "o-1".to_owned()))
    );
    let form = form
        .enter("input.choose:1", "0")
        .enter("/billing/street", "Side St")
        .enter("/billing/zip~1code", "1")
        .enter(":/isGift", "true")
        .enter(":/tags", "[\"a\"]");
    let arn = arn_of(&send(&api, &form));
    let input = input_of(&api, &arn);
    assert_eq!(
        input["billing"],
        json!({"street": "Side St", "zip/code": 1})
    );
    assert_eq!(
        (&input["isGift"], &input["tags"]),
        (&json!(true), &json!(["a"]))
    );
    assert_eq!(input["address"], address);
}

#[test]
fn json_is_an_alternative_to_the_fields() {
    let api = api();
    let text = page(&api, "/console/machine?name=Review");
    let form = HtmlForm::with(&text, "name=\"input\"");
    assert_eq!(
        form.inputs
            .iter()
            .filter(|(name, _)| name.contains(':'))
            .count(),
        0
    );
    // The JSON is an example of the type at first.
    let arn = arn_of(&send(&api, &form));
    assert!(input_of(&api, &arn).get("orderId").is_some());
    let form = HtmlForm::with(&text, "name=\"input\"").enter("input", "{}");
    let refused = api.send(&form.action, &[], Some(&form.body()));
    assert_eq!(refused.status(), 400, "the input `{{}}` has no order");

    let machine = api.create("plain", &pass());
    let text = page(&api, "/console/machine?name=plain");
    let form = HtmlForm::with(&text, "name=\"input\"").enter("input", "[1]");
    let arn = arn_of(&send(&api, &form));
    assert_eq!(input_of(&api, &arn), json!([1]));
    assert!(!text.contains("Write the input as JSON"), "{machine}");
}

#[test]
fn wrong_texts_in_fields_are_reported() {
    let api = api();
    let text = page(&api, "/console/machine?name=Review");
    let form = HtmlForm::with(&text, "input.text:/orderId").enter(":/total", "much");
    let refused = api.send(&form.action, &[], Some(&form.body()));
    assert_eq!(refused.status(), 400);
    assert!(
        refused
            .body()
            .contains("the field `total` is no number: `much`")
    );
}

#[test]
fn an_input_that_the_fields_cannot_show_is_offered_as_json() {
    let api = api();
    let untyped = json!({"orderId": 7, "more": true});
    // The engine without types accepts it under the same name.
    let other = Api::with(Engine::builder().virtual_time(), |server| {
        server.console(ConsoleMode::On)
    });
    let registered =
        other
            .engine
            .register_json("Review", &pass().to_string(), MachineType::Standard);
    registered.expect("it is valid");
    assert_eq!(other.engine.input_schema("Review"), None);
    assert!(api.engine.input_schema("Review").is_some());
    let run = other.wait(
        other
            .engine
            .start_machine("Review", untyped, StartOptions::new()),
    );
    assert!(run.is_ok());

    // A definition that a client deploys has no type.
    let pass = pass().to_string();
    api.engine
        .register_json("Review", &pass, MachineType::Standard)
        .expect("it is valid");
    assert_eq!(api.engine.input_schema("Review"), None);
}

#[test]
fn earlier_inputs_are_listed_once_with_the_number_of_executions_read() {
    let api = api();
    let machine = api.create("m", &pass());
    let empty = page(&api, "/console/machine?name=m&tab=inputs");
    assert!(empty.contains("No execution of this state machine is stored."));
    for number in [1, 2, 1, 1] {
        let arn = api.start(&machine, &json!({"number": number, "text": "<i>"}));
        api.finished(&arn);
    }
    let text = page(&api, "/console/machine?name=m&tab=inputs");
    assert!(text.contains("of 4 executions"), "{text}");
    assert_eq!(text.matches("Use this input").count(), 2, "{text}");
    assert!(text.contains("of 3 executions"), "{text}");
    assert!(!text.contains("<i>"));
    let overview = page(&api, "/console/machine?name=m");
    assert!(overview.contains("/console/machine?name=m&amp;tab=inputs"));
}

#[test]
fn a_form_answers_a_token_with_the_type_that_the_workflow_declares() {
    let api = api();
    let url = start_review(&api);
    let arn = arn_of(&url);
    let text = answer_page(&api, &url);
    assert!(
        text.contains("approved") && text.contains("rejected"),
        "{text}"
    );
    let form = HtmlForm::with(&text, "Send success");
    let form = form
        .enter("output.choose:1", "1")
        .enter("1=1:/by", "Ada")
        .enter("1=1:/reason", "too <b>expensive</b>");
    assert_eq!(send(&api, &form), url);
    let described = api.finished(&arn);
    let output: Json = serde_json::from_str(described["output"].as_str().expect("it succeeded"))
        .expect("it is JSON");
    assert_eq!(
        output,
        json!({"decision": "rejected", "by": "Ada", "reason": "too <b>expensive</b>"})
    );
}

/// A page reads the history before it reads what the execution waits for, so its history may lack the scheduling of the task.
#[test]
fn the_first_page_that_has_a_form_for_a_task_answers_it() {
    let api = api();
    for _ in 0..20 {
        let url = start_review(&api);
        let text = answer_page(&api, &url);
        let form = HtmlForm::with(&text, "Send success with this JSON");
        let form = form.enter("output", r#"{"decision": "approved", "by": "Bob"}"#);
        assert_eq!(send(&api, &form), url);
    }
}

#[test]
fn json_answers_a_token_instead_of_the_fields() {
    let api = api();
    let url = start_review(&api);
    let text = answer_page(&api, &url);
    let form = HtmlForm::with(&text, "Send success with this JSON");
    let form = form.enter("output", r#"{"decision": "approved", "by": "Bob"}"#);
    send(&api, &form);
    let described = api.finished(&arn_of(&url));
    let output = described["output"].as_str().expect("it succeeded");
    assert!(output.contains("Bob"), "{output}");
}

#[test]
fn a_wrong_name_is_refused_with_the_rule_for_names() {
    let api = api();
    let url = start_review(&api);
    let rule = "use 1 to 80 characters, without blanks, control characters and any of";
    let forms = [
        page(&api, "/console/machine?name=Review"),
        page(&api, "/console/debug/new"),
    ];
    for text in forms {
        // A browser checks it before it sends the form.
        assert!(
            text.contains(r#"pattern="[^\s"#) && text.contains(rule),
            "{text}"
        );
    }
    let form = |action: &str, field: &str, value: &str| {
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair(field, value)
            .append_pair("state", "Ask")
            .append_pair("name", "größe 日 1")
            .finish();
        let page = api
            .send("/console/machine?name=Review", &[], None)
            .into_body();
        let token = HtmlForm::with(&page, "name");
        let token = token.body();
        let token = token
            .split('&')
            .find(|pair| pair.starts_with("form_token="));
        let body = format!("{body}&{}", token.unwrap_or_default());
        api.send(action, &[], Some(&body))
    };
    let machine = arn_of(&url).replace(":execution:", ":stateMachine:");
    let machine = machine.rsplit_once(':').expect("a name").0.to_owned();
    for sent in [
        form("/console/start", "stateMachineArn", &machine),
        form("/console/restart", "arn", &arn_of(&url)),
        form("/console/debug/new", "machine", "Review"),
    ] {
        assert_eq!(sent.status(), 400, "{}", sent.body());
        let body = sent.body();
        assert!(
            body.contains("`größe 日 1` is not a valid execution name"),
            "{body}"
        );
        assert!(
            body.contains(rule) && !body.contains("InvalidName"),
            "{body}"
        );
    }
}
