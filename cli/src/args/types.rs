//! The arguments of `stepwright types`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

pub(super) const EXAMPLES: &str = "Examples:
  stepwright types asl/checkout.schemas.json --lang ts --output src/checkout.ts
  stepwright types asl/*.asl.json --lang python --output app/workflows.py
  stepwright types template.yaml#Orders --lang ts                a state machine of a SAM template
  stepwright types orders.asl.json --lang jsonschema > orders.schema.json
  stepwright types asl/*.asl.json --lang ts --output src/workflows.ts --check

A crate emits its schemas as *.schemas.json next to each definition, and a definition uses that file. You can write one for any definition: an object with the JSON Schemas `input`,
`output` and `tasks`. Without it, the types are derived from what the definition reads and writes; values that it computes are `unknown`, in Python `object`.
Python needs 3.11.
Exit status: 0 printed; 1 a definition has errors, or with --check the file differs; 2 wrong usage, or a file that cannot be read.";

#[derive(Debug, Args)]
pub(crate) struct TypesArguments {
    /// Definitions in JSON or YAML, machines of templates, or *.schemas.json files; `-` is standard
    /// input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The language of the types
    #[arg(long, value_name = "LANGUAGE", value_enum)]
    pub(crate) lang: TypeLanguage,
    /// The output file; by default standard output
    #[arg(long, short, visible_alias = "out", value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Write nothing, and exit with 1 if the output file has other types
    #[arg(long, requires = "output")]
    pub(crate) check: bool,
}

/// A language with types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TypeLanguage {
    /// TypeScript: interfaces and unions
    Ts,
    /// Python: TypedDict classes
    Python,
    /// One JSON Schema with a definition for each type
    Jsonschema,
}
