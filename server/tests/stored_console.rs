//! The console of a store, next to an engine that writes it.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::json;
use stepwright_engine::store::{SqliteStore, SqliteView};
use stepwright_engine::{
    Engine, EngineBuilder, ExecutionHandle, MachineType, Redaction, StartOptions,
};
use stepwright_server::{AccessKeys, StandbyReport, StoredConsole, StoredConsoleError};
use tokio::net::TcpListener;

/// A Wait of a day, whose execution runs until it is stopped.
const COOL: &str =
    r#"{"StartAt": "Cool", "States": {"Cool": {"Type": "Wait", "Seconds": 86400, "End": true}}}"#;

/// A Distributed Map with Standard children.
const EACH: &str = r#"{"QueryLanguage": "JSONata", "StartAt": "Each", "States": {"Each": {
    "Type": "Map", "Items": "{% [1, 2] %}", "ToleratedFailurePercentage": 100, "End": true,
    "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Odd", "States": {
            "Odd": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input = 1 %}", "Next": "Fine"}], "Default": "Bad"},
            "Fine": {"Type": "Succeed"},
            "Bad": {"Type": "Fail", "Error": "IsEven"}
        }
    }
}}}"#;

/// A store with an engine, as a program has it.
struct Program {
    folder: tempfile::TempDir,
    engine: Engine,
}

impl Program {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("there is room");
        let store = SqliteStore::open(folder.path().join("orders.db")).expect("it opens");
        let engine = Engine::builder()
            .region("eu-central-1")
            .account("111122223333")
            .register_json("cool", COOL, MachineType::Standard)
            .register_json("each", EACH, MachineType::Standard)
            .store(store);
        Self {
            folder,
            engine: EngineBuilder::build(engine).expect("it is built"),
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("orders.db")
    }

    async fn start(
        &self,
        machine: &str,
        name: &str,
    ) -> ExecutionHandle<stepwright_engine::value::Value> {
        let input = json!({"card": {"number": "4111"}});
        let options = StartOptions::new().name(name);
        let run = self.engine.start_machine(machine, input, options).await;
        run.expect("it is started")
    }
}

/// A console, which ends with the test.
struct StoreConsole {
    address: String,
}

impl StoreConsole {
    async fn open(path: &Path, redaction: &Redaction) -> Self {
        let console = StoredConsole::open(SqliteView::new(path)).await;
        Self::serve(console.expect("it opens").redact(redaction)).await
    }

