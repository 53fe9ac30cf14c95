//! Collects the rows of a result file, and uploads them in parts.

use bytes::Bytes;
use smol_str::SmolStr;

use super::layout::Layout;
use super::write_request::{ObjectFile, WriteRequest, WriteResponse};
use crate::distributed::Upload;
use crate::record::{DamagedRecord, Record, RecordReader, RecordWriter, TrackedQueue, record};

/// A buffer for a result file that is uploaded while rows are added. The rows leave for the object
/// store in parts, so that the whole file is never in memory. A file that is shorter than a part is
/// written in one request.
#[derive(Clone, Debug, Default)]
pub(super) struct UploadBuffer {
    /// The text of rows that are not in the store, one entry for each child.
    rows: TrackedQueue<String>,
    /// The number of their bytes.
    waiting: u64,
    /// The number of bytes of the parts in the store.
    left: u64,
    /// The id of the upload, once it has started.
    upload: Option<SmolStr>,
    /// Whether the store supports only whole objects.
    is_whole: bool,
    /// The tags of the parts in the store.
    tags: TrackedQueue<SmolStr>,
    /// Whether no further row may be added.
    is_closed: bool,
}

/// A request in flight to the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InFlightRequest {
    /// Starts an upload.
    Begin,
    /// Uploads a part with the text of this number of children.
    Part(usize),
    /// Completes the file.
    End,
    /// Writes another file.
    Other,
}

impl UploadBuffer {
    /// Returns the number of bytes, without the end of the file.
    pub(super) fn len(&self) -> u64 {
        self.left.saturating_add(self.waiting)
    }

    /// Returns whether enough rows wait for the store, so that no further rows should be added now.
    pub(super) fn is_full(&self, part: u64) -> bool {
        self.is_closed || (!self.is_whole && self.waiting >= part.saturating_mul(2))
    }

    /// Adds the rows of a child.
    pub(super) fn add(&mut self, text: String) {
        if !text.is_empty() {
            self.waiting += bytes(&text);
            self.rows.push(text);
        }
    }

    /// Closes the file: it gets no further row. A file without rows is not written.
    pub(super) fn close(&mut self, layout: Layout) {
        if self.len() > 0 && !self.is_closed {
            self.add(layout.end().to_owned());
            self.is_closed = true;
        }
    }

    /// Returns the next request to the store. Each part has `part` bytes, or the length of its rows
    /// if that is more; the last one may be shorter.
    pub(super) fn next(
        &self,
        bucket: &SmolStr,
        key: impl FnOnce() -> String,
        part: u64,
    ) -> Option<(WriteRequest, InFlightRequest)> {
        let is_due = self.waiting >= part;
        // The common case.
        if !self.is_closed && (!is_due || self.is_whole) {
            return None;
        }
        let (bucket, key) = (bucket.clone(), SmolStr::from(key()));
        let Some(id) = &self.upload else {
            if !self.is_closed {
                return Some((WriteRequest::Begin { bucket, key }, InFlightRequest::Begin));
            }
            let (rows, body) = self.text(u64::MAX);
            debug_assert_eq!(rows, self.rows.len());
            return Some((
                WriteRequest::Object(ObjectFile { bucket, key, body }),
                InFlightRequest::End,
            ));
        };
        let upload = Upload::new(bucket.as_str(), key.as_str(), id.as_str());
        if is_due || (self.is_closed && self.waiting > 0) {
            let (rows, body) = self.text(part);
            let number = u32::try_from(self.tags.len() + 1).unwrap_or(u32::MAX);
            let write = WriteRequest::Part {
                upload,
                number,
                offset: self.left,
                body: Bytes::from(body),
            };
            return Some((write, InFlightRequest::Part(rows)));
        }
        self.is_closed.then(|| {
            let tags = self.tags.iter().map(SmolStr::to_string).collect();
            (
                WriteRequest::Complete { upload, tags },
                InFlightRequest::End,
            )
        })
    }

