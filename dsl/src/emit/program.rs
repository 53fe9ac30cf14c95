//! The program and the test that `emit!` expands to.

use super::collection::Workflows;
use super::emission::Emission;
use super::mode::{Mode, RequestedMode};
use std::path::Path;
use std::process::ExitCode;

const USAGE: &str = "Writes the deployment files of the workflows.

Usage: [--check]

  --check  compare the files with the emitted ones; print the lines that differ, and exit with status 1

In CI, comparing is the default. STEPWRIGHT_EMIT=write and STEPWRIGHT_EMIT=check select the mode everywhere.";

/// The crate that contains `emit!`.
#[derive(Debug)]
pub struct EmittingCrate {
    /// The folder of Cargo.toml.
    pub root: &'static str,
    /// The program's name, if it is a program.
    pub binary: Option<&'static str>,
    /// The crate's name.
    pub name: &'static str,
}

impl EmittingCrate {
    fn emission(&self, folder: &str, workflows: Workflows, said: RequestedMode) -> Emission {
        let command = match self.binary {
            Some(binary) => format!("cargo run --bin {binary}"),
            None => format!("STEPWRIGHT_EMIT=write cargo test --test {}", self.name),
        };
        Emission::of_program(Path::new(self.root).join(folder), command, said).workflows(workflows)
    }
}

/// Runs the program: writes, or compares with `--check`.
pub fn main(here: &EmittingCrate, folder: &str, workflows: Workflows) -> ExitCode {
    let mut said = RequestedMode::Otherwise(Mode::Write);
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--check" => said = RequestedMode::Always(Mode::Check),
            "--help" | "-h" => {
                println!("{USAGE}");
                return ExitCode::SUCCESS;
            }
            other => {
                eprintln!("error: unexpected argument `{other}`; the only option is `--check`");
                return ExitCode::from(2);
            }
        }
    }
    match here.emission(folder, workflows, said).write() {
        Ok(written) => {
            for file in &written.changed {
                println!(
                    "wrote {}",
                    file.strip_prefix(here.root).unwrap_or(file).display()
                );
            }
            if written.changed.is_empty() {
                let count = written.files.len();
                println!("{count} files in {folder} are what the workflows emit");
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(1)
        }
    }
}

/// Runs the test: compares, unless the environment sets `write`.
///
/// # Panics
///
/// When files differ.
pub fn test(here: &EmittingCrate, folder: &str, workflows: Workflows) {
    if let Err(error) = here
        .emission(folder, workflows, RequestedMode::Otherwise(Mode::Check))
        .write()
    {
        panic!("{error}");
    }
}

/// Defines a program that writes the files of workflows, and a test that compares them: the whole
/// of `src/bin/asl.rs`, or of `tests/asl.rs`.
///
/// ```
/// # mod orders {
/// #     use stepwright::prelude::*;
/// #     workflow! { pub workflow Checkout(id: String) -> String { succeed Done { id } } }
/// #     workflow! { pub workflow Refund(id: String) -> String { succeed Done { id } } }
/// # }
/// # mod here {
/// # use super::orders;
/// stepwright::emit!("asl", [orders::Checkout, orders::Refund]);
/// # }
/// # fn main() {}
/// ```
///
/// The path of the folder is relative to the folder of Cargo.toml. As a program,
/// `cargo run --bin asl` writes; `cargo run --bin asl -- --check` prints the differing lines and
/// exits with 1. As a test, `cargo test` compares; `STEPWRIGHT_EMIT=write cargo test --test asl`
/// writes. Pass a list of [`workflows!`](crate::workflows!) without brackets:
/// `stepwright::emit!("asl", orders::workflows());`
#[macro_export]
macro_rules! emit {
    ($folder:expr, [$($workflow:path),+ $(,)?] $(,)?) => {
        $crate::emit!($folder, $crate::emit::Workflows::new()$(.workflow::<$workflow>())+);
    };
    ($folder:expr, $workflows:expr $(,)?) => {
        const __HERE: $crate::emit::EmittingCrate = $crate::emit::EmittingCrate {
            root: env!("CARGO_MANIFEST_DIR"),
            binary: option_env!("CARGO_BIN_NAME"),
            name: env!("CARGO_CRATE_NAME"),
        };

        // Unused in a test target.
        #[allow(dead_code)]
        fn main() -> ::std::process::ExitCode {
            $crate::emit::main(&__HERE, $folder, $workflows)
        }

        #[cfg(test)]
        #[test]
        fn emitted_files_are_what_the_workflows_emit() {
            $crate::emit::test(&__HERE, $folder, $workflows);
        }
    };
}
