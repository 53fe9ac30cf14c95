//! The spans of executions. A separate program, because it sets the subscriber of the whole
//! process.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use serde_json::{Value as Json, json};
use stepwright::prelude::*;
use stepwright_runtime::clock::{Clock, Timestamp};
use stepwright_runtime::spans::{SPANS, TracePropagator};
use stepwright_runtime::task::{Answer, TaskCall, TaskFailure, TaskSource};
use stepwright_runtime::{Engine, EngineBuilder, MachineType, StartOptions, Status, TraceContext};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Span, Subscriber};
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry};

type Fields = BTreeMap<&'static str, String>;

/// A span of this process.
#[derive(Clone, Debug)]
struct SpanData {
    name: &'static str,
    /// Its names and those of the spans around it, outermost first.
    path: String,
    /// The name of the execution that it belongs to.
    execution: String,
    fields: Fields,
    is_closed: bool,
}

/// The message of an event, and the index of its span.
type EventData = (String, usize);

/// All spans and events of this process.
#[derive(Clone, Default)]
struct Spans(Arc<Mutex<(Vec<SpanData>, Vec<EventData>)>>);

struct FieldReader<'a>(&'a mut Fields);

impl Visit for FieldReader<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0
            .insert(field.name(), format!("{value:?}").replace('"', ""));
    }
}

struct Index(usize);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Spans {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let span = context.span(id).unwrap();
        let mut fields = Fields::new();
        attributes.record(&mut FieldReader(&mut fields));
        let mut all = self.0.lock().unwrap();
        let parent = span.parent().map(|parent| {
            let index = parent.extensions().get::<Index>().unwrap().0;
            all.0[index].clone()
        });
        let own = fields.get("state").cloned();
        let own = own.unwrap_or_else(|| span.name().to_owned());
        let (path, execution) = match parent {
            Some(parent) => (format!("{}/{own}", parent.path), parent.execution),
            None => (own, fields.get("name").cloned().unwrap_or_default()),
        };
        span.extensions_mut().insert(Index(all.0.len()));
        all.0.push(SpanData {
            name: span.name(),
            path,
            execution,
            fields,
            is_closed: false,
        });
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let index = context
            .span(id)
            .unwrap()
            .extensions()
            .get::<Index>()
            .unwrap()
            .0;
        values.record(&mut FieldReader(
            &mut self.0.lock().unwrap().0[index].fields,
        ));
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::new();
        event.record(&mut FieldReader(&mut fields));
        if let (Some(message), Some(span)) = (fields.remove("message"), context.event_span(event)) {
            let index = span.extensions().get::<Index>().unwrap().0;
            self.0.lock().unwrap().1.push((message, index));
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let index = context
            .span(&id)
            .unwrap()
            .extensions()
            .get::<Index>()
            .unwrap()
            .0;
        self.0.lock().unwrap().0[index].is_closed = true;
    }
}

fn spans() -> &'static Spans {
    static SPANS: OnceLock<Spans> = OnceLock::new();
    SPANS.get_or_init(|| {
        let spans = Spans::default();
        Registry::default().with(spans.clone()).init();
        spans
    })
}

impl Spans {
    /// Returns the spans of an execution that has ended, and checks that all are closed.
    fn of(&self, execution: &str) -> Vec<SpanData> {
        let all = self.0.lock().unwrap();
        let own = all.0.iter().filter(|span| span.execution == execution);
        let own: Vec<_> = own.cloned().collect();
        assert!(own.iter().all(|span| span.is_closed), "{own:#?}");
        own
    }

    /// Returns the path of the span with an event.
    fn path_of_event(&self, message: &str) -> Option<String> {
        let all = self.0.lock().unwrap();
        let (_, index) = all.1.iter().find(|(text, _)| text == message)?;
        Some(all.0[*index].path.clone())
    }
}

fn paths(spans: &[SpanData]) -> Vec<&str> {
    spans.iter().map(|span| &*span.path).collect()
}

fn task(name: &str, function: &str, more: Json) -> (String, Json) {
    let mut state = json!({
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
        "Parameters": {"FunctionName": function, "Payload.$": "$"}
    });
    let fields = more.as_object().unwrap().clone();
    state.as_object_mut().unwrap().extend(fields);
    (name.to_owned(), state)
}

fn engine(start: &str, states: impl IntoIterator<Item = (String, Json)>) -> EngineBuilder {
    let states: serde_json::Map<_, _> = states.into_iter().collect();
    let text = json!({"StartAt": start, "States": states}).to_string();
    Engine::builder()
        .register_json("m", &text, MachineType::Standard)
        .virtual_time()
}

async fn run(engine: &Engine, name: &str) -> Status {
    let started = engine.start_machine("m", json!({}), StartOptions::new().name(name));
    started.await.unwrap().report().await.status
}

