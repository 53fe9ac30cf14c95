//! `stepwright store check`: the problems of a store, and what to do about each.

use std::path::Path;
use std::time::Instant;

use serde_json::{Value as Json, json};
use stepwright_engine::store::{ProblemKind, SqliteReader, StoreError, StoreProblem};
use stepwright_engine::{CheckProgress, StoredExecutions};
use stepwright_server::unreadable_documents;

use crate::args::CheckArguments;
use crate::failure::Failure;
use crate::store_file::{self, cannot};
use crate::store_place::StorePlace;
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
    let place = &arguments.store.place()?;
    let begun = Instant::now();
    let checked = match place {
        StorePlace::File(file) => of_file(file)?,
        StorePlace::Database(_) => run(
            &mut store_file::open_snapshot(place)?,
            "checking the tables",
        )?,
    };
    if arguments.json {
        output::line(format_args!("{:#}", to_json(place, &checked)))
    } else {
        print(place, &checked, begun)
    }
    if let StorePlace::File(file) = place {
        store_file::note_access(file);
    }
    if checked.problems.is_empty() {
        Ok(())
    } else {
        Err(Failure::Diagnostics)
    }
}

/// Checks a file, which may be too damaged to be opened.
fn of_file(file: &Path) -> Result<Checked, Failure> {
    store_file::check_exists(file)?;
    let opened = SqliteReader::open(file).and_then(|mut reader| {
        reader.begin_snapshot()?;
        Ok(StoredExecutions::new(Box::new(reader)))
    });
    match opened {
        Ok(mut stored) => run(&mut stored, "checking the pages of the file"),
        Err(error) => Ok(Checked {
            executions: 0,
            problems: vec![refused(file, error)?],
        }),
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

fn run(stored: &mut StoredExecutions, first_step: &str) -> Result<Checked, Failure> {
    let mut progress = ProgressLine::new();
    let mut checked = Checked::default();
    let problems = stored.check(&mut |step| match step {
        CheckProgress::Executions { done, all } => {
            checked.executions = done;
            progress.step(format_args!("reading execution {done} of {all}"));
        }
        _ => progress.long_step(first_step),
    });
    progress.end();
    for problem in problems.map_err(cannot)? {
        let StoreProblem {
            kind, subject, why, ..
        } = problem;
        checked.problems.push(Problem { kind, subject, why });
    }
    let documents = match stored.reader().documents() {
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

fn print(place: &StorePlace, checked: &Checked, begun: Instant) {
    for problem in &checked.problems {
        let text = format!(
            "{}{}",
            problem.text(),
            diagnostics::hint(&problem.help(place))
        );
        output::line(text);
    }
    let (executions, seconds) = (checked.executions, begun.elapsed().as_secs_f64());
    match checked.problems.len() {
        0 => output::line(format_args!(
            "{place} is sound: {executions} executions were read in {seconds:.1} s"
        )),
        count => output::line(format_args!(
            "{place} has problems: {count}; {executions} executions were read in {seconds:.1} s"
        )),
    }
}

fn to_json(place: &StorePlace, checked: &Checked) -> Json {
    let problems = checked.problems.iter().map(|problem| {
        json!({
            "kind": problem.kind_word(),
            "subject": problem.subject,
            "reason": problem.why,
            "help": problem.help(place),
        })
    });
    let mut object = place.to_json();
    object.extend([
        ("isSound".to_owned(), json!(checked.problems.is_empty())),
        ("executions".to_owned(), json!(checked.executions)),
        ("problems".to_owned(), problems.collect()),
    ]);
    Json::Object(object)
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
            ProblemKind::Database => "the store",
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
    fn help(&self, place: &StorePlace) -> String {
        let path = place.arguments();
        let name = self.subject.as_deref().unwrap_or("NAME");
        let restore = match place {
            StorePlace::File(_) => {
                format!("restore a backup with `stepwright store restore BACKUP {path}`")
            }
            StorePlace::Database(_) => "restore a backup of the database".to_owned(),
        };
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
            ProblemKind::Document if name == "engine/incomplete-copy" => {
                "delete the new file, or drop the new schema, and repeat `stepwright store copy`"
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
                "{restore}; if an engine wrote the store without a fault of the disk, this is a bug of Stepwright: report it"
            ),
            _ => format!("an engine may refuse this store; {restore}"),
        }
    }
}
