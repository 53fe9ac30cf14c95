//! The index of a store finds the same executions as a scan of all.

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use stepwright_engine::search::{ExecutionIndex, ExecutionSearch};
use stepwright_engine::store::SqliteStore;
use stepwright_engine::{Engine, ExecutionFilter, MachineType, Redaction, StartOptions, Status};
use tokio::runtime::Runtime;

/// Parts of texts: quotes and operators of queries, wildcards, escapes of JSON, characters of one
/// to four bytes.
const PARTS: [&str; 22] = [
    "a", "A", "b", "ab", "abc", "\"", "'", "%", "_", "*", "\\", "\n", "\u{0}", "é", "e\u{301}",
    "日本", "😀", " AND ", " OR ", "-", "(", "^",
];

/// An execution that succeeds with its input as output, fails, or waits.
const MACHINE: &str = r#"{"StartAt": "What?", "States": {
    "What?": {"Type": "Choice", "Default": "Reply", "Choices": [
        {"Variable": "$.kind", "StringEquals": "fail", "Next": "Fail"},
        {"Variable": "$.kind", "StringEquals": "wait", "Next": "Wait"}
    ]},
    "Reply": {"Type": "Pass", "Parameters": {"reply.$": "$.text"}, "End": true},
    "Wait": {"Type": "Wait", "Timestamp": "2999-01-01T00:00:00Z", "End": true},
    "Fail": {"Type": "Fail", "Error": "Refused", "CausePath": "$.text"}
}}"#;

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&PARTS[..]), 0..8).prop_map(|parts| parts.concat())
}

/// An engine with a store in a file.
struct World {
    folder: tempfile::TempDir,
    runtime: Runtime,
    engine: Option<Engine>,
}

impl World {
    fn new() -> Self {
        let mut world = Self {
            folder: tempfile::tempdir().expect("a folder"),
            runtime: Runtime::new().expect("threads"),
            engine: None,
        };
        world.open();
        world
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("orders.db")
    }

    fn open(&mut self) {
        let store = SqliteStore::open(self.path()).expect("a store");
        let builder = Engine::builder()
            .register_json("orders", MACHINE, MachineType::Standard)
            .store(store);
        let engine = self.runtime.block_on(async { builder.build() });
        self.engine = Some(engine.expect("an engine"));
    }

    fn engine(&self) -> &Engine {
        self.engine.as_ref().expect("it is open")
    }

    fn close(&mut self) {
        if let Some(engine) = self.engine.take() {
            self.runtime
                .block_on(engine.shutdown(std::time::Duration::from_secs(5)));
        }
    }

    /// Starts an execution, and waits for its end, unless it waits.
    fn start(&self, input: Json) {
        let ends = input["kind"] != "wait";
        self.runtime.block_on(async {
            let started = self
                .engine()
                .start_machine("orders", input, StartOptions::new());
            let run = started.await.expect("it starts");
            if ends {
                run.report().await;
            }
        });
    }

    fn index(&self) -> ExecutionIndex {
        let index = ExecutionIndex::open(self.path()).expect("an index");
        index.catch_up().expect("it has not stopped");
        index
    }

    /// Returns the executions that a scan of all finds.
    fn scan(&self, filter: &ExecutionFilter, text: &str) -> Vec<String> {
        let page = self.engine().blocking_executions(filter).expect("a list");
        let ids: Vec<String> = page
            .executions
            .into_iter()
            .map(|execution| execution.id)
            .collect();
        let data = self.runtime.block_on(self.engine().execution_data(&ids));
        let found = ids.into_iter().zip(data.expect("the data"));
        let found = found.filter(|(_, data)| {
            let data = data.as_ref().expect("it exists");
            let json = [Some(&data.input), data.output.as_ref()];
            let json = json.into_iter().flatten().map(|value| value.to_text());
            let plain = [&data.error, &data.cause].into_iter().flatten();
            let plain = plain.map(|plain| plain.replace('\0', "\u{fffd}"));
            json.chain(plain).any(|known| known.contains(text))
        });
        found.map(|(id, _)| id).collect()
    }
}

