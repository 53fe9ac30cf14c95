//! Decides which result files a ResultWriter writes, and when.

use smol_str::SmolStr;

use super::layout::{Layout, ResultText};
use super::results::{Results, describe_pending, object};
use super::upload_buffer::{InFlightRequest, UploadBuffer};
use super::write_request::{ObjectFile, WriteRequest, WriteResponse};
use crate::record::{DamagedRecord, Record, RecordReader, RecordWriter, TrackedQueue, record};
use crate::value::Value;

/// Writes the files of a ResultWriter. The files of successful children are written during the run,
/// in the order of the items. After the run, the files of the other children follow, and last the
/// manifest that lists all files.
#[derive(Clone, Debug)]
pub(crate) struct Export {
    run: SmolStr,
    /// The children's state machine.
    machine_id: SmolStr,
    bucket: SmolStr,
    /// The prefix with the id of the run and a trailing `/`.
    prefix: String,
    layout: Layout,
    sizes: FileSizes,
    /// The current file of successes.
    upload: UploadBuffer,
    /// The lengths of the finished files of successes.
    succeeded: TrackedQueue<u64>,
    /// The request in flight to the object store.
    in_flight: Option<InFlightRequest>,
    /// The parts that remain to be written after the run, the next one last.
    parts: Vec<ResultPart>,
    /// The position of the next child of the part.
    next: usize,
    /// The lengths of the finished files of failures.
    failed: Vec<u64>,
    pending: Vec<u64>,
}

/// The size of a file, and of the parts in which it is uploaded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FileSizes {
    /// A file of at least this many bytes gets no further row.
    pub(crate) file: u64,
    pub(crate) part: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ResultPart {
    Failed,
    Pending,
    Succeeded,
    Manifest,
}

/// In reverse order: the last is written first.
const PARTS: [ResultPart; 3] = [
    ResultPart::Manifest,
    ResultPart::Pending,
    ResultPart::Failed,
];

impl ResultPart {
    fn name(self) -> &'static str {
        match self {
            Self::Failed => "FAILED",
            Self::Pending => "PENDING",
            Self::Succeeded => "SUCCEEDED",
            Self::Manifest => "manifest",
        }
    }
}

impl Export {
    /// Creates the files of the run with this ARN.
    pub(crate) fn new(
        run: SmolStr,
        machine_id: SmolStr,
        bucket: SmolStr,
        prefix: &str,
        layout: Layout,
        sizes: FileSizes,
    ) -> Self {
        let is_closed = prefix.is_empty() || prefix.ends_with('/');
        let slash = if is_closed { "" } else { "/" };
        let id = run.rsplit(':').next().unwrap_or_default();
        Self {
            prefix: format!("{prefix}{slash}{id}/"),
            run,
            machine_id,
            bucket,
            layout,
            sizes,
            upload: UploadBuffer::default(),
            succeeded: TrackedQueue::default(),
            in_flight: None,
            parts: PARTS.to_vec(),
            next: 0,
            failed: Vec::new(),
            pending: Vec::new(),
        }
    }

    /// Prepares for a new process or a redrive. The open request is repeated with the same content,
    /// and all files except the files of successes are written again.
    pub(crate) fn prepare_for_resume(&mut self) {
        self.in_flight = None;
        self.parts = PARTS.to_vec();
        self.next = 0;
        self.failed.clear();
        self.pending.clear();
    }

    /// Returns `{MapRunArn, ResultWriterDetails}`: the state's result.
    pub(crate) fn output(&self) -> Value {
        let key = format!("{}manifest.json", self.prefix);
        let details = object([
            ("Bucket", Value::from(self.bucket.clone())),
            ("Key", Value::from(key)),
        ]);
        object([
            ("MapRunArn", Value::from(self.run.clone())),
            ("ResultWriterDetails", details),
        ])
    }

    /// Returns whether a request is in flight.
    pub(crate) fn is_writing(&self) -> bool {
        self.in_flight.is_some()
    }

    /// Returns whether results of closed children wait for the store, so that no further child
    /// should start.
    pub(crate) fn has_backlog(&self, results: &Results) -> bool {
        self.is_writing() && self.upload.is_full(self.sizes.part) && results.has_results()
    }

    /// Returns the next request, if there is one now; after the run, until all files are written.
    pub(crate) fn next_write(
        &mut self,
        results: &mut Results,
        is_over: bool,
    ) -> Option<WriteRequest> {
        if self.is_writing() {
            return None;
        }
        self.take_results(results, is_over);
        let key = || self.key(ResultPart::Succeeded, self.succeeded.len());
        let next = self.upload.next(&self.bucket, key, self.sizes.part);
        if let Some((write, in_flight)) = next {
            self.in_flight = Some(in_flight);
            return Some(write);
        }
        if !is_over {
            return None;
        }
        let file = self.next_file(results)?;
        self.in_flight = Some(InFlightRequest::Other);
        Some(WriteRequest::Object(file))
    }

    /// Handles the response of the store.
    pub(crate) fn handle_response(&mut self, wrote: WriteResponse) {
        let Some(in_flight) = self.in_flight.take() else {
            return;
        };
        if let Some(length) = self.upload.handle_response(in_flight, wrote) {
            self.succeeded.push(length);
        }
    }

    /// Handles a request that the store refused.
    pub(crate) fn request_failed(&mut self) {
        self.in_flight = None;
    }

