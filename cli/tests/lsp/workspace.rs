//! Diagnostics of open documents and of the other files of the workspace.

use lsp_server::Message;
use serde_json::json;

use super::client::{Client, text_of, unmarked};

const GOOD: &str = "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Succeed\"}}}";
const BAD: &str = "{\"StartAt\": \"B\", \"States\": {\"A\": {\"Type\": \"Succeed\"}}}";

fn change_file(client: &mut Client, name: &str, text: Option<&str>) {
    let path = client.path(name);
    match text {
        Some(text) => std::fs::write(path, text).expect("a file"),
        None => std::fs::remove_file(path).expect("a file"),
    }
    let kind = if text.is_some() { 2 } else { 3 };
    let change = json!({"uri": client.uri(name), "type": kind});
    client.notify(
        "workspace/didChangeWatchedFiles",
        json!({"changes": [change]}),
    );
}

#[test]
fn all_files_of_the_workspace_are_checked() {
    let mut client = Client::start(&[
        ("flows/good.asl.json", GOOD),
        ("flows/bad.asl.json", BAD),
        ("package.json", "{\"name\": \"x\", \"scripts\": {}}"),
        ("node_modules/m/bad.asl.json", BAD),
    ]);
    let uri = client.uri("flows/bad.asl.json");
    let found = client.diagnostics(&uri, None);
    assert_eq!(found[0]["source"], "stepwright");
    let open = client.open("flows/bad.asl.json", GOOD);
    assert_eq!(
        client.diagnostics(&open, Some(1)),
        Vec::<serde_json::Value>::new()
    );
    // The file still has the fault.
    client.notify(
        "textDocument/didClose",
        json!({"textDocument": {"uri": open}}),
    );
    assert!(!client.diagnostics(&uri, None).is_empty());
    assert_eq!(client.end(), Some(0));
}

#[test]
fn a_changed_or_deleted_file_is_checked_again() {
    let mut client = Client::start(&[("bad.asl.json", BAD)]);
    let uri = client.uri("bad.asl.json");
    assert!(!client.diagnostics(&uri, None).is_empty());
    change_file(&mut client, "bad.asl.json", Some(GOOD));
    assert!(client.diagnostics(&uri, None).is_empty());
    change_file(&mut client, "bad.asl.json", Some(BAD));
    assert!(!client.diagnostics(&uri, None).is_empty());
    change_file(&mut client, "bad.asl.json", None);
    assert!(client.diagnostics(&uri, None).is_empty());
}

