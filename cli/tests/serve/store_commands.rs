//! `store info`, `check`, `quarantine`, `export` and `compact`, on the store of a server that runs,
//! and on files with each fault.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use rusqlite::Connection;
use rustix::process::Signal;
use serde_json::{Value as Json, json};

use super::store_file::end;
use super::store_folder::Folder;
use super::support::Server;

const PREFIX: &str = "arn:aws:states:us-east-1:123456789012:execution";

/// A command's exit status and texts.
struct Ran {
    status: i32,
    stdout: String,
    stderr: String,
}

impl Ran {
    fn json(&self) -> Json {
        serde_json::from_str(&self.stdout).expect("it is JSON")
    }

    fn lines(&self) -> Vec<Json> {
        let lines = self.stdout.lines();
        lines
            .map(|line| serde_json::from_str(line).expect("it is JSON"))
            .collect()
    }
}

/// Runs `stepwright store` in a folder.
fn store(folder: &Folder, arguments: &[&str]) -> Ran {
    stepwright(folder, &[&["store"], arguments].concat())
}

/// Runs the command in a folder.
fn stepwright(folder: &Folder, arguments: &[&str]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_stepwright"))
        .args(arguments)
        .current_dir(folder.path(""))
        .stdin(Stdio::null())
        .output()
        .expect("the command is there");
    Ran {
        status: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).expect("it is text"),
        stderr: String::from_utf8(output.stderr).expect("it is text"),
    }
}

