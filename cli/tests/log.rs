//! The options of the log.

use std::process::{Command, Output};

use serde_json::Value as Json;

/// Runs one state with this log; a variable of the caller does not count.
fn run(command: &str, options: &[&str], variable: Option<&str>) -> Output {
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("greet.asl.json");
    let definition = r#"{"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "End": true}}}"#;
    std::fs::write(&file, definition).expect("there is room");
    let mut stepwright = Command::new(env!("CARGO_BIN_EXE_stepwright"));
    stepwright.arg(command).arg(&file).args(options);
    match variable {
        Some(value) => stepwright.env("STEPWRIGHT_LOG", value),
        None => stepwright.env_remove("STEPWRIGHT_LOG"),
    };
    stepwright.output().expect("the command exists")
}

fn log(output: &Output) -> &str {
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    std::str::from_utf8(&output.stderr).expect("it is text")
}

#[test]
fn the_log_is_empty_unless_an_option_or_the_variable_sets_a_level() {
    let test_state = ["--state", "Greet"];
    assert_eq!(log(&run("run", &[], None)), "");
    assert_eq!(log(&run("test-state", &test_state, None)), "");
    let of_variable = run("run", &[], Some("info"));
    assert!(log(&of_variable).contains("INFO"), "{of_variable:?}");
    let of_option = run("run", &["--log", "debug"], Some("off"));
    assert!(
        log(&of_option).contains("PassStateEntered"),
        "{of_option:?}"
    );
    let of_test = run(
        "test-state",
        &[&test_state[..], &["--log", "info"]].concat(),
        None,
    );
    assert!(log(&of_test).contains("ended"), "{of_test:?}");
}

#[test]
fn directives_select_a_target_and_an_execution() {
    let directives = "off,stepwright_engine[execution{name=o-17}]=debug";
    let options = ["--log", directives, "--name"];
    let selected = run("run", &[&options[..], &["o-17"]].concat(), None);
    assert!(log(&selected).contains("PassStateEntered"), "{selected:?}");
    assert_eq!(
        log(&run("run", &[&options[..], &["o-18"]].concat(), None)),
        ""
    );
}

#[test]
fn the_text_has_colours_only_on_request_if_it_is_not_on_a_terminal() {
    let escape = '\u{1b}';
    assert!(!log(&run("run", &["--log", "info"], None)).contains(escape));
    let coloured = run("run", &["--log", "info", "--color", "always"], None);
    assert!(log(&coloured).contains(escape), "{coloured:?}");
}

#[test]
fn json_has_an_object_on_each_line() {
    let output = run("run", &["--log", "debug", "--log-format", "json"], None);
    let lines = log(&output).lines();
    let events: Vec<Json> = lines
        .map(|line| serde_json::from_str(line).expect("each line is JSON"))
        .collect();
    let entered = events
        .iter()
        .find(|event| event["fields"]["event"] == "PassStateEntered")
        .expect("it is logged");
    assert_eq!(entered["level"], "DEBUG");
    assert_eq!(entered["fields"]["state"], "Greet");
    assert_eq!(entered["spans"][0]["name"], "execution");
    assert_eq!(entered["spans"][0]["machine"], "greet");
}

#[test]
fn an_invalid_filter_is_a_usage_error() {
    for (options, variable, source) in [
        (&["--log", "loud"][..], None, "--log is `loud`"),
        (&[], Some("a=loud"), "STEPWRIGHT_LOG is `a=loud`"),
    ] {
        let output = run("run", options, variable);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(text.contains(source), "{text}");
    }
}
