//! Pass.

use super::StateLowering;
use stepwright_asl::model::Pass;

impl StateLowering<'_, '_> {
    pub(super) fn pass(&mut self) -> Pass {
        let env = self.env.clone();
        let outcome = self.outcome(&env);
        Pass {
            parameters: outcome.built,
            result: outcome.constant,
            output_path: outcome.output_path,
            assign: outcome.assign,
            output: outcome.output,
            next: outcome.next,
            end: outcome.end,
            ..Pass::default()
        }
    }
}
