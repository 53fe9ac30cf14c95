//! Completion, hover, signatures, hints, tokens, renames, lenses and commands.

use serde_json::{Value, json};

use super::client::{Client, abilities, edited, position, text_of, unmarked};

const ORDER: &str = r#"{
  "QueryLanguage": "JSONata",
  "StartAt": "Pay",
  "States": {
    "Pay": {
      "Type": "Task",
      "Resource": "arn:aws:states:::lambda:invoke",
      "Arguments": {"FunctionName": "pay"},
      "Assign": {"total": 1},
      "Next": "Do¦ne"
    },
    "Done": {"Type": "Pass", "Output": "{% $sum([$total, 2]) %}", "End": true}
  }
}
"#;

fn text() -> String {
    unmarked(ORDER)
}

/// The text with the marker after the first occurrence of a part.
fn marked(part: &str) -> String {
    let text = text();
    let at = text.find(part).expect("the part") + part.len();
    format!("{}¦{}", &text[..at], &text[at..])
}

fn opened(client: &mut Client) -> String {
    client.open("order.asl.json", &text())
}

#[test]
fn completion_lists_what_fits() {
    let mut client = Client::start(&[]);
    let uri = opened(&mut client);
    let found = client.at("textDocument/completion", &uri, ORDER, json!({}));
    let labels: Vec<&Value> = found["items"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|item| &item["label"])
        .collect();
    assert_eq!(json!(labels), json!(["Done", "Pay"]));
    let edit = &found["items"][1]["textEdit"];
    assert_eq!(text_of(&text(), &edit["range"]), "\"Done\"");
    assert_eq!(edit["newText"], "\"Pay\"");

    let found = client.at(
        "textDocument/completion",
        &uri,
        &marked("\"total\": 1},\n"),
        json!({}),
    );
    let mut items = found["items"].as_array().into_iter().flatten();
    let retry = items.find(|item| item["label"] == "Retry");
    let retry = retry.expect("a field");
    assert_eq!(retry["insertTextFormat"], 2);
    assert_eq!(retry["textEdit"]["newText"], "\"Retry\": [{$1\\}],");
    assert!(
        retry["documentation"]["value"]
            .as_str()
            .is_some_and(|text| text.starts_with("When and how often"))
    );

    let mut plain = abilities();
    plain["textDocument"]["completion"] = json!({});
    let mut client = Client::with_abilities(&[], &plain);
    let uri = opened(&mut client);
    let found = client.at(
        "textDocument/completion",
        &uri,
        &marked("\"total\": 1},\n"),
        json!({}),
    );
    let mut items = found["items"].as_array().into_iter().flatten();
    let retry = items.find(|item| item["label"] == "Retry");
    assert_eq!(
        retry.expect("a field")["textEdit"]["newText"],
        "\"Retry\": [{}],"
    );
}

#[test]
fn hover_and_signatures_explain() {
    let mut client = Client::start(&[]);
    let uri = opened(&mut client);
    let found = client.at("textDocument/hover", &uri, &marked("\"Assig"), json!({}));
    assert_eq!(text_of(&text(), &found["range"]), "\"Assign\"");
    assert_eq!(found["contents"]["kind"], "markdown");
    let none = client.at("textDocument/hover", &uri, &marked("{\n "), json!({}));
    assert_eq!(none, Value::Null);
    let found = client.at(
        "textDocument/signatureHelp",
        &uri,
        &marked("$sum(["),
        json!({}),
    );
    assert_eq!(found["signatures"][0]["label"], "$sum(array)");
    assert_eq!(
        (
            &found["activeParameter"],
            &found["signatures"][0]["parameters"][0]["label"]
        ),
        (&json!(0), &json!("array"))
    );
}

#[test]
fn hints_and_tokens_annotate() {
    let mut client = Client::start(&[]);
    let uri = opened(&mut client);
    let whole = json!({"start": {"line": 0, "character": 0}, "end": {"line": 20, "character": 0}});
    let hints = client.request(
        "textDocument/inlayHint",
        json!({"textDocument": {"uri": uri}, "range": whole}),
    );
    assert_eq!(hints[0]["label"], ": number");
    let tokens = client.request(
        "textDocument/semanticTokens/full",
        json!({"textDocument": {"uri": uri}}),
    );
    let numbers: Vec<u64> = tokens["data"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_u64)
        .collect();
    let legend = &client.capabilities["semanticTokensProvider"]["legend"]["tokenTypes"];
    let text = text();
    let lines: Vec<&str> = text.lines().collect();
    let (mut line, mut column) = (0, 0);
    let mut shown = Vec::new();
    for token in numbers.chunks(5) {
        column = if token[0] == 0 {
            column + token[1]
        } else {
            token[1]
        };
        line += token[0];
        let word = &lines[line as usize][column as usize..(column + token[2]) as usize];
        shown.push(format!(
            "{} {word}",
            legend[token[3] as usize].as_str().unwrap_or_default()
        ));
    }
    assert_eq!(
        shown[..6],
        [
            "class Pay",
            "class Pay",
            "type Task",
            "namespace arn:aws:states:::lambda:invoke",
            "variable total",
            "class Done"
        ]
    );
    assert!(shown.contains(&"function $sum".to_owned()), "{shown:?}");
}

