//! Compiles generated crates, and finds the rows that rustc or the macro rejects.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// Messages and sources of refused rows, by number.
pub type Refused = BTreeMap<usize, (String, String)>;

/// Builds the crates of a folder.
///
/// `locate` returns the number and the source of the row on this line of that file.
///
/// # Errors
///
/// cargo cannot be run, or it fails for another reason than a row.
pub(super) fn compile(
    folder: &Path,
    target: &Path,
    locate: impl Fn(&str, usize) -> Option<(usize, String)>,
) -> Result<Refused, Box<dyn std::error::Error>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args([
            "build",
            "--keep-going",
            "--message-format=json",
            "--target-dir",
        ])
        .arg(target)
        .current_dir(folder)
        .output()?;
    let mut refused = Refused::new();
    let mut elsewhere = Vec::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let Ok(message) = serde_json::from_str::<serde_json::Value>(line) else {
            continue;
        };
        let message = &message["message"];
        if message["level"] != "error" {
            continue;
        }
        let text = message["message"].as_str().unwrap_or_default().to_owned();
        let spans = message["spans"].as_array().cloned().unwrap_or_default();
        let mut found = false;
        for span in spans.iter().filter(|span| span["is_primary"] == true) {
            // An error in the expansion of a macro of the shared modules belongs to the row that
            // calls the macro.
            let mut span = span;
            while span["expansion"].is_object() && row_of(span, &locate).is_none() {
                span = &span["expansion"]["span"];
            }
            if let Some((number, source)) = row_of(span, &locate) {
                let label = span["label"].as_str().unwrap_or_default();
                refused.entry(number).or_insert_with(|| {
                    (
                        format!("{text} {label}"),
                        format!("{} .. {source}", excerpt(span)),
                    )
                });
                found = true;
            }
        }
        if !found && !text.starts_with("aborting") {
            elsewhere.push(message["rendered"].as_str().unwrap_or(&text).to_owned());
        }
    }
    if refused.is_empty() && !output.status.success() {
        return Err(format!(
            "cargo: {}\n{}",
            elsewhere.join("\n"),
            String::from_utf8_lossy(&output.stderr)
        )
        .into());
    }
    Ok(refused)
}

/// The row at a location.
fn row_of(
    span: &serde_json::Value,
    locate: &impl Fn(&str, usize) -> Option<(usize, String)>,
) -> Option<(usize, String)> {
    let line = span["line_start"].as_u64().unwrap_or_default();
    locate(span["file_name"].as_str()?, usize::try_from(line).ok()?)
}

/// The source text of an error, and the code after it.
fn excerpt(span: &serde_json::Value) -> String {
    let line = &span["text"][0];
    let start = line["highlight_start"].as_u64().unwrap_or(1) as usize;
    let text = line["text"].as_str().unwrap_or_default();
    text.chars()
        .skip(start.saturating_sub(20))
        .take(100)
        .collect()
}

/// Lists the rejected rows, the most frequent message first.
///
/// # Errors
///
/// The file cannot be written.
pub fn report_refused(refused: &Refused, path: &Path) -> std::io::Result<()> {
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (message, source) in refused.values() {
        reasons.entry(message).or_default().push(source);
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, sources)| std::cmp::Reverse(sources.len()));
    let mut out = String::new();
    for (message, sources) in reasons {
        let shortest = sources
            .iter()
            .min_by_key(|source| source.len())
            .copied()
            .unwrap_or_default();
        out += &format!(
            "{} times: {message}\n  such as: {shortest}\n",
            sources.len()
        );
    }
    std::fs::write(path, out)
}
