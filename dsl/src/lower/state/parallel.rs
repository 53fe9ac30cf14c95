//! Parallel. Its branches are filled in by the caller.

use super::StateLowering;
use stepwright_asl::model::Parallel;

impl StateLowering<'_, '_> {
    pub(super) fn parallel(&mut self) -> Parallel {
        self.work(false).into()
    }
}
