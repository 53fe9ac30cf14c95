//! `succeed Done;`, `succeed Done { value }`

use super::reader::Expression;

/// What a succeed gives.
#[derive(Default)]
pub(crate) struct Succeed {
    pub(crate) value: Option<Expression>,
}