    /// Adds rows of successful children, until enough of them wait for the store.
    fn take_results(&mut self, results: &mut Results, is_over: bool) {
        loop {
            if self.upload.len() >= self.sizes.file {
                self.upload.close(self.layout);
            }
            if self.upload.is_full(self.sizes.part) {
                return;
            }
            let Some(child) = results.take_success(is_over) else {
                break;
            };
            let mut text = String::new();
            child.rows(self.layout.transformation, |row| {
                let has_rows = self.upload.len() > 0 || !text.is_empty();
                self.layout.push(&mut text, has_rows, row);
            });
            self.upload.add(text);
        }
        if is_over {
            self.upload.close(self.layout);
        }
    }

    /// Returns the next file after the run, except files of successes.
    fn next_file(&mut self, results: &Results) -> Option<ObjectFile> {
        while let Some(part) = self.parts.last().copied() {
            let file = match part {
                ResultPart::Manifest => {
                    self.parts.clear();
                    return Some(self.manifest());
                }
                part => self.file_of(part, results),
            };
            if file.is_some() {
                return file;
            }
            self.parts.pop();
            self.next = 0;
        }
        None
    }

    /// Returns the next file of a part, as long as there are rows for it.
    fn file_of(&mut self, part: ResultPart, results: &Results) -> Option<ObjectFile> {
        let mut text = ResultText::new(self.layout);
        while text.len() < self.sizes.file {
            let is_left = match part {
                ResultPart::Pending => results.pending.get(self.next).map(|(input, _)| {
                    text.push(&describe_pending(input, &self.machine_id));
                }),
                _ => results.unsuccessful.get(self.next).map(|child| {
                    child.rows(self.layout.transformation, |row| text.push(row));
                }),
            };
            if is_left.is_none() {
                break;
            }
            self.next += 1;
        }
        let body = text.finish()?;
        let written = match part {
            ResultPart::Pending => &mut self.pending,
            _ => &mut self.failed,
        };
        let number = written.len();
        written.push(u64::try_from(body.len()).unwrap_or(u64::MAX));
        Some(ObjectFile {
            bucket: self.bucket.clone(),
            key: self.key(part, number).into(),
            body: body.into_bytes(),
        })
    }

    fn key(&self, part: ResultPart, number: usize) -> String {
        let (prefix, name, extension) = (&self.prefix, part.name(), self.layout.extension());
        format!("{prefix}{name}_{number}.{extension}")
    }

    fn listed(
        &self,
        part: ResultPart,
        lengths: impl Iterator<Item = u64>,
    ) -> (&'static str, Value) {
        let files = lengths.enumerate().map(|(number, length)| {
            object([
                ("Key", Value::from(self.key(part, number))),
                ("Size", Value::from(length)),
            ])
        });
        (part.name(), files.collect())
    }

    fn manifest(&self) -> ObjectFile {
        let files = [
            self.listed(ResultPart::Failed, self.failed.iter().copied()),
            self.listed(ResultPart::Pending, self.pending.iter().copied()),
            self.listed(ResultPart::Succeeded, self.succeeded.iter().copied()),
        ];
        let manifest = object([
            ("DestinationBucket", Value::from(self.bucket.clone())),
            ("MapRunArn", Value::from(self.run.clone())),
            ("ResultFiles", object(files)),
        ]);
        ObjectFile {
            bucket: self.bucket.clone(),
            key: format!("{}manifest.json", self.prefix).into(),
            body: manifest.to_text().into_bytes(),
        }
    }
}

impl Export {
    /// Writes the changes since the last call; the fields that only the end of the run uses are
    /// written only after it.
    pub(crate) fn write_changes(&mut self, is_over: bool, to: &mut RecordWriter) {
        to.field(1, |to| self.in_flight.write(to));
        to.field(2, |to| self.upload.write_changes(to));
        to.field(3, |to| self.succeeded.write_changes(to));
        if is_over {
            to.field(4, |to| self.parts.write(to));
            to.field(5, |to| self.next.write(to));
            to.field(6, |to| self.failed.write(to));
            to.field(7, |to| self.pending.write(to));
        }
        to.end_fields();
    }

    /// Applies the changes that [`write_changes`](Self::write_changes) wrote.
    pub(crate) fn read_changes(
        &mut self,
        from: &mut RecordReader<'_>,
    ) -> Result<(), DamagedRecord> {
        from.fields(|number, from| match number {
            1 => from.replace(&mut self.in_flight),
            2 => self.upload.read_changes(from),
            3 => self.succeeded.read_changes(from),
            4 => from.replace(&mut self.parts),
            5 => from.replace(&mut self.next),
            6 => from.replace(&mut self.failed),
            7 => from.replace(&mut self.pending),
            _ => from.skip(),
        })
    }

    /// Marks all changes as written.
    pub(crate) fn mark_written(&mut self) {
        self.upload.mark_written();
        self.succeeded.mark_written();
    }
}

record!(struct Export {
    1 => run, 2 => machine_id, 3 => bucket, 4 => prefix, 5 => layout, 6 => sizes, 7 => upload, 8 => succeeded,
    9 => in_flight, 10 => parts, 11 => next, 12 => failed, 13 => pending,
});
record!(struct FileSizes { 1 => file, 2 => part });
record!(enum ResultPart { 0 => Failed, 1 => Pending, 2 => Succeeded, 3 => Manifest });
