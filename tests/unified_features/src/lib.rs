//! Enables the features that the tests of the default members enable, and has no code.
//!
//! cargo compiles a crate again for each set of its features. With this package among the default
//! members, `cargo run` and a later `cargo test` need the same sets, so the second command compiles
//! only tests. `.ci/fresh` checks it.
