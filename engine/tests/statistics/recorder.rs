//! A recorder of the crate `metrics` gets the same numbers as `Engine::statistics`.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use metrics::{
    Counter, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};
use serde_json::json;
use stepwright_engine::statistics::{METRICS, MetricKind};
use stepwright_engine::store::MemoryStore;
use stepwright_engine::task::TaskFailure;
use stepwright_engine::{Engine, MachineType, StartOptions};

use crate::statistics::support::{builder, named, until};

/// The kind, the unit and the text of a metric.
type Description = (MetricKind, Option<Unit>, String);

/// Records all metrics in memory.
#[derive(Default)]
struct Memory {
    counters: Mutex<BTreeMap<String, Arc<AtomicU64>>>,
    gauges: Mutex<BTreeMap<String, Arc<AtomicU64>>>,
    histograms: Mutex<BTreeMap<String, Arc<Values>>>,
    described: Mutex<BTreeMap<String, Description>>,
}

#[derive(Default)]
struct Values(Mutex<Vec<f64>>);

impl HistogramFn for Values {
    fn record(&self, value: f64) {
        self.0.lock().unwrap().push(value);
    }
}

/// The metric as in the text format of Prometheus: `name{label="value"}`.
fn text(key: &Key) -> String {
    let labels: Vec<_> = key
        .labels()
        .map(|label| format!("{}=\"{}\"", label.key(), label.value()))
        .collect();
    if labels.is_empty() {
        key.name().to_owned()
    } else {
        format!("{}{{{}}}", key.name(), labels.join(","))
    }
}

impl Memory {
    fn describe(&self, kind: MetricKind, key: KeyName, unit: Option<Unit>, text: SharedString) {
        let described = (kind, unit, text.into_owned());
        self.described
            .lock()
            .unwrap()
            .insert(key.as_str().to_owned(), described);
    }

    /// The lines of the text format, without the buckets of histograms.
    fn lines(&self) -> BTreeMap<String, String> {
        let mut lines = BTreeMap::new();
        for (key, value) in &*self.counters.lock().unwrap() {
            lines.insert(key.clone(), value.load(Ordering::SeqCst).to_string());
        }
        for (key, value) in &*self.gauges.lock().unwrap() {
            let value = f64::from_bits(value.load(Ordering::SeqCst));
            lines.insert(key.clone(), value.to_string());
        }
        for (key, values) in &*self.histograms.lock().unwrap() {
            let (name, labels) = key.split_once('{').unwrap_or((key, ""));
            let labels = if labels.is_empty() {
                String::new()
            } else {
                format!("{{{labels}")
            };
            let count = values.0.lock().unwrap().len();
            lines.insert(format!("{name}_count{labels}"), count.to_string());
        }
        lines
    }
}

impl Recorder for Memory {
    fn describe_counter(&self, key: KeyName, unit: Option<Unit>, text: SharedString) {
        self.describe(MetricKind::Counter, key, unit, text);
    }

    fn describe_gauge(&self, key: KeyName, unit: Option<Unit>, text: SharedString) {
        self.describe(MetricKind::Gauge, key, unit, text);
    }

    fn describe_histogram(&self, key: KeyName, unit: Option<Unit>, text: SharedString) {
        self.describe(MetricKind::Histogram, key, unit, text);
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        let mut counters = self.counters.lock().unwrap();
        Counter::from_arc(counters.entry(text(key)).or_default().clone())
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        let mut gauges = self.gauges.lock().unwrap();
        Gauge::from_arc(gauges.entry(text(key)).or_default().clone())
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        let mut histograms = self.histograms.lock().unwrap();
        Histogram::from_arc(histograms.entry(text(key)).or_default().clone())
    }
}

/// The lines of the engine's own text, without comments, buckets and sums.
fn own_lines(engine: &Engine) -> BTreeMap<String, String> {
    let text = engine.statistics().to_prometheus();
    let lines = text.lines().filter(|line| {
        let name = line.split(['{', ' ']).next().unwrap();
        !line.starts_with('#') && !name.ends_with("_bucket") && !name.ends_with("_sum")
    });
    lines
        .map(|line| line.rsplit_once(' ').unwrap())
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

const PACK: &str = "arn:aws:states:us-east-1:123456789012:activity:pack";

fn works() -> String {
    json!({"StartAt": "Call", "States": {
        "Call": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "Next": "Slow"},
        "Slow": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "Pack",
            "Parameters": {"FunctionName": "slow"}},
        "Pack": {"Type": "Task", "Resource": PACK, "End": true},
    }})
    .to_string()
}

