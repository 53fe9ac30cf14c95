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
fn a_valid_file_and_valid_bindings_are_accepted() {
    assert_eq!(
        bound("Charge => charge_card; \"CallCustomer\" => call,"),
        ""
    );
    assert_eq!(diagnostics("\"../examples/asl/checkout.asl.json\""), "");
}

#[test]
fn a_missing_file_is_reported_with_its_base_folder() {
    let messages = diagnostics("pub workflow A() = \"asl/nowhere.asl.json\";");
    assert!(
        messages.contains("cannot read `asl/nowhere.asl.json`"),
        "{messages}"
    );
    assert!(messages.contains("folder of Cargo.toml"), "{messages}");
}

#[test]
fn an_error_of_the_definition_has_its_line_and_column() {
    let folder = std::env::temp_dir();
    let file = folder.join(format!("stepwright-asl-file-{}.json", std::process::id()));
    let text =
        "{\"StartAt\": \"A\", \"States\": {\n  \"A\": {\"Type\": \"Pass\", \"Next\": \"B\"}}}";
    std::fs::write(&file, text).unwrap();
    let messages = diagnostics(&format!("workflow A() = {:?};", file.to_str().unwrap()));
    std::fs::remove_file(&file).unwrap();
    assert!(messages.contains(":2:"), "{messages}");
    assert!(messages.contains("SW020"), "{messages}");
}

#[test]
fn yaml_is_refused_with_a_hint_to_the_import_command() {
    let messages = diagnostics("workflow A() = \"../examples/asl/refund.asl.yaml\";");
    assert!(messages.contains("stepwright import"), "{messages}");
}

#[test]
fn an_unknown_state_is_refused_with_a_suggestion() {
    let messages = bound("Chrage => charge_card;");
    assert!(
        messages.contains("no state `Chrage`; did you mean `Charge`?"),
        "{messages}"
    );
}

#[test]
fn only_task_states_can_be_bound() {
    let messages = bound("Declined => charge_card;");
    assert!(messages.contains("`Declined` is not a Task"), "{messages}");
}

#[test]
fn binding_a_state_twice_is_refused() {
    let messages = bound("Charge => charge_card; Charge => charge_card;");
    assert!(messages.contains("`Charge` is bound already"), "{messages}");
}

#[test]
fn a_lambda_state_cannot_be_bound_to_a_workflow() {
    let messages = bound("Charge => workflow Charging;");
    assert!(
        messages.contains("calls a Lambda function; bind a task"),
        "{messages}"
    );
}

#[test]
fn incomplete_input_does_not_panic() {
    let whole = "/// Docs. \n pub workflow Checkout(order: Order) -> Done = \"../examples/asl/checkout.asl.json\" { Charge => charge_card; \"A\" => workflow B; }";
    let tokens: TokenStream = whole.parse().unwrap();
    let tokens: Vec<_> = tokens.into_iter().collect();
    for end in 0..tokens.len() {
        let _ = asl_file(tokens[..end].iter().cloned().collect());
    }
}
