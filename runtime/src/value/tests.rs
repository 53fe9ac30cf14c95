use super::*;

#[test]
fn a_value_takes_24_bytes_and_an_option_no_more() {
    assert_eq!(std::mem::size_of::<Value>(), 24);
    assert_eq!(std::mem::size_of::<Option<Value>>(), 24);
}
