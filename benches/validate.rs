//! How long reading and validating takes, for definitions of several sizes:
//! `cargo bench -p stepwright-benches --bench validate`
//!
//! The bytes per second stay the same from size to size: the time grows with the definition.

mod generate;

use divan::Bencher;
use divan::counter::BytesCount;
use stepwright_asl::StateMachine;
use stepwright_asl::json::Document;
use stepwright_asl::validate::{MachineType, validate};

use generate::{Language, definition};

/// 16 KiB to 1 MiB, which is the most that AWS takes.
const SIZES: &[usize] = &[16_384, 65_536, 262_144, 1_048_576];

fn main() {
    divan::main();
}

#[divan::bench(args = SIZES)]
fn read_jsonpath(bencher: Bencher, bytes: usize) {
    let text = definition(Language::JsonPath, bytes);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| Document::parse(&text));
}

#[divan::bench(args = SIZES)]
fn read_and_validate_jsonpath(bencher: Bencher, bytes: usize) {
    read_and_validate(bencher, Language::JsonPath, bytes);
}

#[divan::bench(args = SIZES)]
fn read_and_validate_jsonata(bencher: Bencher, bytes: usize) {
    read_and_validate(bencher, Language::Jsonata, bytes);
}

fn read_and_validate(bencher: Bencher, language: Language, bytes: usize) {
    let text = definition(language, bytes);
    bencher.counter(BytesCount::of_str(&text)).bench(|| {
        let document = Document::parse(&text).expect("is JSON");
        let diagnostics = validate(&document, MachineType::Standard);
        assert!(diagnostics.is_empty(), "{diagnostics}");
        diagnostics
    });
}

#[divan::bench(args = SIZES)]
fn read_the_model_jsonpath(bencher: Bencher, bytes: usize) {
    let text = definition(Language::JsonPath, bytes);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| StateMachine::from_json(&text).map(|machine| machine.states.len()));
}
