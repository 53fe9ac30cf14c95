//! Every mistake gives its message, at the user's own token.
//!
//! `TRYBUILD=overwrite cargo test -p stepwright-compile-fail` writes the `.stderr` files anew; read each as a user would
//! before it is committed.

#[test]
fn each_mistake_has_its_expected_compile_error() {
    let tests = trybuild::TestCases::new();
    tests.compile_fail("tests/fail/*/*.rs");
}
