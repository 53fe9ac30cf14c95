//! `stepwright store check`: the problems of a store, and what to do about each.

use std::path::Path;
use std::time::Instant;

use serde_json::{Value as Json, json};
use stepwright_engine::store::{SqliteReader, StoreError, StoreReader};
use stepwright_engine::{CheckProgress, ProblemKind, StoreProblem};
use stepwright_server::unreadable_documents;

use crate::args::CheckArguments;
use crate::failure::Failure;
use crate::store_file::{self, cannot};
use crate::terminal::diagnostics;
use crate::terminal::output;
use crate::terminal::progress::ProgressLine;
use crate::terminal::table::{cell, one_line};

/// The result of a check.
#[derive(Default)]
struct Checked {
    executions: u64,
    problems: Vec<Problem>,
}

struct Problem {
    kind: ProblemKind,
    subject: Option<String>,
    why: String,
}

/// Checks the store, and prints each problem.
pub(crate) fn check(arguments: &CheckArguments) -> Result<(), Failure> {
    let file = &arguments.file;
    store_file::check_exists(file)?;
    let begun = Instant::now();
    let opened = SqliteReader::open(file).and_then(|mut reader| {
        reader.begin_snapshot()?;
        Ok(reader)
    });
    let checked = match opened {
        Ok(mut reader) => run(&mut reader)?,
        Err(error) => Checked {
            executions: 0,
            problems: vec![refused(file, error)?],
        },
    };
    if arguments.json {
        output::line(format_args!("{:#}", to_json(file, &checked)))
    } else {
        print(file, &checked, begun)
    }
    store_file::note_access(file);
    if checked.problems.is_empty() {
        Ok(())
    } else {
        Err(Failure::Diagnostics)
    }
}

/// Returns the problem of a store that is too damaged to be opened.
fn refused(file: &Path, error: StoreError) -> Result<Problem, Failure> {
    let has_damaged_log = || SqliteReader::check_log(file).is_err();
    let (kind, why) = match error {
        StoreError::Corrupt { why, .. } if has_damaged_log() => (ProblemKind::Log, why),
        StoreError::Corrupt { why, .. } => (ProblemKind::Database, why),
        StoreError::ForeignLog { .. } | StoreError::MissingLog { .. } => {
            (ProblemKind::Log, error.to_string())
        }
        error => return Err(cannot(error)),
    };
    let subject = None;
    Ok(Problem { kind, subject, why })
}

fn run(reader: &mut SqliteReader) -> Result<Checked, Failure> {
    let mut progress = ProgressLine::new();
    let mut checked = Checked::default();
    let problems = reader.check(&mut |step| match step {
        CheckProgress::Executions { done, all } => {
            checked.executions = done;
            progress.step(format_args!("reading execution {done} of {all}"));
        }
        _ => progress.long_step("checking the pages of the file"),
    });
    progress.end();
    for problem in problems.map_err(cannot)? {
        let StoreProblem {
            kind, subject, why, ..
        } = problem;
        checked.problems.push(Problem { kind, subject, why });
    }
    let documents = match reader.documents() {
        Ok(documents) => documents,
        // The check reported it.
        Err(StoreError::Corrupt { .. }) => return Ok(checked),
        Err(error) => return Err(cannot(error)),
    };
    let unreadable = unreadable_documents(&documents);
    let unreadable = unreadable.map_err(|error| Failure::Usage(error.to_string()))?;
    for document in unreadable {
        checked.problems.push(Problem {
            kind: ProblemKind::Document,
            subject: Some(document.key),
            why: document.reason,
        });
    }
    Ok(checked)
}

fn print(file: &Path, checked: &Checked, begun: Instant) {
    let path = file.display();
    for problem in &checked.problems {
        let text = format!(
            "{}{}",
            problem.text(),
            diagnostics::hint(&problem.help(file))
        );
        output::line(text);
    }
    let (executions, seconds) = (checked.executions, begun.elapsed().as_secs_f64());
    match checked.problems.len() {
        0 => output::line(format_args!(
            "{path} is sound: {executions} executions were read in {seconds:.1} s"
        )),
        count => output::line(format_args!(
            "{path} has problems: {count}; {executions} executions were read in {seconds:.1} s"
        )),
    }
}

