//! What the macro's parser says.

use super::Row;

pub const BINDING: &[Row] = &[];
pub const CHOICE: &[Row] = &[];
pub const DISTRIBUTED: &[Row] = &[];
pub const FRAGMENT: &[Row] = &[];
pub const OPTION: &[Row] = &[];
pub const READER: &[Row] = &[];
pub const STATE: &[Row] = &[];
pub const STATEMENT: &[Row] = &[];
pub const TARGET: &[Row] = &[];
pub const TASK: &[Row] = &[];
pub const CALLED: &[Row] = &[];
pub const WORKFLOW: &[Row] = &[];