    /// Returns the text of the first rows, at least `least` bytes if there are as many, with the
    /// number of their children. The result is the same until it is in the store, also in another
    /// process.
    fn text(&self, least: u64) -> (usize, Vec<u8>) {
        // The last row of a part may be longer.
        let expected = self.waiting.min(least.saturating_add(4_096));
        let mut text = Vec::with_capacity(usize::try_from(expected).unwrap_or_default());
        let mut count = 0;
        for rows in self.rows.iter() {
            if bytes(&text) >= least {
                break;
            }
            text.extend_from_slice(rows.as_bytes());
            count += 1;
        }
        (count, text)
    }

    /// Handles the response of the store. Returns the length of the file when it is complete; then
    /// the next file begins.
    pub(super) fn handle_response(
        &mut self,
        in_flight: InFlightRequest,
        response: WriteResponse,
    ) -> Option<u64> {
        match (in_flight, response) {
            (InFlightRequest::Begin, WriteResponse::Begun(upload)) => {
                self.is_whole = upload.is_none();
                self.upload = upload;
            }
            (InFlightRequest::Part(rows), WriteResponse::Part(tag)) => {
                for text in std::iter::from_fn(|| self.rows.pop()).take(rows) {
                    self.waiting -= bytes(&text);
                    self.left = self.left.saturating_add(bytes(&text));
                }
                self.tags.push(tag);
            }
            (InFlightRequest::End, WriteResponse::Object) => {
                let length = self.len();
                self.rows.clear();
                self.tags.clear();
                (self.waiting, self.left) = (0, 0);
                self.upload = None;
                self.is_closed = false;
                return Some(length);
            }
            // The host answers each request with the matching kind of response.
            _ => {}
        }
        None
    }

    /// Writes the changes since the last call.
    pub(super) fn write_changes(&mut self, to: &mut RecordWriter) {
        to.field(1, |to| self.rows.write_changes(to));
        to.field(2, |to| self.tags.write_changes(to));
        self.write_rest(to);
    }

    /// Applies the changes that [`write_changes`](Self::write_changes) wrote.
    pub(super) fn read_changes(
        &mut self,
        from: &mut RecordReader<'_>,
    ) -> Result<(), DamagedRecord> {
        self.read_fields(from, |buffer, number, from| match number {
            1 => buffer.rows.read_changes(from),
            _ => buffer.tags.read_changes(from),
        })
    }

    fn write_rest(&self, to: &mut RecordWriter) {
        to.field(3, |to| self.left.write(to));
        to.field(4, |to| self.upload.write(to));
        to.field(5, |to| self.is_whole.write(to));
        to.field(6, |to| self.is_closed.write(to));
        to.end_fields();
    }

    /// Reads all fields; `read_rows` reads the rows and the tags, which are the fields 1 and 2.
    fn read_fields(
        &mut self,
        from: &mut RecordReader<'_>,
        read_rows: impl Fn(&mut Self, u32, &mut RecordReader<'_>) -> Result<(), DamagedRecord>,
    ) -> Result<(), DamagedRecord> {
        from.fields(|number, from| match number {
            1 | 2 => read_rows(self, number, from),
            3 => from.replace(&mut self.left),
            4 => from.replace(&mut self.upload),
            5 => from.replace(&mut self.is_whole),
            6 => from.replace(&mut self.is_closed),
            _ => from.skip(),
        })?;
        self.waiting = self.rows.iter().map(bytes).sum();
        Ok(())
    }

    /// Marks all changes as written.
    pub(super) fn mark_written(&mut self) {
        self.rows.mark_written();
        self.tags.mark_written();
    }
}

fn bytes(text: &(impl AsRef<[u8]> + ?Sized)) -> u64 {
    u64::try_from(text.as_ref().len()).unwrap_or(u64::MAX)
}

impl Record for UploadBuffer {
    fn write(&self, to: &mut RecordWriter) {
        to.field(1, |to| self.rows.write(to));
        to.field(2, |to| self.tags.write(to));
        self.write_rest(to);
    }

    fn read(from: &mut RecordReader<'_>) -> Result<Self, DamagedRecord> {
        let mut buffer = Self::default();
        buffer.read_fields(from, |buffer, number, from| match number {
            1 => from.replace(&mut buffer.rows),
            _ => from.replace(&mut buffer.tags),
        })?;
        Ok(buffer)
    }
}

record!(enum InFlightRequest { 0 => Begin, 1 => Part(rows), 2 => End, 3 => Other });