/// Runs a command that succeeds.
fn succeeds(folder: &Folder, arguments: &[&str]) -> Ran {
    let ran = store(folder, arguments);
    assert_eq!(ran.status, 0, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
    ran
}

/// Fills the store of a server: one open execution, one that succeeded and one that failed.
fn fill(server: &Server) -> [String; 3] {
    let wait = json!({"Type": "Wait", "Seconds": 86_400});
    let open = server.start_state("Wait", wait, &json!({"id": 7}));
    let done = server.start_state("Pass", json!({"Type": "Pass"}), &json!({"id": 8}));
    let task =
        json!({"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:none"});
    let failed = server.start_state("Task", task, &json!({}));
    for ended in [&done, &failed] {
        server.finished(ended);
    }
    [open, done, failed]
}

/// A folder with the store of a server that has ended, and the ARNs of its executions.
fn filled() -> (Folder, [String; 3]) {
    let folder = Folder::new();
    let mut server = folder.serve();
    let arns = fill(&server);
    end(&mut server, Signal::TERM);
    (folder, arns)
}

/// Changes the tables of a closed store.
fn sql(folder: &Folder, statements: &str) {
    Connection::open(folder.path("orders.db"))
        .and_then(|file| file.execute_batch(statements))
        .expect("it runs");
}

/// Damages the first record of an execution.
fn damage(folder: &Folder, arn: &str) {
    sql(
        folder,
        &format!(
            "UPDATE executions SET data = zeroblob(length(data)) WHERE arn = '{arn}' AND checksum IS NOT NULL;
             UPDATE records SET data = zeroblob(length(data))
             WHERE seq = 0 AND execution = (SELECT key FROM executions WHERE arn = '{arn}');"
        ),
    );
}

/// The problems that `check` finds, by their kinds.
fn problems(folder: &Folder) -> Vec<(String, Json)> {
    let ran = store(folder, &["check", "orders.db", "--json"]);
    assert_eq!(ran.status, 1, "{}{}", ran.stdout, ran.stderr);
    let checked = ran.json();
    assert_eq!(checked["isSound"], false);
    let problems = checked["problems"].as_array().expect("a list").clone();
    let kind = |problem: &Json| problem["kind"].as_str().expect("text").to_owned();
    problems
        .into_iter()
        .map(|problem| (kind(&problem), problem))
        .collect()
}

#[test]
fn a_running_server_can_be_looked_into_and_is_not_changed() {
    let folder = Folder::new();
    let server = folder.serve();
    let [open, done, failed] = fill(&server);

    let info = succeeds(&folder, &["info", "orders.db", "--json"]).json();
    assert_eq!(info["session"], "open");
    let counts = |running, succeeded, failed| json!({"RUNNING": running, "SUCCEEDED": succeeded, "FAILED": failed, "TIMED_OUT": 0, "ABORTED": 0});
    assert_eq!(info["executions"], counts(1, 1, 1));
    assert_eq!(info["children"], counts(0, 0, 0));
    assert_eq!(info["unreadable"], 0);
    assert_eq!(info["oldestOpenExecution"]["executionArn"], json!(open));
    let size = |name: &str| folder.path(name).metadata().expect("a file").len();
    assert_eq!(info["fileBytes"], size("orders.db"));
    assert!(info["logBytes"].as_u64() > Some(0), "{info:#}");
    assert_eq!(info["schemaVersion"], info["newestSchemaVersion"]);
    let machines = info["stateMachines"].as_array().expect("a list");
    assert_eq!(
        machines[0],
        json!({"name": "Pass", "versions": 1, "executions": 1})
    );
    assert_eq!(machines.len(), 3);
    let text = succeeds(&folder, &["info", "orders.db"]).stdout;
    let process = format!("an engine in process {} has it open", server.process.id());
    for part in [
        process.as_str(),
        "RUNNING",
        open.as_str(),
        "MACHINE",
        " KiB)",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }

    let checked = succeeds(&folder, &["check", "orders.db"]);
    assert!(
        checked.stdout.contains("orders.db is sound: 3 executions"),
        "{}",
        checked.stdout
    );
    let listed = succeeds(&folder, &["quarantine", "orders.db"]);
    assert!(listed.stderr.contains("each open execution can be read"));
    let exported = succeeds(&folder, &["export", "orders.db", "--all"]).lines();
    let arns: Vec<&Json> = exported.iter().map(|line| &line["executionArn"]).collect();
    assert_eq!(arns, [&json!(open), &json!(done), &json!(failed)]);
    folder.refused(
        &["store", "compact", "orders.db"],
        &["is in use", "in process"],
    );
    assert_eq!(server.health().0, 200);
    assert!(
        !server
            .start_state("Later", json!({"Type": "Pass"}), &json!({}))
            .is_empty()
    );
}

#[test]
fn a_store_that_was_killed_is_looked_into_with_its_log_and_compacted() {
    let folder = Folder::new();
    let mut server = folder.serve();
    fill(&server);
    end(&mut server, Signal::KILL);
    let info = succeeds(&folder, &["info", "orders.db", "--json"]).json();
    assert_eq!(info["session"], "interrupted");
    let text = succeeds(&folder, &["info", "orders.db"]).stdout;
    assert!(text.contains("the last one did not close it"), "{text}");
    succeeds(&folder, &["check", "orders.db"]);
    let compacted = succeeds(&folder, &["compact", "orders.db"]).stdout;
    assert!(
        compacted.starts_with("orders.db: ") && compacted.contains(" bytes, before "),
        "{compacted}"
    );
    assert!(!folder.path("orders.db-wal").exists());
    assert_eq!(folder.executions("orders.db"), 3);
    let info = succeeds(&folder, &["info", "orders.db", "--json"]).json();
    assert_eq!(
        (&info["session"], &info["freePages"]),
        (&json!("closed"), &json!(0))
    );
    let mut server = folder.serve();
    end(&mut server, Signal::TERM);
}

#[test]
fn an_exported_execution_has_its_row_its_definition_and_its_history() {
    let (folder, [_, done, failed]) = filled();
    let by_arn = succeeds(&folder, &["export", "orders.db", "--name", &done]).lines();
    let [line] = by_arn.as_slice() else {
        panic!("{by_arn:#?}");
    };
    assert_eq!(line["status"], "SUCCEEDED");
    assert_eq!(line["input"], r#"{"id":8}"#);
    assert_eq!(line["output"], r#"{"id":8}"#);
    assert_eq!(line["events"][0]["type"], "ExecutionStarted");
    assert_eq!(line["events"][3]["type"], "ExecutionSucceeded");
    let definition: Json =
        serde_json::from_str(line["definition"].as_str().expect("text")).expect("JSON");
    assert_eq!(definition["StartAt"], "Pass");
    assert!(line["startDate"].is_string() && line["stopDate"].is_string());
    assert_eq!(line.get("records"), None);
    let (_, name) = failed.rsplit_once(':').expect("an ARN");
    let by_name = succeeds(&folder, &["export", "orders.db", "--name", name]).lines();
    assert_eq!(by_name[0]["executionArn"], json!(failed));
    assert!(by_name[0]["error"].is_string() && by_name[0]["cause"].is_string());
}

#[test]
fn an_export_overwrites_nothing_without_force_and_leaves_nothing_when_it_fails() {
    let (folder, [_, done, _]) = filled();
    let export = ["export", "orders.db", "--name", &done, "--output"];
    let with = |rest: &[&str]| store(&folder, &[&export[..], rest].concat());
    let first = with(&["out.jsonl"]);
    assert_eq!((first.status, &*first.stdout), (0, ""), "{}", first.stderr);
    assert!(first.stderr.contains("exported executions: 1"));
    let written = fs::read_to_string(folder.path("out.jsonl")).expect("a file");
    assert_eq!(written.lines().count(), 1);
    let mode = folder
        .path("out.jsonl")
        .metadata()
        .expect("a file")
        .permissions()
        .mode();
    assert_eq!(mode & 0o077, 0, "only the owner may read the data");

    fs::write(folder.path("out.jsonl"), "mine").expect("a file");
    let refused = with(&["out.jsonl"]);
    assert_eq!(refused.status, 2);
    assert!(refused.stderr.contains("there is a file out.jsonl already"));
    assert!(refused.stderr.contains("--force replaces it"));
    assert_eq!(
        fs::read_to_string(folder.path("out.jsonl")).ok().as_deref(),
        Some("mine")
    );
    assert_eq!(with(&["out.jsonl", "--force"]).status, 0);
    assert_eq!(
        fs::read_to_string(folder.path("out.jsonl")).ok(),
        Some(written)
    );

    for (to, why) in [
        ("none/out.jsonl", "cannot write none/out.jsonl"),
        (".", "is no regular file"),
    ] {
        let failed = with(&[to, "--force"]);
        assert_eq!(failed.status, 2, "{}", failed.stderr);
        assert!(failed.stderr.contains(why), "{}", failed.stderr);
    }
    let unknown = ["export", "orders.db", "--output", "other.jsonl", "--name"];
    for name in ["nothing", &format!("{PREFIX}:Pass:nothing")] {
        let failed = store(&folder, &[&unknown[..], &[name]].concat());
        assert_eq!(failed.status, 2);
        assert!(
            failed.stderr.contains("there is no execution"),
            "{}",
            failed.stderr
        );
    }
    let left = fs::read_dir(folder.path("")).expect("a folder");
    let left = left.map(|entry| entry.expect("an entry").file_name());
    let mut left: Vec<_> = left.filter_map(|name| name.into_string().ok()).collect();
    left.retain(|name| !name.starts_with("orders.db"));
    assert_eq!(left, ["out.jsonl"]);
    for usage in [
        &["export", "orders.db"][..],
        &["export", "orders.db", "--all", "--name", "x"],
        &["export", "orders.db", "--all", "--force"],
    ] {
        assert_eq!(store(&folder, usage).status, 2, "{usage:?}");
    }
}

/// The limit of the size of files fails a write as a full disk does.
#[test]
fn a_full_disk_ends_an_export_or_a_compaction_with_the_old_files() {
    let folder = Folder::new();
    let mut server = folder.serve();
    let input = json!({"text": "x".repeat(60_000)});
    server.run_state("Pass", json!({"Type": "Pass"}), &input);
    end(&mut server, Signal::TERM);
    let before = fs::read(folder.path("orders.db")).expect("a file");
    let limited = |blocks: u32, arguments: &str| {
        let command = format!(
            "trap '' XFSZ; ulimit -f {blocks}; exec '{}' store {arguments}",
            env!("CARGO_BIN_EXE_stepwright")
        );
        let output = Command::new("sh")
            .args(["-c", &command])
            .current_dir(folder.path(""))
            .output()
            .expect("a shell");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), text)
    };
    let (status, text) = limited(80, "export orders.db --all --output out.jsonl");
    assert_eq!(status, Some(2), "{text}");
    assert!(text.contains("cannot write out.jsonl"), "{text}");
    assert!(!folder.path("out.jsonl").exists());
    let (status, text) = limited(80, "compact orders.db");
    assert_eq!(status, Some(2), "{text}");
    assert!(!folder.path("orders.db.part").exists());
    assert_eq!(folder.executions("orders.db"), 1);
    assert_eq!(
        before.len() as u64,
        folder.path("orders.db").metadata().expect("a file").len()
    );
    succeeds(&folder, &["check", "orders.db"]);
    succeeds(&folder, &["compact", "orders.db"]);
}

#[test]
fn a_damaged_execution_is_found_exported_aborted_and_deleted_with_the_printed_commands() {
    let (folder, [open, done, _]) = filled();
    damage(&folder, &open);
    let info = succeeds(&folder, &["info", "orders.db", "--json"]).json();
    assert_eq!(info["unreadable"], 1);
    let listed = succeeds(&folder, &["quarantine", "orders.db"]);
    assert!(
        listed.stdout.contains("is not as it was written"),
        "{}",
        listed.stdout
    );
    let listed_json = succeeds(&folder, &["quarantine", "orders.db", "--json"]).json();
    let [only] = listed_json["executions"]
        .as_array()
        .expect("a list")
        .as_slice()
    else {
        panic!("{listed_json:#}");
    };
    assert_eq!(only["executionArn"], json!(open));
    assert_eq!(only["stateMachineName"], "Wait");

    let arguments = "executions --store orders.db --status UNREADABLE --format json";
    let arguments: Vec<&str> = arguments.split(' ').collect();
    let unreadable = stepwright(&folder, &arguments).json();
    assert_eq!(unreadable["executions"].as_array().map(Vec::len), Some(1));
    assert_eq!(unreadable["executions"][0]["executionArn"], json!(open));

    // The server has the same execution in quarantine.
    let mut server = folder.serve();
    assert_eq!(server.health().1["unreadableExecutions"], 1);
    end(&mut server, Signal::TERM);

    let found = problems(&folder);
    let [(kind, problem)] = found.as_slice() else {
        panic!("{found:#?}");
    };
    assert_eq!(kind, "openExecution");
    assert_eq!(problem["subject"], json!(open));
    let text = store(&folder, &["check", "orders.db"]);
    assert_eq!(text.status, 1);
    for part in [&*open, "help: ", "store abort", "orders.db has problems: 1"] {
        assert!(text.stdout.contains(part), "{part}: {}", text.stdout);
    }

    let mut commands = listed
        .stderr
        .lines()
        .filter_map(|line| line.strip_prefix("  stepwright "));
    for _ in 0..3 {
        let command = commands.next().expect("three commands");
        let arguments: Vec<&str> = command.split(' ').collect();
        folder.succeeds(&arguments);
    }
    let exported = fs::read_to_string(folder.path("FILE")).expect("a file");
    let line: Json = serde_json::from_str(&exported).expect("JSON");
    assert!(
        line["unreadable"].is_string() && line.get("events").is_none(),
        "{line:#}"
    );
    assert_eq!(line["records"][0]["isWhole"], false);
    assert!(
        line["records"][0]["data"]
            .as_str()
            .expect("text")
            .starts_with("AAAA")
    );
    assert!(line["definition"].as_str().expect("text").contains("86400"));
    assert_eq!(folder.executions("orders.db"), 2);
    succeeds(&folder, &["check", "orders.db"]);

    damage(&folder, &done);
    let found = problems(&folder);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, "closedExecution");
    // A closed execution is not in quarantine.
    let listed = succeeds(&folder, &["quarantine", "orders.db", "--json"]).json();
    assert_eq!(listed["executions"], json!([]));
}

