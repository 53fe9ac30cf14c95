//! Saves one history of each distinct path, for a regression suite.

use std::path::Path;

use stepwright_engine::private_file;
use stepwright_review::rehearsal::{Rehearsal, RehearsalReport, SavedHistory};

use super::source::HistorySource;
use crate::failure::Failure;
use crate::terminal::diagnostics;

/// Writes the files. A file that exists already is replaced only by a history of the same path, so
/// that a second run changes nothing.
pub(super) fn save(
    folder: &Path,
    report: &RehearsalReport,
    source: &HistorySource,
    rehearsal: &Rehearsal,
) -> Result<(), Failure> {
    let cannot = |error: std::io::Error| {
        Failure::Usage(format!("cannot write to {}: {error}", folder.display()))
    };
    std::fs::create_dir_all(folder).map_err(cannot)?;
    let redaction = source.redaction();
    let (mut written, mut changed) = (0, 0);
    for index in report.distinct_paths() {
        let result = &report.histories()[index];
        let raw = source.raw(index).map_err(Failure::Failed)?;
        let saved = SavedHistory::masked(&raw.history, raw.definition.as_deref(), redaction);
        let execution = saved.execution(&raw.name);
        let execution = execution.map_err(|error| Failure::Failed(error.to_string()))?;
        if rehearsal.rehearse(&execution).kind != result.kind {
            changed += 1;
            diagnostics::warning(&format!(
                "`{}`: a masked field changes what the rehearsal finds; the state reads the field, so mask a part of it or another field",
                result.name
            ));
        }
        let file = folder.join(format!("path-{}.json", result.path));
        private_file::write(&file, None, saved.to_text().as_bytes()).map_err(cannot)?;
        written += 1;
    }
    let noun = if written == 1 { "history" } else { "histories" };
    diagnostics::note(&format!(
        "{written} {noun} saved in {}, one of each distinct path",
        folder.display()
    ));
    if !redaction.has_fields() {
        diagnostics::note(
            "no field is masked; name those with secrets or personal data with --redact before you commit the files",
        );
    }
    match changed {
        0 => Ok(()),
        _ => Err(Failure::Diagnostics),
    }
}
