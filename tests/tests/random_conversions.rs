//! Random JSONPath machines do the same after their conversion to JSONata.
//!
//! `--bin random_conversions` compares more of them.

use stepwright_tests::random::Conversions;

#[tokio::test]
async fn random_machines_do_the_same_after_their_conversion() {
    let conversions = Conversions {
        seed: 1,
        count: 200,
        inputs: 3,
        shown: 3,
    };
    let report = conversions.compare().await;
    assert_eq!(report.differ(), 0, "{report}");
    assert!(report.refused * 5 <= report.machines, "{report}");
    // Most runs satisfy the assumptions of the conversion.
    assert!(report.absent * 10 <= report.runs, "{report}");
    assert!(report.compared * 10 >= report.machines * 9, "{report}");
}
