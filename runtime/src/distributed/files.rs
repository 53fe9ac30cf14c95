use smol_str::SmolStr;

use super::layout::{Layout, Text};
use super::results::{Results, describe_pending, object};
use crate::record::record;
use crate::status::Status;
use crate::value::Value;

/// An object to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct File {
    pub(crate) bucket: SmolStr,
    pub(crate) key: SmolStr,
    pub(crate) body: Vec<u8>,
}

/// Makes the files of a ResultWriter one after the other: the results by status, then the manifest that lists them.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    run: SmolStr,
    /// The children's state machine.
    machine_id: SmolStr,
    bucket: SmolStr,
    /// With the id of the run, and a `/` behind it.
    prefix: String,
    layout: Layout,
    /// The most bytes of one file.
    most: u64,
    /// The parts that are still to be written, the next one last.
    parts: Vec<Part>,
    /// The next child of the part, and the number of its next file.
    next: usize,
    number: usize,
    listed: [Vec<Value>; 3],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Failed,
    Pending,
    Succeeded,
    Manifest,
}

/// The last is written first.
const PARTS: [Part; 4] = [Part::Manifest, Part::Succeeded, Part::Pending, Part::Failed];

impl Part {
    fn name(self) -> &'static str {
        match self {
            Self::Failed => "FAILED",
            Self::Pending => "PENDING",
            Self::Succeeded => "SUCCEEDED",
            Self::Manifest => "manifest",
        }
    }
}

impl Written {
    /// The files of a run whose ARN is `run`.
    pub(crate) fn new(
        run: SmolStr,
        machine_id: SmolStr,
        bucket: SmolStr,
        prefix: &str,
        layout: Layout,
        most: u64,
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
            most,
            parts: PARTS.to_vec(),
            next: 0,
            number: 0,
            listed: Default::default(),
        }
    }

    /// All files are to be written again.
    pub(crate) fn begin_again(&mut self) {
        self.parts = PARTS.to_vec();
        self.next = 0;
        self.number = 0;
        self.listed = Default::default();
    }

    /// `{MapRunArn, ResultWriterDetails}`: the state's result.
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

    /// The next file to write.
    pub(crate) fn next_file(&mut self, results: &Results) -> Option<File> {
        while let Some(part) = self.parts.last().copied() {
            let file = match part {
                Part::Manifest => {
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
            self.number = 0;
        }
        None
    }

    /// The next file of a part, as long as there are rows for it.
    fn file_of(&mut self, part: Part, results: &Results) -> Option<File> {
        let mut text = Text::new(self.layout);
        while text.len() < self.most {
            let is_left = match part {
                Part::Pending => results.pending.get(self.next).map(|(input, _)| {
                    text.push(&describe_pending(input, &self.machine_id));
                }),
                part => results.children.get(self.next).map(|child| {
                    let is_success = child
                        .ended()
                        .is_some_and(|(_, ended)| ended.status == Status::Succeeded);
                    if is_success == (part == Part::Succeeded) {
                        child.rows(self.layout.transformation, |row| text.push(row));
                    }
                }),
            };
            if is_left.is_none() {
                break;
            }
            self.next += 1;
        }
        let body = text.finish()?;
        let key = format!(
            "{}{}_{}.{}",
            self.prefix,
            part.name(),
            self.number,
            if self.layout.is_lines {
                "jsonl"
            } else {
                "json"
            }
        );
        self.number += 1;
        self.listed[part as usize].push(object([
            ("Key", Value::from(key.as_str())),
            ("Size", Value::from(body.len())),
        ]));
        Some(File {
            bucket: self.bucket.clone(),
            key: key.into(),
            body: body.into_bytes(),
        })
    }

    fn manifest(&mut self) -> File {
        let listed = std::mem::take(&mut self.listed);
        let files = [Part::Failed, Part::Pending, Part::Succeeded]
            .into_iter()
            .zip(listed)
            .map(|(part, listed)| (part.name(), listed.into_iter().collect()));
        let manifest = object([
            ("DestinationBucket", Value::from(self.bucket.clone())),
            ("MapRunArn", Value::from(self.run.clone())),
            ("ResultFiles", object(files)),
        ]);
        File {
            bucket: self.bucket.clone(),
            key: format!("{}manifest.json", self.prefix).into(),
            body: manifest.to_text().into_bytes(),
        }
    }
}

record!(struct Written { run, machine_id, bucket, prefix, layout, most, parts, next, number, listed });
record!(enum Part { 0 => Failed, 1 => Pending, 2 => Succeeded, 3 => Manifest });