/// Returns the executions of all pages of a search.
fn search(index: &ExecutionIndex, filter: &ExecutionFilter, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut next = filter.clone().limit(3);
    loop {
        let page = index.page(&next, text).expect("a page").page;
        assert!(page.executions.len() <= 3);
        found.extend(page.executions.into_iter().map(|execution| execution.id));
        match page.next {
            Some(after) => next = filter.clone().limit(3).after(after),
            None => return found,
        }
    }
}

proptest! {
    #[test]
    fn the_index_finds_what_a_scan_of_all_finds(
        executions in prop::collection::vec((text(), prop::sample::select(&["reply", "fail", "wait"][..])), 0..12),
        later in prop::collection::vec(text(), 0..3),
        needles in prop::collection::vec(text(), 1..12),
    ) {
        let world = World::new();
        for (text, kind) in &executions {
            world.start(json!({"text": text, "kind": kind}));
        }
        let index = world.index();
        // Some executions start while the index is open.
        for text in &later {
            world.start(json!({"text": text, "kind": "reply"}));
        }
        index.catch_up().expect("it has not stopped");
        // Parts of the texts are found more often than random ones.
        let parts = executions.iter().map(|(text, _)| text).chain(&later);
        let parts = parts.flat_map(|text| [json!(text).to_string(), text.clone()]);
        let parts = parts.flat_map(|text| {
            let text: Vec<char> = text.chars().collect();
            let middle = text.len() / 2;
            [text[..middle].iter().collect::<String>(), text[middle..].iter().collect()]
        });
        let needles: Vec<String> = needles.iter().cloned().chain(parts).filter(|needle| !needle.is_empty()).collect();
        for filter in [ExecutionFilter::new(), ExecutionFilter::new().status(Status::Succeeded), ExecutionFilter::new().machine("none")] {
            for needle in &needles {
                prop_assert_eq!(search(&index, &filter, needle), world.scan(&filter, needle), "{:?}", needle);
            }
        }
    }
}

/// The report: after a Distributed Map of 600 children, the index scanned them for ever, because
/// its progress was the newest entry, and children have none.
#[test]
fn the_index_is_at_rest_after_ten_thousand_children() {
    let machine = r#"{"QueryLanguage": "JSONata", "StartAt": "Each", "States": {"Each": {
        "Type": "Map", "Items": "{% [1..10000] %}", "End": true, "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "Fine", "States": {"Fine": {"Type": "Succeed"}}
        }
    }}}"#;
    let world = World::new();
    let engine = world.engine();
    let registered = engine.register_json("each", machine, MachineType::Standard);
    registered.expect("it is valid");
    let index = world.index();
    world.runtime.block_on(async {
        let started = engine.start_machine("each", json!({"text": "parent"}), StartOptions::new());
        let report = started.await.expect("it starts").report().await;
        assert_eq!(report.status, Status::Succeeded, "{report:?}");
    });
    // The index answers when it has compared all, which it never did.
    index.catch_up().expect("it has not stopped");
    let filter = ExecutionFilter::new();
    assert_eq!(search(&index, &filter, "parent").len(), 1);
    world.start(json!({"text": "later"}));
    index.catch_up().expect("it has not stopped");
    assert_eq!(search(&index, &filter, "later").len(), 1);
}

