//! The arguments of `stepwright graph`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::RedactArguments;

pub(super) const EXAMPLES: &str = "Examples:
  stepwright graph orders.asl.json                          Mermaid, which GitHub shows in READMEs
  stepwright graph orders.asl.yaml --output orders.svg      the extension selects the format: .mmd, .md, .dot, .gv, .svg, .html
  stepwright graph orders.asl.json --format dot | dot -Tpdf > orders.pdf
  stepwright run orders.asl.json --history history.json
  stepwright graph orders.asl.json --history history.json --output run.html

A definition with errors is drawn as far as possible, and the errors are printed on standard error.
Exit status: 0 drawn; 1 there is nothing to draw; 2 wrong usage, an invalid history, or an output with an unknown extension.";

#[derive(Debug, Args)]
pub(crate) struct GraphArguments {
    /// The definition in JSON or YAML; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The format of the diagram; by default that of the extension of --output, else Mermaid
    #[arg(long, value_enum)]
    pub(crate) format: Option<DiagramFormat>,
    /// Colour the states by the history of an execution, from GetExecutionHistory or
    /// `run --history`
    #[arg(long, value_name = "FILE")]
    pub(crate) history: Option<PathBuf>,
    /// The output file; by default standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) redact: RedactArguments,
}

/// The format of a diagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiagramFormat {
    /// A flowchart in text, which GitHub and many editors show as a picture
    Mermaid,
    /// For Graphviz
    Dot,
    /// An SVG image
    Svg,
    /// An HTML page with a zoomable diagram and the fields of each state
    Html,
}