/// An engine with a recorder, which has started, ended and waiting executions.
async fn busy(store: &MemoryStore) -> Engine {
    let engine = builder()
        .register_json("works", &works(), MachineType::Standard)
        .activity(PACK)
        .function("f", |_: serde_json::Value| async {
            Ok::<_, TaskFailure>(json!({}))
        })
        .function("slow", |_: serde_json::Value| async {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            Ok::<_, TaskFailure>(json!({}))
        })
        .store(store.clone())
        .retention(3)
        .build()
        .unwrap();
    for word in ["succeed", "fail", "succeed", "fail", "succeed"] {
        for machine in ["obedient", "express"] {
            let run = engine
                .start_machine(machine, json!(word), StartOptions::new())
                .await;
            run.unwrap().report().await;
        }
    }
    engine
        .start_machine("obedient", json!("stay"), named("a"))
        .await
        .unwrap();
    for name in ["a", "b", "c"] {
        engine
            .start_machine("works", json!({}), named(name))
            .await
            .unwrap();
    }
    let task = engine.get_activity_task(PACK, None).await.unwrap();
    engine
        .send_task_success(&task.token, &json!({}))
        .await
        .unwrap();
    let queued = |engine: &Engine| engine.statistics().activity_queues[0].waiting;
    until("two tasks in the queue", || queued(&engine) == 2).await;
    until("the deletions", || {
        engine.statistics().deleted_executions == 3
    })
    .await;
    engine
}

/// The recorder of this thread; a test on a runtime of one thread registers all metrics on it.
fn installed() -> (&'static Memory, metrics::LocalRecorderGuard<'static>) {
    let memory: &'static Memory = Box::leak(Box::default());
    (memory, metrics::set_default_local_recorder(memory))
}

#[tokio::test]
async fn each_metric_of_a_recorder_has_the_number_of_the_statistics() {
    let (memory, _guard) = installed();
    let store = MemoryStore::new();
    let engine = busy(&store).await;
    // The journal counts a commit after its waiters may see it.
    until("the same numbers", || memory.lines() == own_lines(&engine)).await;
    let lines = memory.lines();
    assert_eq!(
        lines["stepwright_executions_started_total{state_machine=\"obedient\"}"],
        "6"
    );
    assert_eq!(
        lines["stepwright_executions_open{state_machine=\"obedient\"}"],
        "1"
    );
    assert_eq!(
        lines["stepwright_executions_failed_total{state_machine=\"express\"}"],
        "2"
    );
    assert_eq!(
        lines[&format!("stepwright_activity_queue_length{{activity=\"{PACK}\"}}")],
        "2"
    );
    assert_eq!(
        lines[&format!("stepwright_activities_started_total{{activity=\"{PACK}\"}}")],
        "1"
    );
}

#[tokio::test]
async fn two_engines_add_their_numbers_and_an_engine_that_ends_takes_its_gauges_back() {
    let (memory, _guard) = installed();
    let engines = [(); 2].map(|()| builder().build().unwrap());
    for engine in &engines {
        engine
            .start_machine("obedient", json!("stay"), named("a"))
            .await
            .unwrap();
    }
    let open = "stepwright_executions_open{state_machine=\"obedient\"}";
    assert_eq!(memory.lines()[open], "2");
    assert_eq!(
        memory.lines()["stepwright_open_executions_limit"],
        "2000000"
    );
    let [first, _second] = engines;
    first.shutdown(std::time::Duration::ZERO).await;
    drop(first);
    assert_eq!(memory.lines()[open], "1");
    assert_eq!(
        memory.lines()["stepwright_open_executions_limit"],
        "1000000"
    );
    let aborted = "stepwright_executions_aborted_total{state_machine=\"obedient\"}";
    assert_eq!(memory.lines()[aborted], "1", "counters stay");
}

#[test]
fn each_metric_is_described_with_its_unit_and_the_name_of_cloudwatch() {
    let (memory, _guard) = installed();
    let _engine = builder().build().unwrap();
    let described = memory.described.lock().unwrap();
    assert_eq!(described.len(), METRICS.len());
    for metric in METRICS {
        let (kind, unit, text) = &described[metric.name];
        assert_eq!(*kind, metric.kind);
        assert!(unit.is_some());
        assert!(text.starts_with(metric.meaning));
        if let Some(name) = metric.cloudwatch {
            assert!(text.ends_with(&format!("(CloudWatch: {name})")));
        }
    }
}

#[test]
fn names_follow_the_conventions_of_prometheus() {
    let mut names = std::collections::BTreeSet::new();
    for metric in METRICS {
        let name = metric.name;
        assert!(names.insert(name), "{name} is twice in the table");
        assert!(name.starts_with("stepwright_"));
        assert!(
            name.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_'),
            "{name}"
        );
        assert_eq!(
            name.ends_with("_total"),
            metric.kind == MetricKind::Counter,
            "{name}"
        );
        match metric.unit.name() {
            "count" => assert!(
                !name.contains("seconds") && !name.contains("bytes"),
                "{name}"
            ),
            unit => assert!(name.ends_with(unit), "{name}"),
        }
        assert!(!metric.meaning.ends_with('.'), "{name}");
    }
}
