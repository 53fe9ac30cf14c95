//! Lints of workflows in Rust: code that is allowed, but rarely intended.

use std::fmt;

/// A check for code that is allowed, but rarely intended. A workflow can make its diagnostics
/// errors (`deny`), or disable it (`allow`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Lint {
    /// An error of a task that nothing catches. Allowed by default.
    UnhandledErrors,
    /// A loop that neither waits nor counts. A warning.
    UnboundedLoop,
    /// A text that contains `${Name}`, which no template fills in. A warning.
    LiteralPlaceholder,
    /// A variable that nothing reads. A warning.
    UnusedVariables,
    /// A retry on all errors of a state that also computes an expression which can fail. A warning.
    RetriedComputation,
}

/// The code of a front end in the messages of lints.
#[derive(Clone, Copy, Debug)]
pub struct LintWords {
    /// The code that disables a lint.
    pub allow: fn(Lint) -> String,
    /// How a loop waits: ``add a `wait` state``.
    pub wait: &'static str,
    /// How a loop counts: ``count in it, `let attempt = attempt + 1;`,``.
    pub count: &'static str,
    /// How a loop ends: `leave it by a choice on the count`.
    pub leave: &'static str,
    /// The code for a placeholder with this name.
    pub placeholder: fn(&str) -> String,
}

impl Lint {
    /// All lints.
    pub const ALL: [Lint; 5] = [
        Lint::UnhandledErrors,
        Lint::UnboundedLoop,
        Lint::LiteralPlaceholder,
        Lint::UnusedVariables,
        Lint::RetriedComputation,
    ];

    /// The name in `workflow!`.
    pub fn name(self) -> &'static str {
        match self {
            Lint::UnhandledErrors => "unhandled_errors",
            Lint::UnboundedLoop => "unbounded_loop",
            Lint::LiteralPlaceholder => "literal_placeholder",
            Lint::UnusedVariables => "unused_variables",
            Lint::RetriedComputation => "retried_computation",
        }
    }
}

/// The lint's name in `workflow!`.
impl fmt::Display for Lint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl LintWords {
    /// The message about a loop without a bound.
    pub fn unbounded_loop(&self) -> String {
        format!(
            "this loop has neither a wait nor a bound: {}, or {} and {}; {} permits it",
            self.wait,
            self.count,
            self.leave,
            (self.allow)(Lint::UnboundedLoop)
        )
    }

    /// The message about a text that looks like a placeholder. No template fills it in, because the
    /// lowering writes `$` and `{` separately.
    pub fn literal_placeholder(&self, name: &str) -> String {
        format!(
            "`${{{name}}}` in a text stays as it is, so no template fills it in: write {} for a value of the deployment; {} permits the text",
            (self.placeholder)(name),
            (self.allow)(Lint::LiteralPlaceholder)
        )
    }
}

/// The message about a variable that nothing reads.
pub fn unused_variable(name: &str) -> String {
    format!(
        "unused variable: `{name}`; if this is intentional, prefix it with an underscore: `_{name}`"
    )
}

/// The message about a variable that no expression reads, and whose value may panic in Rust.
pub fn unused_panicking_variable(name: &str) -> String {
    format!(
        "unused variable: `{name}`; the workflow computes it, because its value may panic in Rust: remove it, or compute it where it is read"
    )
}

/// The message about a retry on all errors of a state that also computes an expression which can
/// fail.
pub fn retried_computation(state: &str) -> String {
    format!(
        "this retry also repeats the call of `{state}` when an expression over its result fails, and that expression fails each time: \
         compute it in a following `pass` state, or name the errors to retry"
    )
}
