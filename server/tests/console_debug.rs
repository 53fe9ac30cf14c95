//! The debugger of the console, through its pages and forms.

use std::convert::Infallible;

use serde_json::{Value as Json, json};
use stepwright_asl::redaction::Redaction;
use stepwright_engine::{Engine, EngineBuilder};
use stepwright_server::{ConsoleMode, DebugRequest, Server, ServerBuilder};

use crate::support::Api;

const LAMBDA: &str = "arn:aws:states:::lambda:invoke";
const START: &str = "arn:aws:states:::states:startExecution.sync:2";

/// The console of a server, without a browser.
struct Console {
    api: Api,
    agent: ureq::Agent,
}

/// A response to a form.
struct FormResponse {
    status: u16,
    location: String,
    page: String,
}

impl Console {
    fn new() -> Self {
        Self::over(Engine::builder().virtual_time())
    }

    fn over(engine: EngineBuilder) -> Self {
        Self::with(engine, |server| server.console(ConsoleMode::On))
    }

    fn with(engine: EngineBuilder, with: impl FnOnce(ServerBuilder) -> ServerBuilder) -> Self {
        let agent = ureq::Agent::config_builder().http_status_as_error(false);
        Self {
            api: Api::with(engine, with),
            agent: agent.max_redirects(0).build().into(),
        }
    }

    fn get(&self, path: &str) -> (u16, String) {
        let (status, _, page) = self.api.get(path);
        (status, page)
    }

    fn form_token(&self) -> String {
        let (_, page) = self.get("/console/debug/new");
        field(&page, "form_token").expect("the form has a token")
    }

    fn send(&self, path: &str, fields: &[(&str, &str)]) -> FormResponse {
        let post = self
            .agent
            .post(format!("http://{}{path}", self.api.address));
        let response = post.send_form(fields.iter().copied());
        let mut response = response.expect("there is a response");
        let location = response.headers().get("location");
        let location = location.and_then(|value| value.to_str().ok());
        FormResponse {
            status: response.status().as_u16(),
            location: location.unwrap_or_default().to_owned(),
            page: response.body_mut().read_to_string().expect("it is text"),
        }
    }

    fn post(&self, path: &str, fields: &[(&str, &str)]) -> FormResponse {
        let token = self.form_token();
        let mut all = vec![("form_token", token.as_str())];
        all.extend(fields);
        self.send(path, &all)
    }

    /// Starts a debugger.
    fn debug(&self, fields: &[(&str, &str)]) -> DebugPage<'_> {
        let response = self.post("/console/debug/new", fields);
        assert_eq!(response.status, 303, "{}", text(&response.page));
        let (_, session) = response
            .location
            .split_once("session=")
            .expect("it has an id");
        DebugPage {
            console: self,
            session: session.to_owned(),
        }
    }

    /// Starts a debugger of a definition with this input.
    fn debug_definition(&self, definition: &Json, input: &Json) -> DebugPage<'_> {
        let (definition, input) = (definition.to_string(), input.to_string());
        self.debug(&[("definition", &definition), ("input", &input)])
    }
}

/// The page of a debugger.
struct DebugPage<'c> {
    console: &'c Console,
    session: String,
}

impl DebugPage<'_> {
    fn url(&self) -> String {
        format!("/console/debug?session={}", self.session)
    }

    fn page(&self) -> String {
        let (status, page) = self.console.get(&self.url());
        assert_eq!(status, 200, "{page}");
        page
    }

    /// Sends a form of the current page, and returns the next page.
    fn act(&self, action: &str, fields: &[(&str, &str)]) -> String {
        let at = field(&self.page(), "at").expect("the forms have it");
        let mut all = vec![
            ("session", self.session.as_str()),
            ("at", at.as_str()),
            ("do", action),
        ];
        all.extend(fields);
        let response = self.console.post("/console/debug/act", &all);
        assert_eq!(response.status, 303, "{}", text(&response.page));
        self.page()
    }

    /// Performs an action without an error, and returns the position.
    fn go(&self, action: &str, fields: &[(&str, &str)]) -> String {
        let page = self.act(action, fields);
        assert_eq!(error(&page), None);
        position(&page)
    }

    fn succeed(&self, result: &str) -> String {
        self.go("answer", &[("answer", "success"), ("result", result)])
    }

    fn fail(&self, name: &str, cause: &str) -> String {
        let fields = [("answer", "failure"), ("error", name), ("cause", cause)];
        self.go("answer", &fields)
    }

    fn evaluate(&self, expression: &str) -> String {
        let page = self.act("evaluate", &[("expression", expression)]);
        let (_, rest) = page.split_once(r#"id="evaluate""#).expect("it is there");
        let (panel, _) = rest.split_once("</section>").expect("it ends");
        let (_, result) = panel.rsplit_once("</form>").expect("the form ends");
        text(result)
    }
}