fn to_json(file: &Path, checked: &Checked) -> Json {
    let problems = checked.problems.iter().map(|problem| {
        json!({
            "kind": problem.kind_word(),
            "subject": problem.subject,
            "reason": problem.why,
            "help": problem.help(file),
        })
    });
    json!({
        "file": file.display().to_string(),
        "isSound": checked.problems.is_empty(),
        "executions": checked.executions,
        "problems": problems.collect::<Vec<_>>(),
    })
}

impl Problem {
    fn kind_word(&self) -> &'static str {
        match self.kind {
            ProblemKind::Database => "database",
            ProblemKind::Log => "log",
            ProblemKind::OpenExecution => "openExecution",
            ProblemKind::ClosedExecution => "closedExecution",
            ProblemKind::Row => "row",
            ProblemKind::Definition => "definition",
            ProblemKind::MapRun => "mapRun",
            ProblemKind::Document => "document",
            ProblemKind::Reference => "reference",
            _ => "other",
        }
    }

    fn text(&self) -> String {
        let noun = match self.kind {
            ProblemKind::Database => "the file",
            ProblemKind::Log => "the log",
            ProblemKind::OpenExecution => "the open execution",
            ProblemKind::ClosedExecution => "the closed execution",
            ProblemKind::Definition => "the state machine",
            ProblemKind::MapRun => "the Map Run",
            ProblemKind::Document => "the document",
            _ => "a row",
        };
        let subject = self.subject.as_ref();
        let subject = subject.map_or_else(String::new, |subject| format!(" `{}`", cell(subject)));
        // The reason of a refused log has paths and the next step.
        let shown = match self.kind {
            ProblemKind::Log => one_line,
            _ => cell,
        };
        let why: Vec<String> = self.why.lines().map(shown).collect();
        format!("{noun}{subject}: {}", why.join("; "))
    }

    /// The advice for an operator.
    fn help(&self, file: &Path) -> String {
        let path = file.display();
        let name = self.subject.as_deref().unwrap_or("NAME");
        let restore = format!("restore a backup with `stepwright store restore BACKUP {path}`");
        match self.kind {
            ProblemKind::Database => format!(
                "{restore}; `stepwright store export {path} --all` writes the executions that can be read"
            ),
            ProblemKind::Log => format!(
                "{restore}; or use the commits before the damage with `stepwright store recover {path}`"
            ),
            ProblemKind::OpenExecution => format!(
                "a version that can read it continues it; or save it with `stepwright store export {path} --name {name}`, and end it with `stepwright store abort {path} --name {name}`"
            ),
            ProblemKind::ClosedExecution => format!(
                "save it with `stepwright store export {path} --name {name}`, and remove it with `stepwright store delete {path} --name {name}`"
            ),
            ProblemKind::Definition => format!(
                "register the state machine with its right definition in the engine, which then does not read this one; or {restore}"
            ),
            ProblemKind::MapRun => {
                "its execution and its children are not affected; only DescribeMapRun fails"
                    .to_owned()
            }
            ProblemKind::Document if name == "engine/clock" => {
                "if the clock of the machine is right, start an engine once with `--confirm-clock`"
                    .to_owned()
            }
            ProblemKind::Document if name.starts_with("serve/machine/") => {
                format!("create the state machine again, or {restore}")
            }
            ProblemKind::Document if name.starts_with("serve/activity/") => {
                format!("set the tags of the activity again, or {restore}")
            }
            ProblemKind::Document => {
                format!("the program that wrote it must write it again; or {restore}")
            }
            ProblemKind::Reference => format!(
                "{restore}; if an engine wrote the file without a fault of the disk, this is a bug of Stepwright: report it"
            ),
            _ => format!("an engine may refuse this store; {restore}"),
        }
    }
}
