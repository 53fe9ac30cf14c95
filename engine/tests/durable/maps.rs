//! Distributed Maps on a store: the power fails at each commit of an execution in turn, and the end
//! is the same as without a failure.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use serde_json::{Value as Json, json};
use stepwright_engine::objects::{
    ListedObject, Memory, MultipartStore, ObjectBody, ObjectError, ObjectFuture, ObjectStore,
};
use stepwright_engine::store::MemoryStore;
use stepwright_engine::task::TaskFailure;
use stepwright_engine::test_support::CommitFailures as _;
use stepwright_engine::{
    Engine, ExecutionReport, Limits, MachineType, MapRun, RedriveError, StartOptions, Status,
};

use crate::durable::support::{power_is_gone, process, second};

const ID: &str = "arn:aws:states:us-east-1:123456789012:execution:m:e";

/// The state of the function `work`: how many times it succeeded with each item, and whether
/// failing items are fixed.
#[derive(Clone, Default)]
struct World {
    done: Arc<Mutex<BTreeMap<String, u32>>>,
    is_mended: Arc<AtomicBool>,
}

impl World {
    fn done(&self) -> BTreeMap<String, u32> {
        self.done.lock().unwrap().clone()
    }
}

/// One Distributed Map, the objects that it reads, and whether failed children are redriven.
struct Case {
    definition: Json,
    input: Json,
    objects: fn() -> Memory,
    is_redriven: bool,
    /// How many children the children have.
    inner_children: u32,
    /// How many bytes of results one part has.
    part_bytes: u64,
}

/// Objects that arrive in chunks, as from a network, and are written in parts.
struct InChunks(Memory);

impl ObjectStore for InChunks {
    fn get<'a>(&'a self, bucket: &'a str, key: &'a str) -> ObjectFuture<'a, ObjectBody> {
        Box::pin(async move {
            let whole = self.0.get(bucket, key).await?.read(u64::MAX).await?;
            let chunks = whole.chunks(50_000).map(Bytes::copy_from_slice);
            let chunks: Vec<Result<Bytes, ObjectError>> = chunks.map(Ok).collect();
            Ok(ObjectBody::new(futures_util::stream::iter(chunks)))
        })
    }

    fn list<'a>(&'a self, bucket: &'a str, prefix: &'a str) -> ObjectFuture<'a, Vec<ListedObject>> {
        self.0.list(bucket, prefix)
    }

    fn put<'a>(&'a self, bucket: &'a str, key: &'a str, body: Vec<u8>) -> ObjectFuture<'a, ()> {
        self.0.put(bucket, key, body)
    }

    fn multipart(&self) -> Option<&dyn MultipartStore> {
        self.0.multipart()
    }
}

/// The observations that must be equal for a power failure at any commit.
#[derive(Debug, PartialEq)]
struct Seen {
    status: Status,
    /// Error, cause and output.
    end: Json,
    kinds: Vec<&'static str>,
    /// The status and the counts of each Map Run of the execution.
    runs: Vec<Json>,
    /// The statuses of the Standard children.
    children: Vec<Vec<Status>>,
    files: BTreeMap<String, String>,
}

impl Seen {
    fn check(&self, other: &Self, at: &str) {
        assert_eq!((self.status, &self.end), (other.status, &other.end), "{at}");
        assert_eq!(self.kinds, other.kinds, "{at}");
        assert_eq!(self.runs, other.runs, "{at}");
        assert_eq!(self.children, other.children, "{at}");
        for (key, text) in &self.files {
            assert_eq!(Some(text), other.files.get(key), "{at}: {key}");
        }
        assert_eq!(self.files.len(), other.files.len(), "{at}");
    }
}

/// The state of an engine before it continues.
struct Before {
    done: BTreeMap<String, u32>,
    /// The inputs of the closed Standard children.
    over: Vec<Json>,
    /// How many ends of children are known.
    ended: u64,
    total: u64,
}

