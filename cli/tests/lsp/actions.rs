//! Diagnostics and their fixes.

use serde_json::{Value, json};

use super::client::{Client, abilities, edited, text_of};

const FAULTY: &str = "{
  \"StartAt\": \"Check\",
  \"States\": {
    \"Check\": {\"Type\": \"Wait\", \"Secnods\": 5, \"Next\": \"Dnoe\"},
    \"Done\": {\"Type\": \"Succeed\"},
    \"Lost\": {\"Type\": \"Succeed\"}
  }
}
";

/// The document after the edits for one version of it.
fn changed(text: &str, uri: &str, version: i32, edit: &Value) -> String {
    let changes = edit["documentChanges"].as_array().expect("changes");
    let of_document = |change: &&Value| change["textDocument"]["uri"] == uri;
    let change = changes.iter().find(of_document).expect("its change");
    assert_eq!(change["textDocument"]["version"], version);
    edited(text, &change["edits"])
}

#[test]
fn diagnostics_have_codes_ranges_and_help() {
    let mut client = Client::start(&[]);
    let uri = client.open("order.asl.json", FAULTY);
    let found = client.diagnostics(&uri, Some(1));
    let shown: Vec<Value> = found
        .iter()
        .map(|one| {
            json!({
                "code": one["code"],
                "severity": one["severity"],
                "text": text_of(FAULTY, &one["range"]),
                "message": one["message"],
                "tags": one["tags"],
            })
        })
        .collect();
    insta::assert_json_snapshot!(shown);
}

#[test]
fn a_quick_fix_changes_only_its_text() {
    let mut client = Client::start(&[]);
    let uri = client.open("order.asl.json", FAULTY);
    let mut found = client.diagnostics(&uri, Some(1));
    found.retain(|one| one["code"] == "SW014");
    let params = json!({
        "textDocument": {"uri": uri},
        "range": found[0]["range"],
        "context": {"diagnostics": [], "only": ["quickfix"]},
    });
    let actions = client.request("textDocument/codeAction", params);
    assert_eq!(actions[0]["title"], "Rename `Secnods` to `Seconds`");
    assert_eq!(actions[0]["isPreferred"], true);
    assert_eq!(actions[0]["diagnostics"][0]["code"], found[0]["code"]);
    let fixed = changed(FAULTY, &uri, 1, &actions[0]["edit"]);
    assert_eq!(fixed, FAULTY.replace("Secnods", "Seconds"));
}

#[test]
fn fix_all_makes_the_safe_fixes() {
    let mut client = Client::start(&[]);
    let uri = client.open("order.asl.json", FAULTY);
    let params = json!({
        "textDocument": {"uri": uri},
        "range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}},
        "context": {"diagnostics": [], "only": ["source.fixAll"]},
    });
    let actions = client.request("textDocument/codeAction", params);
    let fixed = changed(FAULTY, &uri, 1, &actions[0]["edit"]);
    let wanted = FAULTY.replace("Secnods", "Seconds").replace("Dnoe", "Done");
    assert_eq!(fixed, wanted);

    // A request for all kinds is answered before the edits are computed.
    let params = json!({
        "textDocument": {"uri": uri},
        "range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}},
        "context": {"diagnostics": []},
    });
    let actions = client.request("textDocument/codeAction", params);
    let last = actions.as_array().and_then(|actions| actions.last());
    let last = last.expect("an action").clone();
    assert_eq!(
        (&last["kind"], &last["edit"]),
        (&json!("source.fixAll"), &Value::Null)
    );
    let resolved = client.request("codeAction/resolve", last);
    assert_eq!(changed(FAULTY, &uri, 1, &resolved["edit"]), wanted);

    client.replace(&uri, 2, &fixed);
    let params = json!({
        "textDocument": {"uri": uri},
        "range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}},
        "context": {"diagnostics": [], "only": ["source"]},
    });
    assert_eq!(client.request("textDocument/codeAction", params), json!([]));
}

#[test]
fn a_client_without_versions_gets_plain_changes() {
    let mut plain = abilities();
    plain["workspace"]["workspaceEdit"] = json!({});
    let mut client = Client::with_abilities(&[], &plain);
    let uri = client.open("order.asl.json", FAULTY);
    let params = json!({
        "textDocument": {"uri": uri},
        "range": {"start": {"line": 3, "character": 33}, "end": {"line": 3, "character": 33}},
        "context": {"diagnostics": []},
    });
    let actions = client.request("textDocument/codeAction", params);
    let mut fixes = actions.as_array().into_iter().flatten();
    let fix = fixes.find(|action| action["kind"] == "quickfix");
    assert!(fix.expect("a fix")["edit"]["changes"][&uri].is_array());
}

