//! The test of docs/guides/snapshots.md.

use order_processing::OrderProcessing;

#[test]
fn the_definition_equals_its_snapshot() {
    stepwright::assert_asl_snapshot!(OrderProcessing);
}