impl Before {
    fn of(engine: &Engine, world: &World) -> Self {
        let runs = engine.blocking_map_runs(ID).unwrap();
        let children = runs
            .iter()
            .flat_map(|run| engine.blocking_map_run_executions(&run.arn).unwrap());
        let over = children
            .filter(|child| child.id.contains(":execution:") && child.status != Status::Running);
        let inputs = over.map(|child| {
            let child = engine.blocking_execution(&child.id).unwrap().unwrap();
            child.execution().input().to_json()
        });
        let counts = runs.iter().map(|run| run.executions);
        Self {
            done: world.done(),
            over: inputs.collect(),
            ended: counts
                .clone()
                .map(|counts| counts.succeeded + counts.failed)
                .sum(),
            total: counts.map(|counts| counts.total).sum(),
        }
    }
}

/// Returns the description of a Map Run without its times.
fn told(run: &MapRun) -> Json {
    let mut told = run.to_json();
    for time in ["startDate", "stopDate", "redriveDate"] {
        told.as_object_mut().unwrap().remove(time);
    }
    told
}

fn seen(engine: &Engine, report: &ExecutionReport, objects: &Memory) -> Seen {
    let runs = engine.blocking_map_runs(ID).unwrap();
    let children = runs.iter().map(|run| {
        let children = engine
            .blocking_map_run_executions(&run.arn)
            .unwrap()
            .into_iter();
        let standard = children.filter(|child| child.id.contains(":execution:"));
        standard.map(|child| child.status).collect()
    });
    let files = objects.keys("out").into_iter();
    let files = files.map(|key| {
        let text = objects.text("out", &key).unwrap();
        // The times of children differ after some time.
        let times = without_times(&text);
        (key, times)
    });
    Seen {
        status: report.status,
        end: json!({"error": report.error, "cause": report.cause,
            "output": report.output.as_ref().map(|output| output.to_json())}),
        kinds: report
            .history
            .events()
            .map(|event| event.kind().name())
            .collect(),
        runs: runs.iter().map(told).collect(),
        children: children.collect(),
        files: files.collect(),
    }
}

/// The text without the values of `StartDate` and `StopDate`.
fn without_times(text: &str) -> String {
    let mut rest = text;
    let mut without = String::new();
    while let Some(at) = rest.find("Date\":\"") {
        let (before, after) = rest.split_at(at + 7);
        without.push_str(before);
        let end = after.find('"').unwrap_or(after.len());
        rest = &after[end..];
    }
    without + rest
}

/// Builds an engine whose function `work` returns its payload, and fails for items with
/// `"fails": true` until that is fixed.
fn engine(case: &Case, store: &MemoryStore, objects: &Memory, world: &World, at: i64) -> Engine {
    let world = world.clone();
    Engine::builder()
        .register_json("m", &case.definition.to_string(), MachineType::Standard)
        .store(store.clone())
        .objects(InChunks(objects.clone()))
        .limits(
            Limits::new()
                // All results are uploaded in parts.
                .result_part_bytes(case.part_bytes),
        )
        .function("work", move |payload: Json| {
            let fails = payload["item"]["fails"] == json!(true);
            let is_well = !fails || world.is_mended.load(Ordering::SeqCst);
            if is_well {
                let key = payload["item"].to_string();
                *world.done.lock().unwrap().entry(key).or_default() += 1;
            }
            async move {
                if is_well {
                    Ok(payload)
                } else {
                    Err(TaskFailure::new("Broken", "until it is fixed"))
                }
            }
        })
        .virtual_time_from(second(at))
        .build()
        .unwrap()
}

