//! The file of `serve --schedules`.

use std::path::Path;

use stepwright_asl::yaml::Format;
use stepwright_server::{ScheduleProblem, Schedules, ServerError};

use crate::definitions::input;
use crate::failure::Failure;
use crate::terminal::diagnostics;

/// Reads the schedules of a JSON or YAML file.
///
/// # Errors
///
/// All problems of the file, with their lines.
pub(crate) fn read(path: &Path) -> Result<Schedules, Failure> {
    let text = input::read(path)?;
    let document = Format::of(path, &text).parse(&text);
    let schedules = document
        .map_err(Into::into)
        .and_then(|document| Schedules::from_document(&document));
    schedules.map_err(|error| {
        let problems = error.problems().iter();
        let lines: Vec<String> = problems.map(|problem| line(path, problem)).collect();
        Failure::Usage(match &lines[..] {
            [line] => line.clone(),
            lines => format!(
                "{} has {} problems\n  {}",
                path.display(),
                lines.len(),
                lines.join("\n  ")
            ),
        })
    })
}

/// Formats a problem with the file, the line and the column.
fn line(path: &Path, problem: &ScheduleProblem) -> String {
    let path = path.display();
    match problem.position {
        Some(position) => format!("{path}:{position}: {problem}"),
        None => format!("{path}: {problem}"),
    }
}

/// Reports how many schedules the file has.
pub(crate) fn note(path: &Path, count: usize) {
    let path = path.display();
    diagnostics::note(&match count {
        0 => format!("{path} has no schedules"),
        1 => format!("1 schedule of {path} starts executions"),
        count => format!("{count} schedules of {path} start executions"),
    });
}

/// Converts the error of a server that cannot be built.
pub(crate) fn server_failure(path: Option<&Path>, error: &ServerError) -> Failure {
    match (path, error) {
        (Some(path), ServerError::ForeignTarget { .. }) => {
            let hint = diagnostics::hint("`--region` and `--account` set those of the server");
            Failure::Usage(format!("{}: {error}{hint}", path.display()))
        }
        (_, ServerError::InvalidHost(_)) => Failure::Usage(format!("--allow-host: {error}")),
        _ => Failure::Failed(error.to_string()),
    }
}
