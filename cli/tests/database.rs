//! The commands of `store` with a database. Most tests need a PostgreSQL server: `.ci/postgres`
//! runs them.

#[path = "../../postgres/tests/server.rs"]
#[expect(dead_code, reason = "the tests of the store need more of it")]
mod server;

use std::path::Path;

use serde_json::{Value as Json, json};
use stepwright_engine::store::SqliteStore;
use stepwright_engine::{Engine, MachineType, StartOptions};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use self::server::Server;
use crate::common::{Ran, stepwright};

/// A server, and a file with executions.
struct Stores {
    server: Server,
    folder: TempDir,
}

impl Stores {
    fn new() -> Self {
        let stores = Self {
            server: Server::start(),
            folder: tempfile::tempdir().expect("a folder"),
        };
        fill(Path::new(&stores.file("orders.db")));
        stores
    }

    fn file(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn address(&self) -> String {
        let port = self.server.port();
        format!("postgres://stepwright@127.0.0.1:{port}/postgres")
    }

    /// Runs a command of `store` on a schema.
    fn on(&self, schema: &str, command: &str, options: &[&str]) -> Ran {
        let address = self.address();
        let store = ["store", command, &address, "--schema", schema];
        stepwright(&[&store, options].concat(), "")
    }

    /// Copies the file to a schema.
    fn copied_to(&self, schema: &str) -> Ran {
        let (from, to) = (self.file("orders.db"), self.address());
        succeeds(stepwright(
            &["store", "copy", &from, &to, "--to-schema", schema],
            "",
        ))
    }
}

/// Adds an execution that succeeded, one that failed, and one that waits.
fn fill(path: &Path) {
    let definition = |state: Json| json!({"StartAt": "S", "States": {"S": state}}).to_string();
    let store = SqliteStore::open(path).expect("it opens");
    Runtime::new().expect("a runtime").block_on(async {
        let mut builder = Engine::builder().store(store);
        for (name, state) in [
            ("done", json!({"Type": "Pass", "End": true})),
            ("failed", json!({"Type": "Fail", "Error": "Bad"})),
            (
                "open",
                json!({"Type": "Wait", "Seconds": 86_400, "End": true}),
            ),
        ] {
            builder = builder.register_json(name, &definition(state), MachineType::Standard);
        }
        let engine = builder.build().expect("it is built");
        for name in ["done", "failed", "open"] {
            let options = StartOptions::new().name(format!("{name}-1"));
            let started = engine.start_machine(name, json!({"a": "ä"}), options).await;
            let started = started.expect("it starts");
            if name != "open" {
                let _failed = started.await;
            }
        }
    });
}

fn succeeds(ran: Ran) -> Ran {
    assert_eq!(ran.status, 0, "{ran:?}");
    ran
}

fn is_refused(ran: &Ran, status: i32, parts: &[&str]) {
    assert_eq!(ran.status, status, "{ran:?}");
    let text = format!("{}{}", ran.stdout, ran.stderr);
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in:\n{text}");
    }
}

