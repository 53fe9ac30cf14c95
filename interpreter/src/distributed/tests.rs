//! The files of a ResultWriter are uploaded during the run, and equal the files that would be
//! written after the run.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::Index;

use super::export::{Export, FileSizes};
use super::layout::{Layout, ResultText, Transformation};
use super::results::{ChildResult, Results, describe, describe_pending};
use super::write_request::{WriteRequest, WriteResponse};
use crate::distributed::Upload;
use crate::execution_info::{ExecutionInfo, MachineInfo, Names};
use crate::record::{ReadNodes, Record, RecordReader, RecordWriter, TEST_VERSION};
use crate::status::Status;
use crate::timestamp::Timestamp;
use crate::value::Value;

const RUN: &str = "arn:aws:states:us-east-1:123456789012:mapRun:m/L:id";
const MACHINE: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:m/L";
const FOLDER: &str = "p/id/";

/// An event in a run, or between its process and its environment.
#[derive(Clone, Debug)]
enum Event {
    /// Children start.
    Start(usize),
    /// A running child ends.
    End(Index),
    EndFirst,
    /// The store responds, or gets a request.
    Store,
    /// The changes are committed.
    Keep,
    /// The process ends, and the next one continues with the committed data.
    Crash,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => (1usize..6).prop_map(Event::Start),
        6 => any::<Index>().prop_map(Event::End),
        6 => Just(Event::Store),
        2 => Just(Event::Keep),
        1 => Just(Event::Crash),
    ]
}

/// Returns ends of a child: an output, or a failure.
fn end() -> impl Strategy<Value = Option<&'static str>> {
    let outputs = vec!["1", "\"text\"", "[1,[2],3]", "[]", "{\"a\":\"b\"}", "null"];
    prop_oneof![
        4 => proptest::sample::select(outputs).prop_map(Some),
        1 => Just(None),
    ]
}

fn layout() -> impl Strategy<Value = Layout> {
    let transformations = vec![
        Transformation::None,
        Transformation::Compact,
        Transformation::Flatten,
    ];
    (proptest::sample::select(transformations), any::<bool>()).prop_map(
        |(transformation, is_lines)| Layout {
            transformation,
            is_lines,
        },
    )
}

fn about(number: u32) -> Arc<ExecutionInfo> {
    Arc::new(ExecutionInfo {
        names: Names::with_prefix(
            "arn:aws:states:us-east-1:123456789012:express:m/L:",
            &number.to_string(),
        ),
        root: None,
        machine: Arc::new(MachineInfo {
            id: MACHINE.into(),
            name: "m/L".into(),
            role_arn: "role".into(),
            prefix: "".into(),
            is_express: true,
            origin: None,
            test_case: None,
            trace: None,
        }),
        started: Timestamp::default(),
        input: Value::from(number),
        counts_redrives: false,
        redriven: None,
        depth: 0,
    })
}

fn ended(output: Option<&str>) -> ChildResult {
    ChildResult {
        status: match output {
            Some(_) => Status::Succeeded,
            None => Status::Failed,
        },
        output: output.map(|output| Value::from_text(output).unwrap()),
        error: output.is_none().then(|| "Error".into()),
        cause: None,
        stopped: Timestamp::default(),
    }
}

/// A store that may support uploads in parts.
#[derive(Default)]
struct TestStore {
    objects: BTreeMap<String, String>,
    takes_parts: bool,
    uploads: Vec<BTreeMap<u32, (u64, Vec<u8>)>>,
}

impl TestStore {
    fn write(&mut self, write: WriteRequest) -> WriteResponse {
        let text = |body: Vec<u8>| String::from_utf8(body).unwrap();
        match write {
            WriteRequest::Object(file) => {
                self.objects.insert(file.key.to_string(), text(file.body));
            }
            WriteRequest::Begin { .. } => {
                self.uploads.push(BTreeMap::new());
                let id = (self.uploads.len() - 1).to_string();
                return WriteResponse::Begun(self.takes_parts.then(|| id.into()));
            }
            WriteRequest::Part {
                upload,
                number,
                offset,
                body,
            } => {
                let parts = &mut self.uploads[id(&upload)];
                parts.insert(number, (offset, body.to_vec()));
                return WriteResponse::Part(number.to_string().into());
            }
            WriteRequest::Complete { upload, tags } => {
                let mut body = Vec::new();
                let parts = &self.uploads[id(&upload)];
                assert!(parts.len() >= tags.len());
                for (number, tag) in (1..).zip(tags) {
                    let (offset, part) = &parts[&number];
                    assert_eq!((tag, *offset), (number.to_string(), body.len() as u64));
                    body.extend_from_slice(part);
                }
                self.objects.insert(upload.key, text(body));
            }
        }
        WriteResponse::Object
    }
}

