//! Whether the compiler refuses each method, operator and trait of a program that a workflow would
//! take for the standard library's: `cargo run -p stepwright-tests --bin resolution`.
//!
//! For each method that an expression can call, and each standard type that has it, programs define
//! a method of that name: for a type of the user, next to a `Deref`, and in a trait for the
//! standard type, for references to it or for all types, with `self` or `&self`. A first crate
//! finds the programs where plain Rust runs the user's method, by the type that it returns. A
//! second crate has the same calls in `expr!`, and each of them must be refused. That other
//! programs compile is tested elsewhere.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use stepwright_asl::front_end::callable::{self, Kind};

/// A program: its definitions, the type of the parameter `x`, and the call.
struct Program {
    name: String,
    items: String,
    ty: String,
    call: String,
}

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<bool, String> {
    let programs = programs();
    let package = package()?;
    // In plain Rust the call must return the user's type.
    let plain = check(&package, &programs, |program| {
        format!(
            "pub fn case(x: {}) -> super::Mark {{ {} }}",
            program.ty, program.call
        )
    })?;
    let run: Vec<&Program> = programs
        .iter()
        .filter(|program| !plain.contains(&program.name))
        .collect();
    let refused = check(&package, &programs, |program| {
        format!(
            "pub fn case() {{ let _ = stepwright::expr!(|x: {}| {}); }}",
            program.ty, program.call
        )
    })?;
    let mut accepted = 0;
    for program in &run {
        if !refused.contains(&program.name) {
            accepted += 1;
            println!(
                "accepted: {}\n  {}\n  |x: {}| {}",
                program.name, program.items, program.ty, program.call
            );
        }
    }
    println!(
        "{} programs, of which {} run a definition of the user; {} of these are refused, {accepted} accepted",
        programs.len(),
        run.len(),
        run.len() - accepted,
    );
    std::fs::remove_dir_all(&package)
        .map_err(|error| format!("cannot remove {}: {error}", package.display()))?;
    // Too few programs would prove nothing.
    Ok(accepted == 0 && run.len() > 300)
}

/// The types of each kind that programs use.
fn types_of(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Text => &["String"],
        Kind::List => &["Vec<u32>", "Vec<String>"],
        Kind::Set => &["std::collections::BTreeSet<u32>"],
        Kind::Map => &["std::collections::BTreeMap<String, u32>"],
        Kind::Option => &["Option<u32>", "Option<String>"],
        Kind::Bool => &["bool"],
        Kind::Signed => &["i32", "i64"],
        Kind::Unsigned => &["u32", "u64"],
        Kind::Float => &["f64"],
        Kind::Json => &["serde_json::Value"],
        // The generated package has no feature of another crate.
        Kind::Decimal | Kind::Time | Kind::TimeDelta => &[],
        // Calls of other kinds return them.
        Kind::Iterator => &[],
    }
}

const DERIVES: &str = "#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, schemars::JsonSchema, stepwright::Payload)]";

fn programs() -> Vec<Program> {
    let mut programs = Vec::new();
    let mut add = |items: String, ty: &str, call: String| {
        let name = format!("p{}", programs.len());
        programs.push(Program {
            name,
            items,
            ty: ty.to_owned(),
            call,
        });
    };
    for method in callable::methods() {
        // A type of the user, by itself and in a list.
        for receiver in ["self", "&self"] {
            let own = format!(
                "{DERIVES} pub struct Own(String); impl Own {{ pub fn {method}({receiver}) -> super::Mark {{ super::Mark }} }}"
            );
            add(own, "Own", format!("x.{method}()"));
        }
        let in_a_list = format!(
            "{DERIVES} pub struct Own(String); impl Own {{ pub fn {method}(&self) -> super::Mark {{ super::Mark }} }}"
        );
        add(in_a_list, "Vec<Own>", format!("x[0].{method}()"));
    }
    for kind in Kind::ALL {
        for method in kind.by_reference().iter().chain(kind.by_value()) {
            for ty in types_of(*kind) {
                let behind = format!(
                    "{DERIVES} pub struct Own({ty}); impl std::ops::Deref for Own {{ type Target = {ty}; fn deref(&self) -> &{ty} {{ &self.0 }} }} \
                     impl Own {{ pub fn {method}(&self) -> super::Mark {{ super::Mark }} }}"
                );
                add(behind, "Own", format!("x.{method}()"));
                for receiver in ["self", "&self"] {
                    let extension = format!(
                        "pub trait Extension: Sized {{ fn {method}({receiver}) -> super::Mark {{ super::Mark }} }}"
                    );
                    for (of, call) in [
                        (
                            format!("impl Extension for {ty} {{}}"),
                            format!("x.{method}()"),
                        ),
                        (
                            format!("impl Extension for &{ty} {{}}"),
                            format!("(&x).{method}()"),
                        ),
                        (
                            "impl<T> Extension for T {}".to_owned(),
                            format!("x.{method}()"),
                        ),
                        (
                            "impl<T> Extension for T {}".to_owned(),
                            format!("(&x).{method}()"),
                        ),
                    ] {
                        add(format!("{extension} {of}"), ty, call);
                    }
                }
            }
        }
    }
    programs
}

/// Writes a package in a temporary folder.
fn package() -> Result<PathBuf, String> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let package =
        std::env::temp_dir().join(format!("stepwright-resolution-{}", std::process::id()));
    let dsl = project.join("dsl");
    let manifest = format!(
        "[package]\nname = \"resolution\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\nschemars = \"1\"\n\
         serde = {{ version = \"1\", features = [\"derive\"] }}\nserde_json = \"1\"\nstepwright = {{ path = {dsl:?} }}\n\n[workspace]\n"
    );
    std::fs::create_dir_all(package.join("src"))
        .and_then(|()| std::fs::write(package.join("Cargo.toml"), manifest))
        .and_then(|()| std::fs::copy(project.join("Cargo.lock"), package.join("Cargo.lock")))
        .map_err(|error| format!("cannot write {}: {error}", package.display()))?;
    Ok(package)
}

/// Checks a crate with one module for each program. Returns the names of the programs with errors.
fn check(
    package: &Path,
    programs: &[Program],
    case: impl Fn(&Program) -> String,
) -> Result<BTreeSet<String>, String> {
    // One line for each program, so that a line identifies the program.
    let mut source = String::from("#![allow(warnings)] pub struct Mark;\n");
    for program in programs {
        let _written = writeln!(
            source,
            "pub mod {} {{ {} {} }}",
            program.name,
            program.items,
            case(program)
        );
    }
    std::fs::write(package.join("src/lib.rs"), source).map_err(|error| error.to_string())?;
    let output = Command::new("cargo")
        .args(["check", "--quiet", "--message-format=json"])
        .current_dir(package)
        .env("CARGO_INCREMENTAL", "0")
        .env("CARGO_TARGET_DIR", package.join("target"))
        .output()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    let mut wrong = BTreeSet::new();
    let text = String::from_utf8_lossy(&output.stdout);
    for line in text.lines() {
        let message: serde_json::Value =
            serde_json::from_str(line).map_err(|error| error.to_string())?;
        let message = &message["message"];
        if message["level"] != "error" {
            continue;
        }
        for span in message["spans"].as_array().into_iter().flatten() {
            let line = span["line_start"].as_u64().unwrap_or_default();
            let program = usize::try_from(line)
                .ok()
                .and_then(|line| programs.get(line.wrapping_sub(2)));
            if let Some(program) = program.filter(|_| span["is_primary"] == true) {
                wrong.insert(program.name.clone());
            }
        }
    }
    if wrong.is_empty() && !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    Ok(wrong)
}
