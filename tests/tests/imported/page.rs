//! The test that docs/guides/import.md shows.

use crate::order_processing;

#[test]
fn the_emitted_definition_equals_the_deployed_one() {
    let deployed = include_str!("order_processing.asl.json");
    let deployed: serde_json::Value = serde_json::from_str(deployed).unwrap();
    let emitted = order_processing::OrderProcessing::definition().to_json();
    let emitted: serde_json::Value = serde_json::from_str(&emitted).unwrap();
    assert_eq!(emitted, deployed);
}
