//! Fail.

use super::StateLowering;
use crate::expr::Expr;
use stepwright_asl::model::Fail;

impl StateLowering<'_, '_> {
    pub(super) fn fail(&mut self, error: Option<&Expr>, cause: Option<&Expr>) -> Fail {
        let mut fail = Fail::default();
        if let Some(error) = error {
            (fail.error, fail.error_path) = self.text_field(error, true);
        }
        if let Some(cause) = cause {
            (fail.cause, fail.cause_path) = self.text_field(cause, true);
        }
        fail
    }
}