#[test]
fn each_damaged_table_is_a_problem_of_its_kind() {
    let (folder, [open, done, _]) = filled();
    let whole = fs::read(folder.path("orders.db")).expect("a file");
    for (statements, kinds) in [
        (
            format!("UPDATE executions SET status = 'SLEEPING' WHERE arn = '{done}'"),
            &["row"][..],
        ),
        (
            format!("UPDATE executions SET started = 'noon' WHERE arn = '{open}'"),
            &["row"],
        ),
        (
            "UPDATE machines SET definition = replace(definition, '86400', '86401')".to_owned(),
            &["definition"],
        ),
        (
            "DELETE FROM machines WHERE name = 'Wait'".to_owned(),
            &["openExecution"],
        ),
        (
            "UPDATE documents SET data = x'00' WHERE key = 'serve/machine/Wait'".to_owned(),
            &["document"],
        ),
        (
            "DELETE FROM documents WHERE key LIKE 'serve/revision/Wait/%'".to_owned(),
            &["document"],
        ),
        (
            format!("UPDATE executions SET map_run = 99, number = 1 WHERE arn = '{done}'"),
            &["reference"],
        ),
        (
            "INSERT INTO records VALUES (99, 99, 1, x'00', 0)".to_owned(),
            &["reference"],
        ),
        (
            "INSERT INTO map_runs VALUES (1, 'run', 99, x'00')".to_owned(),
            &["reference"],
        ),
        (
            "INSERT INTO map_runs SELECT 1, 'run', max(key), x'00' FROM executions".to_owned(),
            &["mapRun"],
        ),
        (
            "INSERT INTO activities VALUES ('arn', 'noon')".to_owned(),
            &["row"],
        ),
    ] {
        sql(&folder, &statements);
        let found = problems(&folder);
        let found_kinds: Vec<&str> = found.iter().map(|(kind, _)| kind.as_str()).collect();
        assert_eq!(found_kinds, kinds, "{statements}: {found:#?}");
        for (_, problem) in &found {
            assert!(
                problem["help"].as_str().expect("text").len() > 20,
                "{problem:#}"
            );
        }
        // An export contains what can be read.
        let exported = succeeds(&folder, &["export", "orders.db", "--all"]).lines();
        assert_eq!(exported.len(), 3, "{statements}");
        fs::write(folder.path("orders.db"), &whole).expect("a file");
    }
    succeeds(&folder, &["check", "orders.db"]);
}

