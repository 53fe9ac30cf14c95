//! The files of a counterexample: a test, mocks, a history, a picture.

use std::path::Path;

use serde_json::{Map, Value as Json};
use stepwright_asl::json::Json as Definition;
use stepwright_diagram::Diagram;
use stepwright_engine::history::History;
use stepwright_explore::{Counterexample, InnerHistory, Report};
use stepwright_history::overlay;
use stepwright_testing::GeneratedTest;

use super::mock_file::mock_file;
use crate::args::ExploreArguments;
use crate::failure::Failure;
use crate::terminal::diagnostics;

/// Writes the files that the arguments name, for the first counterexample.
pub(super) async fn write(
    arguments: &ExploreArguments,
    report: &Report,
    definition: &Definition,
) -> Result<(), Failure> {
    let has_files = [
        &arguments.write_test,
        &arguments.write_history,
        &arguments.picture,
    ];
    if has_files.iter().all(|file| file.is_none()) {
        return Ok(());
    }
    let mut examples = report.findings().iter();
    let Some(example) = examples.find_map(|finding| finding.counterexample()) else {
        diagnostics::note("there is no counterexample, so no file is written");
        return Ok(());
    };
    if let Some(file) = &arguments.write_test {
        write_file(file, &test(file, example).await?)?;
    }
    if let Some(file) = &arguments.write_history {
        let history = history(example);
        write_file(file, &format!("{history:#}\n"))?;
    }
    if let Some(file) = &arguments.picture {
        write_file(file, &picture(file, example, definition)?)?;
    }
    Ok(())
}

/// Returns the response of GetExecutionHistory, with the children of Map Runs in a list `children`
/// as `stepwright run --history` writes them, and the executions that states started in `nested`.
fn history(example: &Counterexample) -> Json {
    let mut history = example.history().to_json();
    let children: Vec<Json> = children(example).iter().map(History::to_json).collect();
    if !children.is_empty() {
        history["children"] = children.into();
    }
    let nested = example.inner_histories().iter();
    let nested = nested.filter(|inner| !inner.is_map_run_child());
    let nested: Map<String, Json> = nested
        .map(|inner| (inner.label().to_owned(), inner.history().to_json()))
        .collect();
    if !nested.is_empty() {
        history["nested"] = nested.into();
    }
    history
}

/// Returns the histories of the children of Map Runs, in the order of their items.
fn children(example: &Counterexample) -> Vec<History> {
    let inner = example.inner_histories().iter();
    let mut children: Vec<&InnerHistory> = inner.filter(|inner| inner.is_map_run_child()).collect();
    children.sort_by_key(|inner| {
        let number = inner.label().rsplit_once('[').map(|(_, number)| number);
        let number = number.and_then(|number| number.strip_suffix(']')?.parse::<u32>().ok());
        (inner.history().execution().started(), number)
    });
    children
        .into_iter()
        .map(|inner| inner.history().clone())
        .collect()
}

async fn test(file: &Path, example: &Counterexample) -> Result<String, Failure> {
    match extension(file).as_str() {
        "rs" => {
            let children = children(example);
            let test = GeneratedTest::with_children(example.history(), &children).await;
            let test = test.map_err(|error| {
                Failure::Failed(format!(
                    "--write-test: {error}; --write-history writes the path in any case"
                ))
            })?;
            Ok(test.source().to_owned())
        }
        "json" => {
            mock_file(example).map_err(|reason| Failure::Failed(format!("--write-test: {reason}")))
        }
        _ => Err(Failure::Usage(format!(
            "--write-test: {} is neither a test (`.rs`) nor a mock file (`.json`)",
            file.display()
        ))),
    }
}

fn picture(
    file: &Path,
    example: &Counterexample,
    definition: &Definition,
) -> Result<String, Failure> {
    let diagram = Diagram::of(definition).with(&overlay(definition, example.history()));
    match extension(file).as_str() {
        "svg" => Ok(diagram.to_svg()),
        "html" | "htm" => Ok(diagram.to_html()),
        "mmd" | "mermaid" | "md" => Ok(diagram.to_mermaid()),
        "dot" | "gv" => Ok(diagram.to_dot()),
        _ => Err(Failure::Usage(format!(
            "--picture: {} has no known extension; use `.svg`, `.html`, `.mmd` or `.dot`",
            file.display()
        ))),
    }
}

fn extension(file: &Path) -> String {
    let extension = file.extension().unwrap_or_default();
    extension.to_string_lossy().to_ascii_lowercase()
}

fn write_file(file: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(file, text)
        .map_err(|error| Failure::Usage(format!("cannot write {}: {error}", file.display())))
}
