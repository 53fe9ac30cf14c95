//! `stepwright debug`: the debugger of the console for a definition.

use crate::common::{examples, stepwright};
use crate::serve::support::Server;

/// `stepwright debug` on a free port.
struct Debugger {
    server: Server,
    /// The path and the query of its page.
    page: String,
}

impl Debugger {
    fn start(arguments: &[&str]) -> Self {
        let arguments = [&["debug"][..], arguments].concat();
        let (server, page) = Server::start_page(&examples(), &arguments);
        Self { server, page }
    }

    fn page(&self) -> String {
        let (status, page) = self.server.get(&self.page);
        assert_eq!(status, 200, "{page}");
        page
    }

    /// Sends a form of the page, and returns the next page.
    fn act(&self, action: &str) -> String {
        let page = self.page();
        let fields = [
            ("form_token", hidden(&page, "form_token")),
            ("session", hidden(&page, "session")),
            ("at", hidden(&page, "at")),
            ("do", action),
        ];
        let url = format!("http://{}/console/debug/act", self.server.address);
        let mut response = ureq::post(url)
            .send_form(fields)
            .expect("it is redirected to the page");
        response.body_mut().read_to_string().expect("it is text")
    }
}

/// The value of a hidden field.
fn hidden<'p>(page: &'p str, name: &str) -> &'p str {
    let (_, rest) = page
        .split_once(&format!(r#"name="{name}" value=""#))
        .expect("the form has it");
    rest.split_once('"').expect("it ends").0
}

/// The position, which is the title of its section.
fn position(page: &str) -> &str {
    let (_, rest) = page.split_once(r#"id="position""#).expect("it is there");
    let (_, rest) = rest.split_once("<h2>").expect("it has a title");
    rest.split_once("</h2>").expect("it ends").0
}

#[test]
fn the_printed_address_is_a_debugger_that_waits_before_the_first_state() {
    let debugger = Debugger::start(&[
        "discount.asl.json",
        "--input",
        "@discount.input.json",
        "--name",
        "d-1",
    ]);
    assert!(debugger.server.address.starts_with("127.0.0.1:"));
    let page = debugger.page();
    assert!(page.contains("<h1>discount "), "{page}");
    assert!(position(&page).starts_with("Before "), "{page}");
    let (_, context) = debugger.server.get("/console");
    assert!(context.contains("discount"), "the machine is in the list");
}

#[test]
fn breakpoints_of_states_and_errors_stop_the_execution() {
    let debugger = Debugger::start(&[
        "checkout.asl.json",
        "--input",
        r#"{"id": "o-1", "total": 5}"#,
        "--mocks",
        "MockConfigFile.json",
        "--case",
        "DeclinedCard",
        "--break",
        "Declined",
        "--break-error",
        "CardDeclined",
    ]);
    assert_eq!(position(&debugger.act("continue")), "Charge calls its task");
    // The mock declines the card, which is a breakpoint; the catcher then leads to another one.
    let page = debugger.act("handler");
    assert!(
        page.contains("`Charge` failed with `CardDeclined`"),
        "{page}"
    );
    assert_eq!(position(&page), "Before Declined");
}

#[test]
fn a_command_of_an_option_is_the_handler_of_its_task() {
    let debugger = Debugger::start(&[
        "checkout.asl.json",
        "--input",
        r#"{"id": "o-1", "total": 5}"#,
        "--task",
        r#"Charge=echo '{"chargeId": "ch_7"}'"#,
    ]);
    assert_eq!(position(&debugger.act("continue")), "Charge calls its task");
    let page = debugger.act("handler");
    assert_eq!(position(&page), "Before Large?");
    assert!(page.contains("ch_7"), "{page}");
}

#[cfg(unix)]
#[test]
fn a_signal_ends_the_debugger_with_status_0() {
    use rustix::process::{Pid, Signal, kill_process};

    let mut debugger = Debugger::start(&["discount.asl.json"]);
    let process = &mut debugger.server.process;
    let id = process.id().try_into().ok().and_then(Pid::from_raw);
    kill_process(id.expect("it is an id"), Signal::INT).expect("it runs");
    assert_eq!(process.wait().expect("it is a child").code(), Some(0));
}

#[test]
fn wrong_options_are_refused_before_anything_is_served() {
    let refused = |arguments: &[&str]| {
        let ran = stepwright(&[&["debug"], arguments].concat(), "");
        assert_eq!(ran.stdout, "", "{arguments:?}");
        (ran.status, ran.stderr)
    };
    let (status, message) = refused(&["checkout.asl.json", "--break", "Chrage"]);
    assert_eq!(status, 2, "{message}");
    assert!(
        message.contains("--break: the definition has no state `Chrage`"),
        "{message}"
    );
    assert!(message.contains("did you mean `Charge`?"), "{message}");
    let (status, message) = refused(&["checkout.asl.json", "--items", "[1]"]);
    assert_eq!(status, 2, "{message}");
    assert!(message.contains("--items: expected an object"), "{message}");
    let (status, message) = refused(&["checkout.asl.json", "--input", "{"]);
    assert_eq!(status, 2, "{message}");
    let (status, message) = refused(&["checkout.asl.json", "--task", "Pay=./pay"]);
    assert_eq!(status, 2, "{message}");
    assert!(message.contains("`Pay` is not a task"), "{message}");
    let (status, message) = refused(&["checkout.asl.json", "--case", "HappyPath"]);
    assert_eq!(status, 2, "{message}");
    assert!(message.contains("--mocks"), "{message}");
    let (status, message) = refused(&["gone.asl.json"]);
    assert_eq!(status, 2, "{message}");

    let broken = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass"}}}"#;
    let ran = stepwright(&["debug", "-"], broken);
    assert_eq!((ran.status, ran.stdout.as_str()), (1, ""), "{}", ran.stderr);
}

#[test]
fn a_template_has_its_machine_in_the_debugger() {
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("template.json");
    let definition = r#"{"StartAt": "Ask", "States": {"Ask": {"Type": "Pass", "End": true}}}"#;
    let template = format!(
        r#"{{"Resources": {{
            "Orders": {{"Type": "AWS::StepFunctions::StateMachine", "Properties": {{"Definition": {definition}}}}},
            "Refunds": {{"Type": "AWS::StepFunctions::StateMachine", "Properties": {{"Definition": {definition}}}}}
        }}}}"#
    );
    std::fs::write(&file, template).expect("there is room");
    let path = file.to_str().expect("it is text");
    let debugger = Debugger::start(&[&format!("{path}#Refunds")]);
    let page = debugger.page();
    assert!(page.contains("<h1>Refunds "), "{page}");
    assert_eq!(position(&page), "Before Ask");
    let ran = stepwright(&["debug", path], "");
    assert_eq!(ran.status, 2, "{}", ran.stderr);
    assert!(ran.stderr.contains("name one, as in"), "{}", ran.stderr);
}