/// Returns the text of HTML.
fn text(html: &str) -> String {
    let mut text = String::new();
    for part in html.split('<').enumerate() {
        match part {
            (0, before) => text += before,
            (_, tag) => text += tag.split_once('>').map_or("", |(_, text)| text),
        }
    }
    let entities = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&amp;", "&"),
    ];
    entities
        .into_iter()
        .fold(text, |text, (entity, letter)| text.replace(entity, letter))
}

fn between<'p>(page: &'p str, before: &str, after: &str) -> Option<&'p str> {
    let (_, rest) = page.split_once(before)?;
    rest.split_once(after).map(|(found, _)| found)
}

/// Returns the value of a hidden field.
fn field(page: &str, name: &str) -> Option<String> {
    let before = format!(r#"name="{name}" value=""#);
    between(page, &before, "\"").map(str::to_owned)
}

fn position(page: &str) -> String {
    let section = between(page, r#"id="position""#, "</section>").expect("it is there");
    text(between(section, "<h2>", "</h2>").expect("it has a title"))
}

/// Returns the error above the page.
fn error(page: &str) -> Option<String> {
    between(page, r#"<pre class="message" role="alert">"#, "</pre>").map(text)
}

fn notice(page: &str) -> Option<String> {
    between(page, r#"<pre class="notice" role="status">"#, "</pre>").map(text)
}

/// Returns the content of a text area.
fn area(page: &str, name: &str) -> String {
    let (_, rest) = page
        .split_once(&format!(r#"<textarea name="{name}""#))
        .expect("it is there");
    text(between(rest, ">", "</textarea>").expect("it ends"))
}

fn json_area(page: &str, name: &str) -> Json {
    serde_json::from_str(&area(page, name)).expect("it is JSON")
}

/// A task that is retried and caught, between two states.
fn orders() -> Json {
    json!({"StartAt": "Count", "States": {
        "Count": {"Type": "Pass", "Assign": {"count.$": "$.count"}, "Next": "Charge"},
        "Charge": {
            "Type": "Task", "Resource": LAMBDA, "TimeoutSeconds": 30,
            "Parameters": {"FunctionName": "charge", "Payload": {"count.$": "$count"}},
            "OutputPath": "$.Payload",
            "Retry": [{"ErrorEquals": ["Throttled"], "IntervalSeconds": 5, "MaxAttempts": 1}],
            "Catch": [{"ErrorEquals": ["Declined"], "Next": "Reject"}],
            "Next": "Done",
        },
        "Done": {"Type": "Succeed"},
        "Reject": {"Type": "Fail", "Error": "Rejected"},
    }})
}

#[test]
fn a_person_steps_answers_and_goes_back_to_continue_differently() {
    let console = Console::new();
    let debugger = console.debug_definition(&orders(), &json!({"count": 2}));
    let page = debugger.page();
    assert_eq!(position(&page), "Before Count");
    let shown = text(&page);
    assert!(shown.contains("Continue runs to the next breakpoint") && !shown.contains("Resume"));
    assert_eq!(debugger.go("step", &[]), "Before Charge");
    assert_eq!(debugger.go("step", &[]), "Charge calls its task");
    let page = debugger.page();
    assert!(text(&page).contains(LAMBDA) && text(&page).contains("(charge)"));
    assert!(text(&page).contains(r#"{"FunctionName":"charge","Payload":{"count":2}}"#));

    assert_eq!(
        debugger.fail("Throttled", "busy"),
        "Charge waits for its next attempt"
    );
    assert_eq!(debugger.go("step", &[]), "Charge calls its task");
    assert!(text(&debugger.page()).contains("Since the start5 s"));
    assert_eq!(debugger.fail("Declined", "no funds"), "Before Reject");
    assert_eq!(json_area(&debugger.page(), "input")["Error"], "Declined");
    assert_eq!(
        debugger.go("continue", &[]),
        "The execution has ended: Failed"
    );
    assert!(text(&debugger.page()).contains("Rejected"));

    // Back to the first call, which succeeds now.
    assert_eq!(
        debugger.go("back-to", &[("index", "2")]),
        "Charge calls its task"
    );
    assert_eq!(debugger.succeed(r#"{"Payload": {"id": 7}}"#), "Before Done");
    assert_eq!(json_area(&debugger.page(), "input"), json!({"id": 7}));
    assert_eq!(debugger.go("back", &[]), "Charge calls its task");
    assert_eq!(debugger.succeed(r#"{"Payload": 8}"#), "Before Done");
    assert_eq!(
        debugger.go("step", &[]),
        "The execution has ended: Succeeded"
    );
    let page = debugger.act("step", &[]);
    assert!(error(&page).expect("it is shown").contains("has ended"));
}

#[test]
fn a_late_answer_times_out_and_a_wrong_one_is_shown_again() {
    let console = Console::new();
    let debugger = console.debug_definition(&orders(), &json!({"count": 2}));
    debugger.go("continue", &[]);
    let call = "Charge calls its task";
    for (fields, problem) in [
        (&[("result", "{wrong")][..], "the result is not valid JSON"),
        (
            &[("result", "1"), ("delay", "soon")],
            "the time `soon` is not valid",
        ),
        (
            &[("result", "1"), ("delay", "-1")],
            "the time `-1` is not valid",
        ),
        (
            &[("result", "1"), ("delay", "1e300")],
            "the time `1e300` is not valid",
        ),
        (
            &[("answer", "failure"), ("cause", "c")],
            "the error has no name",
        ),
    ] {
        let page = debugger.act("answer", fields);
        let shown = error(&page).unwrap_or_default();
        assert!(shown.starts_with(problem), "{shown}");
        assert_eq!(position(&page), call);
        // The entered texts are not lost.
        for (name, value) in fields.iter().filter(|(name, _)| *name != "answer") {
            let shown = match *name {
                "result" => area(&page, name),
                name => field_of_input(&page, name),
            };
            assert_eq!(shown, *value);
        }
    }
    let fields = [("answer", "success"), ("result", "{}"), ("delay", "31.5")];
    assert_eq!(debugger.go("answer", &fields), "Charge waits for its task");
    assert_eq!(debugger.go("step", &[]), "The execution has ended: Failed");
    let page = text(&debugger.page());
    assert!(
        page.contains("States.Timeout") && page.contains("Since the start30 s"),
        "{page}"
    );
}

/// Returns the value of the first input with this name that has one.
fn field_of_input(page: &str, name: &str) -> String {
    let mut inputs = page.split("<input ").filter(|input| {
        let tag = input.split('>').next().unwrap_or_default();
        tag.contains(&format!(r#"name="{name}""#)) && tag.contains("value=")
    });
    let input = inputs.next().expect("there is one");
    text(between(input, "value=\"", "\"").expect("it has a value"))
}

#[test]
fn breakpoints_stop_before_states_and_after_errors() {
    let console = Console::new();
    let debugger = console.debug_definition(&orders(), &json!({"count": 2}));
    let fields = [
        ("break", "Charge"),
        ("break", "Done"),
        ("errors", "Throttled\n\n Other "),
    ];
    let page = debugger.act("break", &fields);
    assert_eq!(notice(&page).as_deref(), Some("There are 4 breakpoints."));
    assert_eq!(area(&page, "errors"), "Other\nThrottled");
    let page = debugger.act("continue", &[]);
    assert_eq!(position(&page), "Before Charge");
    assert_eq!(
        notice(&page).as_deref(),
        Some("Stopped at the breakpoint of `Charge`.")
    );
    debugger.go("continue", &[]);
    let page = debugger.act("answer", &[("answer", "failure"), ("error", "Throttled")]);
    assert_eq!(
        notice(&page).as_deref(),
        Some("`Charge` failed with `Throttled`")
    );
    assert_eq!(position(&page), "Charge waits for its next attempt");

    // Only the new set counts.
    let page = debugger.act("break", &[("break", "Reject")]);
    assert_eq!(notice(&page).as_deref(), Some("There is 1 breakpoint."));
    debugger.go("back-to", &[("index", "0")]);
    assert_eq!(debugger.go("continue", &[]), "Charge calls its task");
    assert_eq!(
        debugger.fail("Throttled", ""),
        "Charge waits for its next attempt"
    );
    debugger.go("continue", &[]);
    assert_eq!(debugger.fail("Declined", ""), "Before Reject");
    let page = debugger.act("break", &[("break", "Nowhere")]);
    assert!(
        error(&page)
            .expect("it is shown")
            .contains("no state `Nowhere`")
    );
}

#[test]
fn run_to_and_step_into_reach_states_inside_of_a_map() {
    let console = Console::new();
    let definition = json!({"StartAt": "Each", "States": {
        "Each": {"Type": "Map", "ItemProcessor": {"StartAt": "In", "States": {
            "In": {"Type": "Pass", "Next": "Wait"}, "Wait": {"Type": "Wait", "Seconds": 60, "End": true},
        }}, "Next": "Done"},
        "Done": {"Type": "Succeed"},
    }});
    let debugger = console.debug_definition(&definition, &json!([1, 2]));
    assert_eq!(debugger.go("into", &[]), "Before In");
    let page = text(&debugger.page());
    assert!(
        page.contains("Each[0]") && page.contains("1 other branch or iteration"),
        "{page}"
    );
    debugger.go("back", &[]);
    assert_eq!(debugger.go("step", &[]), "Before Done");
    assert!(text(&debugger.page()).contains("Since the start1 min"));
    debugger.go("back", &[]);
    assert_eq!(debugger.go("run-to", &[("state", "Wait")]), "Before Wait");
    assert_eq!(
        debugger.go("continue", &[]),
        "The execution has ended: Succeeded"
    );
}

#[test]
fn expressions_are_evaluated_in_the_scope_of_the_state() {
    let console = Console::new();
    let debugger = console.debug_definition(&orders(), &json!({"count": 2}));
    assert_eq!(debugger.evaluate("$.count"), "2");
    assert_eq!(debugger.evaluate("{% $states.input.count * 21 %}"), "42");
    debugger.go("step", &[]);
    assert_eq!(debugger.evaluate("$count"), "2");
    assert!(debugger.evaluate("$.missing").contains("States."));
    assert!(debugger.evaluate("{% ( %}").contains("refused"));
    let page = debugger.act("evaluate", &[]);
    assert!(
        error(&page)
            .expect("it is shown")
            .contains("there is no expression")
    );
    // A result belongs to its position, the expression stays.
    debugger.evaluate("$.count");
    let page = debugger.act("step", &[]);
    assert_eq!(area(&page, "expression"), "$.count");
}

#[test]
fn the_input_and_the_variables_of_a_state_are_changed_before_it() {
    let console = Console::new();
    let debugger = console.debug_definition(&orders(), &json!({"count": 2}));
    debugger.go("step", &[]);
    let page = debugger.page();
    assert_eq!(json_area(&page, "variables"), json!({"count": 2}));
    debugger.go(
        "change",
        &[("input", r#"{"a": 1}"#), ("variables", r#"{"count": 5}"#)],
    );
    assert_eq!(debugger.evaluate("$.a"), "1");
    debugger.go("step", &[]);
    assert!(text(&debugger.page()).contains(r#""Payload":{"count":5}"#));
    for (input, variables, problem) in [
        ("[", "{}", "the input is not valid JSON"),
        ("1", "[]", "the variables must be a JSON object"),
        ("1", "{", "the variables is not valid JSON"),
    ] {
        let page = debugger.act("change", &[("input", input), ("variables", variables)]);
        let shown = error(&page).unwrap_or_default();
        assert!(
            shown.contains(problem.trim_start_matches("the variables is")),
            "{shown}"
        );
    }
    // The state has begun.
    let fields = [("input", "1"), ("variables", r#"{"count": 5}"#)];
    let page = debugger.act("change", &fields);
    assert!(error(&page).expect("it is shown").contains("has begun"));
    debugger.go("back", &[]);
    let page = debugger.act("change", &[("input", "1"), ("variables", "{}")]);
    assert!(
        error(&page)
            .expect("it is shown")
            .contains("cannot be removed")
    );
    let fields = [("input", "1"), ("variables", r#"{"count": 1, "other": 1}"#)];
    let page = debugger.act("change", &fields);
    assert!(
        error(&page)
            .expect("it is shown")
            .contains("`other` was not changed")
    );
    assert_eq!(
        json_area(&page, "variables"),
        json!({"count": 1, "other": 1})
    );
}

#[test]
fn the_real_handler_runs_for_a_call() {
    let engine = Engine::builder()
        .virtual_time()
        .function("charge", |input: Json| async move {
            match input["count"].as_u64() {
                Some(0) => panic!("no count"),
                Some(1) => Err(stepwright_engine::task::TaskFailure::new("Declined", "one")),
                _ => Ok(json!({"charged": input["count"]})),
            }
        });
    let console = Console::over(engine);
    let (status, _, _) = console.api.get("/console");
    assert_eq!(status, 200);
    for (count, position, shown) in [
        (2, "Before Done", r#"{"charged":2}"#),
        (1, "Before Reject", "Declined: one"),
        (0, "The execution has ended: Failed", "no count"),
    ] {
        let debugger = console.debug_definition(&orders(), &json!({"count": count}));
        debugger.go("continue", &[]);
        assert!(debugger.page().contains("Run the real handler"));
        let page = debugger.act("handler", &[]);
        assert_eq!(self::position(&page), position);
        assert!(text(&page).contains(shown), "{}", text(&page));
        assert!(
            notice(&page)
                .expect("it is shown")
                .starts_with("The handler ")
        );
    }
    // Nothing of it is an execution of the engine.
    assert_eq!(console.api.engine.statistics().all_executions().started, 0);

    let mut other = orders();
    other["States"]["Charge"]["Parameters"]["FunctionName"] = "other".into();
    let debugger = console.debug_definition(&other, &json!({"count": 1}));
    debugger.go("continue", &[]);
    assert!(!debugger.page().contains("Run the real handler"));
    let page = debugger.act("handler", &[]);
    assert!(error(&page).expect("it is shown").contains("no handler"));
    debugger.go("back", &[]);
    let page = debugger.act("handler", &[]);
    assert!(error(&page).expect("it is shown").contains("no call waits"));
}

#[test]
fn an_engine_that_redacts_data_runs_no_handlers_and_shows_no_masked_inputs() {
    let redaction = Redaction::new().path("card").expect("it is a path");
    let engine = Engine::builder()
        .virtual_time()
        .redact(&redaction)
        .function(
            "charge",
            |input: Json| async move { Ok::<_, Infallible>(input) },
        );
    let console = Console::over(engine);
    let machine = console.api.create("orders", &orders());
    let execution = console
        .api
        .start(&machine, &json!({"count": 1, "card": "secret-42"}));
    console.api.finished(&execution);
    let (_, page) = console.get(&format!("/console/execution?arn={execution}"));
    assert!(!page.contains("Debug a copy"));
    let response = console.post("/console/debug/new", &[("execution", &execution)]);
    assert_eq!(response.status, 400);
    let shown = text(&response.page);
    assert!(shown.contains("a masked field") && !response.page.contains("secret-42"));
    let url = format!("/console/debug/new?machine=orders&input_of={execution}");
    let (status, page) = console.get(&url);
    assert!(status == 409 && !page.contains("secret-42"), "{status}");
    // An execution without a masked field.
    let plain = console.api.start(&machine, &json!({"count": 1}));
    console.api.finished(&plain);
    let (_, page) = console.get(&format!("/console/execution?arn={plain}"));
    assert!(page.contains("Debug a copy"));
    let response = console.post("/console/debug/new", &[("execution", &plain)]);
    assert_eq!(response.status, 303);
    let debugger = console.debug(&[("machine", "orders"), ("input", r#"{"count": 1}"#)]);
    debugger.go("continue", &[]);
    assert!(!debugger.page().contains("Run the real handler"));
    let page = debugger.act("handler", &[]);
    assert!(error(&page).expect("it is shown").contains("redacts"));
}

#[test]
fn a_debugger_steps_into_nested_workflows() {
    let console = Console::new();
    let inner = json!({"StartAt": "Label", "States": {"Label": {"Type": "Task", "Resource": LAMBDA,
        "Parameters": {"FunctionName": "f", "Payload.$": "$"}, "OutputPath": "$.Payload", "End": true}}});
    let inner = console.api.create("shipping", &inner);
    let outer = json!({"StartAt": "Ship", "States": {"Ship": {"Type": "Task", "Resource": START,
        "Parameters": {"StateMachineArn": inner, "Input": {"id": 3}}, "ResultSelector": {"out.$": "$.Output", "status.$": "$.Status"},
        "Catch": [{"ErrorEquals": ["States.TaskFailed"], "Next": "Failed"}], "End": true},
        "Failed": {"Type": "Succeed"}}});
    let debugger = console.debug_definition(&outer, &json!({}));
    assert_eq!(debugger.go("step", &[]), "Ship calls its task");
    assert_eq!(debugger.go("into", &[]), "Before Label");
    let page = debugger.page();
    assert!(
        text(&page).contains("definition, state Ship › shipping"),
        "{}",
        text(&page)
    );
    assert_eq!(json_area(&page, "input"), json!({"id": 3}));
    debugger.go("continue", &[]);
    let page = debugger.act("return", &[]);
    assert!(error(&page).expect("it is shown").contains("has not ended"));
    let fields = [
        ("answer", "success"),
        ("result", r#"{"Payload": "L1"}"#),
        ("delay", "7"),
    ];
    debugger.go("answer", &fields);
    debugger.go("continue", &[]);
    assert_eq!(debugger.go("return", &[]), "Ship waits for its task");
    assert_eq!(
        debugger.go("step", &[]),
        "The execution has ended: Succeeded"
    );
    let page = text(&debugger.page());
    assert!(
        page.contains(r#"{"out":"L1","status":"SUCCEEDED"}"#),
        "{page}"
    );
    assert!(page.contains("Since the start7 s"), "{page}");

    debugger.go("back-to", &[("index", "1")]);
    debugger.go("into", &[]);
    assert_eq!(debugger.go("leave", &[]), "Ship calls its task");
    debugger.go("into", &[]);
    debugger.go("continue", &[]);
    assert_eq!(
        debugger.fail("Broken", "why"),
        "The execution has ended: Failed"
    );
    assert_eq!(debugger.go("return", &[]), "Before Failed");
    let cause = json_area(&debugger.page(), "input")["Cause"].to_string();
    assert!(cause.contains("Broken"), "{cause}");

    // The engine lacks this one.
    let mut outer = outer;
    outer["States"]["Ship"]["Parameters"]["StateMachineArn"] =
        inner.replace("shipping", "gone").into();
    let debugger = console.debug_definition(&outer, &json!({}));
    debugger.go("step", &[]);
    let page = debugger.act("into", &[]);
    assert!(
        error(&page)
            .expect("it is shown")
            .contains("has no state machine")
    );
}

#[test]
fn a_debugger_steps_into_children_of_a_distributed_map() {
    let console = Console::new();
    let processor = json!({"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "One", "States": {"One": {"Type": "Pass", "Output": "{% $states.input * 2 %}", "End": true}}});
    let definition = json!({"QueryLanguage": "JSONata", "StartAt": "Bulk", "States": {
        "Bulk": {"Type": "Map", "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSON"},
            "Arguments": {"Bucket": "b", "Key": "k"}}, "ItemProcessor": processor, "End": true}}});
    let definition = definition.to_string();
    let debugger = console.debug(&[
        ("definition", &definition),
        ("items", r#"{"Bulk": [7, 8]}"#),
    ]);
    assert_eq!(debugger.go("step", &[]), "Bulk starts child execution 0");
    assert_eq!(debugger.go("into", &[]), "Before One");
    debugger.go("continue", &[]);
    assert_eq!(debugger.go("return", &[]), "Bulk starts child execution 1");
    assert_eq!(debugger.succeed("5"), "The execution has ended: Succeeded");
    assert!(text(&debugger.page()).contains("[14,5]"));
}

#[test]
fn the_pages_of_machines_and_executions_start_debuggers() {
    let console = Console::new();
    let machine = console.api.create("greet", &crate::support::pass());
    let (_, page) = console.get("/console/machine?name=greet");
    assert!(page.contains(r#"formaction="/console/debug/new""#));
    // The fields of its form.
    let fields = [
        ("stateMachineArn", machine.as_str()),
        ("input", r#"{"a": 1}"#),
        ("name", "n"),
    ];
    let debugger = console.debug(&fields);
    assert_eq!(json_area(&debugger.page(), "input"), json!({"a": 1}));
    assert_eq!(debugger.evaluate("$$.Execution.Name"), "\"n\"");

    let execution = console.api.start(&machine, &json!({"b": 2}));
    console.api.finished(&execution);
    let (_, page) = console.get(&format!("/console/execution?arn={execution}"));
    assert!(page.contains("Debug a copy"));
    let debugger = console.debug(&[("execution", &execution)]);
    assert_eq!(json_area(&debugger.page(), "input"), json!({"b": 2}));
    let (_, page) = console.get(&format!(
        "/console/debug/new?machine=greet&input_of={execution}"
    ));
    assert_eq!(json_area(&page, "input"), json!({"b": 2}));
    let (status, page) = console.get("/console/debug/new?machine=none");
    assert!(status == 404 && text(&page).contains("there is no state machine `none`"));
}

#[test]
fn a_debugger_that_cannot_start_explains_why_and_keeps_the_texts() {
    let console = Console::new();
    let gone = "arn:aws:states:us-east-1:123456789012:stateMachine:gone";
    for (fields, problem) in [
        (&[("input", "{}")][..], "there is no definition"),
        (&[("definition", "{"), ("input", "[3]")], "expected"),
        (&[("definition", "{}"), ("input", "[3]")], "StartAt"),
        (
            &[("machine", "gone"), ("input", "[3]")],
            "no state machine `gone`",
        ),
        (
            &[("stateMachineArn", gone), ("input", "[3]")],
            "Does Not Exist",
        ),
        (&[("execution", "arn:none")], "there is no execution"),
        (
            &[("definition", "{}"), ("input", "[3")],
            "the input is not valid JSON",
        ),
        (
            &[("definition", "{}"), ("items", "[3]")],
            "the items must be a JSON object",
        ),
    ] {
        let response = console.post("/console/debug/new", fields);
        assert_eq!(response.status, 400, "{fields:?}");
        let shown = error(&response.page).unwrap_or_default();
        assert!(shown.contains(problem), "{fields:?}: {shown}");
        for (name, value) in fields
            .iter()
            .filter(|(name, _)| *name == "input" || *name == "definition")
        {
            assert_eq!(area(&response.page, name), *value);
        }
    }
}

#[test]
fn the_oldest_debugger_is_replaced_and_an_unknown_one_says_what_to_do() {
    let console = Console::new();
    let open = || console.debug_definition(&orders(), &json!({"count": 2}));
    let (first, second) = (open(), open());
    assert_eq!(first.session.len(), 32);
    for _ in 0..18 {
        open();
    }
    // The first one is used, so that the second one is the oldest.
    first.page();
    open();
    first.page();
    let (status, page) = console.get(&second.url());
    assert_eq!(status, 404);
    assert!(text(&page).contains("start another one from the page of a state machine"));
    let fields = [("session", second.session.as_str()), ("do", "step")];
    assert_eq!(console.post("/console/debug/act", &fields).status, 404);
    let (status, _) = console.get("/console/debug");
    assert_eq!(status, 404);
    let (status, _) = console.get(&format!(
        "/console/debug/history.json?session={}",
        second.session
    ));
    assert_eq!(status, 404);

    let fields = [("session", first.session.as_str()), ("do", "end")];
    let response = console.post("/console/debug/act", &fields);
    assert_eq!(
        (response.status, response.location.starts_with("/console?")),
        (303, true)
    );
    assert_eq!(console.get(&first.url()).0, 404);
}

#[test]
fn forms_need_the_token_of_the_server_and_the_current_position() {
    let console = Console::new();
    let debugger = console.debug_definition(&orders(), &json!({"count": 2}));
    let definition = orders().to_string();
    for token in ["", "wrong"] {
        let fields = [
            ("form_token", token),
            ("session", &debugger.session),
            ("do", "step"),
        ];
        assert_eq!(console.send("/console/debug/act", &fields).status, 403);
        let fields = [("form_token", token), ("definition", &definition)];
        assert_eq!(console.send("/console/debug/new", &fields).status, 403);
    }
    assert_eq!(position(&debugger.page()), "Before Count");
    // A page that was loaded before the last step.
    let at = field(&debugger.page(), "at").expect("the forms have it");
    debugger.go("step", &[]);
    let fields = [
        ("session", debugger.session.as_str()),
        ("at", &at),
        ("do", "step"),
    ];
    assert_eq!(console.post("/console/debug/act", &fields).status, 303);
    let page = debugger.page();
    assert_eq!(position(&page), "Before Charge");
    assert!(error(&page).expect("it is shown").contains("has continued"));
    for action in ["", "unknown"] {
        let page = debugger.act(action, &[]);
        assert!(
            error(&page)
                .expect("it is shown")
                .contains("unknown action")
        );
    }
    let page = debugger.act("back-to", &[("index", "-1")]);
    assert!(
        error(&page)
            .expect("it is shown")
            .contains("there is no position")
    );
}

#[test]
fn names_and_data_are_escaped() {
    let console = Console::new();
    let name = r#"<b>&"it"'</b>"#;
    let definition = json!({"StartAt": name, "States": {name: {"Type": "Task", "Resource": LAMBDA,
        "Parameters": {"FunctionName": "</textarea><script>f</script>"}, "End": true}}});
    let debugger = console.debug_definition(&definition, &json!({"<i>": "</textarea><script>"}));
    assert_eq!(position(&debugger.page()), format!("Before {name}"));
    let mut pages = vec![debugger.page()];
    pages.push(debugger.act("break", &[("break", name), ("errors", "<script>")]));
    pages.push(debugger.act("evaluate", &[("expression", "<script>")]));
    pages.push(debugger.act("step", &[]));
    pages.push(debugger.act("answer", &[("result", "<script>")]));
    let fields = [
        ("answer", "failure"),
        ("error", "<script>"),
        ("cause", "<script>"),
    ];
    pages.push(debugger.act("answer", &fields));
    for page in &pages {
        assert!(!page.contains("<b>") && !page.contains("<script>") && !page.contains("<i>"));
        assert_eq!(
            page.matches("</textarea>").count(),
            page.matches("<textarea").count()
        );
    }
    // In attributes, too.
    assert!(pages[0].contains(r#"value="&lt;b&gt;&amp;&quot;it&quot;'&lt;/b&gt;""#));
    let response = console.post(
        "/console/debug/new",
        &[("definition", "<script>"), ("input", "<script>")],
    );
    assert!(!response.page.contains("<script>"));
}

#[test]
fn long_executions_are_bounded_per_request_and_by_their_positions() {
    let console = Console::new();
    let definition = json!({"StartAt": "Loop", "States": {
        "Loop": {"Type": "Pass", "Next": "Again"}, "Again": {"Type": "Pass", "Next": "Loop"}}});
    let debugger = console.debug_definition(&definition, &json!({}));
    let page = debugger.act("continue", &[]);
    assert_eq!(
        notice(&page).as_deref(),
        Some("Stopped after 10,000 steps; choose Continue again.")
    );
    assert_eq!(
        debugger.go("continue", &[]),
        "The execution has ended: Failed"
    );
    debugger.go("back-to", &[("index", "0")]);
    let token = console.form_token();
    let fields = [
        ("form_token", token.as_str()),
        ("session", &debugger.session),
        ("do", "step"),
    ];
    for _ in 0..499 {
        assert_eq!(console.send("/console/debug/act", &fields).status, 303);
    }
    assert_eq!(error(&debugger.page()), None);
    let page = debugger.act("step", &[]);
    assert!(error(&page).expect("it is shown").contains("500 positions"));
    assert!(page.contains("Earlier positions"));
    let (_, earlier) = console.get(&format!("{}&before=20&from=1", debugger.url()));
    assert!(earlier.contains("Back to position 1\"") && earlier.contains("Later positions"));
    assert!(earlier.contains("ExecutionStarted"));
    assert_eq!(debugger.go("back-to", &[("index", "3")]), "Before Again");
    assert_eq!(debugger.go("step", &[]), "Before Loop");
}

#[test]
fn the_history_is_a_file_and_a_visit_shows_its_data() {
    let console = Console::new();
    let debugger = console.debug_definition(&orders(), &json!({"count": 2}));
    debugger.go("step", &[]);
    let path = format!("/console/debug/history.json?session={}", debugger.session);
    let (status, media_type, text) = console.api.get(&path);
    assert_eq!((status, media_type.as_str()), (200, "application/json"));
    let history: Json = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!(history["events"][1]["type"], "PassStateEntered");
    let page = debugger.page();
    assert!(page.contains("&amp;visit=0#visited"), "{page}");
    let (_, page) = console.get(&format!("{}&visit=0", debugger.url()));
    assert!(page.contains(r#"id="visited""#));
    let (status, page) = console.get(&format!("{}&visit=99", debugger.url()));
    assert!(status == 200 && !page.contains(r#"id="visited""#));
}

#[test]
fn a_read_only_console_has_no_debugger() {
    let engine = Engine::builder().virtual_time();
    let console = Console::with(engine, |server| server.console(ConsoleMode::ReadOnly));
    for path in [
        "/console/debug",
        "/console/debug/new",
        "/console/debug/history.json",
    ] {
        assert_eq!(console.get(path).0, 404, "{path}");
    }
    let (_, page) = console.get("/console");
    assert!(!page.contains("/console/debug"));
    for path in ["/console/debug/new", "/console/debug/act"] {
        assert!(
            [404, 405].contains(&console.send(path, &[]).status),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_program_opens_a_debugger_before_it_serves() {
    let engine = || {
        let text = crate::support::pass().to_string();
        let engine = Engine::builder().register_json(
            "greet",
            &text,
            stepwright_engine::MachineType::Standard,
        );
        engine.build().expect("it is built")
    };
    let server = Server::builder().engine(engine()).console(ConsoleMode::On);
    let server = server.build().expect("it is built");
    let url = server
        .debug("greet", json!({"a": 1}))
        .expect("it is opened");
    assert!(url.starts_with("/console/debug?session="));
    let problem = |opened: Result<String, stepwright_server::DebugSessionError>| {
        opened.expect_err("it is refused").to_string()
    };
    assert!(problem(server.debug("gone", json!({}))).contains("no state machine `gone`"));
    let state = server.debug_with(DebugRequest::new("greet", json!({})).break_at("Gone"));
    assert!(problem(state).contains("`Gone`"));
    let long = json!("x".repeat(300_000));
    let refused = server.debug("greet", long);
    assert!(problem(refused).contains("too many bytes or levels"));
    let server = Server::builder()
        .engine(engine())
        .build()
        .expect("it is built");
    assert!(problem(server.debug("greet", json!({}))).contains("the console has no forms"));
}
