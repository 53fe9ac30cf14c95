use std::cmp::Ordering;

/// The order of texts in Java and in JavaScript: that of their UTF-16.
pub(super) fn by_code_units(left: &str, right: &str) -> Ordering {
    if left.is_ascii() && right.is_ascii() {
        return left.cmp(right);
    }
    left.encode_utf16().cmp(right.encode_utf16())
}