fn renamed(client: &mut Client, uri: &str, marked: &str, name: &str) -> String {
    let range = client.at("textDocument/prepareRename", uri, marked, json!({}));
    assert!(range["start"].is_object(), "{range}");
    let edit = client.at("textDocument/rename", uri, marked, json!({"newName": name}));
    edited(&text(), &edit["documentChanges"][0]["edits"])
}

#[test]
fn states_and_variables_are_renamed() {
    let mut client = Client::start(&[]);
    let uri = opened(&mut client);
    assert_eq!(
        renamed(&mut client, &uri, ORDER, "End \"here\""),
        text().replace("\"Done\"", r#""End \"here\"""#)
    );
    assert_eq!(
        renamed(&mut client, &uri, &marked("$tot"), "$amount"),
        text().replace("total", "amount")
    );
    let nothing = client.at(
        "textDocument/prepareRename",
        &uri,
        &marked("\"Typ"),
        json!({}),
    );
    assert_eq!(nothing, Value::Null);
    let params =
        json!({"textDocument": {"uri": uri}, "position": position(ORDER), "newName": "Pay"});
    let refused = client.ask("textDocument/rename", params);
    let (code, message) = client.answer(&refused).unwrap_err();
    assert_eq!(
        (code, &*message),
        (
            -32803,
            "there is already a state `Pay`; names are unique in a definition"
        )
    );
}

#[test]
fn lenses_are_those_that_the_client_can_execute() {
    let mut client = Client::start(&[]);
    let uri = opened(&mut client);
    let params = json!({"textDocument": {"uri": uri}});
    assert_eq!(client.request("textDocument/codeLens", params), json!([]));

    let commands = json!({"commands": ["stepwright.run", "stepwright.testState"]});
    let mut client = Client::with_options(&[], &abilities(), &commands);
    let uri = opened(&mut client);
    let found = client.request(
        "textDocument/codeLens",
        json!({"textDocument": {"uri": uri}}),
    );
    let titles: Vec<&Value> = found
        .as_array()
        .into_iter()
        .flatten()
        .map(|lens| &lens["command"]["title"])
        .collect();
    assert_eq!(
        json!(titles),
        json!(["Run", "Test this state", "Test this state"])
    );
    let argument = &found[1]["command"]["arguments"][0];
    assert_eq!(
        (&argument["state"], &argument["pointer"]),
        (&json!("Pay"), &json!("/States/Pay"))
    );
}

#[test]
fn commands_return_pictures_and_edits() {
    let mut client = Client::start(&[]);
    let uri = opened(&mut client);
    let picture = client.request(
        "workspace/executeCommand",
        json!({"command": "stepwright.picture", "arguments": [{"uri": uri}]}),
    );
    assert!(
        picture["svg"]
            .as_str()
            .is_some_and(|svg| svg.starts_with("<svg "))
    );
    assert_eq!(picture["states"][1]["name"], "Done");
    let operation = json!({"operation": "removeState", "state": "/States/Pay"});
    let edit = client.request(
        "workspace/executeCommand",
        json!({"command": "stepwright.operation", "arguments": [{"uri": uri, "version": 1, "operation": operation}]}),
    );
    assert!(edit["documentChanges"][0]["edits"].is_array());
    for (arguments, message) in [
        (
            json!([{"uri": uri, "version": 9, "operation": operation}]),
            "the text has changed since the operation was made",
        ),
        (
            json!([{"uri": uri, "operation": {"operation": "unknown"}}]),
            "the operation cannot be read",
        ),
        (
            json!([{"uri": uri, "definition": 4, "operation": operation}]),
            "there is no definition 4",
        ),
        (json!([]), "the first argument is an object"),
    ] {
        let params = json!({"command": "stepwright.operation", "arguments": arguments});
        let refused = client.ask("workspace/executeCommand", params);
        let (_, text) = client.answer(&refused).unwrap_err();
        assert!(text.contains(message), "{text}");
    }
}

#[test]
fn documents_and_ranges_are_formatted() {
    let faulty =
        "{\"StartAt\":\"A\",\n\"States\": {\n  \"A\":{\"Type\":\"Pass\",\n\"End\":true}\n}}\n";
    let mut client = Client::start(&[]);
    let uri = client.open("a.asl.json", faulty);
    let options = json!({"tabSize": 4, "insertSpaces": true});
    let edits = client.request(
        "textDocument/formatting",
        json!({"textDocument": {"uri": uri}, "options": options}),
    );
    let edits = edits.as_array().expect("edits");
    assert!(!edits.is_empty());
    for edit in edits {
        let old = text_of(faulty, &edit["range"]);
        let new = edit["newText"].as_str().expect("a text");
        assert_eq!(old.trim(), new.trim(), "only blanks change");
    }
    let range = json!({"start": {"line": 2, "character": 0}, "end": {"line": 3, "character": 0}});
    let some = client.request(
        "textDocument/rangeFormatting",
        json!({"textDocument": {"uri": uri}, "range": range, "options": options}),
    );
    let some = some.as_array().expect("edits");
    assert!(some.len() < edits.len(), "{some:?}");
    assert!(
        some.iter()
            .all(|edit| edit["range"]["start"]["line"].as_u64() >= Some(1))
    );
}
