//! Symbols, definitions, references, highlights, folds, selections and links.

use serde_json::{Value, json};

use super::client::{Client, abilities, is_named, position, text_of, unmarked};

const ORDER: &str = "{
  \"Comment\": \"𝄞 https://example.com/orders\",
  \"StartAt\": \"Check\",
  \"States\": {
    \"Check\": {\"Type\": \"Choice\", \"Choices\": [{\"Variable\": \"$.a\", \"IsNull\": true, \"Next\": \"Both\"}], \"Default\": \"Do¦ne\"},
    \"Both\": {
      \"Type\": \"Parallel\",
      \"Branches\": [{\"StartAt\": \"One\", \"States\": {\"One\": {\"Type\": \"Succeed\"}}}],
      \"Next\": \"Done\"
    },
    \"Done\": {\"Type\": \"Succeed\"}
  }
}
";

fn opened() -> (Client, String, String) {
    let mut client = Client::start(&[]);
    let text = unmarked(ORDER);
    let uri = client.open("order.asl.json", &text);
    (client, uri, text)
}

#[test]
fn symbols_are_a_tree_or_a_list() {
    let (mut client, uri, text) = opened();
    let params = json!({"textDocument": {"uri": uri}});
    let tree = client.request("textDocument/documentSymbol", params.clone());
    let names = |symbols: &Value| -> Vec<String> {
        let symbols = symbols.as_array().into_iter().flatten();
        symbols
            .map(|symbol| symbol["name"].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    assert_eq!(names(&tree), ["Check", "Both", "Done"]);
    assert_eq!(names(&tree[1]["children"]), ["Branch 1"]);
    assert_eq!(names(&tree[1]["children"][0]["children"]), ["One"]);
    assert_eq!(text_of(&text, &tree[0]["selectionRange"]), "\"Check\"");

    let mut plain = abilities();
    plain["textDocument"]["documentSymbol"] = json!({});
    let mut client = Client::with_abilities(&[], &plain);
    let uri = client.open("order.asl.json", &text);
    let params = json!({"textDocument": {"uri": uri}});
    let list = client.request("textDocument/documentSymbol", params);
    assert_eq!(names(&list), ["Check", "Both", "Branch 1", "One", "Done"]);
    assert_eq!(list[3]["containerName"], "Branch 1");
}

#[test]
fn a_target_leads_to_its_state() {
    let (mut client, uri, text) = opened();
    let found = client.at("textDocument/definition", &uri, ORDER, json!({}));
    let link = &found[0];
    assert_eq!(text_of(&text, &link["originSelectionRange"]), "Done");
    assert_eq!(text_of(&text, &link["targetSelectionRange"]), "Done");
    assert_eq!(
        text_of(&text, &link["targetRange"]),
        "\"Done\": {\"Type\": \"Succeed\"}"
    );
    assert_eq!(link["targetSelectionRange"]["start"]["line"], 10);

    let mut plain = abilities();
    plain["textDocument"]["definition"] = json!({});
    let mut client = Client::with_abilities(&[], &plain);
    let uri = client.open("order.asl.json", &text);
    let found = client.at("textDocument/definition", &uri, ORDER, json!({}));
    assert_eq!(text_of(&text, &found["range"]), "Done");
}

#[test]
fn references_and_highlights_are_all_uses() {
    let (mut client, uri, text) = opened();
    for (with, count) in [(true, 3), (false, 2)] {
        let context = json!({"context": {"includeDeclaration": with}});
        let found = client.at("textDocument/references", &uri, ORDER, context);
        let found = found.as_array().expect("locations").clone();
        assert_eq!(found.len(), count);
        for location in found {
            assert_eq!(text_of(&text, &location["range"]), "Done");
        }
    }
    let found = client.at("textDocument/documentHighlight", &uri, ORDER, json!({}));
    let kinds: Vec<_> = found
        .as_array()
        .into_iter()
        .flatten()
        .map(|highlight| highlight["kind"].clone())
        .collect();
    assert_eq!(kinds, [2, 2, 3]);
}

#[test]
fn folds_leave_the_closing_bracket_visible() {
    let (mut client, uri, _) = opened();
    let found = client.request(
        "textDocument/foldingRange",
        json!({"textDocument": {"uri": uri}}),
    );
    let lines: Vec<_> = found
        .as_array()
        .into_iter()
        .flatten()
        .map(|fold| (fold["startLine"].clone(), fold["endLine"].clone()))
        .collect();
    assert_eq!(json!(lines), json!([[0, 11], [3, 10], [5, 8]]));
}

#[test]
fn selections_are_nested() {
    let (mut client, uri, text) = opened();
    let found = client.request(
        "textDocument/selectionRange",
        json!({"textDocument": {"uri": uri}, "positions": [position(ORDER)]}),
    );
    let mut parts = Vec::new();
    let mut selection = &found[0];
    while selection.is_object() {
        parts.push(text_of(&text, &selection["range"]));
        selection = &selection["parent"];
    }
    assert_eq!(parts[..3], ["Done", "\"Done\"", "\"Default\": \"Done\""]);
    assert_eq!(parts.last(), Some(&text.as_str()));
}

#[test]
fn links_lead_to_pages_and_files() {
    let (mut client, uri, text) = opened();
    let found = client.request(
        "textDocument/documentLink",
        json!({"textDocument": {"uri": uri}}),
    );
    assert_eq!(found[0]["target"], "https://example.com/orders");
    assert_eq!(
        text_of(&text, &found[0]["range"]),
        "https://example.com/orders"
    );

    let template = "Resources:\n  Orders:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n      DefinitionUri: flows/order.asl.json\n";
    let uri = client.open("template.yaml", template);
    let found = client.request(
        "textDocument/documentLink",
        json!({"textDocument": {"uri": uri}}),
    );
    let target = found[0]["target"].as_str().expect("a file");
    assert!(is_named(target, "flows/order.asl.json"), "{target}");
}

#[test]
fn a_state_of_emitted_asl_leads_to_its_line_of_rust() {
    let text = unmarked(ORDER);
    let sources =
        json!({"order.asl.json": {"Done": "app/src/orders.rs:7:9", "Both": "gone.rs:1:1"}});
    let mut client = Client::start(&[
        ("app/asl/order.asl.json", &text),
        ("app/asl/stepwright.sources.json", &sources.to_string()),
        ("app/src/orders.rs", "workflow! {}"),
    ]);
    let uri = client.open("app/asl/order.asl.json", &text);
    let found = client.at("textDocument/implementation", &uri, ORDER, json!({}));
    assert!(is_named(
        found["uri"].as_str().expect("a file"),
        "app/src/orders.rs"
    ));
    assert_eq!(found["range"]["start"], json!({"line": 6, "character": 8}));
    // The file of another state is gone, and a third state is unknown.
    for state in ["\"Bo¦th\": {", "\"Che¦ck\": {"] {
        let plain = state.replace('¦', "");
        let marked = text.replace(&plain, state);
        let found = client.at("textDocument/implementation", &uri, &marked, json!({}));
        assert_eq!(found, Value::Null);
    }
}
