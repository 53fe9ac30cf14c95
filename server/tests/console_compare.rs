//! The comparison of two executions.

use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use stepwright_engine::{Engine, Redaction};
use stepwright_server::ConsoleMode;

use crate::console::{between, console, form_token, header, query};
use crate::html_form::unescaped;
use crate::support::{Api, text};

/// Wraps each item, and fails at one that is damaged; then chooses by the amount.
fn orders() -> Json {
    json!({"QueryLanguage": "JSONata", "StartAt": "Read", "States": {
        "Read": {"Type": "Pass", "Next": "Pack"},
        "Pack": {"Type": "Map", "Items": "{% $states.input.items %}", "Next": "Large?", "Output": "{% $states.input %}",
            "ItemProcessor": {"StartAt": "Damaged?", "States": {
                "Damaged?": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input = 'damaged' %}", "Next": "Report"}], "Default": "Wrap"},
                "Wrap": {"Type": "Pass", "End": true},
                "Report": {"Type": "Fail", "Error": "ItemDamaged"}
            }}},
        "Large?": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.amount > 100 %}", "Next": "Ask"}], "Default": "Done"},
        "Ask": {"Type": "Pass", "Next": "Done"},
        "Done": {"Type": "Succeed"}
    }})
}

/// Starts an execution with a name, and waits for its end.
fn run(api: &Api, machine: &str, name: &str, input: &Json) -> String {
    let request = json!({"stateMachineArn": machine, "name": name, "input": input.to_string()});
    let arn = text(&api.call("StartExecution", request)["executionArn"]);
    api.finished(&arn);
    arn
}

/// Returns the page, and the texts of its parts: the path, the data, and the inputs.
fn compare(api: &Api, arn: &str, with: &str) -> (String, [String; 3]) {
    let path = format!("/console/compare?arn={}&with={}", query(arn), query(with));
    let page = api.send(&path, &[], None);
    assert_eq!(page.status(), 200, "{}", page.body());
    let part = |id: &str| plain(between(page.body(), &format!("id=\"{id}\">"), "</section>"));
    let parts = ["path", "data", "input"].map(part);
    (page.into_body(), parts)
}

/// Returns a text without its tags.
fn plain(html: &str) -> String {
    let parts = html
        .split('<')
        .map(|part| part.split_once('>').map_or(part, |(_, text)| text));
    unescaped(&parts.collect::<Vec<_>>().join(""))
}

#[test]
fn the_first_differences_of_paths_and_data_are_found() {
    let api = console(ConsoleMode::On);
    let machine = api.create("orders", &orders());
    let items = |damaged: usize| {
        let item = |at| if at == damaged { "damaged" } else { "fine" };
        (0..12).map(item).collect::<Vec<_>>()
    };
    let small = json!({"amount": 10, "items": items(99)});
    let good = run(&api, &machine, "good", &small);
    let large = run(
        &api,
        &machine,
        "large",
        &json!({"amount": 200, "items": items(99)}),
    );
    let broken = run(
        &api,
        &machine,
        "broken",
        &json!({"amount": 10, "items": items(10)}),
    );

    let (page, [path, data, input]) = compare(&api, &large, &good);
    assert!(path.contains("After Large?:largeAskgoodDone"), "{path}");
    assert!(
        data.contains("The input of Read: in large, in good"),
        "{data}"
    );
    assert!(data.contains("/amount20010"), "{data}");
    assert!(
        input.contains("/amount20010") && !input.contains("/items"),
        "{input}"
    );
    // No state has another result for the same input.
    assert!(!page.contains("First other result"), "{page}");

    // The iteration that failed, and not one that its failure stopped.
    let (_, [path, data, _]) = compare(&api, &broken, &good);
    assert!(
        path.contains("After Damaged?:brokenReport in Pack[10]"),
        "{path}"
    );
    assert!(path.contains("goodWrap in Pack[10]"), "{path}");
    assert!(data.contains("/items/10\"damaged\"\"fine\""), "{data}");

    // Without another execution, the last one of the state machine that succeeded.
    let default = format!("/console/compare?arn={}", query(&broken));
    let shown = api.send(&default, &[], None);
    assert!(
        shown.body().contains("<h1>broken and large</h1>"),
        "{}",
        shown.body()
    );
    let page = api.send(
        &format!("/console/execution?arn={}", query(&broken)),
        &[],
        None,
    );
    assert!(page.body().contains(&format!("href=\"{default}\"")));

    let again = run(&api, &machine, "again", &small);
    let (_, [path, data, input]) = compare(&api, &again, "good");
    assert!(
        path.contains("Both entered the same states: 28 states."),
        "{path}"
    );
    assert!(
        data.contains("The data of all states is the same."),
        "{data}"
    );
    assert!(input.contains("Both have the same input."), "{input}");
    let unknown = api.send(&format!("{default}&with=none"), &[], None);
    assert_eq!(unknown.status(), 404);
    // The other one can be of another state machine.
    let other = api.create(
        "other",
        &json!({"StartAt": "Read", "States": {"Read": {"Type": "Pass", "End": true}}}),
    );
    let other = run(&api, &other, "elsewhere", &small);
    let (page, [path, ..]) = compare(&api, &good, &other);
    assert!(page.contains("They have different definitions"), "{page}");
    assert!(
        path.contains("After Read:goodPackelsewhereno further state"),
        "{path}"
    );
    let alone = api.send(
        &format!("/console/compare?arn={}", query(&other)),
        &[],
        None,
    );
    assert!(
        alone
            .body()
            .contains("No other execution of this state machine has succeeded")
    );
}

