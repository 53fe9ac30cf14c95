//! A workspace of generated rows: many small crates, so that cargo compiles them in parallel, and
//! each crate without errors only once.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};

use super::compile::{Refused, compile};

/// Rows of one crate.
const CRATE: usize = 100;

/// How often rows that do not compile are removed; each phase of rustc reports other errors.
const MAX_COMPILATIONS: usize = 16;

/// A generated row. It is on one line, so that the line of an error names the row.
pub trait GeneratedRow: Sized {
    /// The number of the row in its run.
    fn number(&self) -> usize;
    /// The source of the row, for readers.
    fn source(&self) -> &str;
    /// A module of rows, with a function `rows`, and the line of the first row.
    fn module(rows: &[&Self]) -> (String, usize);
}

/// A workspace with the crates `shared`, for code that all rows need, one for each group of rows,
/// and `run`, which runs all rows.
#[derive(Debug)]
pub struct Crates<'a> {
    /// The folder of the workspace.
    pub out: &'a Path,
    /// The name of the program that runs the rows.
    pub program: &'a str,
    /// The modules of `shared`: files of the folder `tests`, without their extension.
    pub shared: &'a [&'a str],
    /// The imports from `shared` in the crates of rows.
    pub uses: &'a str,
    /// The body of `main`, where `rows` are all rows.
    pub main: &'a str,
}