#[test]
fn a_damaged_page_is_a_problem_and_no_other_command_hangs_or_crashes() {
    const PAGE: usize = 8_192;
    let (folder, _) = filled();
    let whole = fs::read(folder.path("orders.db")).expect("a file");
    let mut damaged = 0;
    for page in 1..whole.len() / PAGE {
        let mut bytes = whole.clone();
        bytes[page * PAGE..(page + 1) * PAGE].fill(0xA5);
        fs::write(folder.path("orders.db"), &bytes).expect("a file");
        let checked = store(&folder, &["check", "orders.db", "--json"]);
        assert_eq!(
            checked.status, 1,
            "page {page}: {}{}",
            checked.stdout, checked.stderr
        );
        let checked = checked.json();
        let problems = checked["problems"].as_array().expect("a list");
        assert!(
            problems.iter().any(|problem| problem["kind"] == "database"),
            "{checked:#}"
        );
        damaged += 1;
        for command in [
            &["info", "orders.db"][..],
            &["quarantine", "orders.db"],
            &["export", "orders.db", "--all"],
            &["compact", "orders.db"],
        ] {
            let ran = store(&folder, command);
            let is_known = ran.status == 0 || (ran.status == 2 && ran.stderr.contains("damaged"));
            assert!(
                is_known,
                "page {page}: {command:?}: {} {}",
                ran.status, ran.stderr
            );
        }
        for suffix in ["-wal", "-shm"] {
            let _ = fs::remove_file(folder.path(&format!("orders.db{suffix}")));
        }
    }
    assert!(damaged > 10);
    fs::write(folder.path("orders.db"), &whole).expect("a file");
    succeeds(&folder, &["check", "orders.db"]);
}

