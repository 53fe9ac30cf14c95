//! The console's pages for reading: links between executions and Map Runs, the table of children,
//! waits, failures, root causes, costs, and characters that change the direction of text.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value as Json, json};
use stepwright_engine::Engine;
use stepwright_engine::task::TaskFailure;
use stepwright_server::ConsoleMode;

use crate::console::{between, console, query};
use crate::html_form::HtmlForm;
use crate::support::{Api, text};

/// Returns the page of an execution.
fn execution(api: &Api, arn: &str) -> String {
    page(api, &format!("/console/execution?arn={}", encoded(arn)))
}

fn page(api: &Api, path: &str) -> String {
    let response = api.send(path, &[], None);
    assert_eq!(response.status(), 200, "{path}: {}", response.body());
    response.body().clone()
}

/// Returns an ARN as the links of a page write it.
fn encoded(arn: &str) -> String {
    query(arn).replace('/', "%2F")
}

/// A Task that starts another state machine, and waits for its end.
fn starts(machine: &str, more: &Json) -> Json {
    let mut state = json!({
        "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": machine, "Input": {}}, "End": true
    });
    let members = more.as_object().expect("it is an object").clone();
    state
        .as_object_mut()
        .expect("it is an object")
        .extend(members);
    state
}

fn fails(error: &str) -> Json {
    json!({"StartAt": "Fail", "States": {"Fail": {"Type": "Fail", "Error": error, "Cause": "{\"order\":7}"}}})
}

/// A server with three levels of state machines, the lowest of which fails. The middle one has a
/// Catch before a Fail state. Returns the ARN of the execution of the first.
fn nested(api: &Api) -> String {
    let leaf = api.create("leaf", &fails("OutOfStock"));
    let middle = api.create(
        "middle",
        &json!({"StartAt": "Reserve", "States": {
            "Reserve": starts(&leaf, &json!({"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Report"}]})),
            "Report": {"Type": "Pass", "Next": "Give up"},
            "Give up": {"Type": "Fail", "Error": "OrderFailed"}
        }}),
    );
    let top = api.create(
        "top",
        &json!({"StartAt": "Order", "States": {"Order": starts(&middle, &json!({}))}}),
    );
    let arn = api.start(&top, &json!({}));
    assert_eq!(api.finished(&arn)["status"], "FAILED");
    arn
}

/// Returns the ARN of the newest execution of a state machine.
fn newest(api: &Api, machine: &str) -> String {
    let arn = format!("arn:aws:states:us-east-1:123456789012:stateMachine:{machine}");
    let listed = api.call("ListExecutions", json!({"stateMachineArn": arn}));
    text(&listed["executions"][0]["executionArn"])
}

#[test]
fn a_state_links_to_the_nested_execution_that_failed_and_back() {
    let api = console(ConsoleMode::On);
    let top = nested(&api);
    let (middle, leaf) = (newest(&api, "middle"), newest(&api, "leaf"));
    let shown = execution(&api, &top);
    let link = format!(
        "Nested execution</dt><dd><a href=\"/console/execution?arn={}\"",
        encoded(&middle)
    );
    assert!(shown.contains(&link), "{shown}");
    // Back, to the state that started it.
    let shown = execution(&api, &middle);
    let back = format!(
        "/console/execution?arn={}&amp;child={}#state",
        encoded(&top),
        encoded(&middle)
    );
    assert!(shown.contains(&back), "{shown}");
    let state = page(&api, &back.replace("&amp;", "&").replace("#state", ""));
    assert!(state.contains("<h2>Order "), "{state}");
    // The parent of a grandchild is found by a search.
    let shown = execution(&api, &leaf);
    let parent = format!("/console/parent?arn={}", encoded(&leaf));
    assert!(shown.contains(&parent), "{shown}");
    let response = api.send(&parent, &[], None);
    assert_eq!(response.status(), 303);
    let target = response.headers()["location"].to_str().expect("is text");
    assert_eq!(
        target,
        format!(
            "/console/execution?arn={}&child={}#state",
            encoded(&middle),
            encoded(&leaf)
        )
    );
}

