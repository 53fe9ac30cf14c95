//! The order of texts on the service: by UTF-16 code units, not by characters.

use std::cmp::Ordering;

/// Compares texts as Java and JavaScript do: by their UTF-16 code units.
pub(super) fn by_code_units(left: &str, right: &str) -> Ordering {
    if left.is_ascii() && right.is_ascii() {
        return left.cmp(right);
    }
    left.encode_utf16().cmp(right.encode_utf16())
}
