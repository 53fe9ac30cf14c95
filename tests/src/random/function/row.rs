//! Writes functions as Rust, each on one line, so that the line of an error identifies the
//! function.

use std::fmt::Write as _;

use super::super::crates::GeneratedRow;
use super::super::draw::Draw;
use super::super::grow::Options;
use super::macro_form::through_macro;
use super::{Context, ErrorType, Grower, Kind, Variable};

/// Names of the input.
const INPUTS: &[&str] = &["input", "i", "states", "data", "r#in", "x", "order"];

/// One function.
#[derive(Debug)]
pub struct FunctionSource {
    /// Its number in the run.
    pub number: usize,
    text: String,
    forms: String,
}

/// Grows the functions of a run.
pub fn functions(options: &Options) -> Vec<FunctionSource> {
    (0..options.count)
        .map(|number| grown(options, number))
        .collect()
}

fn grown(options: &Options, number: usize) -> FunctionSource {
    let seed = options
        .seed
        .wrapping_mul(1_000_003)
        .wrapping_add(number as u64);
    let mut draw = Draw(seed.wrapping_mul(0xD134_2543_DE82_EF95));
    let parameter = draw.of(INPUTS);
    let budget = draw.of(&[3, 5, 8, 12, 16]);
    let mut grower = Grower {
        draw,
        variables: Vec::new(),
        borrowed: Vec::new(),
        fragments: Vec::new(),
        forms: Default::default(),
        states: 0,
        bodies: 0,
        labels: 0,
        budget,
    };
    let mut fragments = String::new();
    for one in 0..grower.number(3) {
        fragments.push_str(&grower.fragment(format!("part{one}")));
    }
    let fields = [
        ("n", Kind::Int),
        ("text", Kind::Text),
        ("flag", Kind::Bool),
        ("list", Kind::List),
        ("maybe", Kind::Maybe),
        ("item", Kind::Item),
        ("shape", Kind::Shape),
        ("at", Kind::Time),
    ];
    // A field is read as a variable with a path.
    for (name, kind) in fields {
        grower.variables.push(Variable {
            name: format!("{parameter}.{name}"),
            kind,
            is_mutable: false,
            is_reference: false,
            body: 0,
        });
    }
    let error = grower.draw.of(&[
        ErrorType::Flow,
        ErrorType::Flow,
        ErrorType::Flow,
        ErrorType::Work,
        ErrorType::Never,
    ]);
    let context = Context {
        result: grower.kind(),
        error,
        loops: Vec::new(),
        site: 's',
        may_fail: true,
        body: 0,
        depth: 0,
    };
    let count = 2 + grower.number(4);
    let statements = grower.statements(&context, count);
    let last = grower.last(&context);
    let returns = error.returns(context.result);
    let text = format!(
        "{fragments}#[workflow] pub async fn w{number}({parameter}: Input) -> {returns} {{ {statements}{last} }}"
    );
    let text = if grower.once_in(4) {
        grower.form("written by a macro");
        through_macro(&text, &mut grower.draw)
    } else {
        text
    };
    let forms: Vec<&str> = grower.forms.iter().copied().collect();
    FunctionSource {
        number,
        text,
        forms: forms.join("|"),
    }
}

impl GeneratedRow for FunctionSource {
    fn number(&self) -> usize {
        self.number
    }

    fn source(&self) -> &str {
        &self.text
    }

    fn module(rows: &[&Self]) -> (String, usize) {
        let mut out = String::from(
            "//! Written by `random_functions`.\n\nuse super::{compare::*, tasks::*};\nuse chrono::{DateTime, Days, Duration, TimeDelta, Utc};\nuse stepwright::function::*;\n\n",
        );
        let first = out.lines().count() + 1;
        for row in rows {
            let _ = writeln!(
                out,
                "pub mod m{} {{ use super::*; {} }}",
                row.number, row.text
            );
        }
        out.push_str("\npub fn rows() -> Vec<FunctionRow> {\n    vec![\n");
        for FunctionSource {
            number,
            text,
            forms,
            ..
        } in rows
        {
            let _ = writeln!(
                out,
                "        row::<m{number}::W{number}>({number}, {text:?}, {forms:?}, |run, input| json(run.block_on(m{number}::w{number}(::serde_json::from_value(input).expect(\"the input\"))))),"
            );
        }
        out.push_str("    ]\n}\n");
        (out, first)
    }
}