/// Starts the execution, unless it exists, and waits for its end and that of its redrive, or for
/// the failure of the store. Returns the state before that.
fn work(
    case: &Arc<Case>,
    store: &MemoryStore,
    objects: &Memory,
    world: &World,
    at: i64,
) -> (Before, Option<Seen>) {
    let (case, store) = (case.clone(), store.clone());
    let (objects, world) = (objects.clone(), world.clone());
    process(async move {
        let engine = engine(&case, &store, &objects, &world, at);
        let before = Before::of(&engine, &world);
        let run = match engine.blocking_execution(ID).unwrap() {
            Some(run) => run,
            None => {
                let options = StartOptions::new().name("e");
                let started = engine.start_machine("m", case.input.clone(), options);
                match started.await {
                    Ok(run) => run,
                    Err(_) => return (before, None),
                }
            }
        };
        let mut report = run.report().await;
        let is_kept =
            |report: &ExecutionReport| report.error.as_deref() != Some("Stepwright.CommitFailed");
        let is_first = report.execution().redrive_count() == Some(0);
        if case.is_redriven && is_kept(&report) && is_first {
            assert_ne!(report.status, Status::Succeeded);
            world.is_mended.store(true, Ordering::SeqCst);
            report = match engine.redrive(ID).await {
                Ok(run) => run.report().await,
                Err(RedriveError::Store(_)) => {
                    // It is closed as before.
                    let runs = engine.blocking_map_runs(ID).unwrap();
                    assert!(
                        runs.iter().all(|run| run.status == Status::Failed),
                        "{runs:?}"
                    );
                    return (before, None);
                }
                Err(error) => panic!("{error}"),
            };
        }
        let seen = is_kept(&report).then(|| seen(&engine, &report, &objects));
        (before, seen)
    })
}

/// Checks the invariants for a power failure at each commit: the end is the same, and finished
/// children are not run again.
fn survives_every_crash(case: Case) {
    let case = Arc::new(case);
    let (store, world, objects) = (MemoryStore::new(), World::default(), (case.objects)());
    let whole = work(&case, &store, &objects, &world, 0).1.unwrap();
    let commits = store.commits();
    assert!(commits > 3, "{commits}");
    // A closed execution of the store is reported as before.
    let later = work(&case, &store.copy(), &objects, &world, 5_000);
    later.1.unwrap().check(&whole, "it was over");
    let mut crashes = 0;
    for commit in 1..=commits {
        let (store, world, objects) = (MemoryStore::new(), World::default(), (case.objects)());
        store.fail_commits_from(commit, power_is_gone());
        if work(&case, &store, &objects, &world, 0).1.is_some() {
            // Commits of several executions were combined this time.
            break;
        }
        crashes += 1;
        let (before, again) = work(&case, &store.copy(), &objects, &world, 900);
        let at = format!("the power went at commit {commit} of {commits}");
        again
            .unwrap_or_else(|| panic!("{at}: it does not end"))
            .check(&whole, &at);
        let done = world.done();
        for input in &before.over {
            let key = input.to_string();
            let is_redone = case.is_redriven && input["fails"] == json!(true);
            assert!(
                before.done.get(&key) == done.get(&key) || is_redone,
                "{at}: {key} was done again"
            );
        }
        let count = |done: &BTreeMap<String, u32>| -> u32 { done.values().sum() };
        let more = u64::from(count(&done) - count(&before.done));
        if before.total > 0 && !case.is_redriven {
            // Closed children are not started again, whatever their type is.
            let left = whole
                .runs
                .iter()
                .map(|run| &run["executionCounts"]["total"]);
            let left: u64 = left.map(|total| total.as_u64().unwrap()).sum();
            let left = left.max(before.total) - before.ended;
            let inner = u64::from(case.inner_children);
            assert!(more <= left + inner, "{at}: {more} of {left}");
        }
    }
    assert!(crashes > 2, "{crashes} of {commits}");
}

/// Returns a Task that does an item's work, and is retried when it is lost.
fn task(next: Option<&str>) -> Json {
    let mut task = json!({
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "work", "Payload": {"item.$": "$"}},
        "OutputPath": "$.Payload.item",
        "Retry": [{"ErrorEquals": ["Stepwright.TaskLost"], "IntervalSeconds": 1, "MaxAttempts": 5}],
    });
    match next {
        Some(next) => task["Next"] = json!(next),
        None => task["End"] = json!(true),
    }
    task
}

/// Returns a machine with one Distributed Map, whose children do an item's work and wait.
fn machine(kind: &str, more: Json) -> Json {
    let mut map = json!({
        "Type": "Map", "Next": "After",
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": kind},
            "StartAt": "Work", "States": {
                "Work": task(Some("Rest")),
                "Rest": {"Type": "Wait", "Seconds": 2, "End": true},
            },
        },
    });
    for (key, value) in more.as_object().unwrap() {
        map[key] = value.clone();
    }
    json!({"StartAt": "M", "States": {"M": map, "After": {"Type": "Pass", "End": true}}})
}