#[test]
fn files_that_cannot_be_read_are_reported_with_status_2_and_stay_as_they_are() {
    let (folder, _) = filled();
    let whole = fs::read(folder.path("orders.db")).expect("a file");
    fs::write(folder.path("text.db"), "text ".repeat(999)).expect("a file");
    fs::write(folder.path("empty.db"), "").expect("a file");
    fs::write(folder.path("newer.db"), &whole).expect("a file");
    Connection::open(folder.path("newer.db"))
        .and_then(|file| file.pragma_update(None, "user_version", 99))
        .expect("it runs");
    for suffix in ["-wal", "-shm"] {
        let _ = fs::remove_file(folder.path(&format!("newer.db{suffix}")));
    }
    for (name, why) in [
        ("none.db", "there is no file none.db"),
        ("text.db", "is not a store of Stepwright"),
        ("empty.db", "is empty"),
        ("newer.db", "has schema version 99"),
    ] {
        let before = fs::read(folder.path(name)).ok();
        for command in [
            &["check", name][..],
            &["quarantine", name],
            &["export", name, "--all"],
            &["compact", name],
            &["info", name],
        ] {
            let ran = store(&folder, command);
            let is_version = why.contains("schema version");
            let status = if is_version && command[0] == "info" {
                0
            } else {
                2
            };
            assert_eq!(ran.status, status, "{command:?}: {}", ran.stderr);
            assert!(ran.stderr.contains(why), "{command:?}: {}", ran.stderr);
        }
        assert_eq!(fs::read(folder.path(name)).ok(), before, "{name}");
    }
    let newer = succeeds(&folder, &["info", "newer.db", "--json"]).json();
    assert_eq!(
        (&newer["schemaVersion"], &newer["newestSchemaVersion"]),
        (&json!(99), &json!(1))
    );
    assert_eq!(newer["fileBytes"], json!(whole.len()));
    let text = succeeds(&folder, &["info", "newer.db"]).stdout;
    assert!(text.contains("99; this command reads 1"), "{text}");
}

