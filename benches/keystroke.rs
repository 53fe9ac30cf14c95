//! The time from a keystroke to an answer, for large files:
//! `cargo bench -p stepwright-benches --bench keystroke`
//!
//! Each answer must take less than 50 ms.

use std::fmt;
use std::fmt::Write;

use divan::Bencher;
use stepwright_asl::validate::{MachineType, Validator};
use stepwright_editor::Document;

fn main() {
    divan::main();
}

/// A large file.
#[derive(Clone, Copy)]
enum Sample {
    Json1Mb,
    Json2000States,
    BrokenJson1Mb,
    Yaml1Mb,
    Yaml2000States,
    BrokenYaml2000States,
    Template2000States,
}

const SAMPLES: &[Sample] = &[
    Sample::Json1Mb,
    Sample::Json2000States,
    Sample::BrokenJson1Mb,
    Sample::Yaml1Mb,
    Sample::Yaml2000States,
    Sample::BrokenYaml2000States,
    Sample::Template2000States,
];

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Sample::Json1Mb => "json_1_mb",
            Sample::Json2000States => "json_2000_states",
            Sample::BrokenJson1Mb => "broken_json_1_mb",
            Sample::Yaml1Mb => "yaml_1_mb",
            Sample::Yaml2000States => "yaml_2000_states",
            Sample::BrokenYaml2000States => "broken_yaml_2000_states",
            Sample::Template2000States => "template_2000_states",
        })
    }
}

impl Sample {
    fn name(self) -> &'static str {
        match self {
            Sample::Json1Mb | Sample::Json2000States | Sample::BrokenJson1Mb => "order.asl.json",
            Sample::Template2000States => "template.yaml",
            _ => "order.asl.yaml",
        }
    }

    fn text(self) -> String {
        match self {
            Sample::Json1Mb => json(5_000),
            Sample::Json2000States => json(2_000),
            Sample::BrokenJson1Mb => json(5_000).replacen("\"Next\": \"State9\"", "\"Next\": ", 1),
            Sample::Yaml1Mb => yaml(5_500, ""),
            Sample::Yaml2000States => yaml(2_000, ""),
            Sample::BrokenYaml2000States => yaml(2_000, "").replacen("Next: State9", "Ne", 1),
            Sample::Template2000States => {
                let resource = "Resources:\n  Orders:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      Definition:\n";
                resource.to_owned() + &yaml(2_000, "        ")
            }
        }
    }

    fn document(self) -> (Document, String, usize) {
        let text = self.text();
        let offset = text.len() / 2;
        (Document::open(self.name(), &text, 1), text, offset)
    }
}

fn json(states: usize) -> String {
    let mut text = String::from("{\n  \"StartAt\": \"State0\",\n  \"States\": {\n");
    for state in 0..states {
        // Writing to a `String` cannot fail.
        let _ = write!(
            text,
            "    \"State{state}\": {{\n      \"Type\": \"Task\",\n      \"Resource\": \"arn:aws:states:::lambda:invoke\",\n      \"Parameters\": {{\"FunctionName\": \"f\", \"Payload.$\": \"$.order[{state}]\"}},\n      \"Next\": \"State{}\"\n    }},\n",
            state + 1
        );
    }
    let _ = write!(
        text,
        "    \"State{states}\": {{\"Type\": \"Succeed\"}}\n  }}\n}}\n"
    );
    text
}

fn yaml(states: usize, indentation: &str) -> String {
    let mut text = format!("{indentation}StartAt: State0\n{indentation}States:\n");
    for state in 0..states {
        let lines = [
            format!("  State{state}:"),
            "    Type: Task".to_owned(),
            "    Resource: arn:aws:states:::lambda:invoke".to_owned(),
            "    Parameters:".to_owned(),
            "      FunctionName: f".to_owned(),
            format!("      Payload.$: $.order[{state}]"),
            format!("    Next: State{}", state + 1),
        ];
        for line in lines {
            let _ = writeln!(text, "{indentation}{line}");
        }
    }
    let _ = writeln!(
        text,
        "{indentation}  State{states}:\n{indentation}    Type: Succeed"
    );
    text
}

#[divan::bench(args = SAMPLES)]
fn open(bencher: Bencher, sample: &Sample) {
    let text = sample.text();
    bencher.bench(|| Document::open(sample.name(), &text, 1));
}

#[divan::bench(args = SAMPLES)]
fn with_text(bencher: Bencher, sample: &Sample) {
    let (document, text, _) = sample.document();
    let next = text.replacen("State7", "State77", 1);
    bencher.bench(|| document.with_text(&next, 2));
}

#[divan::bench(args = SAMPLES)]
fn node_at(bencher: Bencher, sample: &Sample) {
    let (document, _, offset) = sample.document();
    bencher.bench(|| document.definition_at(offset)?.node_at(offset));
}

#[divan::bench(args = SAMPLES)]
fn completion(bencher: Bencher, sample: &Sample) {
    let (document, _, offset) = sample.document();
    bencher.bench(|| document.completion(offset));
}

#[divan::bench(args = SAMPLES)]
fn hover(bencher: Bencher, sample: &Sample) {
    let (document, _, offset) = sample.document();
    bencher.bench(|| document.hover(offset));
}

#[divan::bench(args = SAMPLES)]
fn symbols(bencher: Bencher, sample: &Sample) {
    let (document, ..) = sample.document();
    bencher.bench(|| document.symbols());
}

#[divan::bench(args = SAMPLES)]
fn tokens(bencher: Bencher, sample: &Sample) {
    let (document, ..) = sample.document();
    bencher.bench(|| document.tokens());
}

#[divan::bench(args = SAMPLES)]
fn diagnostics(bencher: Bencher, sample: &Sample) {
    let (document, ..) = sample.document();
    let validator = Validator::new(MachineType::Standard);
    bencher.bench(|| document.diagnostics(&validator));
}

#[divan::bench(args = SAMPLES)]
fn rename(bencher: Bencher, sample: &Sample) {
    let (document, text, _) = sample.document();
    let name = text.find("State77").expect("a state");
    bencher.bench(|| document.rename(name, "Charge"));
}

/// A workspace: 500 files of 20 states are read and checked.
#[divan::bench(sample_count = 10)]
fn workspace_of_500_files(bencher: Bencher) {
    let texts: Vec<String> = (0..500)
        .map(|file| match file % 2 {
            0 => json(20),
            _ => yaml(20, ""),
        })
        .collect();
    let validator = Validator::new(MachineType::Standard);
    bencher.bench(|| {
        for (file, text) in texts.iter().enumerate() {
            let name = ["order.asl.json", "order.asl.yaml"][file % 2];
            divan::black_box(Document::open(name, text, 1).diagnostics(&validator));
        }
    });
}
