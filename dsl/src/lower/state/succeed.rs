//! Succeed.

use super::StateLowering;
use stepwright_asl::model::Succeed;

impl StateLowering<'_, '_> {
    pub(super) fn succeed(&mut self) -> Succeed {
        let env = self.env.clone();
        let outcome = self.outcome(&env);
        self.selects_only(&outcome);
        Succeed {
            output_path: outcome.output_path,
            output: outcome.output,
            ..Succeed::default()
        }
    }
}