fn to_json(ran: Ran) -> Json {
    serde_json::from_str(&succeeds(ran).stdout).expect("JSON")
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn a_store_is_the_same_in_a_database_and_in_a_file_again() {
    let stores = Stores::new();
    let copied = stores.copied_to("orders");
    assert!(
        copied.stdout.contains("3 executions with "),
        "{}",
        copied.stdout
    );
    let (address, back) = (stores.address(), stores.file("back.db"));
    let arguments = ["store", "copy", &address, &back, "--from-schema", "orders"];
    succeeds(stepwright(&arguments, ""));
    let original = stores.file("orders.db");
    let export = |file: &str| succeeds(stepwright(&["store", "export", file, "--all"], "")).stdout;
    let expected = export(&original);
    assert_eq!(expected.lines().count(), 3);
    assert_eq!(export(&back), expected);
    assert_eq!(
        succeeds(stores.on("orders", "export", &["--all"])).stdout,
        expected
    );
    let info = to_json(stepwright(&["store", "info", &original, "--json"], ""));
    let in_database = to_json(stores.on("orders", "info", &["--json"]));
    for field in [
        "executions",
        "stateMachines",
        "documents",
        "oldestOpenExecution",
    ] {
        assert_eq!(in_database[field], info[field], "{field}");
    }
    succeeds(stores.on("orders", "check", &[]));
    // Only an empty schema takes a copy.
    let again = [
        "store",
        "copy",
        &original,
        &address,
        "--to-schema",
        "orders",
    ];
    is_refused(&stepwright(&again, ""), 2, &["has content already"]);
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn executions_are_aborted_and_deleted_only_without_an_engine() {
    let stores = Stores::new();
    stores.copied_to("orders");
    let engine = stores.server.store("orders");
    let name = ["--name", "open-1"];
    let process = format!("process {}", std::process::id());
    for command in ["abort", "delete"] {
        is_refused(
            &stores.on("orders", command, &name),
            2,
            &["is in use", &process],
        );
    }
    let info = to_json(stores.on("orders", "info", &["--json"]));
    assert_eq!(
        (&info["session"], &info["epoch"]),
        (&json!("open"), &json!(2))
    );
    let text = succeeds(stores.on("orders", "info", &[])).stdout;
    for part in [
        &*process,
        "has it open until 2",
        "PostgreSQL 1",
        "last commit",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    drop(engine);
    is_refused(&stores.on("orders", "delete", &name), 2, &["is open"]);
    succeeds(stores.on("orders", "abort", &name));
    let exported = to_json(stores.on("orders", "export", &name));
    assert_eq!(exported["status"], "ABORTED");
    succeeds(stores.on("orders", "delete", &name));
    is_refused(
        &stores.on("orders", "export", &name),
        2,
        &[
            "there is no execution `open-1`",
            "--schema orders` lists all",
        ],
    );
    succeeds(stores.on("orders", "check", &[]));
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn damage_in_a_database_is_found() {
    let stores = Stores::new();
    stores.copied_to("orders");
    let listed = succeeds(stores.on("orders", "quarantine", &[]));
    assert!(listed.stderr.contains("each open execution can be read"));
    stores.server.sql(
        "DELETE FROM orders.open; DELETE FROM orders.versions WHERE name = 'done';
         UPDATE orders.records SET data = 'x' WHERE key = 2;
         INSERT INTO orders.records VALUES (77, 0, '')",
    );
    is_refused(
        &stores.on("orders", "check", &[]),
        1,
        &[
            "its version, number ",
            "it runs, but is not among the open executions",
            "there are 1 records of the missing execution 77",
            "the closed execution",
            "restore a backup of the database",
        ],
    );
    let (address, to) = (stores.address(), stores.file("copy.db"));
    let copy = ["store", "copy", &address, &to, "--from-schema", "orders"];
    is_refused(&stepwright(&copy, ""), 2, &["it has problems: 3"]);
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn an_interrupted_copy_is_refused_until_it_is_repeated() {
    let stores = Stores::new();
    stores.copied_to("orders");
    let document = "('engine/incomplete-copy', 'orders.db')";
    let sql = format!("INSERT INTO orders.documents VALUES {document}");
    stores.server.sql(&sql);
    let (address, original) = (stores.address(), stores.file("orders.db"));
    let copy = [
        "store",
        "copy",
        &original,
        &address,
        "--to-schema",
        "orders",
    ];
    is_refused(&stepwright(&copy, ""), 2, &["was interrupted"]);
    let incomplete = "an incomplete copy of `orders.db`";
    is_refused(&stores.on("orders", "check", &[]), 1, &[incomplete]);
    let serve = [
        "serve", "--store", &address, "--schema", "orders", "--port", "0",
    ];
    is_refused(&stepwright(&serve, ""), 1, &[incomplete]);
    stores.server.sql("DROP SCHEMA orders CASCADE");
    succeeds(stepwright(&copy, ""));
    succeeds(stores.on("orders", "check", &[]));
}

#[test]
fn commands_of_files_name_what_a_database_has_instead() {
    let address = "postgres://stepwright@127.0.0.1:1/orders";
    for (arguments, instead) in [
        (["backup", address, "to.db"], "`pg_dump --schema team`"),
        (["restore", "backup.db", address], "`pg_restore`"),
        (["compact", address, ""], "`VACUUM`"),
        (["recover", address, ""], "recovers its log itself"),
    ] {
        let arguments: Vec<&str> = ["store"]
            .into_iter()
            .chain(arguments)
            .filter(|argument| !argument.is_empty())
            .chain(["--schema", "team"])
            .collect();
        let ran = stepwright(&arguments, "");
        is_refused(&ran, 2, &["is for a store in a file", instead]);
    }
    let ran = stepwright(&["store", "check", "orders.db", "--schema", "team"], "");
    is_refused(&ran, 2, &["--schema is for a store in a database"]);
    let ran = stepwright(&["store", "copy", address, address], "");
    is_refused(&ran, 2, &["cannot be copied to itself"]);
}
