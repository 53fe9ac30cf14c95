//! The arguments of `stepwright review`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use stepwright_explore::Rule;
use stepwright_review::review::RiskLevel;

use super::explore::rule;
use super::{HistorySourceArguments, MachineType, RedactArguments};

pub(crate) const EXAMPLES: &str = "Examples:
  stepwright review old.asl.json new.asl.json
  stepwright review deployed infra                            every definition and template of two folders
  stepwright review main..HEAD                                two revisions of the git repository
  stepwright review main..HEAD infra services                 only these folders of the repository
  stepwright review main..HEAD --histories histories          with a rehearsal of recorded executions
  stepwright review main..HEAD --store orders.db              with the executions of a store of `run` or `serve`
  stepwright review main..HEAD --executions ARN ARN --aws-account 123456789012
  stepwright review main..HEAD --properties orders.properties.yaml
  stepwright review main..HEAD --format markdown > comment.md
  stepwright review main..HEAD --format sarif > review.sarif
  stepwright review main..HEAD --deny high                    exit status 1 if there is a risk of this level

Unchanged definitions are counted only. Definitions are paired by their files and, in templates, by the names of their state machines. A revision without a second one (`main..`)
is compared with the files of the working folder. The first line of the Markdown is a hidden marker, by which a later run finds its comment.
All paths of a changed definition are explored before and after the change, as `stepwright explore` does; a rule or a property that held and no longer holds is a risk.
A history in a folder of --histories that is named like a definition (`histories/orders/*.json`) is rehearsed with that definition, and so is an execution of a store or of AWS whose
state machine has its name; with one changed definition, all are.
Exit status: 0 reviewed; 1 a risk of the level of --deny; 2 wrong usage, or files that cannot be read.";

#[derive(Debug, Args)]
pub(crate) struct ReviewArguments {
    /// The old definition, template or folder; or two revisions of git: `main..HEAD`
    #[arg(value_name = "OLD|A..B")]
    pub(crate) old: PathBuf,
    /// The new definition, template or folder; after two revisions, the paths that are reviewed
    #[arg(value_name = "NEW|PATH")]
    pub(crate) new: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) source: HistorySourceArguments,
    /// A property file of `stepwright explore`, named like its definition
    /// (`orders.properties.yaml`); can be given several times. Without this option, those next to
    /// the new definitions are read
    #[arg(long, value_name = "FILE")]
    pub(crate) properties: Vec<PathBuf>,
    /// Switches rules of `stepwright explore` off, separated by commas
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = rule)]
    pub(crate) allow: Vec<Rule>,
    /// The type of the state machines whose files do not contain it
    #[arg(long = "type", value_enum, default_value = "STANDARD")]
    pub(crate) machine_type: MachineType,
    /// How the review is printed
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: ReviewFormat,
    /// Fail if there is a risk of this level, or of a higher one
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    pub(crate) deny: Option<RiskLevel>,
    #[command(flatten)]
    pub(crate) redact: RedactArguments,
}

/// How a review is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReviewFormat {
    /// For people
    Text,
    /// For a comment of a pull request
    Markdown,
    /// A page with pictures before and after the change
    Html,
    /// For programs
    Json,
    /// For code scanners: SARIF 2.1.0
    Sarif,
}

fn level(text: &str) -> Result<RiskLevel, String> {
    let mut levels = RiskLevel::ALL.into_iter();
    let found = levels.find(|level| level.as_str() == text);
    found.ok_or_else(|| "the levels are high, medium and low".to_owned())
}
