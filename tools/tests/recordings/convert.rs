//! Converts real-world definitions from JSONPath to JSONata.

use stepwright_asl::json::Document;
use stepwright_asl::validate::{MachineType, Validator};
use stepwright_tools::convert::Converter;

use super::files::realworld;

#[test]
#[ignore = "needs the recordings in STEPWRIGHT_RECORDINGS"]
fn nine_of_ten_states_are_converted_and_all_results_are_valid() {
    let (mut converted, mut refused, mut whole, mut machines) = (0, 0, 0, 0);
    let mut notes = Vec::new();
    for (path, text) in realworld() {
        // A definition with placeholders outside of strings is no JSON.
        let Ok(one) = Converter::new().convert_json(&text) else {
            continue;
        };
        let shown = path.display();
        let definition = &one.definitions[0];
        assert_eq!(definition.problem, None, "{shown}");
        let conversion = &definition.conversion;
        converted += conversion.states.len();
        refused += conversion.refused.len();
        whole += usize::from(conversion.is_whole);
        machines += 1;
        let of_file = conversion.notes.iter();
        notes.extend(of_file.map(|note| format!("{shown}: {} {}", note.state, note.message)));
        let document = Document::parse(&one.text).expect("it is JSON");
        let validator = Validator::new(MachineType::Standard).with_any_placeholder();
        let before = validator.check(&Document::parse(&text).expect("it is JSON"));
        let after = validator.check(&document);
        assert!(
            after.errors().count() <= before.errors().count(),
            "{shown}: {:?}",
            after.errors().next()
        );
        let again = Converter::new()
            .convert_json(&one.text)
            .expect("it is JSON");
        assert_eq!(again.text, one.text, "{shown}");
    }
    println!(
        "{converted} states converted, {refused} refused; {whole} of {machines} machines whole"
    );
    assert!(
        machines > 40 && refused * 9 <= converted,
        "{}",
        notes.join("\n")
    );
}