impl Crates<'_> {
    /// The folder of this package.
    fn package() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR"))
    }

    /// The folder that cargo compiles to.
    fn target(&self) -> PathBuf {
        let own = || Self::package().join("../target");
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(own, PathBuf::from)
    }

    /// The program that runs the rows, after [`Crates::compile`].
    pub fn executable(&self) -> PathBuf {
        self.target().join("debug").join(self.program)
    }

    /// Compiles the rows, without those that rustc or the macro refuses.
    ///
    /// # Errors
    ///
    /// A file cannot be written, or cargo fails for another reason than a row.
    pub fn compile<R: GeneratedRow>(
        &self,
        rows: Vec<R>,
    ) -> Result<(Vec<R>, Refused), Box<dyn Error>> {
        let mut groups: Vec<Vec<R>> = Vec::new();
        for row in rows {
            match groups.last_mut() {
                Some(group) if group.len() < CRATE => group.push(row),
                _ => groups.push(vec![row]),
            }
        }
        self.write_workspace(groups.len())?;
        let mut refused = Refused::new();
        for _ in 0..MAX_COMPILATIONS {
            let errors = self.compile_groups(&groups)?;
            if errors.is_empty() {
                return Ok((groups.into_iter().flatten().collect(), refused));
            }
            for group in &mut groups {
                group.retain(|row| !errors.contains_key(&row.number()));
            }
            refused.extend(errors);
        }
        Err(format!("rows are still refused after {MAX_COMPILATIONS} compilations").into())
    }

    /// Writes all but the rows.
    fn write_workspace(&self, groups: usize) -> Result<(), Box<dyn Error>> {
        let root = Self::package().join("..").canonicalize()?;
        let names: Vec<String> = (0..groups).map(|group| format!("g{group}")).collect();
        let quoted = |names: &[String]| names.iter().map(|name| format!(", {name:?}")).collect();
        let members: String = quoted(&names);
        self.write(
            "Cargo.toml",
            &format!(
                r#"[workspace]
resolver = "3"
members = ["shared", "run"{members}]

[workspace.dependencies]
chrono = {{ version = "0.4", default-features = false, features = ["now", "serde"] }}
rust_decimal = {{ version = "1", default-features = false, features = ["serde", "std"] }}
schemars = "1"
serde = {{ version = "1", features = ["derive"] }}
serde_json = {{ version = "1", features = ["preserve_order"] }}
stepwright = {{ path = "{root}/dsl", features = ["chrono", "rust_decimal"] }}
stepwright-runtime = {{ path = "{root}/runtime" }}
thiserror = "2"
tokio = {{ version = "1", features = ["macros", "rt"] }}

[profile.dev]
debug = false
incremental = false

[profile.dev.package."*"]
opt-level = 1

[profile.dev.build-override]
opt-level = 1
"#,
                root = root.display()
            ),
        )?;
        std::fs::copy(root.join("Cargo.lock"), self.out.join("Cargo.lock"))?;
        let libraries = [
            "chrono",
            "rust_decimal",
            "schemars",
            "serde",
            "serde_json",
            "stepwright",
            "stepwright-runtime",
            "thiserror",
        ];
        self.write_manifest("shared", &libraries)?;
        let tests = Self::package();
        let modules: String = (self.shared.iter())
            .map(|module| {
                let path = tests.join(format!("{module}.rs"));
                let name = Path::new(module).file_name().unwrap_or_default();
                format!("#[path = {path:?}]\npub mod {};\n", name.display())
            })
            .collect();
        self.write(
            "shared/src/lib.rs",
            &format!("#![allow(warnings)]\n{modules}"),
        )?;
        for name in &names {
            self.write_manifest(
                name,
                &[
                    "shared",
                    "chrono",
                    "rust_decimal",
                    "serde_json",
                    "stepwright",
                ],
            )?;
            let text = format!(
                "#![allow(warnings, unconditional_panic, arithmetic_overflow)]\npub use shared::{};\npub mod rows;\n",
                self.uses
            );
            self.write(&format!("{name}/src/lib.rs"), &text)?;
        }
        let mut dependencies: Vec<&str> = names.iter().map(String::as_str).collect();
        dependencies.extend(["shared", "serde_json", "tokio"]);
        self.write_manifest("run", &dependencies)?;
        let rows: Vec<String> = (names.iter())
            .map(|name| format!("{name}::rows::rows()"))
            .collect();
        let main = format!(
            "#[tokio::main(flavor = \"current_thread\")]\nasync fn main() -> std::process::ExitCode {{\n    let rows: Vec<_> = vec![{}].into_iter().flatten().collect();\n    {}\n}}\n",
            rows.join(", "),
            self.main
        );
        self.write("run/src/main.rs", &main)?;
        Ok(())
    }

    /// Names of packages begin with the program's: cargo cannot distinguish packages of two
    /// workspaces with the same name.
    fn write_manifest(&self, folder: &str, dependencies: &[&str]) -> std::io::Result<()> {
        let program = self.program;
        let dependencies: String = (dependencies.iter())
            .map(|name| {
                if name.starts_with('g') || *name == "shared" {
                    format!("{name} = {{ path = \"../{name}\", package = \"{program}_{name}\" }}\n")
                } else {
                    format!("{name}.workspace = true\n")
                }
            })
            .collect();
        let name = match folder {
            "run" => program.to_owned(),
            other => format!("{program}_{other}"),
        };
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependencies}"
        );
        self.write(&format!("{folder}/Cargo.toml"), &manifest)
    }

    /// Writes a file if its text has changed, so that cargo compiles only changed files.
    fn write(&self, path: &str, text: &str) -> std::io::Result<()> {
        let path = self.out.join(path);
        if std::fs::read_to_string(&path).is_ok_and(|old| old == text) {
            return Ok(());
        }
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(path, text)
    }

    /// Writes and compiles rows; returns the messages of the rejected ones.
    fn compile_groups<R: GeneratedRow>(
        &self,
        groups: &[Vec<R>],
    ) -> Result<Refused, Box<dyn Error>> {
        let mut rows: BTreeMap<(usize, usize), &R> = BTreeMap::new();
        for (group, members) in groups.iter().enumerate() {
            let members: Vec<&R> = members.iter().collect();
            let (text, first) = R::module(&members);
            self.write(&format!("g{group}/src/rows.rs"), &text)?;
            rows.extend(
                (members.into_iter().enumerate()).map(|(at, row)| ((group, first + at), row)),
            );
        }
        compile(self.out, &self.target(), |file, line| {
            let group = file.strip_prefix('g')?.strip_suffix("/src/rows.rs")?;
            let row = rows.get(&(group.parse().ok()?, line))?;
            Some((row.number(), row.source().to_owned()))
        })
    }
}