#[tokio::test]
async fn each_attempt_at_a_task_is_a_span_in_its_state_with_documented_fields() {
    let spans = spans();
    let retry = json!({"Retry": [{"ErrorEquals": ["Busy"], "MaxAttempts": 1}]});
    let after = json!({"Type": "Pass", "End": true});
    let mut charge = task("Charge", "flaky", retry);
    charge.1["End"] = Json::Null;
    charge.1.as_object_mut().unwrap().remove("End");
    charge.1["Next"] = json!("Done");
    let calls = Mutex::new(0);
    let engine = engine("Charge", [charge, ("Done".to_owned(), after)])
        .function("flaky", move |_: Json| {
            let mut calls = calls.lock().unwrap();
            *calls += 1;
            let result = match *calls {
                1 => Err(TaskFailure::new("Busy", "")),
                _ => Ok(json!(1)),
            };
            async move { result }
        })
        .build()
        .unwrap();
    assert_eq!(run(&engine, "retried").await, Status::Succeeded);
    let own = spans.of("retried");
    assert_eq!(
        paths(&own),
        [
            "execution",
            "execution/Charge",
            "execution/Charge/task",
            "execution/Charge/task",
            "execution/Done"
        ]
    );
    assert_eq!(own[0].fields["status"], "SUCCEEDED");
    assert_eq!(
        (&*own[2].fields["attempt"], &*own[2].fields["error"]),
        ("0", "Busy")
    );
    assert_eq!(own[3].fields["attempt"], "1");
    assert!(!own[3].fields.contains_key("error"));
    for span in &own {
        let described = SPANS.iter().find(|described| described.name == span.name);
        let described = described.expect("the span is in the table").fields;
        for name in span.fields.keys() {
            assert!(described.iter().any(|(field, _)| field == name), "{name}");
        }
    }
}

#[tokio::test]
async fn timeouts_catches_and_aborted_branches_close_their_spans() {
    let spans = spans();
    let clock = Clock::virtual_from(Timestamp::default());
    let hangs = task("Hangs", "hangs", json!({"TimeoutSeconds": 5}));
    let waits = (
        "Waits".to_owned(),
        json!({"Type": "Wait", "Seconds": 100, "End": true}),
    );
    let branch = |(name, state): (String, Json)| json!({"StartAt": name, "States": {name: state}});
    let both = json!({
        "Type": "Parallel", "Branches": [branch(hangs), branch(waits)], "Next": "Caught",
        "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "Caught"}]
    });
    let caught = json!({"Type": "Pass", "End": true});
    let engine = engine(
        "Both",
        [("Both".to_owned(), both), ("Caught".to_owned(), caught)],
    )
    .clock(clock.clone())
    .function("hangs", move |_: Json| {
        let sleep = clock.sleep(Duration::from_secs(100));
        async move {
            drop(sleep.await);
            Ok::<_, TaskFailure>(Json::Null)
        }
    })
    .build()
    .unwrap();
    assert_eq!(run(&engine, "caught").await, Status::Succeeded);
    let own = spans.of("caught");
    let mut found = paths(&own);
    found.sort_unstable();
    assert_eq!(
        found,
        [
            "execution",
            "execution/Both",
            "execution/Both/Hangs",
            "execution/Both/Hangs/task",
            "execution/Both/Waits",
            "execution/Caught"
        ]
    );
    let task = own.iter().find(|span| span.name == "task").unwrap();
    assert_eq!(task.fields["error"], "States.Timeout");
}

#[tokio::test]
async fn a_stopped_execution_closes_the_spans_of_its_task() {
    let spans = spans();
    let engine = engine("Hangs", [task("Hangs", "hangs", json!({}))])
        .function("hangs", |_: Json| async {
            std::future::pending::<()>().await;
            Ok::<_, TaskFailure>(Json::Null)
        })
        .build()
        .unwrap();
    let options = StartOptions::new().name("stopped");
    let execution = engine.start_machine("m", json!({}), options).await.unwrap();
    assert_eq!(execution.stop(None, None).await.status, Status::Aborted);
    assert_eq!(spans.of("stopped")[0].fields["status"], "ABORTED");
}

/// The context whose parent is the span with this index.
fn context(index: usize) -> TraceContext {
    TraceContext::new(&format!("00-{:032x}-{:016x}-01", 7, index + 1), None).unwrap()
}

/// A propagator for which the id of a span is its index in [`Spans`]. It lists the indices of spans with their parents.
#[derive(Clone, Debug, Default)]
struct Links(Arc<Mutex<Vec<(usize, TraceContext)>>>);

impl Links {
    fn index(span: &Span) -> usize {
        let index = span.with_subscriber(|(id, subscriber)| {
            let registry = subscriber.downcast_ref::<Registry>().unwrap();
            registry
                .span(id)
                .unwrap()
                .extensions()
                .get::<Index>()
                .unwrap()
                .0
        });
        index.unwrap()
    }
}

impl TracePropagator for Links {
    fn set_parent(&self, span: &Span, parent: &TraceContext) {
        let link = (Self::index(span), parent.clone());
        self.0.lock().unwrap().push(link);
    }

    fn context_of(&self, span: &Span) -> Option<TraceContext> {
        Some(context(Self::index(span)))
    }
}

