//! The layer that retains what handlers log. A separate program: some tests set its subscriber.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use serde_json::{Value as Json, json};
use stepwright::{task, workflow};
use stepwright_runtime::handler_logs::{
    BYTES_PER_EXECUTION, FIELDS_BYTES, HandlerLogOptions, HandlerLogs, LogLine, MESSAGE_BYTES,
};
use stepwright_runtime::task::TaskFailure;
use stepwright_runtime::value::Value;
use stepwright_runtime::{
    Engine, EngineBuilder, ExecutionHandle, MachineType, Redaction, StartOptions, Status,
};
use tracing::Level;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// The logs of tests with several threads. All these tests share them.
fn logs_of_the_process() -> &'static HandlerLogs {
    static LOGS: OnceLock<HandlerLogs> = OnceLock::new();
    LOGS.get_or_init(|| {
        let logs = HandlerLogs::new();
        tracing_subscriber::registry().with(logs.layer()).init();
        logs
    })
}

/// The logs of a test on one thread.
fn logs_of_this_thread(options: HandlerLogOptions) -> (HandlerLogs, DefaultGuard) {
    let logs = HandlerLogs::with_options(options);
    let subscriber = tracing_subscriber::registry().with(logs.layer());
    (logs, subscriber.set_default())
}

/// An engine with a state machine `m` of one state `Charge`, whose function is `charge`.
fn engine() -> EngineBuilder {
    let charge = json!({
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
        "Parameters": {"FunctionName": "charge", "Payload.$": "$"},
        "Retry": [{"ErrorEquals": ["Busy"], "MaxAttempts": 5}],
    });
    let text = json!({"StartAt": "Charge", "States": {"Charge": charge}}).to_string();
    Engine::builder()
        .register_json("m", &text, MachineType::Standard)
        .virtual_time()
}

async fn start(engine: &Engine, input: Json) -> ExecutionHandle<Value> {
    let started = engine.start_machine("m", input, StartOptions::new());
    started.await.unwrap()
}

/// Runs an execution, and returns its lines.
async fn run(engine: &Engine, logs: &HandlerLogs, input: Json) -> Vec<Arc<LogLine>> {
    let run = start(engine, input).await;
    assert_eq!(run.report().await.status, Status::Succeeded);
    logs.of_execution(run.id())
}