    async fn serve(console: StoredConsole) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a port is free");
        let address = listener.local_addr().expect("it is bound").to_string();
        tokio::spawn(console.serve(listener));
        Self { address }
    }

    async fn get(&self, path: &str) -> (u16, String) {
        let url = format!("http://{}{path}", self.address);
        let get = move || {
            let config = ureq::get(url).config().http_status_as_error(false);
            let mut response = config.build().call().expect("there is a response");
            let text = response.body_mut().read_to_string().expect("it is text");
            (response.status().as_u16(), text)
        };
        let got = tokio::task::spawn_blocking(get).await;
        got.expect("it does not panic")
    }

    /// Loads a page until the response passes a check.
    async fn until(&self, path: &str, check: impl Fn(&(u16, String)) -> bool) -> (u16, String) {
        let begun = Instant::now();
        loop {
            let response = self.get(path).await;
            if check(&response) {
                return response;
            }
            assert!(
                begun.elapsed() < Duration::from_secs(60),
                "{path}: {response:?}"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Loads a page that must exist.
    async fn page(&self, path: &str) -> String {
        let (status, page) = self.get(path).await;
        assert_eq!(status, 200, "{path}: {page}");
        page
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn workflows_of_a_program_and_their_map_runs_are_shown() {
    let program = Program::new();
    let run = program.start("each", "e-1").await;
    run.report().await;
    let console = StoreConsole::open(&program.path(), &Redaction::new()).await;
    let machines = console.page("/console").await;
    assert!(machines.contains("name=each"), "{machines}");
    // The region and the account are those of the executions.
    assert!(machines.contains("eu-central-1") && machines.contains("111122223333"));
    // A state machine without executions has no version in the store.
    assert!(!machines.contains("name=cool"), "{machines}");
    program.start("cool", "c-1").await;
    let has_cool = |(_, page): &(u16, String)| page.contains("name=cool");
    console.until("/console", has_cool).await;

    let page = console
        .page(&format!("/console/execution?arn={}", run.id()))
        .await;
    let (_, rest) = page.split_once("/console/map-run?arn=").expect("a link");
    let (arn, _) = rest.split_once('"').expect("it ends");
    let map_run = console.page(&format!("/console/map-run?arn={arn}")).await;
    for count in ["Failed", "Succeeded"] {
        let (_, rest) = map_run
            .split_once(&format!("<dt>{count}</dt><dd>"))
            .expect("a count");
        let (count, _) = rest.split_once("</dd>").expect("it ends");
        // It links to the children with the status.
        assert!(count.ends_with(">1</a>"), "{count}");
    }
    let (_, rest) = map_run
        .split_once("/console/execution?arn=")
        .expect("a link");
    let (parent, _) = rest.split_once('"').expect("it ends");
    assert!(parent.contains("e-1&amp;map_run="), "{parent}");
    let (_, rest) = map_run.split_once("<tbody>").expect("children");
    let (_, rest) = rest.split_once("/console/execution?arn=").expect("a link");
    let (child, _) = rest.split_once('"').expect("it ends");
    let child = console
        .page(&format!("/console/execution?arn={child}"))
        .await;
    assert!(child.contains("IsEven"), "{child}");
    program.engine.shutdown(Duration::ZERO).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_reports_the_events_that_the_engine_stores() {
    let program = Program::new();
    let run = program.start("cool", "c-1").await;
    let console = StoreConsole::open(&program.path(), &Redaction::new()).await;
    let page = console
        .page(&format!("/console/execution?arn={}", run.id()))
        .await;
    let (_, rest) = page.split_once("data-live=\"").expect("it is live");
    let live = rest
        .split_once('"')
        .expect("it ends")
        .0
        .replace("&amp;", "&");
    assert!(page.contains("the end of its delay"), "{page}");
    let stop = async {
        run.stop(Some("Stopped"), None).await;
    };
    // The stream ends after the end of the execution.
    let ((), (status, events)) = tokio::join!(stop, console.get(&live));
    assert_eq!(status, 200);
    let change = events.find("event: change").expect("it has changed");
    let end = events.find("event: end").expect("it has ended");
    assert!(change < end, "{events}");
}

#[tokio::test(flavor = "multi_thread")]
async fn redacted_fields_are_masked() {
    let program = Program::new();
    let run = program.start("cool", "c-1").await;
    let redaction = Redaction::new().path("card.number").expect("a path");
    let console = StoreConsole::open(&program.path(), &redaction).await;
    for view in ["", "events", "data"] {
        let path = format!("/console/execution?arn={}&view={view}", run.id());
        let page = console.page(&path).await;
        assert!(!page.contains("4111"), "{view}: {page}");
        assert!(page.contains("[redacted]"), "{view}: {page}");
    }
    run.stop(None, None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_disappears_is_reported_until_it_can_be_read() {
    let program = Program::new();
    let run = program.start("cool", "c-1").await;
    run.stop(None, None).await;
    let id = run.id().to_owned();
    let (path, folder) = (program.path(), program.folder);
    drop(run);
    program.engine.shutdown(Duration::ZERO).await;
    drop(program.engine);
    let console = StoreConsole::open(&path, &Redaction::new()).await;
    assert_eq!(console.get("/health").await.0, 200);
    let moved = folder.path().join("moved.db");
    std::fs::rename(&path, &moved).expect("it is moved");
    // An open reader is used for a second.
    let is_down = |(status, _): &(u16, String)| *status == 503;
    let (_, health) = console.until("/health", is_down).await;
    assert!(health.contains("orders.db"), "{health}");
    for page in [
        "/console",
        "/console/executions",
        &format!("/console/execution?arn={id}"),
    ] {
        let (status, text) = console.get(page).await;
        assert_eq!(status, 503, "{page}");
        assert!(text.contains("The store cannot be read"), "{text}");
    }
    std::fs::rename(&moved, &path).expect("it is moved back");
    assert_eq!(console.get("/health").await.0, 200);
    console.page("/console").await;
}

#[tokio::test]
async fn a_missing_store_is_refused() {
    let folder = tempfile::tempdir().expect("there is room");
    let opened = StoredConsole::open(SqliteView::new(folder.path().join("no.db"))).await;
    let error = opened.expect_err("there is no file");
    assert!(matches!(error, StoredConsoleError::Store(_)), "{error}");
    assert_eq!(
        std::fs::read_dir(folder.path()).expect("a folder").count(),
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standby_is_healthy_and_not_ready_and_its_api_is_refused() {
    let program = Program::new();
    let mut report = StandbyReport::default();
    report.leader = "process 17 of web-2".to_owned();
    report.behind = 3;
    report.executions = 2;
    let console = StoredConsole::open(SqliteView::new(program.path())).await;
    let console = console.expect("it opens").standby(move || report.clone());
    let console = StoreConsole::serve(console).await;
    let (status, health) = console.get("/health").await;
    assert!(
        status == 200 && health.contains(r#""status":"standby""#),
        "{health}"
    );
    let (status, ready) = console.get("/ready").await;
    assert_eq!(status, 503);
    let expected = r#"{"status":"standby","standby":{"leader":"process 17 of web-2","commitsBehind":3,"openExecutions":2}}"#;
    assert_eq!(ready, expected);
    let (_, metrics) = console.get("/metrics").await;
    assert!(
        metrics.contains("\nstepwright_standby_commits_behind 3\n"),
        "{metrics}"
    );
    let page = console.page("/console").await;
    let line = "It takes over when process 17 of web-2 ends or dies. It is 3 commits behind.";
    assert!(page.contains(line), "{page}");
    let url = format!("http://{}/", console.address);
    let answer = tokio::task::spawn_blocking(move || {
        let post = ureq::post(url).config().http_status_as_error(false).build();
        let post = post.header("x-amz-target", "AWSStepFunctions.ListStateMachines");
        let mut answer = post.send("{}").expect("there is an answer");
        let text = answer.body_mut().read_to_string().expect("it is text");
        (answer.status().as_u16(), text)
    });
    let (status, text) = answer.await.expect("no panic");
    assert!(
        status == 503 && text.contains("ServiceUnavailableException"),
        "{text}"
    );
    program.engine.shutdown(Duration::ZERO).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_console_with_access_keys_asks_for_one() {
    let program = Program::new();
    let console = StoredConsole::open(SqliteView::new(program.path())).await;
    let keys = AccessKeys::new().key("AKIATEAM", "secret");
    let console = StoreConsole::serve(console.expect("it opens").access_keys(keys)).await;
    assert_eq!(console.get("/console").await.0, 401);
    assert_eq!(console.get("/health").await.0, 200);
    let console = StoredConsole::open(SqliteView::new(program.path())).await;
    let console = StoreConsole::serve(console.expect("it opens").pages(false)).await;
    assert_eq!(console.get("/console").await.0, 404);
    program.engine.shutdown(Duration::ZERO).await;
}