fn id(upload: &Upload) -> usize {
    upload.id.parse().unwrap()
}

/// A run in one process, and its committed records.
struct Run {
    results: Results,
    export: Export,
    writer: RecordWriter,
    records: Vec<Vec<u8>>,
    /// The request in flight to the store.
    open: Option<WriteRequest>,
    is_over: bool,
}

impl Run {
    fn new(layout: Layout, sizes: FileSizes) -> Self {
        let mut run = Self {
            results: Results::new(true),
            export: Export::new(RUN.into(), MACHINE.into(), "b".into(), "p", layout, sizes),
            writer: RecordWriter::default(),
            records: Vec::new(),
            open: None,
            is_over: false,
        };
        run.results.write(&mut run.writer);
        run.export.write(&mut run.writer);
        run.results.mark_written();
        run.export.mark_written();
        run.records.push(run.writer.finish(TEST_VERSION));
        run
    }

    fn keep(&mut self) {
        self.is_over.write(&mut self.writer);
        self.results.write_changes(&mut self.writer);
        self.export.write_changes(self.is_over, &mut self.writer);
        self.records.push(self.writer.finish(TEST_VERSION));
    }

    /// Continues the run in another process, from the committed records.
    fn crash(&mut self) {
        let mut nodes = ReadNodes::default();
        let mut read: Option<(Results, Export)> = None;
        for record in &self.records {
            let mut from =
                RecordReader::new(std::mem::take(&mut nodes), record, TEST_VERSION).unwrap();
            match &mut read {
                None => {
                    let results = Results::read(&mut from).unwrap();
                    read = Some((results, Export::read(&mut from).unwrap()));
                }
                Some((results, export)) => {
                    let is_over = bool::read(&mut from).unwrap();
                    results.read_changes(&mut from).unwrap();
                    export.read_changes(&mut from).unwrap();
                    self.is_over = is_over;
                }
            }
            assert!(from.is_at_end());
            nodes = from.into_nodes();
        }
        (self.results, self.export) = read.unwrap();
        self.export.prepare_for_resume();
        self.open = None;
    }

    /// Sends a request to the store, or executes the open request. Before a request of an upload in
    /// parts, the state is committed.
    fn store(&mut self, test_store: &mut TestStore) -> bool {
        if let Some(write) = self.open.take() {
            if !matches!(write, WriteRequest::Object(_)) {
                self.keep();
            }
            self.export.handle_response(test_store.write(write));
            return true;
        }
        self.open = self.export.next_write(&mut self.results, self.is_over);
        self.open.is_some()
    }

    fn running_children(&self) -> Vec<u32> {
        self.results
            .running_children()
            .map(|(number, _)| number)
            .collect()
    }
}

/// Returns the files that a run writes if it writes all of them at the end: the model.
fn files(
    ends: &[Option<&'static str>],
    pending: usize,
    layout: Layout,
    sizes: FileSizes,
) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut listed = Vec::new();
    let extension = if layout.is_lines { "jsonl" } else { "json" };
    for part in ["FAILED", "PENDING", "SUCCEEDED"] {
        let rows: Vec<Vec<Value>> = match part {
            "PENDING" => (0..pending)
                .map(|number| vec![describe_pending(&Value::from(number), &MACHINE.into())])
                .collect(),
            part => (0u32..)
                .zip(ends)
                .filter(|(_, end)| end.is_some() == (part == "SUCCEEDED"))
                .map(|(number, end)| {
                    let whole = describe(&about(number), &ended(*end));
                    match (
                        end.map(|end| Value::from_text(end).unwrap()),
                        layout.transformation,
                    ) {
                        (None, _) | (_, Transformation::None) => vec![whole],
                        (Some(Value::Array(items)), Transformation::Flatten) => {
                            items.as_slice().to_vec()
                        }
                        (Some(output), _) => vec![output],
                    }
                })
                .collect(),
        };
        let mut rows = rows.iter().peekable();
        let mut entries = Vec::new();
        while rows.peek().is_some() {
            let mut text = ResultText::new(layout);
            while text.len() < sizes.file
                && let Some(rows) = rows.next()
            {
                rows.iter().for_each(|row| text.push(row));
            }
            if let Some(text) = text.finish() {
                let key = format!("{FOLDER}{part}_{}.{extension}", entries.len());
                entries.push(format!("{{\"Key\":\"{key}\",\"Size\":{}}}", text.len()));
                files.insert(key, text);
            }
        }
        listed.push(format!("\"{part}\":[{}]", entries.join(",")));
    }
    let manifest = format!(
        "{{\"DestinationBucket\":\"b\",\"MapRunArn\":\"{RUN}\",\"ResultFiles\":{{{}}}}}",
        listed.join(",")
    );
    files.insert(format!("{FOLDER}manifest.json"), manifest);
    files
}

