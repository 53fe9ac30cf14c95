//! The files of a counterexample: a test, mocks, a history, a picture.

use std::path::Path;

use stepwright_asl::json::Json;
use stepwright_diagram::Diagram;
use stepwright_explore::{Counterexample, Report};
use stepwright_runtime::testing::{GeneratedTest, overlay};

use super::mock_file::mock_file;
use crate::args::ExploreArguments;
use crate::failure::Failure;
use crate::terminal::diagnostics;

/// Writes the files that the arguments name, for the first counterexample.
pub(super) async fn write(
    arguments: &ExploreArguments,
    report: &Report,
    definition: &Json,
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
        let history = example.history().to_json();
        write_file(file, &format!("{history:#}\n"))?;
    }
    if let Some(file) = &arguments.picture {
        write_file(file, &picture(file, example, definition)?)?;
    }
    Ok(())
}

async fn test(file: &Path, example: &Counterexample) -> Result<String, Failure> {
    match extension(file).as_str() {
        "rs" => {
            let test = GeneratedTest::of(example.history()).await;
            let test = test.map_err(|error| {
                Failure::Failed(format!(
                    "--write-test: {error}; --write-history writes the path in any case"
                ))
            })?;
            Ok(test.source().to_owned())
        }
        "json" => Ok(mock_file(example)),
        _ => Err(Failure::Usage(format!(
            "--write-test: {} is neither a test (`.rs`) nor a mock file (`.json`)",
            file.display()
        ))),
    }
}

fn picture(file: &Path, example: &Counterexample, definition: &Json) -> Result<String, Failure> {
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
