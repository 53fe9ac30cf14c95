//! The logs of handlers survive a restart, within their bounds, and end with their executions.

use serde_json::json;
use stepwright_engine::handler_logs::{BYTES_PER_EXECUTION, HandlerLogs};
use tracing_subscriber::layer::SubscriberExt as _;

use super::engine_of_store::{EngineOfStore, TestedDerivedData};

/// Starts an execution whose handler logs lines. Returns its ARN.
fn log<T: TestedDerivedData>(
    world: &EngineOfStore<'_, T>,
    logs: &HandlerLogs,
    lines: &[String],
) -> String {
    let subscriber = tracing_subscriber::registry().with(logs.layer());
    let input = json!({"kind": "log", "lines": lines});
    tracing::subscriber::with_default(subscriber, || world.start(input))
}

/// A restart shows the lines of earlier programs, within the bound of an execution, and continues
/// their numbers. The lines of deleted executions are deleted.
///
/// # Panics
///
/// With the difference.
pub fn handler_logs(tested: &mut impl TestedDerivedData) {
    let mut world = EngineOfStore::open(tested, 1);
    let logs = HandlerLogs::new();
    world.keep(&logs);
    let texts = ["one", "two \u{0} \"quoted\" 'é' 😀", "", "%_\\"].map(str::to_owned);
    let short = log(&world, &logs, &texts);
    let long: Vec<String> = (0..100)
        .map(|number| format!("{number} {}", "m".repeat(2_000)))
        .collect();
    let long = log(&world, &logs, &long);
    let expected = [&short, &long].map(|arn| (logs.of_execution(arn), logs.dropped_lines(arn)));
    assert_eq!(expected[0].0.len(), texts.len());
    for (line, text) in expected[0].0.iter().zip(&texts) {
        assert_eq!(&line.message, text);
    }
    assert_eq!(expected[1].0.len() as u64 + expected[1].1, 100);
    logs.flush();
    assert_eq!(logs.lost_lines(), 0);
    drop(logs);
    drop(world);

    let mut world = EngineOfStore::open(tested, 1);
    let logs = HandlerLogs::new();
    world.keep(&logs);
    let stored = [&short, &long].map(|arn| (logs.of_execution(arn), logs.dropped_lines(arn)));
    assert_eq!(stored, expected);
    let bytes = |line: &std::sync::Arc<_>| std::mem::size_of_val(&**line);
    assert!(stored[1].0.iter().map(bytes).sum::<usize>() < BYTES_PER_EXECUTION);
    let last = stored[1].0.last().map(|line| line.number);
    let next = log(&world, &logs, &["three".to_owned()]);
    let lines = logs.of_execution(&next);
    assert_eq!(
        lines.first().map(|line| line.number),
        last.map(|last| last + 1)
    );
    logs.flush();
    // The memory and the storage have the same line once.
    assert_eq!(logs.of_execution(&next), lines);

    world.delete(&short);
    logs.delete_orphans();
    assert!(logs.of_execution(&short).is_empty());
    assert_eq!(logs.of_execution(&long), expected[1].0);
}
