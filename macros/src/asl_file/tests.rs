//! Error messages for unreadable files, for files with errors, and for states that cannot be bound.

use super::asl_file;
use proc_macro2::TokenStream;

/// The error messages in the expansion of `input`.
fn diagnostics(input: &str) -> String {
    let input: TokenStream = input.parse().unwrap();
    let code = asl_file(input).to_string();
    let messages = code.split("compile_error !").skip(1);
    let messages = messages.filter_map(|rest| rest.split_once(") ;"));
    let messages: Vec<&str> = messages.map(|(message, _)| message).collect();
    messages.join("\n")
}

fn bound(bindings: &str) -> String {
    diagnostics(&format!(
        "workflow Checkout(order: Order) = \"../examples/asl/checkout.asl.json\" {{ {bindings} }}"
    ))
}

#[test]
fn a_right_file_and_right_states_are_no_mistake() {
    assert_eq!(
        bound("Charge => charge_card; \"CallCustomer\" => call,"),
        ""
    );
    assert_eq!(diagnostics("\"../examples/asl/checkout.asl.json\""), "");
}

#[test]
fn a_file_that_is_not_there_is_named_with_where_its_path_starts() {
    let said = diagnostics("pub workflow A() = \"asl/nowhere.asl.json\";");
    assert!(
        said.contains("cannot read `asl/nowhere.asl.json`"),
        "{said}"
    );
    assert!(said.contains("folder of Cargo.toml"), "{said}");
}

#[test]
fn an_error_of_the_definition_has_its_line_and_column() {
    let folder = std::env::temp_dir();
    let file = folder.join(format!("stepwright-asl-file-{}.json", std::process::id()));
    let text =
        "{\"StartAt\": \"A\", \"States\": {\n  \"A\": {\"Type\": \"Pass\", \"Next\": \"B\"}}}";
    std::fs::write(&file, text).unwrap();
    let said = diagnostics(&format!("workflow A() = {:?};", file.to_str().unwrap()));
    std::fs::remove_file(&file).unwrap();
    assert!(said.contains(":2:"), "{said}");
    assert!(said.contains("SW020"), "{said}");
}

#[test]
fn yaml_is_refused_with_what_reads_it() {
    let said = diagnostics("workflow A() = \"../examples/asl/refund.asl.yaml\";");
    assert!(said.contains("stepwright import"), "{said}");
}

#[test]
fn a_state_that_there_is_not_is_said_with_the_closest_task() {
    let said = bound("Chrage => charge_card;");
    assert!(
        said.contains("no state `Chrage`; did you mean `Charge`?"),
        "{said}"
    );
}

#[test]
fn a_state_that_is_no_task_cannot_be_bound() {
    let said = bound("Declined => charge_card;");
    assert!(said.contains("`Declined` is not a Task"), "{said}");
}

#[test]
fn a_state_is_bound_once() {
    let said = bound("Charge => charge_card; Charge => charge_card;");
    assert!(said.contains("`Charge` is bound already"), "{said}");
}

#[test]
fn a_lambda_function_is_bound_to_a_task_and_not_to_a_workflow() {
    let said = bound("Charge => workflow Charging;");
    assert!(
        said.contains("calls a Lambda function; bind a task"),
        "{said}"
    );
}

#[test]
fn half_written_calls_are_mistakes_and_no_panics() {
    let whole = "/// Docs. \n pub workflow Checkout(order: Order) -> Done = \"../examples/asl/checkout.asl.json\" { Charge => charge_card; \"A\" => workflow B; }";
    let tokens: TokenStream = whole.parse().unwrap();
    let tokens: Vec<_> = tokens.into_iter().collect();
    for end in 0..tokens.len() {
        let _ = asl_file(tokens[..end].iter().cloned().collect());
    }
}