#[test]
fn operations_are_offered_and_resolved() {
    let mut client = Client::start(&[]);
    let uri = client.open("order.asl.json", FAULTY);
    let params = json!({
        "textDocument": {"uri": uri},
        "range": {"start": {"line": 3, "character": 6}, "end": {"line": 3, "character": 6}},
        "context": {"diagnostics": [], "only": ["refactor"]},
    });
    let actions = client.request("textDocument/codeAction", params.clone());
    let titles = |actions: &Value| -> Vec<String> {
        let actions = actions.as_array().into_iter().flatten();
        actions
            .map(|action| action["title"].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    let wanted = [
        "Add a state after `Check`",
        "Duplicate `Check`",
        "Remove `Check`",
        "Wrap `Check` in a Parallel",
        "Wrap `Check` in a Map",
        "Extract `Check` to a new state machine",
        "Convert `Check` to JSONata",
        "Convert all states to JSONata",
        "Sort the states",
    ];
    assert_eq!(titles(&actions), wanted);
    let resolved = client.request("codeAction/resolve", actions[6].clone());
    let after = changed(FAULTY, &uri, 1, &resolved["edit"]);
    assert!(after.contains("\"QueryLanguage\": \"JSONata\""), "{after}");
    let resolved = client.request("codeAction/resolve", actions[1].clone());
    let after = changed(FAULTY, &uri, 1, &resolved["edit"]);
    assert!(
        after.contains("\"Check 2\": {\"Type\": \"Wait\""),
        "{after}"
    );
    client.replace(&uri, 2, FAULTY);
    let stale = client.ask("codeAction/resolve", actions[1].clone());
    let (_, message) = client.answer(&stale).unwrap_err();
    assert_eq!(message, "the text has changed since the operation was made");

    // A client that cannot wait gets the edits at once, and only those of possible operations.
    let mut plain = abilities();
    plain["textDocument"]["codeAction"] = json!({});
    let mut client = Client::with_abilities(&[], &plain);
    let uri = client.open("order.asl.json", FAULTY);
    let mut params = params;
    params["textDocument"]["uri"] = uri.clone().into();
    let actions = client.request("textDocument/codeAction", params);
    assert!(!titles(&actions).contains(&"Remove `Check`".to_owned()));
    let after = changed(FAULTY, &uri, 1, &actions[1]["edit"]);
    assert!(after.contains("\"Check 2\""), "{after}");
}

const CHAIN: &str = r#"{
  "StartAt": "A",
  "States": {
    "A": {"Type": "Pass", "Next": "B"},
    "B": {"Type": "Pass", "Next": "C"},
    "C": {"Type": "Succeed"}
  }
}
"#;

#[test]
fn selected_states_are_extracted_to_a_new_file() {
    let range = json!({"start": {"line": 3, "character": 9}, "end": {"line": 4, "character": 20}});
    let params = |uri: &str| {
        json!({
            "textDocument": {"uri": uri},
            "range": range,
            "context": {"diagnostics": [], "only": ["refactor.extract"]},
        })
    };
    let mut client = Client::start(&[("flows/run-a.asl.json", CHAIN)]);
    let uri = client.open("flows/order.asl.json", CHAIN);
    let actions = client.request("textDocument/codeAction", params(&uri));
    assert_eq!(actions.as_array().map(Vec::len), Some(1), "{actions}");
    assert_eq!(
        actions[0]["title"],
        "Extract 2 states to a new state machine"
    );
    let resolved = client.request("codeAction/resolve", actions[0].clone());
    let changes = &resolved["edit"]["documentChanges"];
    // `run-a.asl.json` exists.
    let new = client.uri("flows/run-a-2.asl.json");
    let options = json!({"overwrite": false, "ignoreIfExists": false});
    assert_eq!(
        changes[0],
        json!({"kind": "create", "uri": new, "options": options})
    );
    assert_eq!(changes[1]["textDocument"]["uri"], new);
    let inner = edited("", &changes[1]["edits"]);
    let outer = changed(CHAIN, &uri, 1, &resolved["edit"]);
    insta::assert_snapshot!(format!("{outer}---\n{inner}"));

    // The command makes the same edit.
    let argument = actions[0]["data"].clone();
    let command = json!({"command": "stepwright.operation", "arguments": [argument]});
    let edit = client.request("workspace/executeCommand", command.clone());
    assert_eq!(edit, resolved["edit"]);

    // Without a file, the states would be lost.
    let mut plain = abilities();
    plain["workspace"]["workspaceEdit"] = json!({"documentChanges": true});
    let mut client = Client::with_abilities(&[], &plain);
    let uri = client.open("flows/order.asl.json", CHAIN);
    let actions = client.request("textDocument/codeAction", params(&uri));
    assert_eq!(actions, json!([]));
    let mut command = command;
    command["arguments"][0]["uri"] = uri.into();
    let refused = client.ask("workspace/executeCommand", command);
    let (_, message) = client.answer(&refused).unwrap_err();
    assert_eq!(
        message,
        "the editor cannot create the file of the new state machine"
    );
}
