//! Rules about data in JSONPath: paths, payload templates, intrinsic functions and literal texts.

pub(super) mod duplicate_template_key;
mod dynamic_value;
pub(super) mod invalid_dynamic_value;
pub(super) mod invalid_format_template;
pub(super) mod invalid_intrinsic_call;
pub(super) mod invalid_path;
mod literal_meaning;
pub(super) mod missing_dollar;
pub(super) mod missing_path_suffix;
pub(super) mod not_a_reference_path;
mod path_fixes;
pub(super) mod static_result;
pub(super) mod unknown_intrinsic;
