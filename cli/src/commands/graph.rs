//! `stepwright graph`: draws a definition.

use std::collections::HashSet;
use std::path::Path;

use stepwright_asl::MachineType;
use stepwright_asl::graph::Graph;
use stepwright_asl::json::Json;
use stepwright_asl::validate::Validator;
use stepwright_asl::words::more;
use stepwright_diagram::Diagram;
use stepwright_engine::Redaction;
use stepwright_history::RecordedHistory;

use crate::args::{DiagramFormat, GraphArguments};
use crate::definitions::definition::LoadedDefinition;
use crate::definitions::input;
use crate::failure::Failure;
use crate::terminal::diagnostics;
use crate::terminal::output;

/// Draws the definition.
pub(crate) fn graph(arguments: &GraphArguments) -> Result<(), Failure> {
    let format = format(arguments)?;
    let validator = Validator::new(MachineType::Standard);
    let definition = LoadedDefinition::read(&arguments.file, &validator)?;
    let json = drawable(&definition)?;
    let diagram = match &arguments.history {
        Some(file) => {
            let recorded = read_history(file, json, &arguments.redact.redaction())?;
            Diagram::of(json).with(&recorded.overlay(json))
        }
        None => Diagram::of(json),
    };
    let text = match format {
        DiagramFormat::Mermaid => diagram.to_mermaid(),
        DiagramFormat::Dot => diagram.to_dot(),
        DiagramFormat::Svg => diagram.to_svg(),
        DiagramFormat::Html => diagram.to_html(),
    };
    print_or_write(arguments.output.as_deref(), &text)
}

/// Prints a text, or writes it to a file.
fn print_or_write(file: Option<&Path>, text: &str) -> Result<(), Failure> {
    match file {
        None => output::document(text),
        Some(file) => std::fs::write(file, text)
            .map_err(|error| Failure::Usage(format!("cannot write {}: {error}", file.display())))?,
    }
    Ok(())
}

/// The JSON to draw. Errors are reported, and are only fatal if nothing can be drawn.
pub(crate) fn drawable(definition: &LoadedDefinition) -> Result<&Json, Failure> {
    let json = definition.document().map(|document| document.json());
    let has_states = json.is_some_and(|json| !Graph::of(json).states().is_empty());
    let errors = definition.diagnostics.errors().count();
    if errors > 0 {
        definition.print_errors();
    }
    let path = definition.shown();
    match json {
        Some(json) if has_states => {
            if errors > 0 {
                let noun = if errors == 1 { "error" } else { "errors" };
                diagnostics::note(&format!(
                    "{path} has {errors} {noun}; the diagram may be incomplete"
                ));
            }
            Ok(json)
        }
        _ => Err(Failure::Failed(format!(
            "{path}: there is nothing to draw: it has no states"
        ))),
    }
}

/// Reads the history of an execution of a definition.
pub(crate) fn read_history(
    file: &Path,
    definition: &Json,
    redaction: &Redaction,
) -> Result<RecordedHistory, Failure> {
    let text = input::read(file)?;
    let recorded = RecordedHistory::parse(&text)
        .map_err(|error| Failure::Usage(format!("{}: {error}", file.display())))?;
    let graph = Graph::of(definition);
    let known: HashSet<&str> = graph.states().iter().map(|state| state.name).collect();
    let entered = recorded.entered();
    let mut unknown = entered.iter().filter(|state| !known.contains(**state));
    if let Some(state) = unknown.next() {
        let more = more(unknown.count()).map_or(String::new(), |more| format!(" {more}"));
        diagnostics::note(&format!(
            "{} has the state `{state}`{more}, which is not in the definition: the history belongs to another definition",
            file.display()
        ));
    }
    Ok(recorded.redact(redaction))
}

/// The format of `--format`, otherwise that of the output's file name.
fn format(arguments: &GraphArguments) -> Result<DiagramFormat, Failure> {
    let output = arguments
        .output
        .as_deref()
        .filter(|_| arguments.format.is_none());
    let Some(output) = output else {
        return Ok(arguments.format.unwrap_or(DiagramFormat::Mermaid));
    };
    let Some(ending) = output.extension() else {
        return Ok(DiagramFormat::Mermaid);
    };
    let ending = ending.to_string_lossy();
    Ok(match ending.to_ascii_lowercase().as_str() {
        "mmd" | "mermaid" | "md" => DiagramFormat::Mermaid,
        "svg" => DiagramFormat::Svg,
        "html" | "htm" => DiagramFormat::Html,
        "dot" | "gv" => DiagramFormat::Dot,
        other => {
            let way_out = match other {
                "png" | "jpg" | "jpeg" | "webp" | "pdf" | "ps" => diagnostics::hint(&format!(
                    "use Graphviz to convert the output of `--format dot` to .{other}"
                )),
                _ => diagnostics::hint("--format selects the format for any file name"),
            };
            return Err(Failure::Usage(format!(
                "cannot draw {}: `.{ending}` is not a known format; the formats are .mmd (Mermaid), .dot, .svg and .html{way_out}",
                output.display()
            )));
        }
    })
}