fn items(count: u32, failing: &[u32]) -> Json {
    let item = |number| json!({"id": number, "fails": failing.contains(&number)});
    (0..count).map(item).collect()
}

fn reader(config: &Json) -> Json {
    json!({"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": config,
        "Parameters": {"Bucket": "in", "Key": "items"}})
}

fn writer() -> Json {
    json!({"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "out", "Prefix": "results"}})
}

fn empty() -> Memory {
    Memory::new().bucket("out")
}

fn lines() -> Memory {
    let lines: String = (0..9).map(|id| format!("{{\"id\":{id}}}\n")).collect();
    empty().with("in", "items", lines)
}

/// Lines of a file that is read in pieces.
fn long_lines() -> Memory {
    let blanks = " ".repeat(250_000);
    let lines: String = (0..9)
        .map(|id| format!("{{\"id\":{id},{blanks}\"fails\":{}}}\n", id == 4))
        .collect();
    empty().with("in", "items", lines)
}

fn rows() -> Memory {
    let rows: String = (0..8).map(|id| format!("{id},x\n")).collect();
    empty().with("in", "items", format!("id,what\n{rows}"))
}

fn an_array() -> Memory {
    let fails = items(7, &[1, 2, 3]).to_string();
    empty().with("in", "items", fails)
}

fn a_bucket() -> Memory {
    let all = (0..6).map(|id| {
        (
            format!("part-{id}"),
            format!("[{{\"id\":{id}}}, {{\"id\":{}}}]", id + 10),
        )
    });
    all.fold(empty(), |memory, (key, text)| memory.with("in", key, text))
}

fn case(definition: Json, input: Json) -> Case {
    Case {
        definition,
        input,
        objects: empty,
        is_redriven: false,
        inner_children: 0,
        part_bytes: Limits::default().result_part_bytes,
    }
}

#[test]
fn standard_children_survive_crashes() {
    let definition = machine("STANDARD", json!({"MaxConcurrency": 2}));
    survives_every_crash(case(definition, items(5, &[])));
}

#[test]
fn express_children_survive_crashes() {
    let definition = machine("EXPRESS", json!({"MaxConcurrency": 2}));
    survives_every_crash(case(definition, items(5, &[])));
}

#[test]
fn batches_of_an_item_reader_survive_crashes() {
    let definition = machine(
        "STANDARD",
        json!({
            "ItemReader": reader(&json!({"InputType": "JSONL"})),
            "ItemBatcher": {"MaxItemsPerBatch": 2, "BatchInput": {"of": "all"}},
            "MaxConcurrency": 2,
        }),
    );
    survives_every_crash(Case {
        objects: lines,
        ..case(definition, json!({}))
    });
}

#[test]
fn csv_rows_with_exported_results_survive_crashes() {
    let definition = machine(
        "EXPRESS",
        json!({
            "ItemReader": reader(&json!({"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW", "MaxItems": 5})),
            "ItemSelector": {"id.$": "$$.Map.Item.Value.id", "at.$": "$$.Map.Item.Index"},
            "ResultWriter": writer(), "MaxConcurrency": 2,
        }),
    );
    survives_every_crash(Case {
        objects: rows,
        ..case(definition, json!({}))
    });
}

#[test]
fn loaded_objects_of_a_bucket_survive_crashes() {
    let definition = machine(
        "STANDARD",
        json!({
            "ItemReader": {"Resource": "arn:aws:states:::s3:listObjectsV2",
                "ReaderConfig": {"InputType": "JSON", "Transformation": "LOAD_AND_FLATTEN"},
                "Parameters": {"Bucket": "in", "Prefix": "part"}},
            "ItemBatcher": {"MaxItemsPerBatch": 3},
            "ResultWriter": writer(), "MaxConcurrency": 1,
        }),
    );
    survives_every_crash(Case {
        objects: a_bucket,
        ..case(definition, json!({}))
    });
}

#[test]
fn a_list_of_a_bucket_survives_crashes() {
    let definition = machine(
        "EXPRESS",
        json!({
            "ItemReader": {"Resource": "arn:aws:states:::s3:listObjectsV2", "Parameters": {"Bucket": "in"}},
            "ItemSelector": {"key.$": "$$.Map.Item.Value.Key"}, "MaxConcurrency": 2,
        }),
    );
    survives_every_crash(Case {
        objects: a_bucket,
        ..case(definition, json!({}))
    });
}

#[test]
fn tolerated_failures_survive_crashes() {
    for kind in ["STANDARD", "EXPRESS"] {
        let definition = machine(
            kind,
            json!({"ToleratedFailurePercentage": 40, "MaxConcurrency": 2, "ResultWriter": writer()}),
        );
        survives_every_crash(case(definition, items(5, &[1, 4])));
    }
}

/// A run in which more items fail than it tolerates, and which may be redriven.
fn with_too_many_failures(kind: &str, is_redriven: bool) {
    let definition = machine(
        kind,
        json!({"ToleratedFailureCount": 1, "MaxConcurrency": 1, "ResultWriter": writer(),
            "ItemReader": reader(&json!({"InputType": "JSON"}))}),
    );
    survives_every_crash(Case {
        objects: an_array,
        is_redriven,
        ..case(definition, json!({}))
    });
}

#[test]
fn a_run_with_too_many_failures_survives_crashes() {
    with_too_many_failures("STANDARD", false);
    with_too_many_failures("EXPRESS", false);
}

#[test]
fn a_redriven_run_survives_crashes() {
    with_too_many_failures("STANDARD", true);
    with_too_many_failures("EXPRESS", true);
}

/// A run whose results are uploaded during the run, each of them or two at a time.
#[test]
fn multipart_uploads_survive_crashes() {
    for (kind, part_bytes) in [("STANDARD", 1), ("EXPRESS", 1), ("EXPRESS", 1_000)] {
        let definition = machine(
            kind,
            json!({"ToleratedFailurePercentage": 40, "MaxConcurrency": 2, "ResultWriter": writer(),
                "ItemReader": reader(&json!({"InputType": "JSONL"}))}),
        );
        survives_every_crash(Case {
            objects: lines,
            part_bytes,
            ..case(definition, json!({}))
        });
    }
}

/// A file that is never in memory as a whole.
#[test]
fn a_large_file_read_in_pieces_survives_crashes() {
    for (tolerated, is_redriven) in [(1, false), (0, true)] {
        let definition = machine(
            "EXPRESS",
            json!({"ToleratedFailureCount": tolerated, "MaxConcurrency": 1, "ResultWriter": writer(),
                "ItemReader": reader(&json!({"InputType": "JSONL"}))}),
        );
        survives_every_crash(Case {
            objects: long_lines,
            is_redriven,
            part_bytes: 1,
            ..case(definition, json!({}))
        });
    }
}

#[test]
fn multipart_uploads_of_a_failed_or_redriven_run_survive_crashes() {
    for kind in ["STANDARD", "EXPRESS"] {
        for is_redriven in [false, true] {
            let definition = machine(
                kind,
                json!({"ToleratedFailureCount": 1, "MaxConcurrency": 1, "ResultWriter": writer(),
                    "ItemReader": reader(&json!({"InputType": "JSON"}))}),
            );
            survives_every_crash(Case {
                objects: an_array,
                is_redriven,
                part_bytes: 1,
                ..case(definition, json!({}))
            });
        }
    }
}

#[test]
fn a_nested_distributed_map_survives_crashes() {
    let mut inner = machine(
        "STANDARD",
        json!({"Label": "inner", "MaxConcurrency": 2, "ItemsPath": "$.parts"}),
    )["States"]["M"]
        .clone();
    inner["Next"] = json!("Work");
    inner["ResultPath"] = json!("$.parts");
    let mut outer = machine("STANDARD", json!({"Label": "outer", "MaxConcurrency": 2}));
    let states = &mut outer["States"]["M"]["ItemProcessor"];
    states["StartAt"] = json!("Inner");
    states["States"]["Inner"] = inner;
    let input = json!([{"id": 1, "parts": items(2, &[])}, {"id": 2, "parts": items(3, &[])}]);
    survives_every_crash(Case {
        inner_children: 5,
        ..case(outer, input)
    });
}
