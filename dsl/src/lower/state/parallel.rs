//! Parallel. Its branches are filled in by the caller.

use super::StateLowering;
use super::common::Outcome;
use stepwright_asl::json::Json;
use stepwright_asl::model::Parallel;

impl StateLowering<'_, '_> {
    pub(super) fn parallel(&mut self) -> Parallel {
        let env = self.env.with_result(self.state);
        let outcome = self.outcome(&env);
        let retry = self.retriers(false);
        let catch = self.catchers();
        Parallel {
            result_selector: self.selector(&outcome),
            output_path: outcome.output_path,
            assign: outcome.assign,
            output: outcome.output,
            retry,
            catch,
            next: outcome.next,
            end: outcome.end,
            ..Parallel::default()
        }
    }

    /// `ResultSelector`: it builds objects, and a constant that is one.
    pub(super) fn selector(&mut self, outcome: &Outcome) -> Option<Json> {
        match (&outcome.built, &outcome.constant) {
            (Some(built), _) => Some(built.clone()),
            (None, Some(constant @ Json::Object(_))) => Some(constant.clone()),
            (None, Some(_)) => {
                self.report.fault(
                    "a constant cannot be the output of this state in JSONPath; give it in a `pass` state after, or write \
                     `query_language JSONata;` in this state",
                );
                None
            }
            (None, None) => None,
        }
    }
}