/// As root, the commands run as another user.
#[test]
fn a_store_without_permission_is_reported_with_status_2() {
    use std::os::unix::process::CommandExt;
    const NOBODY: u32 = 65_534;
    let (folder, _) = filled();
    let binary = folder.path("stepwright");
    fs::copy(env!("CARGO_BIN_EXE_stepwright"), &binary).expect("a copy");
    let allow = |name: &str, mode: u32| {
        fs::set_permissions(folder.path(name), fs::Permissions::from_mode(mode))
            .expect("it is ours");
    };
    allow("stepwright", 0o755);
    let is_root = rustix::process::geteuid().is_root();
    for (file, directory) in [(0o000, 0o777), (0o444, 0o555)] {
        allow("orders.db", file);
        allow("orders.db.lock", file);
        allow("", directory);
        for command in [
            &["info", "orders.db"][..],
            &["check", "orders.db"],
            &["quarantine", "orders.db"],
            &["export", "orders.db", "--all"],
            &["compact", "orders.db"],
        ] {
            let mut process = Command::new(&binary);
            process
                .arg("store")
                .args(command)
                .current_dir(folder.path(""));
            if is_root {
                process.uid(NOBODY).gid(NOBODY);
            }
            let output = process.output().expect("the command is there");
            let text = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(2), "{command:?}: {text}");
            assert!(text.contains("orders.db"), "{command:?}: {text}");
        }
        allow("", 0o777);
    }
    allow("orders.db", 0o644);
    allow("orders.db.lock", 0o644);
    succeeds(&folder, &["check", "orders.db"]);
}