#[test]
fn the_index_follows_ends_deletions_and_a_restored_store() {
    let mut world = World::new();
    world.start(json!({"text": "first order", "kind": "reply"}));
    let index = world.index();
    let all = ExecutionFilter::new();
    assert_eq!(search(&index, &all, r#"{"reply":"first order"}"#).len(), 1);
    let backup = world.folder.path().join("backup.db");
    let copied = world.runtime.block_on(world.engine().backup(&backup));
    copied.expect("a backup");
    world.start(json!({"text": "second order", "kind": "reply"}));
    index.catch_up().expect("it has not stopped");
    let both = search(&index, &all, "order");
    assert_eq!(both.len(), 2);
    let page = index.page(&all, "order").expect("a page");
    let newest = page.indexed_to.expect("it has executions");
    assert_eq!((&newest.id, newest.is_newest), (&both[0], true));

    let deleted = world.runtime.block_on(world.engine().delete(&both[1]));
    deleted.expect("it has ended");
    assert_eq!(search(&index, &all, "order"), both[..1]);

    drop(index);
    world.close();
    std::fs::remove_file(world.path()).expect("a file");
    SqliteStore::restore(&backup, world.path()).expect("it is restored");
    world.open();
    world.start(json!({"text": "third order", "kind": "reply"}));
    let index = world.index();
    assert_eq!(search(&index, &all, "order"), world.scan(&all, "order"));
    assert_eq!(search(&index, &all, "second"), Vec::<String>::new());
    assert_eq!(search(&index, &all, "first").len(), 1);
}

#[test]
fn the_index_finds_error_names_and_causes() {
    let world = World::new();
    world.start(json!({"text": "no \"funds\"\non 17", "kind": "fail"}));
    world.start(json!({"text": "after\u{0}the end", "kind": "fail"}));
    world.start(json!({"text": "paid", "kind": "reply"}));
    let index = world.index();
    let all = ExecutionFilter::new();
    for (text, count) in [
        ("Refused", 2),
        ("efuse", 2),
        ("no \"funds\"\non", 1),
        ("the end", 1),
    ] {
        let found = search(&index, &all, text);
        assert_eq!(
            (found.len(), found),
            (count, world.scan(&all, text)),
            "{text}"
        );
    }
}

#[test]
fn a_damaged_older_or_foreign_index_is_built_again() {
    let world = World::new();
    world.start(json!({"text": "an order", "kind": "reply"}));
    let all = ExecutionFilter::new();
    let path = world.index().path().to_owned();
    for damage in ["garbage", "version", "table", "application"] {
        let connect = || rusqlite::Connection::open(&path).expect("a database");
        match damage {
            "garbage" => std::fs::write(&path, "x".repeat(10_000)).expect("a file"),
            "version" => connect()
                .pragma_update(None, "user_version", 99)
                .expect("a version"),
            "table" => connect()
                .execute_batch("DROP TABLE entries")
                .expect("a table"),
            _ => connect()
                .pragma_update(None, "application_id", 7)
                .expect("an application"),
        }
        let index = world.index();
        assert_eq!(search(&index, &all, "order").len(), 1, "{damage}");
    }
    std::fs::remove_file(&path).expect("a file");
    assert_eq!(search(&world.index(), &all, "order").len(), 1);
}

#[test]
fn an_index_that_cannot_be_written_does_not_stop_the_engine() {
    let world = World::new();
    std::fs::create_dir(world.folder.path().join("orders.db-index")).expect("a folder");
    let index = ExecutionIndex::open(world.path()).expect("the store can be read");
    index.catch_up().expect_err("the index has stopped");
    index
        .page(&ExecutionFilter::new(), "order")
        .expect_err("the index has stopped");
    world.start(json!({"text": "an order", "kind": "reply"}));
}

#[test]
fn an_index_has_no_masked_field_and_no_task_token() {
    let world = World::new();
    let number = "4929123456781234";
    let half = "0123456789ab4def8123456789abcdef";
    let token = half.repeat(2);
    world.start(json!({"kind": "wait", "text": "rent", "card": {"number": number}, "url": format!("https://x/{token}")}));
    let all = ExecutionFilter::new();
    let redaction = Redaction::new().path("card.number").expect("a path");
    let found = |index: &ExecutionIndex, text: &str| search(index, &all, text).len();
    for (masked, is_masked) in [
        (Redaction::new(), false),
        (redaction.clone(), true),
        (Redaction::new(), false),
    ] {
        // Each time the masks differ from those of the file.
        let index = ExecutionIndex::open_redacted(world.path(), &masked).expect("an index");
        index.catch_up().expect("it has not stopped");
        assert_eq!(found(&index, "rent"), 1);
        assert_eq!(found(&index, "https://x/"), 1);
        for part in [&token[..8], &token[20..50], &token] {
            assert_eq!(found(&index, part), 0, "{part}");
        }
        assert_eq!(found(&index, &number[..6]), usize::from(!is_masked));
        assert_eq!(found(&index, "\"number\":\"4"), usize::from(!is_masked));
        assert_eq!(index.masks(&redaction), is_masked);
        assert!(index.masks(&Redaction::new().task_tokens()));
        drop(index);
        if is_masked {
            let bytes = std::fs::read(world.folder.path().join("orders.db-index")).expect("a file");
            let has_number = bytes
                .windows(number.len())
                .any(|part| part == number.as_bytes());
            assert!(!has_number, "the file has the number");
        }
    }
}
