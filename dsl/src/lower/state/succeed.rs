//! Succeed.

use super::Place;
use stepwright_asl::model::Succeed;

impl Place<'_, '_> {
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
