//! `stepwright studio`: its address, its files, and the studio of `serve --studio`.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value as Json, json};

use crate::common::stepwright;
use crate::serve::support::{Server, until};

const ORDERS: &str = r#"{
  "StartAt": "Charge", "States": {
    "Charge": {"Type": "Pass",   "End": true}
  }
}
"#;

/// `stepwright studio` on a free port, and the path of its page.
fn studio(folder: &Path, files: &[&str]) -> (Server, String) {
    let arguments = [&["studio", "--port", "0"][..], files].concat();
    Server::start_page(folder, &arguments)
}

#[test]
fn an_edit_changes_its_bytes_and_is_saved() {
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("orders.asl.json");
    fs::write(&file, ORDERS).expect("there is room");
    let (server, page) = studio(folder.path(), &["orders.asl.json"]);
    let (status, html) = server.get(&page);
    assert_eq!(status, 200);
    assert!(html.contains("orders.asl.json"), "{html}");
    let insert = json!({"revision": 0, "actions": [
        {"do": "insert", "definition": 0, "transition": "/States/Charge/End", "item": "flow:Succeed"}
    ]});
    let (status, answer) = server.post(&format!("{page}apply?file=0"), &insert.to_string());
    assert_eq!(
        (status, &answer["select"]),
        (200, &json!(["/States/Succeed"]))
    );
    assert_eq!(fs::read_to_string(&file).expect("a file"), ORDERS);
    let (status, answer) = server.post(&format!("{page}apply?file=0"), &insert.to_string());
    assert_eq!(status, 409, "{answer}");
    let (status, answer) = server.post(&format!("{page}save?file=0"), "{}");
    assert_eq!((status, &answer["isSaved"]), (200, &json!(true)));
    let saved = fs::read_to_string(&file).expect("a file");
    let before = r#""Charge": {"Type": "Pass",   "Next": "Succeed"}"#;
    assert!(saved.contains(before), "{saved}");
}

