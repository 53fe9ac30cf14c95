//! The test of docs/guides/snapshots.md.

use order_processing::OrderProcessing;

#[test]
fn the_definition_is_what_was_accepted() {
    stepwright::assert_asl_snapshot!(OrderProcessing);
}
