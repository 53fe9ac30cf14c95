//! Reports about the definition: its IAM policy, its cost, and its difference to the last commit.

use std::path::Path;

use stepwright_asl::StateMachine;
use stepwright_asl::diff::Diff;
use stepwright_editor::{Definition, Document};
use stepwright_tools::estimate::{Estimate, EstimateOptions};
use stepwright_tools::policy::{Policy, PolicyOptions};

use crate::run::child_process::child_command;

/// Returns the IAM policy with its warnings.
pub(crate) fn policy(definition: &Definition, name: &str) -> Result<String, String> {
    let policy = Policy::of(&machine(definition)?, &PolicyOptions::new(name));
    let mut text = format!("{policy}\n");
    for warning in policy.warnings() {
        text += &format!("\nwarning: {warning}");
    }
    Ok(text)
}

/// Returns the cost of executions, and how close they come to the limits.
pub(crate) fn estimate(definition: &Definition) -> Result<String, String> {
    let estimate = Estimate::of(&machine(definition)?, &EstimateOptions::new());
    let mut text = format!("{estimate}\n");
    for warning in &estimate.warnings {
        text += &format!("\nwarning: {warning}");
    }
    Ok(text)
}

fn machine(definition: &Definition) -> Result<StateMachine, String> {
    let text = definition.json().to_string();
    StateMachine::from_json(&text)
        .map_err(|errors| format!("correct the problems of the definition first:\n{errors}"))
}

/// Returns the differences of a definition to that of the file's last commit.
pub(crate) fn difference(document: &Document, index: usize, path: &Path) -> Result<String, String> {
    let committed = committed(path)?;
    let old = Document::open(document.name(), &committed, 0);
    let (Some(old), Some(new)) = (
        old.definitions().get(index),
        document.definitions().get(index),
    ) else {
        return Err("the last commit, or the text, has no such definition".to_owned());
    };
    let diff = Diff::of(old.json(), new.json());
    if diff.is_empty() {
        Ok("no difference to the last commit".to_owned())
    } else {
        Ok(diff.to_string())
    }
}

/// The text of a file in the last commit of its repository.
fn committed(path: &Path) -> Result<String, String> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let output = child_command("git")
        .arg("-C")
        .arg(folder.unwrap_or(Path::new(".")))
        .args(["show", &format!("HEAD:./{name}")])
        .output()
        .map_err(|error| format!("git cannot be started: {error}"))?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr);
        return Err(format!(
            "git has no committed version of the file: {}",
            reason.trim()
        ));
    }
    String::from_utf8(output.stdout).map_err(|_| "the committed file is no text".to_owned())
}