type TracedCall = (String, Option<TraceContext>);

/// A source that lists the states of its calls and their traces.
#[derive(Clone, Default)]
struct Traces(Arc<Mutex<Vec<TracedCall>>>);

impl TaskSource for Traces {
    fn answer(&self, call: &TaskCall<'_>) -> Option<Answer> {
        call.resource().as_str().ends_with("invoke").then(|| {
            let trace = call.trace_context().cloned();
            self.0
                .lock()
                .unwrap()
                .push((call.state().to_owned(), trace));
            Answer::result(Ok(json!({"Payload": 1}).into()))
        })
    }
}

#[tokio::test]
async fn a_trace_continues_from_the_start_through_attempts_nested_executions_and_map_runs() {
    let spans = spans();
    let child = |(name, state): (String, Json)| json!({"StartAt": name, "States": {name: state}});
    let mut processor = child(task("Item", "item", json!({})));
    processor["ProcessorConfig"] = json!({"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"});
    let each =
        json!({"Type": "Map", "ItemProcessor": processor, "ItemsPath": "$.items", "Next": "Nest"});
    let nest = json!({
        "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "End": true,
        "Parameters": {"StateMachineArn": "child", "Name": "nested"},
    });
    let (links, traces) = (Links::default(), Traces::default());
    let engine = engine(
        "Each",
        [("Each".to_owned(), each), ("Nest".to_owned(), nest)],
    )
    .register_json(
        "child",
        &child(task("Call", "call", json!({}))).to_string(),
        MachineType::Standard,
    )
    .trace_propagator(links.clone())
    .tasks(traces.clone())
    .build()
    .unwrap();
    let begin = TraceContext::new(
        "00-00000000000000000000000000000007-00000000000000ff-01",
        None,
    )
    .unwrap();
    let options = StartOptions::new()
        .name("traced")
        .trace_context(begin.clone());
    let started = engine
        .start_machine("m", json!({"items": [1]}), options)
        .await
        .unwrap();
    let report = started.report().await;
    assert_eq!(report.status, Status::Succeeded, "{report:?}");
    let all = spans.0.lock().unwrap().0.clone();
    let at = |is_it: &dyn Fn(&SpanData) -> bool| all.iter().position(is_it).unwrap();
    let named = |name: &str| at(&|span| span.fields.get("name").is_some_and(|own| own == name));
    let below = |path: &str| context(at(&|span| span.path.ends_with(path)));
    let links = links.0.lock().unwrap().clone();
    let parent = |index| {
        links
            .iter()
            .find(|link| link.0 == index)
            .map(|link| &link.1)
    };
    assert_eq!(parent(named("traced")), Some(&begin));
    assert_eq!(parent(named("nested")), Some(&below("execution/Nest/task")));
    let each = below("execution/Each");
    let of_children = links.iter().filter(|link| link.1 == each);
    assert_eq!((of_children.count(), links.len()), (1, 3));
    let traces = traces.0.lock().unwrap();
    let of = |state: &str| (state.to_owned(), Some(below(&format!("/{state}/task"))));
    assert_eq!(*traces, [of("Item"), of("Call")]);
}

#[task]
async fn in_place(number: u32) -> u32 {
    tracing::info!("event of in_place");
    number
}

#[task(spawn)]
async fn on_a_task(number: u32) -> u32 {
    tokio::task::yield_now().await;
    tracing::info!("event of on_a_task");
    number
}

#[task(blocking)]
fn on_a_thread(number: u32) -> u32 {
    tracing::info!("event of on_a_thread");
    number
}

workflow! {
    workflow Events(number: u32) -> u32 {
        task One { let one = in_place(number); next Two; }
        task Two { let two = on_a_task(one); next Three; }
        task Three { let three = on_a_thread(two); end three; }
    }
}

#[tokio::test]
async fn events_of_handlers_are_inside_the_attempt_wherever_the_handler_runs() {
    let spans = spans();
    let engine = Engine::builder().register::<Events>().build().unwrap();
    let execution = engine.start::<Events>(1).await.unwrap();
    assert_eq!(execution.report().await.status, Status::Succeeded);
    for (function, state) in [
        ("in_place", "One"),
        ("on_a_task", "Two"),
        ("on_a_thread", "Three"),
    ] {
        let path = spans.path_of_event(&format!("event of {function}"));
        assert_eq!(path, Some(format!("execution/{state}/task")));
    }
}

#[test]
fn the_page_has_each_span_and_field_of_the_table_in_the_code() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/reference/logs.md");
    let page = std::fs::read_to_string(path).unwrap();
    let mut rows = String::new();
    for span in SPANS {
        rows += &format!("| `{}` | | {} |\n", span.name, span.meaning);
        for (field, meaning) in span.fields {
            rows += &format!("| | `{field}` | {meaning} |\n");
        }
    }
    let table = format!("| span | field | meaning |\n|---|---|---|\n{rows}\n");
    assert!(page.contains(&table), "{path} does not contain:\n{table}");
}