#[test]
fn the_root_cause_is_found_through_nested_executions_and_catch() {
    let api = console(ConsoleMode::On);
    let top = nested(&api);
    let shown = execution(&api, &top);
    let path = between(&shown, "<summary>Root cause</summary>", "</details>");
    let steps: Vec<&str> = path.split("<li>").skip(1).collect();
    assert_eq!(steps.len(), 2, "{path}");
    assert!(
        steps[0].contains(">Reserve</a>") && steps[0].contains("caught"),
        "{path}"
    );
    assert!(
        steps[1].contains("OutOfStock") && steps[1].contains(">Fail</a>"),
        "{path}"
    );
    // A cause that is JSON is indented.
    assert!(steps[1].contains("&quot;order&quot;: 7"), "{path}");
    // A failure that begins where it ends has no path.
    let leaf = newest(&api, "leaf");
    assert!(!execution(&api, &leaf).contains("Root cause"));
}

#[test]
fn failures_are_grouped_by_error_and_state() {
    let api = console(ConsoleMode::ReadOnly);
    let one = api.create("one", &fails("OutOfStock"));
    let other = api.create("other", &fails("CardDeclined"));
    for _ in 0..3 {
        api.finished(&api.start(&one, &json!({})));
    }
    api.finished(&api.start(&other, &json!({})));
    let shown = page(&api, "/console/failures");
    let rows: Vec<&str> = between(&shown, "<tbody>", "</tbody>")
        .split("<tr>")
        .skip(1)
        .collect();
    assert_eq!(rows.len(), 2, "{shown}");
    assert!(
        rows[0].contains("OutOfStock")
            && rows[0].contains(">3</a>")
            && rows[0].contains("<td>Fail</td>")
    );
    assert!(rows[1].contains("CardDeclined") && rows[1].contains(">1</a>"));
    let shown = page(&api, "/console/failures?machine=other");
    assert!(!shown.contains("OutOfStock") && shown.contains("CardDeclined"));
}

/// A Distributed Map whose child fails for the item 3, and where the index of an item is in its
/// input.
fn mapped(api: &Api, items: usize) -> (String, String) {
    let machine = api.create(
        "import",
        &json!({"QueryLanguage": "JSONata", "StartAt": "Each", "States": {"Each": {
            "Type": "Map", "Label": "Rows", "ToleratedFailurePercentage": 100, "MaxConcurrency": 40,
            "Items": "{% $states.input %}",
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                "StartAt": "Check", "States": {
                    "Check": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.Key = 'k3' %}", "Next": "Reject"}], "Default": "Done"},
                    "Reject": {"Type": "Fail", "Error": "RowBroken"},
                    "Done": {"Type": "Succeed"}
                }
            },
            "End": true
        }}}),
    );
    let input: Vec<Json> = (0..items)
        .map(|item| json!({"Key": format!("k{item}"), "row": format!("row-{item}-end")}))
        .collect();
    let arn = api.start(&machine, &json!(input));
    assert_eq!(api.finished(&arn)["status"], "SUCCEEDED");
    let runs = api.call("ListMapRuns", json!({"executionArn": arn}));
    (arn, text(&runs["mapRuns"][0]["mapRunArn"]))
}

/// Returns the rows of a table.
fn rows(page: &str) -> Vec<&str> {
    if page.contains("<tbody>") {
        between(page, "<tbody>", "</tbody>")
            .split("<tr ")
            .skip(1)
            .collect()
    } else {
        Vec::new()
    }
}

