//! Diagnostics and their fixes.

use serde_json::{Value, json};

use super::client::{Client, abilities, text_of};

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
fn edited(text: &str, uri: &str, version: i32, edit: &Value) -> String {
    let change = &edit["documentChanges"][0];
    assert_eq!(change["textDocument"]["uri"], uri);
    assert_eq!(change["textDocument"]["version"], version);
    let mut edits = change["edits"].as_array().expect("edits").clone();
    edits.sort_by_key(|edit| edit["range"]["start"]["line"].as_u64());
    let mut text = text.to_owned();
    for edit in edits.iter().rev() {
        let part = text_of(&text, &edit["range"]);
        let start = part.as_ptr() as usize - text.as_ptr() as usize;
        let range = start..start + part.len();
        text.replace_range(range, edit["newText"].as_str().expect("a text"));
    }
    text
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
    let fixed = edited(FAULTY, &uri, 1, &actions[0]["edit"]);
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
    let fixed = edited(FAULTY, &uri, 1, &actions[0]["edit"]);
    let wanted = FAULTY.replace("Secnods", "Seconds").replace("Dnoe", "Done");
    assert_eq!(fixed, wanted);
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
        "Sort the states",
    ];
    assert_eq!(titles(&actions), wanted);
    let resolved = client.request("codeAction/resolve", actions[1].clone());
    let after = edited(FAULTY, &uri, 1, &resolved["edit"]);
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
    let after = edited(FAULTY, &uri, 1, &actions[1]["edit"]);
    assert!(after.contains("\"Check 2\""), "{after}");
}
