//! Wait.

use super::StateLowering;
use crate::flow::Wait;
use stepwright_asl::model;

impl StateLowering<'_, '_> {
    pub(super) fn wait(&mut self, wait: &Wait) -> model::Wait {
        let env = self.env.clone();
        let outcome = self.outcome(&env);
        self.selects_only(&outcome);
        let mut made = model::Wait {
            output_path: outcome.output_path,
            assign: outcome.assign,
            output: outcome.output,
            next: outcome.next,
            end: outcome.end,
            ..model::Wait::default()
        };
        match wait {
            Wait::Seconds(seconds) => {
                let amount = self.amount(seconds);
                made.seconds = amount.value;
                made.seconds_path = amount.path;
            }
            Wait::Timestamp(time) => {
                (made.timestamp, made.timestamp_path) = self.text_field(time, false);
            }
        }
        made
    }

    /// Refuses a computed output: in JSONPath some states can only select their output.
    pub(super) fn selects_only(&mut self, outcome: &super::common::StateTransition) {
        if outcome.built.is_some() || outcome.constant.is_some() {
            self.report.fault(format!(
                "this kind of state can only select a value in JSONPath; build it in a `pass` state that ends, or {}",
                self.env.use_jsonata()
            ));
        }
    }
}