#[test]
fn the_children_of_a_map_run_are_in_a_table_with_pages_and_filters() {
    let api = console(ConsoleMode::On);
    let (execution_arn, run) = mapped(&api, 450);
    let url = format!("/console/map-run?arn={}", encoded(&run));
    let first = page(&api, &url);
    assert_eq!(rows(&first).len(), 100);
    for head in ["Index", "Key", "Input", "Error"] {
        assert!(first.contains(&format!(">{head}</th>")), "{head}");
    }
    assert!(rows(&first)[3].contains("RowBroken") && rows(&first)[3].contains(">k3<"));
    // Each row is in two clicks: a part, and a page of the part.
    let part = format!("{url}&amp;from=300");
    assert!(first.contains(&format!("href=\"{part}\"")), "{first}");
    let later = page(&api, &part.replace("&amp;", "&"));
    assert!(later.contains("from=400"), "{later}");
    let last = page(&api, &format!("{url}&from=400"));
    assert_eq!(rows(&last).len(), 50);
    assert!(rows(&last)[17].contains(">417<") && rows(&last)[17].contains("row-417-end"));
    // Filters.
    let found = page(&api, &format!("{url}&text=row-417-end"));
    assert_eq!(rows(&found).len(), 1, "{found}");
    let failed = page(&api, &format!("{url}&status=FAILED"));
    assert_eq!(rows(&failed).len(), 1, "{failed}");
    assert_eq!(rows(&page(&api, &format!("{url}&error=Broken"))).len(), 1);
    assert!(page(&api, &format!("{url}&text=no-such-text")).contains("No child execution passes"));
    // The list of executions compares children, too, and links to the Map Run with the same filter.
    let listed = page(&api, "/console/executions?error=RowBroken");
    assert!(
        listed.contains(&format!("{url}&amp;error=RowBroken")),
        "{listed}"
    );
    assert_eq!(rows(&listed).len(), 1);
    // A child links to its run and to its parent, and the run to the state that started it.
    let child = between(rows(&found)[0], "/console/execution?arn=", "\"").to_owned();
    let shown = page(&api, &format!("/console/execution?arn={child}"));
    assert!(shown.contains(&format!("href=\"{url}\"")), "{shown}");
    let back = format!(
        "/console/execution?arn={}&amp;map_run={}#state",
        encoded(&execution_arn),
        encoded(&run)
    );
    assert!(shown.contains(&back) && first.contains(&back), "{shown}");
    let state = page(&api, back.replace("&amp;", "&").trim_end_matches("#state"));
    assert!(state.contains("<h2>Each "), "{state}");
}

#[test]
fn the_cost_includes_the_children_of_map_runs() {
    let api = console(ConsoleMode::On);
    let (arn, _) = mapped(&api, 20);
    let shown = execution(&api, &arn);
    let cost = between(&shown, "Cost on AWS", "</dd>");
    // One state, and two of each of 20 children, at $0.025 for 1,000.
    assert!(cost.contains("$0.001025"), "{cost}");
    assert!(cost.contains("$0.001000 of 20 child executions"), "{cost}");
    // Those of many children are an estimate.
    let api = console(ConsoleMode::On);
    let (arn, _) = mapped(&api, 300);
    let shown = execution(&api, &arn);
    let cost = between(&shown, "Cost on AWS", "</dd>");
    assert!(cost.contains("about $0.015025"), "{cost}");
}