#[test]
fn the_next_run_has_the_key_of_open_pages_and_another_secret() {
    let folder = tempfile::tempdir().expect("there is room");
    fs::write(folder.path().join("orders.asl.json"), ORDERS).expect("there is room");
    let run = |old: Option<&str>| {
        let (server, page) = studio(folder.path(), &["orders.asl.json"]);
        if let Some(old) = old {
            assert_eq!(server.get(old).0, 403);
        }
        let (_, html) = server.get(&page);
        let key = html.split_once("data-version").expect("a page").1;
        let key = key.split_once("data-key=\"").expect("a key").1;
        let key = key.split_once('"').expect("its end").0.to_owned();
        let (status, proof) = server.get("/studio/run?nonce=7");
        assert_eq!(status, 200, "{proof}");
        let secret = page.trim_matches('/').rsplit('/').next().expect("a secret");
        for secret in [&*key, secret] {
            assert!(secret.len() == 64 && !proof.contains(secret), "{proof}");
        }
        assert_eq!(server.get("/studio/run").0, 400);
        (page, key)
    };
    let (first, key) = run(None);
    let (second, same) = run(Some(&first));
    assert_ne!(first, second);
    assert_eq!(key, same);
    let stored = folder.path().join(".state/stepwright/studio.key");
    assert_eq!(fs::read_to_string(&stored).expect("it is stored"), key);
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let mode = fs::metadata(&stored).expect("it is there").mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn nothing_is_served_without_the_secret() {
    let folder = tempfile::tempdir().expect("there is room");
    fs::write(folder.path().join("orders.asl.json"), ORDERS).expect("there is room");
    let (server, page) = studio(folder.path(), &["orders.asl.json"]);
    assert_eq!(server.get(&page).0, 200);
    for path in ["/", "/health", "/ready", "/metrics", "/console", "/studio"] {
        assert_eq!(server.get(path).0, 404, "{path}");
    }
    for operation in ["ListStateMachines", "CreateStateMachine", "TestState"] {
        let (status, answer) = server.ask(operation, &json!({}));
        assert_eq!(status, 404, "{operation}: {answer}");
    }
}

#[test]
fn a_new_file_is_created_at_the_first_save() {
    let folder = tempfile::tempdir().expect("there is room");
    let (server, page) = studio(folder.path(), &["new.asl.json"]);
    let insert = json!({"revision": 0, "actions": [
        {"do": "insert", "definition": 0, "transition": "/StartAt", "item": "flow:Pass"}
    ]});
    assert_eq!(
        server
            .post(&format!("{page}apply?file=0"), &insert.to_string())
            .0,
        200
    );
    assert!(!folder.path().join("new.asl.json").exists());
    assert_eq!(server.post(&format!("{page}save?file=0"), "{}").0, 200);
    let saved = fs::read_to_string(folder.path().join("new.asl.json")).expect("a file");
    assert!(saved.contains(r#""StartAt": "Pass""#), "{saved}");
}

#[test]
fn a_folder_shows_its_definitions_and_nothing_else() {
    let folder = tempfile::tempdir().expect("there is room");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("room");
    write("orders.asl.json", ORDERS);
    write("package.json", r#"{"name": "secret"}"#);
    let (server, page) = studio(folder.path(), &["."]);
    let (_, html) = server.get(&page);
    assert!(
        html.contains("orders.asl.json") && !html.contains("package.json"),
        "{html}"
    );
    assert_eq!(server.get(&format!("{page}view?file=1")).0, 404);
    // Several files are a project.
    write("refund.asl.json", ORDERS);
    let (server, page) = studio(folder.path(), &["."]);
    let (_, project) = server.get(&page);
    assert!(project.contains("2 state machines"), "{project}");
    let (status, reason) = server.get(&format!("{page}child?file=0&state=Charge"));
    assert_eq!(status, 404, "{reason}");
    assert!(
        reason.contains("<code>Charge</code> of <code>orders.asl.json"),
        "{reason}"
    );
    assert_eq!(server.get("/studio/0/view?file=0").0, 403);
}

#[test]
fn wrong_files_are_refused_with_the_reason() {
    let folder = tempfile::tempdir().expect("there is room");
    let refused = |file: &str| {
        let path = folder.path().join(file);
        let ran = stepwright(&["studio", "--no-open", path.to_str().expect("text")], "");
        assert_eq!(ran.status, 2, "{ran:?}");
        ran.stderr
    };
    let error = refused("orders.json");
    assert!(
        error.contains("does not exist; the name of a new file ends with"),
        "{error}"
    );
    let error = refused("missing/new.asl.json");
    assert!(error.contains("create it first"), "{error}");
    let error = refused("");
    assert!(error.contains("no file with a definition"), "{error}");
}

#[test]
fn only_standard_error_has_the_address_of_the_studio_of_serve() {
    let folder = tempfile::tempdir().expect("there is room");
    fs::write(folder.path().join("orders.asl.json"), ORDERS).expect("there is room");
    let path = folder.path().to_str().expect("it is text");
    let log = folder.path().join("log");
    let server = Server::start_with_log(&["--studio", path], &log);
    let mut page = String::new();
    until("the address of the studio", || {
        let text = fs::read_to_string(&log).expect("it is text");
        let line = text.lines().find(|line| line.contains("the studio is at "));
        let line = line.filter(|line| line.ends_with('/'));
        page = line.map_or_else(String::new, |line| {
            line[line.find("/studio/").expect("a path")..].to_owned()
        });
        !page.is_empty()
    });
    let secret = page.trim_matches('/').rsplit('/').next().expect("a secret");
    let (_, console) = server.get("/console");
    assert!(!console.contains(secret) && secret.len() == 32, "{console}");
    let (status, page) = server.get(&page);
    assert_eq!(status, 200, "{page}");
    assert!(page.contains("orders.asl.json"), "{page}");
    let public = stepwright(
        &[
            "serve",
            "--no-auth",
            "--host",
            "0.0.0.0",
            "--port",
            "0",
            "--studio",
            path,
        ],
        "",
    );
    assert_eq!(public.status, 2, "{public:?}");
    assert!(public.stderr.contains("omit one of them"), "{public:?}");
}

/// Sends messages to `stepwright studio --stdio`. Returns the answers in the order of their ids,
/// and the exit status.
fn editor_host(arguments: &[&str], messages: &[String]) -> (Vec<Json>, Option<i32>) {
    let mut process = Command::new(env!("CARGO_BIN_EXE_stepwright"))
        .args(["studio", "--stdio"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the command is there");
    let mut input = process.stdin.take().expect("it is piped");
    let mut lines = BufReader::new(process.stdout.take().expect("it is piped")).lines();
    for message in messages {
        writeln!(input, "{message}").expect("it reads");
    }
    let answers = messages.iter().map(|_| {
        let line = lines.next().expect("an answer").expect("it is text");
        serde_json::from_str(&line).expect("it is JSON")
    });
    let mut answers: Vec<Json> = answers.collect();
    answers.sort_by_key(|answer| answer["id"].as_u64());
    drop(input);
    (answers, process.wait().expect("it ends").code())
}

fn body(answer: &Json) -> Json {
    serde_json::from_str(answer["body"].as_str().expect("a text")).expect("it is JSON")
}

#[test]
fn an_editor_owns_the_text_and_gets_the_edits_of_a_page() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("orders.asl.json");
    fs::write(&path, ORDERS).expect("there is room");
    let text = ORDERS.replace("\"Charge\": {", "\"Charge\": { ");
    let open = json!({"id": 1, "method": "open", "path": path, "text": ORDERS, "version": 1, "isDirty": false, "isReadOnly": false});
    let change = json!({"id": 2, "method": "change", "document": 0, "text": text, "version": 2, "isDirty": true});
    let action = json!({"revision": 1, "actions": [
        {"do": "insert", "definition": 0, "transition": "/States/Charge/End", "item": "flow:Succeed"}
    ]});
    let apply = json!({"id": 3, "method": "ask", "document": 0, "name": "apply", "body": action.to_string()});
    let closed = json!({"id": 4, "method": "change", "document": 9, "text": "", "version": 1, "isDirty": false});
    let messages = [open, change, apply, closed].map(|message| message.to_string());
    let folders = [folder.path().to_str().expect("text")];
    let (answers, status) = editor_host(&folders, &messages);
    assert_eq!(body(&answers[0]), json!({"document": 0}));
    assert_eq!(answers[1]["status"], 200);
    let plan = body(&answers[2]);
    assert_eq!(plan["version"], 2, "{plan}");
    let mut edited = text;
    for edit in plan["edits"].as_array().expect("edits").iter().rev() {
        let at = |name: &str| edit[name].as_u64().expect("a position") as usize;
        let new = edit["text"].as_str().expect("a text");
        edited.replace_range(at("start")..at("end"), new);
    }
    let before = r#""Charge": { "Type": "Pass",   "Next": "Succeed"}"#;
    assert!(edited.contains(before), "{edited}");
    assert_eq!(answers[3]["status"], 404);
    // The editor saves its text itself.
    assert_eq!(fs::read_to_string(&path).expect("a file"), ORDERS);
    assert_eq!(status, Some(0));
}

#[test]
fn a_message_that_cannot_be_read_is_answered_with_the_reason() {
    let folder = tempfile::tempdir().expect("there is room");
    fs::write(
        folder.path().join("stepwright.toml"),
        "[validate]\nallow = 1",
    )
    .expect("room");
    let path = folder.path().join("orders.asl.json");
    let open = json!({"id": 1, "method": "open", "path": path, "text": "", "version": 1, "isDirty": false, "isReadOnly": false});
    let messages = ["{".to_owned(), open.to_string()];
    let (answers, status) = editor_host(&[], &messages);
    assert_eq!(
        (&answers[0]["id"], &answers[0]["status"]),
        (&Json::Null, &json!(400))
    );
    assert_eq!(answers[1]["status"], 422);
    let reason = answers[1]["body"].as_str().expect("a text");
    assert!(reason.contains("stepwright.toml"), "{reason}");
    assert_eq!(status, Some(0));
    let wrong = stepwright(&["studio", "--stdio", "--port", "9000"], "");
    assert_eq!(wrong.status, 2, "{wrong:?}");
}