#[test]
fn a_result_that_differs_for_the_same_input_is_found() {
    let api = console(ConsoleMode::On);
    let machine = api.create(
        "m",
        &json!({"QueryLanguage": "JSONata", "StartAt": "Fixed", "States": {
            "Fixed": {"Type": "Pass", "Output": {"same": 1}, "Next": "Name"},
            "Name": {"Type": "Pass", "Output": "{% $states.context.Execution.Name %}", "End": true}
        }}),
    );
    let one = run(&api, &machine, "one", &json!({"order": 1}));
    let two = run(&api, &machine, "two", &json!({"order": 2}));
    let (page, [path, data, _]) = compare(&api, &two, &one);
    assert!(path.contains("Both entered the same states"), "{path}");
    assert!(data.contains("The input of Fixed"), "{data}");
    let result = plain(between(&page, "id=\"result\">", "</section>"));
    assert!(
        result.contains("The result of Name: in two, in one"),
        "{result}"
    );
    assert!(result.contains("the whole value\"two\"\"one\""), "{result}");
}

#[test]
fn two_executions_of_a_list_are_compared() {
    for mode in [ConsoleMode::On, ConsoleMode::ReadOnly] {
        let api = console(mode);
        let machine = api.create(
            "m",
            &json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}),
        );
        let arns = ["one", "two", "three"].map(|name| run(&api, &machine, name, &json!({})));
        let list = api.send("/console/executions", &[], None);
        assert!(list.body().contains("Compare selected"));
        for count in 0..=3 {
            let chosen: String = arns[..count]
                .iter()
                .map(|arn| format!("&arn={}", query(arn)))
                .collect();
            let (status, target) = if mode == ConsoleMode::On {
                let form = format!("form_token={}&do=compare{chosen}", form_token(&api));
                let response = api.send("/console/confirm", &[], Some(&form));
                (
                    response.status().as_u16(),
                    header(&response, "location").to_owned(),
                )
            } else {
                let url = format!("/console/compare?selected=true{chosen}");
                (api.send(&url, &[], None).status().as_u16(), url)
            };
            match (count, mode) {
                (2, ConsoleMode::On) => assert_eq!(status, 303),
                (2, _) => assert_eq!(status, 200),
                _ => assert_eq!(status, 400, "{count}"),
            }
            if count == 2 {
                let page = api.send(&target, &[], None);
                assert!(
                    page.body().contains("<h1>one and two</h1>"),
                    "{}",
                    page.body()
                );
            }
        }
    }
}

#[test]
fn a_comparison_reveals_no_masked_value() {
    let redaction = Redaction::new().path("card.number").expect("it is a path");
    let builder = Engine::builder().virtual_time().redact(&redaction);
    let api = Api::with(builder, |server| server.console(ConsoleMode::On));
    let machine = api.create(
        "m",
        &json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}),
    );
    let input = |number: &str| json!({"card": {"number": number}});
    let one = run(&api, &machine, "one", &input("4111"));
    let two = run(&api, &machine, "two", &input("4222"));
    let (page, [_, data, input]) = compare(&api, &two, &one);
    assert!(!page.contains("4111") && !page.contains("4222"), "{page}");
    // Not even whether they are equal.
    assert!(
        data.contains("is the same") && input.contains("the same"),
        "{data} {input}"
    );
}

/// A history has 25,000 events at most.
#[test]
fn two_long_executions_are_compared_in_bounded_time() {
    let api = console(ConsoleMode::On);
    let machine = api.create("loop", &json!({"QueryLanguage": "JSONata", "StartAt": "Next", "States": {
        "Next": {"Type": "Pass", "Output": {"at": "{% $states.input.at + 1 %}", "last": "{% $states.input.last %}"}, "Next": "More?"},
        "More?": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.at < $states.input.last %}", "Next": "Next"}], "Default": "Done"},
        "Done": {"Type": "Succeed"}
    }}));
    let start = |name: &str, last: u32| run(&api, &machine, name, &json!({"at": 0, "last": last}));
    let (short, long) = (start("short", 6_000), start("long", 6_100));
    let begun = Instant::now();
    let (page, [path, data, _]) = compare(&api, &short, &long);
    let (took, bytes) = (begun.elapsed(), page.len());
    assert!(path.contains("After More?:shortDonelongNext"), "{path}");
    assert!(data.contains("The input of Next"), "{data}");
    println!("24,000 events on each side: {took:?}, {bytes} bytes");
    assert!(
        took < Duration::from_secs(20) && bytes < 20_000,
        "{took:?} {bytes}"
    );
}