fn messages(lines: &[Arc<LogLine>]) -> Vec<&str> {
    lines.iter().map(|line| line.message.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_executions_have_the_lines_of_their_own_attempts_from_before_and_after_an_await()
{
    let logs = logs_of_the_process();
    let calls: Arc<[AtomicU32; 20]> = Arc::default();
    let engine = engine()
        .function("charge", move |order: usize| {
            let calls = calls.clone();
            async move {
                tracing::info!(order, "before");
                for _ in 0..10 {
                    tokio::task::yield_now().await;
                }
                tracing::warn!(order, "after");
                match calls[order].fetch_add(1, Ordering::Relaxed) {
                    2 => Ok(json!(order)),
                    _ => Err(TaskFailure::new("Busy", "")),
                }
            }
        })
        .build()
        .unwrap();
    let mut runs = Vec::new();
    for order in 0..20 {
        runs.push(start(&engine, json!(order)).await);
    }
    for (order, run) in runs.iter().enumerate() {
        assert_eq!(run.report().await.status, Status::Succeeded);
        let lines = logs.of_execution(run.id());
        let shown = lines.iter().map(|line| {
            assert_eq!((&*line.state, &*line.target), ("Charge", "handler_logs"));
            assert_eq!(line.fields, [("order".into(), order.to_string())]);
            (line.attempt, line.level, line.message.as_str())
        });
        let attempts = (0..3).flat_map(|attempt| {
            [
                (attempt, Level::INFO, "before"),
                (attempt, Level::WARN, "after"),
            ]
        });
        assert!(shown.eq(attempts), "{lines:#?}");
        assert!(lines.is_sorted_by(|a, b| a.number < b.number));
        assert_eq!(logs.dropped_lines(run.id()), 0);
    }
}

#[task(spawn)]
async fn spawned(number: u32) -> u32 {
    tokio::task::yield_now().await;
    tracing::info!("spawned");
    number
}

#[task(blocking)]
fn blocking(number: u32) -> u32 {
    tracing::info!("blocking");
    number
}

#[task]
async fn with_spans(number: u32) -> u32 {
    use tracing::Instrument as _;
    let span = tracing::info_span!("part", number);
    let part = async {
        tokio::task::yield_now().await;
        tracing::info!("in a span on another task");
    };
    tokio::spawn(part.instrument(span)).await.unwrap();
    // A task without the span of the attempt is no part of it.
    let other = async { tracing::info!("outside") };
    tokio::spawn(other).await.unwrap();
    number
}

workflow! {
    workflow Threads(number: u32) -> u32 {
        task One { let one = spawned(number); next Two; }
        task Two { let two = blocking(one); next Three; }
        task Three { let three = with_spans(two); end three; }
    }
}

#[tokio::test]
async fn lines_are_recorded_wherever_the_handler_runs() {
    let logs = logs_of_the_process();
    let engine = Engine::builder().register::<Threads>().build().unwrap();
    let run = engine.start::<Threads>(1).await.unwrap();
    assert_eq!(run.report().await.status, Status::Succeeded);
    let lines = logs.of_execution(run.id());
    let shown: Vec<_> = lines
        .iter()
        .map(|line| (&*line.state, line.message.as_str()))
        .collect();
    let expected = [
        ("One", "spawned"),
        ("Two", "blocking"),
        ("Three", "in a span on another task"),
    ];
    assert_eq!(shown, expected);
}

#[tokio::test]
async fn events_outside_of_attempts_and_of_the_engine_are_ignored() {
    let (logs, _guard) = logs_of_this_thread(HandlerLogOptions::new());
    let inner = engine()
        .function("charge", |_: Json| async {
            tracing::info!("inner");
            Ok::<_, TaskFailure>(json!(1))
        })
        .build()
        .unwrap();
    let arns = Arc::new(std::sync::Mutex::new(Vec::new()));
    let all_arns = arns.clone();
    let engine = engine()
        .function("charge", move |_: Json| {
            let (inner, arns) = (inner.clone(), arns.clone());
            async move {
                tracing::info!("outer");
                tracing::info!(parent: None, "in no span");
                tracing::warn!(target: "stepwright_engine::drive", "of the engine");
                // The start and the end of this execution are events of the engine; its handler's
                // line is its own.
                let options = StartOptions::new().name("inner");
                let run = inner.start_machine("m", json!({}), options).await.unwrap();
                run.report().await;
                arns.lock().unwrap().push(run.id().to_owned());
                Ok::<_, TaskFailure>(json!(1))
            }
        })
        .build()
        .unwrap();
    tracing::error!("outside");
    let span = tracing::info_span!("task", attempt = 0);
    span.in_scope(|| tracing::error!("in a span of the program"));
    let fake = tracing::info_span!(target: "stepwright_engine", "task", attempt = 0);
    fake.in_scope(|| tracing::error!("in a span without an execution"));
    let lines = run(&engine, &logs, json!({})).await;
    assert_eq!(messages(&lines), ["outer"]);
    // No other event has a number.
    let inner = logs.of_execution(&all_arns.lock().unwrap()[0]);
    assert_eq!(messages(&inner), ["inner"]);
    assert_eq!((lines[0].number, inner[0].number), (1, 2));
    assert!(logs.of_execution("").is_empty());
}

#[tokio::test]
async fn only_the_newest_lines_of_an_execution_are_retained() {
    let (logs, _guard) = logs_of_this_thread(HandlerLogOptions::new());
    let engine = engine()
        .function("charge", |_: Json| async {
            for number in 0..500 {
                tracing::info!(number, "{}", "x".repeat(1_000));
            }
            Ok::<_, TaskFailure>(json!(1))
        })
        .build()
        .unwrap();
    let run = start(&engine, json!({})).await;
    run.report().await;
    let lines = logs.of_execution(run.id());
    // With its fields and the memory for it, a line is larger than its message.
    let most = BYTES_PER_EXECUTION / 1_000;
    assert!((most - 20..most).contains(&lines.len()), "{}", lines.len());
    let dropped = 500 - lines.len();
    assert_eq!(logs.dropped_lines(run.id()), dropped as u64);
    for (line, number) in lines.iter().zip(dropped..) {
        assert_eq!(line.fields, [("number".into(), number.to_string())]);
        assert!(!line.is_cut);
    }
}

#[tokio::test]
async fn huge_messages_and_fields_are_cut() {
    let (logs, _guard) = logs_of_this_thread(HandlerLogOptions::new());
    let engine = engine()
        .function("charge", |_: Json| async {
            let huge = "\u{20ac}".repeat(1_000_000);
            tracing::info!("{huge}");
            tracing::info!(first = "short", second = %huge, third = ?huge, "fields");
            Ok::<_, TaskFailure>(json!(1))
        })
        .build()
        .unwrap();
    let lines = run(&engine, &logs, json!({})).await;
    let [message, fields] = &*lines else {
        panic!("{lines:?}");
    };
    let cut = "\u{20ac}".repeat(MESSAGE_BYTES / 3);
    assert!(message.is_cut && message.message == cut);
    assert_eq!(fields.message, "fields");
    assert!(fields.is_cut);
    assert_eq!(fields.fields[0], ("first".into(), "short".to_owned()));
    assert!(fields.fields[1].1.starts_with("\u{20ac}\u{20ac}"));
    let sizes = fields
        .fields
        .iter()
        .map(|(name, value)| name.len() + value.len());
    let bytes: usize = sizes.sum();
    assert!(
        (FIELDS_BYTES - 20..=FIELDS_BYTES).contains(&bytes),
        "{bytes}"
    );
}

#[tokio::test]
async fn values_are_recorded_as_text_and_records_of_log_with_their_target() {
    let (logs, _guard) = logs_of_this_thread(HandlerLogOptions::new());
    let engine = engine()
        .function("charge", |_: Json| async {
            let refused = std::io::Error::other("refused");
            let error: &(dyn std::error::Error + 'static) = &Outer(refused);
            tracing::info!(text = "a \"b\"", debug = ?"c", size = 1.5, is_paid = true, error);
            tracing::info!(target: "log", { "log.target" = "client::tls", "log.line" = 7, host = "a" }, "connected");
            Ok::<_, TaskFailure>(json!(1))
        })
        .build()
        .unwrap();
    let lines = run(&engine, &logs, json!({})).await;
    let fields: Vec<_> = lines[0]
        .fields
        .iter()
        .map(|(name, value)| (&**name, value.as_str()))
        .collect();
    let expected = [
        ("text", "a \"b\""),
        ("debug", "\"c\""),
        ("size", "1.5"),
        ("is_paid", "true"),
        ("error", "no card: refused"),
    ];
    assert_eq!((lines[0].message.as_str(), &*fields), ("", &expected[..]));
    assert_eq!(lines[1].target, "client::tls");
    assert_eq!(lines[1].fields, [("host".into(), "a".to_owned())]);
}

/// An error with a source.
#[derive(Debug)]
struct Outer(std::io::Error);

impl std::fmt::Display for Outer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("no card")
    }
}

impl std::error::Error for Outer {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

#[tokio::test]
async fn only_the_newest_executions_have_lines() {
    let (logs, _guard) = logs_of_this_thread(HandlerLogOptions::new().executions(3));
    let engine = engine()
        .function("charge", |_: Json| async {
            tracing::info!("charged");
            Ok::<_, TaskFailure>(json!(1))
        })
        .build()
        .unwrap();
    let mut arns = Vec::new();
    for _ in 0..10 {
        let run = start(&engine, json!({})).await;
        run.report().await;
        arns.push(run.id().to_owned());
    }
    let counts: Vec<_> = arns
        .iter()
        .map(|arn| logs.of_execution(arn).len())
        .collect();
    assert_eq!(counts, [0, 0, 0, 0, 0, 0, 0, 1, 1, 1]);
}

#[tokio::test]
async fn levels_are_chosen_for_each_layer() {
    let info = HandlerLogs::new();
    let debug = HandlerLogs::with_options(HandlerLogOptions::new().level(Level::DEBUG));
    let errors = HandlerLogs::with_options(HandlerLogOptions::new().level(Level::ERROR));
    let _guard = tracing_subscriber::registry()
        .with(info.layer())
        .with(debug.layer())
        .with(errors.layer())
        .set_default();
    let engine = engine()
        .function("charge", |_: Json| async {
            tracing::error!("error");
            tracing::info!("info");
            tracing::debug!("debug");
            tracing::trace!("trace");
            Ok::<_, TaskFailure>(json!(1))
        })
        .build()
        .unwrap();
    let run = start(&engine, json!({})).await;
    run.report().await;
    let of = |logs: &HandlerLogs| -> BTreeSet<String> {
        let lines = logs.of_execution(run.id());
        lines.iter().map(|line| line.message.clone()).collect()
    };
    assert_eq!(of(&errors), ["error"].map(str::to_owned).into());
    assert_eq!(of(&info), ["error", "info"].map(str::to_owned).into());
    let expected = ["debug", "error", "info"];
    assert_eq!(of(&debug), expected.map(str::to_owned).into());
}

#[tokio::test]
async fn a_redriven_execution_continues_its_lines() {
    let (logs, _guard) = logs_of_this_thread(HandlerLogOptions::new());
    let calls = AtomicU32::new(0);
    let engine = engine()
        .function("charge", move |_: Json| {
            let call = calls.fetch_add(1, Ordering::Relaxed);
            async move {
                tracing::info!("call {call}");
                match call {
                    0 => Err(TaskFailure::new("Declined", "")),
                    _ => Ok(json!(1)),
                }
            }
        })
        .build()
        .unwrap();
    let run = start(&engine, json!({})).await;
    assert_eq!(run.report().await.status, Status::Failed);
    let run = engine.redrive(run.id()).await.unwrap();
    assert_eq!(run.report().await.status, Status::Succeeded);
    let lines = logs.of_execution(run.id());
    assert_eq!(messages(&lines), ["call 0", "call 1"]);
}

#[tokio::test]
async fn nothing_is_recorded_without_the_layer() {
    let logs = HandlerLogs::new();
    // The subscriber of the process has the layer of other tests.
    let _guard = tracing_subscriber::registry().set_default();
    let engine = engine()
        .function("charge", |_: Json| async {
            tracing::info!("charged");
            Ok::<_, TaskFailure>(json!(1))
        })
        .build()
        .unwrap();
    assert_eq!(run(&engine, &logs, json!({})).await, []);
}

#[tokio::test]
async fn lines_have_no_task_token_and_no_masked_field() {
    let (logs, _guard) = logs_of_this_thread(HandlerLogOptions::new());
    let token = "0123456789ab4def8123456789abcdef".repeat(2);
    let logged = token.clone();
    let charge = move |_: Json| {
        let token = logged.clone();
        async move {
            let card = r#"{"card": {"number": "4929"}}"#;
            tracing::info!(card.number = 4929, link = %format!("https://x/{token}"), "charging {card} for {token}");
            Ok::<_, TaskFailure>(json!({}))
        }
    };
    let engine = engine().function("charge", charge).build().unwrap();
    let execution = start(&engine, json!({})).await;
    execution.report().await;
    let line = |text: &[Arc<LogLine>]| format!("{:?}", text[0]);
    let before = line(&logs.of_execution(execution.id()));
    assert!(!before.contains(&token[..16]), "{before}");
    assert!(before.contains("4929"), "{before}");
    // Also lines that were recorded before.
    logs.redact(&Redaction::new().path("card.number").unwrap());
    let again = run(&engine, &logs, json!({})).await;
    for text in [line(&logs.of_execution(execution.id())), line(&again)] {
        assert!(
            !text.contains("4929") && text.contains("[redacted]"),
            "{text}"
        );
        assert!(
            text.contains("charging") && text.contains("https://x/"),
            "{text}"
        );
    }
}
