//! docs/guides/build-script.md: creates the page's crate in a temporary folder and builds it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const LIBRARY: &str = r#"use stepwright::prelude::*;

workflow! { pub workflow Greeting(name: String) -> String {
    succeed Greet { format!("Hello, {name}!") }
} }
"#;

const SCRIPT: &str = r#"#[path = "src/lib.rs"]
mod workflows;

fn main() -> stepwright::emit::Result {
    stepwright::emit::build_script().workflow::<workflows::Greeting>().to("asl").write()
}
"#;

const ASL: &str = r#"{
  "QueryLanguage": "JSONata",
  "StartAt": "Greet",
  "States": {
    "Greet": {
      "Type": "Succeed",
      "Output": "{% 'Hello, ' & $states.context.Execution.Input & '!' %}"
    }
  }
}
"#;

/// The crate, in a temporary folder that is removed after the test.
struct Crate(tempfile::TempDir);

impl Crate {
    fn new() -> Crate {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let dsl = std::fs::canonicalize(root.join("dsl")).unwrap();
        let manifest = format!(
            "[package]\nname = \"greeting\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
             [dependencies]\nstepwright = {{ path = {dsl:?} }}\n\n\
             [build-dependencies]\nstepwright = {{ path = {dsl:?} }}\n\n\
             [workspace]\n\n[profile.dev]\ndebug = false\n"
        );
        let one = Crate(tempfile::tempdir().unwrap());
        one.write("Cargo.toml", &manifest);
        one.write("src/lib.rs", LIBRARY);
        one.write("build.rs", SCRIPT);
        // The locked versions are available offline: nothing is fetched.
        std::fs::copy(root.join("Cargo.lock"), one.path("Cargo.lock")).unwrap();
        one
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// Runs `cargo build` with only these variables for emitted files.
    fn build(&self, variables: &[(&str, &str)]) -> Output {
        // Reuses the registry's crates that were compiled for the tests.
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        Command::new(env!("CARGO"))
            .args(["build", "--offline", "--verbose"])
            .current_dir(self.0.path())
            .env("CARGO_TARGET_DIR", target)
            .env_remove("CI")
            .env_remove("STEPWRIGHT_EMIT")
            .envs(variables.iter().copied())
            .output()
            .unwrap()
    }
}

fn output_text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn the_crate_of_the_guide_writes_its_asl() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/guides/build-script.md");
    let page = std::fs::read_to_string(page).unwrap();
    for block in [LIBRARY, SCRIPT] {
        assert!(page.contains(block), "the page does not contain:\n{block}");
    }
    let lines = LIBRARY.lines().chain(SCRIPT.lines());
    assert!(lines.filter(|line| !line.is_empty()).count() < 10);

    let greeting = Crate::new();
    let built = greeting.build(&[]);
    assert!(built.status.success(), "{}", output_text(&built));
    assert_eq!(greeting.read("asl/greeting.asl.json"), ASL);
    assert_eq!(greeting.read("asl/greeting.substitutions.json"), "{}\n");
    assert!(
        greeting
            .read("asl/greeting.schemas.json")
            .contains("\"input\"")
    );

    let again = greeting.build(&[]);
    assert!(
        output_text(&again).contains("Fresh greeting"),
        "nothing runs again: {}",
        output_text(&again)
    );

    // A changed file is rewritten locally; in CI it is an error that shows the line.
    let drifted = ASL.replace("Hello", "Hallo");
    greeting.write("asl/greeting.asl.json", &drifted);
    let refused = greeting.build(&[("CI", "true")]);
    assert!(!refused.status.success());
    let text = output_text(&refused);
    for part in [
        "Error: asl/greeting.asl.json is not what the workflow `Greeting` emits (- the file, + the workflow):",
        "     7 -       \"Output\": \"{% 'Hallo, ' & ",
        "     7 +       \"Output\": \"{% 'Hello, ' & ",
        "run `STEPWRIGHT_EMIT=write cargo build` and commit what it writes",
    ] {
        assert!(text.contains(part), "{part}\nis not in\n{text}");
    }
    assert_eq!(
        greeting.read("asl/greeting.asl.json"),
        drifted,
        "it is not written"
    );
    let fixed = greeting.build(&[]);
    assert!(fixed.status.success(), "{}", output_text(&fixed));
    assert_eq!(greeting.read("asl/greeting.asl.json"), ASL);

    // The workflow changes: the script runs again, and reports it if it may not write.
    greeting.write("src/lib.rs", &LIBRARY.replace("Hello", "Good day"));
    let refused = greeting.build(&[("STEPWRIGHT_EMIT", "check")]);
    assert!(!refused.status.success() && output_text(&refused).contains("'Good day, ' & "));
    let written = greeting.build(&[("CI", "true"), ("STEPWRIGHT_EMIT", "write")]);
    assert!(written.status.success(), "{}", output_text(&written));
    assert_eq!(
        greeting.read("asl/greeting.asl.json"),
        ASL.replace("Hello", "Good day")
    );
}