#[test]
fn settings_change_the_diagnostics() {
    let task = "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Task\", \"Resource\": \"arn:aws:states:::sqs:sendMessage.waitForTaskToken\", \"Parameters\": {\"QueueUrl\": \"q\", \"MessageBody.$\": \"$$.Task.Token\"}, \"End\": true}}}";
    let mut client = Client::start(&[]);
    let uri = client.open("a.asl.json", task);
    let codes = |client: &mut Client, version| -> Vec<String> {
        let found = client.diagnostics(&uri, Some(version));
        found
            .iter()
            .map(|one| one["code"].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    let before = codes(&mut client, 1);
    assert!(before.contains(&"SW048".to_owned()), "{before:?}");
    let settings = "[validate]\nallow = [\"missing-timeout\"]\n";
    change_file(&mut client, "stepwright.toml", Some(settings));
    let after = codes(&mut client, 1);
    assert!(!after.contains(&"SW048".to_owned()), "{after:?}");
}

#[cfg(unix)]
#[test]
fn links_that_lead_out_of_the_workspace_are_not_read() {
    use std::os::unix::fs::symlink;
    let outer = tempfile::TempDir::new().expect("a folder");
    let link = |client: &Client, name: &str, text: &str| {
        let target = outer.path().join(name);
        std::fs::write(&target, text).expect("a file");
        symlink(target, client.path(name)).expect("a link");
    };
    let mut client = Client::start(&[("inner/bad.asl.json", BAD)]);
    link(&client, "linked.asl.json", BAD);
    link(&client, "stepwright.toml", "password = \"SECRET\"\n");
    symlink("inner/bad.asl.json", client.path("inside.asl.json")).expect("a link");
    // The last change is checked first. The first check may have been before there were settings.
    let changes = ["stepwright.toml", "inside.asl.json", "linked.asl.json"]
        .map(|name| json!({"uri": client.uri(name), "type": 1}));
    client.notify(
        "workspace/didChangeWatchedFiles",
        json!({"changes": changes}),
    );
    let is_shown = |message: &Message| {
        matches!(message, Message::Notification(one)
            if one.method == "window/showMessage")
    };
    let Message::Notification(shown) = client.wait(is_shown) else {
        unreachable!("it is a notification");
    };
    let text = shown.params["message"].as_str().expect("a text");
    assert!(text.contains("is not below"), "{text}");
    assert!(!text.contains("SECRET"), "{text}");
    let inside = client.uri("inside.asl.json");
    assert!(!client.diagnostics(&inside, None).is_empty());
    let linked = client.uri("linked.asl.json");
    assert!(
        !client.has_received_diagnostics(&linked),
        "{linked} is read"
    );
}

#[test]
fn a_module_of_terraform_has_the_locals_of_its_other_files() {
    let main =
        "resource \"aws_sfn_state_machine\" \"m\" {\n  definition = jsonencode(local.machine)\n}\n";
    let locals =
        "locals {\n  machine = { StartAt = \"B\", States = { A = { Type = \"Succeed\" } } }\n}\n";
    let own = "resource \"aws_sfn_state_machine\" \"n\" {\n  definition = jsonencode({ StartAt = \"B\", States = { A = { Type = \"Succeed\" } } })\n}\n";
    let mut client = Client::start(&[("main.tf", main), ("locals.tf", locals)]);
    let uri = client.open("own.tf", own);
    let found = client.diagnostics(&uri, Some(1));
    assert_eq!(found[0]["code"], "SW012", "{found:?}");
    let uri = client.open("main.tf", main);
    // The fault is in another file, so it has no place here.
    client.diagnostics(&uri, Some(1));
    assert_eq!(client.end(), Some(0));
}

#[test]
fn calls_lead_to_state_machines_of_other_files() {
    // The state `Lost` has a diagnostic, after which the server knows the file.
    let refund = r#"{
  "StartAt": "A",
  "States": {"A": {"Type": "Pass", "Result": {"id": 1}, "End": true}, "Lost": {"Type": "Succeed"}}
}"#;
    let order = r#"{
  "StartAt": "Call",
  "States": {
    "Call": {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
      "Parameters": {"StateMachineArn": "${Refund¦Arn}"}, "OutputPath": "$.Output", "Next": "Show"},
    "Show": {"Type": "Pass", "InputPath": "$.id", "End": true}
  }
}"#;
    let mut client = Client::start(&[("flows/refund.asl.json", refund)]);
    let refund_uri = client.uri("flows/refund.asl.json");
    assert_eq!(client.diagnostics(&refund_uri, None).len(), 1);
    let uri = client.open("flows/order.asl.json", &unmarked(order));
    let found = client.at("textDocument/definition", &uri, order, json!({}));
    assert_eq!(found[0]["uri"], refund_uri);
    assert_eq!(text_of(refund, &found[0]["range"]), "StartAt");

    let context = json!({"context": {"includeDeclaration": false}});
    let marked = refund.replace("StartAt", "Start¦At");
    client.open("flows/refund.asl.json", refund);
    let calls = client.at("textDocument/references", &refund_uri, &marked, context);
    assert_eq!(calls[0]["uri"], uri);
    assert_eq!(
        text_of(&unmarked(order), &calls[0]["range"]),
        "${RefundArn}"
    );

    let marked = unmarked(order).replace("$.id", "$.¦id");
    let found = client.at("textDocument/completion", &uri, &marked, json!({}));
    assert_eq!(found["items"][0]["label"], "id", "{found}");
}
