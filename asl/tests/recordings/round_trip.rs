//! Parsing and writing real-world definitions returns the same JSON.

use stepwright_asl::StateMachine;
use stepwright_asl::model::State;

use super::files::realworld;

#[test]
#[ignore = "needs the recordings in STEPWRIGHT_RECORDINGS"]
fn realworld_definitions_survive_reading_and_writing() {
    let files = realworld();
    let mut broken = Vec::new();
    for (path, text) in &files {
        let Ok(original) = serde_json::from_str::<serde_json::Value>(text) else {
            assert!(StateMachine::from_json(text).is_err(), "{}", path.display());
            broken.push(path);
            continue;
        };
        let machine = StateMachine::from_json(text)
            .unwrap_or_else(|diagnostics| panic!("{}:\n{diagnostics}", path.display()));
        // serde would reject a float beyond the exact integers; these files contain none.
        let through_serde: StateMachine = serde_json::from_str(text).expect("is read by serde");
        assert_eq!(through_serde, machine, "{}", path.display());
        let by_serde = serde_json::to_string(&through_serde).expect("is written");
        for found in machine.states() {
            let pointer = found.pointer.to_string();
            assert_eq!(machine.state_at(&pointer), Some(found.state), "{pointer}");
            assert_eq!(
                State::from_value(&found.state.to_value()).as_ref(),
                Ok(found.state),
                "{pointer}"
            );
        }
        for written in [machine.to_json(), machine.to_json_pretty(), by_serde] {
            let again: serde_json::Value = serde_json::from_str(&written).expect("is JSON");
            assert_eq!(again, original, "{}", path.display());
            // `Value` ignores the order of members; the text preserves it.
            assert_eq!(
                again.to_string(),
                original.to_string(),
                "{}",
                path.display()
            );
        }
    }
    assert!(broken.len() <= 2, "too many files do not parse: {broken:?}");
}
