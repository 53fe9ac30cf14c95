//! `stepwright rehearse`: recorded executions run through a new definition.

mod aws;
mod history_files;
mod save;
pub(crate) mod source;

use std::time::{SystemTime, UNIX_EPOCH};

use stepwright_asl::MachineType;
use stepwright_asl::validate::Validator;
use stepwright_engine::clock::Timestamp;
use stepwright_review::rehearsal::{Rehearsal, RehearsalError, RehearsalKind, RehearsalReport};

use self::source::HistorySource;
use crate::args::{RehearseArguments, RehearseFormat};
use crate::definitions::definition::LoadedDefinition;
use crate::failure::Failure;
use crate::terminal::output;

/// How many histories are searched for the values of placeholders.
const SAMPLES: usize = 20;

/// Rehearses the executions, prints the report, and compares it with the limits.
pub(crate) async fn rehearse(arguments: &RehearseArguments) -> Result<(), Failure> {
    let validator = Validator::new(MachineType::Standard);
    let definition = LoadedDefinition::read(&arguments.file, &validator)?;
    let source = HistorySource::open(&arguments.source, arguments.redact.redaction()).await?;
    if source.is_empty() {
        return Err(Failure::Usage(format!(
            "there are no recorded executions in {}",
            source.shown()
        )));
    }
    let rehearsal = prepared(arguments, &definition, &source)?;
    let report = rehearsal.rehearse_each(source.len(), |index| source.load(index));
    let report = report.at(now());
    match arguments.format {
        RehearseFormat::Text => output::print(&report),
        RehearseFormat::Markdown => output::print(report.to_markdown()),
        RehearseFormat::Html => output::document(&report.to_html(definition.name())),
        RehearseFormat::Json => output::line(format_args!("{:#}", json(&report)?)),
        RehearseFormat::Junit => {
            let beyond = beyond_limits(arguments, &report);
            output::document(&report.to_junit(|kind| beyond.iter().any(|(of, _)| *of == kind)));
        }
    }
    if let Some(folder) = &arguments.save {
        save::save(folder, &report, &source, &rehearsal)?;
    }
    check(arguments, &report)
}

/// The rehearsal of the new definition, with the values of placeholders.
fn prepared(
    arguments: &RehearseArguments,
    definition: &LoadedDefinition,
    source: &HistorySource,
) -> Result<Rehearsal, Failure> {
    let failed = |error: RehearsalError| match error {
        RehearsalError::Substitution(error) => Failure::Usage(format!("--substitute: {error}")),
        RehearsalError::Old(_) => Failure::Usage(error.to_string()),
        _ => Failure::Failed(format!("{}: {error}", definition.shown())),
    };
    let rehearsal = Rehearsal::of(definition.machine()?).map_err(failed)?;
    let rehearsal = rehearsal
        .machine_type(arguments.machine_type.into())
        .map_err(failed)?;
    let mut rehearsal = rehearsal
        .region(&arguments.region)
        .redact(source.redaction());
    for (name, value) in &arguments.substitutions {
        rehearsal = rehearsal.substitute(name, value);
    }
    if let Some(old) = &arguments.old {
        let validator = Validator::new(MachineType::Standard);
        let old = LoadedDefinition::read(old, &validator)?;
        let Some(document) = old.document() else {
            old.print_errors();
            return Err(Failure::Diagnostics);
        };
        let text = document.json().to_string();
        rehearsal = rehearsal.old_definition(&text).map_err(failed)?;
    }
    // An unreadable history is reported by its rehearsal.
    let samples: Vec<_> = (0..source.len().min(SAMPLES))
        .filter_map(|index| source.load(index).ok())
        .collect();
    rehearsal.prepare(&samples).map_err(failed)?;
    Ok(rehearsal)
}

fn json(report: &RehearsalReport) -> Result<serde_json::Value, Failure> {
    let json = report.to_json();
    json.map_err(|error| Failure::Failed(error.to_string()))
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let micros = since.map_or(0, |since| since.as_micros());
    Timestamp::from_unix_micros(i64::try_from(micros).unwrap_or(i64::MAX))
}

/// The kinds of which there are more executions than allowed, with the reasons.
fn beyond_limits(
    arguments: &RehearseArguments,
    report: &RehearsalReport,
) -> Vec<(RehearsalKind, String)> {
    let all = report.histories().len();
    let kinds = RehearsalKind::ALL.into_iter().filter_map(|kind| {
        let mut given = arguments.max.iter().rev();
        let given = given.find(|(of, _)| *of == kind).map(|(_, limit)| *limit);
        let limit = given.or(match kind {
            RehearsalKind::NewError | RehearsalKind::UnansweredCall => {
                Some(crate::args::KindLimit::Count(0))
            }
            _ => None,
        })?;
        let count = report.count(kind);
        let reason = format!(
            "{}: {count} of {all} executions, more than {limit}",
            kind.title()
        );
        (!limit.allows(count, all)).then_some((kind, reason))
    });
    kinds.collect()
}

/// Compares the report with the limits.
fn check(arguments: &RehearseArguments, report: &RehearsalReport) -> Result<(), Failure> {
    let mut reasons: Vec<String> = report.problems().to_vec();
    let beyond = beyond_limits(arguments, report).into_iter();
    reasons.extend(beyond.map(|(_, reason)| reason));
    let covered = report.coverage().percent();
    if let Some(least) = arguments.min_coverage
        && covered < least
    {
        // Rounded down, so that it never reaches the threshold by rounding.
        let covered = (covered * 10.0).floor() / 10.0;
        reasons.push(format!("{covered:.1} % are covered, less than {least} %"));
    }
    let age = report.age().and_then(|age| age.newest_days);
    if let (Some(most), Some(days)) = (arguments.max_age, age)
        && days > most
    {
        reasons.push(format!(
            "the newest execution is {days:.1} days old, more than {most}; record newer ones"
        ));
    }
    if let Some(most) = arguments.max_growth {
        let (before, after) = report.measures();
        let growth = match before.transitions {
            0 => 0.0,
            before => (after.transitions as f64 / before as f64 - 1.0) * 100.0,
        };
        if growth > most {
            reasons.push(format!(
                "the transitions grow by {growth:.1} %, more than {most} %"
            ));
        }
    }
    if reasons.is_empty() {
        return Ok(());
    }
    Err(Failure::Failed(reasons.join("\n  ")))
}