proptest! {
    /// In all orders of starts and ends, with any delay of the store, and with crashes at any
    /// point.
    #[test]
    fn files_written_during_the_run_equal_files_written_at_its_end(
        ends in proptest::collection::vec(end(), 0..180),
        events in proptest::collection::vec(event(), 0..260),
        layout in layout(),
        (file, part) in (prop_oneof![1u64..60, 200u64..4_000, Just(u64::MAX)], prop_oneof![1u64..40, 100u64..3_000]),
        takes_parts in any::<bool>(),
        pending in 0usize..4,
    ) {
        let sizes = FileSizes { file, part };
        let mut test_store = TestStore { takes_parts, ..TestStore::default() };
        let mut run = Run::new(layout, sizes);
        let mut events = events.into_iter();
        let mut started = 0u32;
        let count = u32::try_from(ends.len()).unwrap();
        loop {
            let running_children = run.running_children();
            let event = match events.next() {
                Some(event) => event,
                // The remaining children end without further events.
                None if !running_children.is_empty() => Event::EndFirst,
                None if started < count => Event::Start(5),
                None => break,
            };
            match event {
                Event::Start(more) => {
                    for _ in 0..more {
                        if started < count {
                            prop_assert_eq!(run.results.started(&about(started), 1), started);
                            started += 1;
                        }
                    }
                }
                Event::End(which) if !running_children.is_empty() => {
                    let number = *which.get(&running_children);
                    let ended = ended(ends[number as usize]);
                    prop_assert_eq!(run.results.ended(number, ended.clone()), Some(1));
                    prop_assert_eq!(run.results.ended(number, ended), None);
                }
                Event::EndFirst => {
                    let number = running_children[0];
                    run.results.ended(number, ended(ends[number as usize]));
                }
                Event::End(_) => {}
                Event::Store => drop(run.store(&mut test_store)),
                Event::Keep => run.keep(),
                Event::Crash => {
                    run.crash();
                    started = run.results.count();
                }
            }
        }
        while run.open.is_some() {
            run.store(&mut test_store);
        }
        for number in 0..pending {
            run.results.add_pending(Value::from(number), 1);
        }
        run.is_over = true;
        run.keep();
        let mut crashes = 0;
        while run.store(&mut test_store) {
            // A crash while a request is open.
            if crashes < 6 && run.open.is_some() {
                crashes += 1;
                run.keep();
                run.crash();
            }
        }
        prop_assert_eq!(test_store.objects, files(&ends, pending, layout, sizes));
    }
}

/// The memory for children whose results are in the store does not grow with their number.
#[test]
fn ended_children_release_their_memory() {
    let layout = Layout {
        transformation: Transformation::None,
        is_lines: true,
    };
    let sizes = FileSizes {
        file: u64::MAX,
        part: 10_000,
    };
    let mut test_store = TestStore {
        takes_parts: true,
        ..TestStore::default()
    };
    let mut run = Run::new(layout, sizes);
    for number in 0..20_000u32 {
        run.results.started(&about(number), 1);
        if number >= 50 {
            let over = number - 50;
            run.results.ended(over, ended(Some("1")));
        }
        while run.store(&mut test_store) {}
        assert!(run.results.len() < 200, "{}", run.results.len());
        run.records.clear();
    }
    assert!(!run.export.has_backlog(&run.results));
}
