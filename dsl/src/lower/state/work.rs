//! The fields of states with work: Task, Parallel, Map.

use super::StateLowering;
use super::common::StateTransition;
use stepwright_asl::json::Json;
use stepwright_asl::model::{Catcher, Map, Parallel, Retrier, Task};

/// The fields that handle the work's result and errors.
pub(super) struct WorkFields {
    selector: Option<Json>,
    outcome: StateTransition,
    retry: Vec<Retrier>,
    catch: Vec<Catcher>,
}

macro_rules! from_work {
    ($($kind:ident)*) => {$(
        impl From<WorkFields> for $kind {
            fn from(work: WorkFields) -> $kind {
                $kind {
                    result_selector: work.selector,
                    output_path: work.outcome.output_path,
                    assign: work.outcome.assign,
                    output: work.outcome.output,
                    retry: work.retry,
                    catch: work.catch,
                    next: work.outcome.next,
                    end: work.outcome.end,
                    ..$kind::default()
                }
            }
        }
    )*};
}
from_work!(Task Parallel Map);

impl StateLowering<'_, '_> {
    pub(super) fn work(&mut self, is_lambda: bool) -> WorkFields {
        let env = self.env.with_result(self.state);
        let outcome = self.outcome(&env);
        self.refuse_errors_of_child();
        let retry = self.retriers(is_lambda);
        let catch = self.catchers();
        WorkFields {
            selector: self.selector(&outcome),
            outcome,
            retry,
            catch,
        }
    }

    /// `ResultSelector`: builds objects, including constant ones.
    fn selector(&mut self, outcome: &StateTransition) -> Option<Json> {
        match (&outcome.built, &outcome.constant) {
            (Some(built), _) => Some(built.clone()),
            (None, Some(constant @ Json::Object(_))) => Some(constant.clone()),
            (None, Some(_)) => {
                self.report.fault(format!(
                    "a constant cannot be the output of this state in JSONPath; write it in a following `pass` state, or {}",
                    self.env.use_jsonata()
                ));
                None
            }
            (None, None) => None,
        }
    }
}
