//! Generates the source of a Rust test from an execution.

mod calls;
mod dry_run;
mod model;
mod rust_literal;
mod source;

use std::fmt;

use stepwright_interpreter::history::History;

use self::dry_run::{DryRun, dry_run};
pub use self::model::TestGenerationError;
use self::model::{Assertions, Conditions, ExecutionModel};

/// The Rust source of a test that repeats an execution: its definition, its input, a mock for each
/// state whose task was called, and assertions on its end and its path.
///
/// [`GeneratedTest::of`] runs the definition with these mocks on virtual time. An assertion that
/// would fail is omitted, and a comment names it: values that depend on the clock or on random
/// numbers differ in each run. The source needs the crates `stepwright-runtime`, `serde_json`, and
/// `tokio` with its features `macros` and `rt`.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use serde_json::json;
/// use stepwright_runtime::testing::{GeneratedTest, Mock, Mocks};
/// use stepwright_runtime::{Engine, MachineType, StartOptions};
///
/// let text = r#"{"StartAt": "Charge", "States": {
///     "Charge": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge", "End": true}
/// }}"#;
/// let engine = Engine::builder()
///     .register_json("orders", text, MachineType::Standard)
///     .tasks(Mocks::new().state("Charge", Mock::output(json!({"paid": true}))))
///     .virtual_time()
///     .build()?;
/// let report = engine.execute_machine("orders", json!({"total": 12}), StartOptions::new().name("o-17")).await?;
/// let test = GeneratedTest::of(&report.history).await?;
/// assert!(test.source().contains("async fn o_17_succeeds()"));
/// assert!(test.source().contains(r#".state("Charge", Mock::output(json!({"paid": true})))"#));
/// assert!(test.source().contains(r#".output(json!({"paid": true}))"#));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct GeneratedTest {
    source: String,
}

impl GeneratedTest {
    /// Generates the test of an execution that ended.
    ///
    /// # Errors
    ///
    /// An execution that a test cannot repeat: it runs, was stopped or redriven, has a Map Run or
    /// is a child of one, its history is incomplete, fields of its data are masked, or the
    /// definition ends differently with the same answers.
    pub async fn of(history: &History) -> Result<Self, TestGenerationError> {
        Self::with_children(history, &[]).await
    }

    /// Generates the test of an execution whose Map Runs had these children, in the order of their
    /// starts.
    ///
    /// # Errors
    ///
    /// As [`of`](Self::of). A test cannot repeat a Map Run whose items an ItemReader reads.
    pub async fn with_children(
        history: &History,
        children: &[History],
    ) -> Result<Self, TestGenerationError> {
        let model = ExecutionModel::of(history, children)?;
        let mut best: Option<(Assertions, Conditions)> = None;
        let mut problem = TestGenerationError(String::new());
        for conditions in [Conditions::Answers, Conditions::All] {
            match dry_run(&model, conditions).await {
                DryRun::Ended(end) if end.status == model.end.status => {
                    let assertions = Assertions::of(&model.end, &end);
                    if best.is_none_or(|(best, _)| best < assertions) {
                        best = Some((assertions, conditions));
                    }
                    if assertions.are_all() {
                        break;
                    }
                }
                DryRun::Ended(end) => problem = TestGenerationError::other_end(&model.end, &end),
                DryRun::Refused(reason) => problem = TestGenerationError(reason),
            }
        }
        let (assertions, conditions) = best.ok_or(problem)?;
        let source = source::of(&model, conditions, assertions);
        Ok(Self {
            // A token in an input may be that of an open task of another execution.
            source: history.redaction().text(&source).into_owned(),
        })
    }

    /// Returns the text of the source.
    pub fn source(&self) -> &str {
        &self.source
    }
}

impl fmt::Display for GeneratedTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}
