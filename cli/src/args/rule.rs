//! The arguments of `stepwright rule`.

use clap::Args;

pub(super) const EXAMPLES: &str = "Examples:
  stepwright rule SW142
  stepwright rule missing-transition-target unreachable-state
  stepwright rule                lists all rules

Exit status: 0 printed; 2 unknown rule.";

#[derive(Debug, Args)]
pub(crate) struct RuleArguments {
    /// The ids or names of rules; if none is given, all rules are listed
    #[arg(value_name = "RULE")]
    pub(crate) rules: Vec<String>,
}
