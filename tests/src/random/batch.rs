//! A command that generates, compiles and runs a batch of rows.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use super::compile::report_refused;
use super::crates::{Crates, GeneratedRow};
use super::grow::Options;

/// The arguments of the command: `--seed N`, `--count N`, `--inputs N`, `--out DIR`, `--only A,B`,
/// `--plain-names` and `--sample FILE`.
#[derive(Debug)]
pub struct Batch {
    /// The options of the generator.
    pub options: Options,
    out: PathBuf,
    inputs: usize,
    only: Option<Vec<usize>>,
    sample: Option<PathBuf>,
}

/// The files of a batch.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// The name of the program that runs the rows.
    pub name: &'static str,
    /// The modules of the crate `shared`: files of the folder `tests`, without their extension.
    pub shared: &'static [&'static str],
    /// The imports from `shared` in the crates of rows.
    pub uses: &'static str,
    /// Code before `drive` runs the rows.
    pub before: &'static str,
    /// The name of a row in messages, in the plural.
    pub rows: &'static str,
}

impl Batch {
    /// Reads the arguments of this process, and runs the rows.
    pub fn main<R: GeneratedRow>(
        program: Program,
        grow: impl FnOnce(&Options) -> Vec<R>,
    ) -> ExitCode {
        let run = Batch::from_arguments(program.rows)
            .map_err(Into::into)
            .and_then(|batch| batch.run(program, grow));
        match run {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::FAILURE,
            Err(error) => {
                eprintln!("error: {error}");
                ExitCode::from(2)
            }
        }
    }

    fn from_arguments(rows: &str) -> Result<Batch, String> {
        let mut batch = Batch {
            options: Options {
                seed: 1,
                count: 1000,
                plain_names: false,
            },
            // In the project, so that its `rust-toolchain.toml` chooses the compiler.
            out: Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../target/random_{rows}")),
            inputs: 40,
            only: None,
            sample: None,
        };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or(format!("{word} needs a value"));
            let number = |value: &str| {
                let number: Result<usize, _> = value.parse();
                number.map_err(|_| format!("`{value}` is not a number"))
            };
            match word.as_str() {
                "--seed" => batch.options.seed = number(&value()?)? as u64,
                "--count" => batch.options.count = number(&value()?)?,
                "--inputs" => batch.inputs = number(&value()?)?,
                "--out" => batch.out = value()?.into(),
                "--only" => {
                    let only: Result<Vec<usize>, _> = value()?.split(',').map(number).collect();
                    batch.only = Some(only?);
                }
                "--sample" => batch.sample = Some(value()?.into()),
                "--plain-names" => batch.options.plain_names = true,
                other => return Err(format!("`{other}` is unknown; see the file's head")),
            }
        }
        Ok(batch)
    }

    fn run<R: GeneratedRow>(
        &self,
        program: Program,
        grow: impl FnOnce(&Options) -> Vec<R>,
    ) -> Result<bool, Box<dyn Error>> {
        let mut rows = grow(&self.options);
        if let Some(only) = &self.only {
            rows.retain(|row| only.contains(&row.number()));
        }
        let main = format!(
            "{}
    let number = |at| std::env::args().nth(at).and_then(|text| text.parse().ok()).expect(\"a number\");
    match shared::driver::drive(rows, number(1), number(2)).await.differ {{
        0 => std::process::ExitCode::SUCCESS,
        _ => std::process::ExitCode::FAILURE,
    }}",
            program.before
        );
        let crates = Crates {
            out: &self.out,
            program: program.name,
            shared: program.shared,
            uses: program.uses,
            main: &main,
        };
        let (rows, refused) = crates.compile(rows)?;
        let list = self.out.join("refused.txt");
        report_refused(&refused, &list)?;
        println!(
            "{} {} are refused while they compile: {}",
            refused.len(),
            program.rows,
            list.display()
        );
        if let Some(sample) = &self.sample {
            let rows: Vec<_> = rows.iter().collect();
            std::fs::write(sample, R::module(&rows).0)?;
            return Ok(true);
        }
        let status = Command::new(crates.executable())
            .args([self.inputs, refused.len()].map(|number| number.to_string()))
            .status()?;
        Ok(status.success())
    }
}