#[test]
fn waits_of_all_executions_are_listed_with_their_children() {
    for mode in [ConsoleMode::On, ConsoleMode::ReadOnly] {
        let api = Api::with(Engine::builder(), |server| server.console(mode));
        api.call("CreateActivity", json!({"name": "review"}));
        let task = json!({"Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:review", "End": true});
        let one = api.create(
            "one",
            &json!({"StartAt": "Review", "States": {"Review": task}}),
        );
        let many = api.create(
            "many",
            &json!({"StartAt": "Each", "States": {"Each": {"Type": "Map", "Label": "Each", "End": true, "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "Inspect", "States": {"Inspect": task}}}}}),
        );
        let idle = api.create(
            "idle",
            &json!({"StartAt": "Rest", "States": {"Rest": {"Type": "Wait", "Seconds": 86400, "End": true}}}),
        );
        for _ in 0..60 {
            api.start(&one, &json!({}));
        }
        api.start(&many, &json!([1, 2]));
        api.start(&idle, &json!({}));
        let begun = std::time::Instant::now();
        let shown = loop {
            let shown = page(&api, "/console/waiting");
            if shown.matches("Inspect").count() >= 2 {
                break shown;
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "{shown}");
        };
        assert!(!shown.contains("Rest"), "{shown}");
        let number = |page: &str| page.matches("<th scope=\"row\">").count();
        assert!((50..=52).contains(&number(&shown)), "{}", number(&shown));
        let answers = shown.matches(">Answer</a>").count();
        assert_eq!(answers == 0, mode == ConsoleMode::ReadOnly, "{answers}");
        if mode == ConsoleMode::On {
            let link = between(&shown, "<td><a href=\"/console/execution?arn=", "#answer\"");
            let link = link
                .rsplit("href=\"/console/execution?arn=")
                .next()
                .expect("a link");
            let url = format!("/console/execution?arn={}", link.replace("&amp;", "&"));
            let answered = page(&api, &url);
            let wait = between(&answered, "<li id=\"answer\">", "</li>");
            assert!(
                wait.contains("<details class=\"act\" open><summary>Answer"),
                "{wait}"
            );
            // The key of another request, as after a redrive.
            let closed = page(&api, &url.replace("&answer=0-", "&answer=1-"));
            assert!(
                closed.contains("does not wait for an answer any more"),
                "{closed}"
            );
            assert!(!closed.contains("<details class=\"act\" open>"), "{closed}");
        }
        let next = between(&shown, "rel=\"next\" href=\"", "\"").replace("&amp;", "&");
        let rest = page(&api, &next);
        assert_eq!(number(&shown) + number(&rest), 62, "{rest}");
        api.end();
    }
}

#[test]
fn each_state_links_to_its_definition_also_one_that_was_not_entered() {
    let api = console(ConsoleMode::On);
    let machine = api.create(
        "choice",
        &json!({"StartAt": "Ask", "States": {
            "Ask": {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsPresent": true, "Next": "Not entered"}], "Default": "Done"},
            "Not entered": {"Type": "Pass", "Comment": "only for a", "Next": "Done"},
            "Done": {"Type": "Succeed"}
        }}),
    );
    let arn = api.start(&machine, &json!({}));
    api.finished(&arn);
    let shown = execution(&api, &arn);
    let link = format!(
        "/console/execution?arn={}&amp;state=Not+entered#state",
        encoded(&arn)
    );
    assert!(shown.contains(&format!("<a href=\"{link}\">")), "{shown}");
    let state = page(
        &api,
        &format!("/console/execution?arn={}&state=Not+entered", encoded(&arn)),
    );
    assert!(
        state.contains("This state was not entered") && state.contains("only for a"),
        "{state}"
    );
    assert!(shown.contains("<title>Succeeded · "), "{shown}");
    let overview = page(&api, "/console/machine?name=choice");
    assert!(overview.contains("/console/machine?name=choice&amp;state=Not+entered#state"));
    let state = page(&api, "/console/machine?name=choice&state=Not+entered");
    assert!(
        state.contains("&quot;Comment&quot;: &quot;only for a&quot;"),
        "{state}"
    );
}

#[test]
fn characters_that_change_the_direction_of_text_are_visible() {
    let api = console(ConsoleMode::On);
    let name = "Pay \u{202e}tnuoma";
    let machine = api.create(
        "bidi",
        &json!({"StartAt": name, "States": {name: {"Type": "Pass", "End": true}}}),
    );
    let arn = api.start(&machine, &json!({"text": "a\u{2066}b\u{200f}"}));
    api.finished(&arn);
    for path in [
        format!("/console/execution?arn={}", encoded(&arn)),
        format!("/console/execution?arn={}&view=events", encoded(&arn)),
        format!("/console/execution?arn={}&view=data", encoded(&arn)),
        "/console/machine?name=bidi&tab=definition".to_owned(),
    ] {
        let shown = page(&api, &path);
        assert!(
            shown.contains("\\u202e") || shown.contains("\\u2066"),
            "{path}"
        );
        // Text areas of forms contain the value itself: the browser sends it.
        let outside: String = shown
            .split("<textarea")
            .enumerate()
            .map(|(index, part)| match index {
                0 => part,
                _ => part.split_once("</textarea>").map_or("", |(_, rest)| rest),
            })
            .collect();
        let texts = outside.split('<').filter_map(|part| part.split_once('>'));
        for (_, text) in texts {
            let hidden = ['\u{202e}', '\u{2066}', '\u{200f}'];
            assert!(!text.contains(hidden), "{path}: {text:?}");
        }
    }
}

#[test]
fn numbers_have_the_right_plurals() {
    let api = console(ConsoleMode::On);
    let branch =
        |state: &str| json!({"StartAt": state, "States": {state: {"Type": "Pass", "End": true}}});
    let machine = api.create(
        "both",
        &json!({"StartAt": "Both", "States": {"Both": {"Type": "Parallel", "Branches": [branch("A"), branch("B")], "End": true}}}),
    );
    let arn = api.start(&machine, &json!({}));
    api.finished(&arn);
    let shown = page(
        &api,
        &format!("/console/execution?arn={}&visit=0", encoded(&arn)),
    );
    assert!(shown.contains("2 branches with states"), "{shown}");
}

#[test]
fn an_execution_that_ended_in_a_fail_state_starts_again_at_its_root_cause() {
    let is_fixed = Arc::new(AtomicBool::new(false));
    let fixed = is_fixed.clone();
    let charge = move |input: Json| {
        let is_fixed = fixed.load(Ordering::SeqCst);
        async move {
            if is_fixed {
                Ok(input)
            } else {
                Err(TaskFailure::new("Declined", "no funds"))
            }
        }
    };
    let builder = Engine::builder().virtual_time().function("charge", charge);
    let api = Api::with(builder, |server| server.console(ConsoleMode::On));
    let charge = json!({
        "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge", "End": true,
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Reject"}]
    });
    let states = json!({"Charge": charge, "Reject": {"Type": "Fail", "Error": "Rejected"}});
    let start = |name: &str, definition: &Json| {
        let machine = api.create(name, definition);
        let arn = api.start(&machine, &json!([{"total": 7}]));
        assert_eq!(api.finished(&arn)["status"], "FAILED");
        arn
    };
    let direct = start("direct", &json!({"StartAt": "Charge", "States": states}));
    let each = start(
        "each",
        &json!({"StartAt": "Each", "States": {"Each": {"Type": "Map", "End": true,
            "ItemProcessor": {"StartAt": "Charge", "States": states}}}}),
    );
    let chosen = start(
        "chosen",
        &json!({"StartAt": "Ask", "States": {
            "Ask": {"Type": "Choice", "Choices": [{"Variable": "$[0].total", "IsPresent": true, "Next": "Reject"}]},
            "Reject": {"Type": "Fail", "Error": "Rejected"}
        }}),
    );
    let task = start(
        "task",
        &json!({"StartAt": "Charge", "States": {"Charge": {
            "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge", "End": true}}}),
    );
    let shown = execution(&api, &chosen);
    assert!(
        shown.contains("so start a copy with another input"),
        "{shown}"
    );
    assert!(!execution(&api, &task).contains("It ended in the Fail state"));
    is_fixed.store(true, Ordering::SeqCst);
    for (arn, state) in [(direct, "Charge"), (each, "Each")] {
        let shown = execution(&api, &arn);
        assert!(shown.contains("It ended in the Fail state <strong>Reject</strong>."));
        assert!(shown.contains("A redrive enters this state again, and fails at once."));
        let link = format!(
            "/console/execution?arn={}&amp;visit=0&amp;restart=open#restart",
            encoded(&arn)
        );
        let button = format!("href=\"{link}\">Start again from {state}</a>");
        assert!(shown.contains(&button), "{shown}");
        let opened = page(
            &api,
            link.replace("&amp;", "&").trim_end_matches("#restart"),
        );
        assert!(
            opened.contains("<details class=\"act\" id=\"restart\" open>"),
            "{opened}"
        );
        let form = HtmlForm::with(&opened, "Start again from here");
        let sent = api.send(&form.action, &[], Some(&form.body()));
        assert_eq!(sent.status(), 303, "{}", sent.body());
        let target = sent.headers()["location"].to_str().expect("it is text");
        let again = target.split_once("arn=").expect("an ARN").1;
        let again = again.replace("%3A", ":");
        assert_ne!(again, arn);
        assert_eq!(api.finished(&again)["status"], "SUCCEEDED");
    }
}
