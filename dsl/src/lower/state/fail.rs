//! Fail.

use super::StateLowering;
use crate::expr::Expr;
use crate::shape::Shape;
use stepwright_asl::model::Fail;

impl StateLowering<'_, '_> {
    pub(super) fn fail(&mut self, error: Option<&Expr>, cause: Option<&Expr>) -> Fail {
        let mut fail = Fail::default();
        if let Some(error) = error {
            (fail.error, fail.error_path) = self.fail_text(error);
        }
        if let Some(cause) = cause {
            (fail.cause, fail.cause_path) = self.fail_text(cause);
        }
        fail
    }

    /// A text, which is empty for a `None`: AWS accepts no `null` there.
    fn fail_text(&mut self, value: &Expr) -> (Option<String>, Option<String>) {
        if let Shape::Option(_) = self.shape_of(value) {
            let text = value.clone().method("unwrap_or", vec![Expr::literal("")]);
            return self.text_field(&text, true);
        }
        self.text_field(value, true)
    }
}
