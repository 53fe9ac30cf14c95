//! `stepwright.toml`: severities, excluded files, and where the file is found.

use std::path::Path;

use crate::common::{Ran, stepwright};
use tempfile::TempDir;

/// A machine with one warning: SW029.
const WARNED: &str = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": false, "Next": "B"}, "B": {"Type": "Succeed"}}}"#;

fn project(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("it is created");
        std::fs::write(path, text).expect("it is written");
    }
    folder
}

fn validate(folder: &TempDir, arguments: &[&str]) -> Ran {
    let path = folder.path().to_str().expect("UTF-8");
    let mut all = vec!["validate", path];
    all.extend(arguments);
    stepwright(&all, "")
}

/// The files with a warning, and those with an error.
fn reported(ran: &Ran, folder: &Path) -> (Vec<String>, Vec<String>) {
    let of = |severity: &str| {
        let lines = ran.stdout.lines().filter(|line| line.contains(severity));
        let prefix = format!("{}/", folder.display());
        let files = lines.filter_map(|line| {
            let (_, rest) = line.split_once(&prefix)?;
            Some(rest.split(',').next()?.to_owned())
        });
        files.collect()
    };
    (of("::warning"), of("::error"))
}

#[test]
fn the_nearest_file_above_a_definition_sets_its_severities() {
    let folder = project(&[
        ("stepwright.toml", "[validate]\ndeny = [\"warnings\"]\n"),
        ("a.asl.json", WARNED),
        ("quiet/stepwright.toml", "[validate]\nallow = [\"SW029\"]\n"),
        ("quiet/deep/b.asl.json", WARNED),
        ("plain/stepwright.toml", ""),
        ("plain/c.asl.json", WARNED),
    ]);
    let ran = validate(&folder, &["--format", "github"]);
    assert_eq!(ran.status, 1, "{}{}", ran.stdout, ran.stderr);
    let (warnings, errors) = reported(&ran, folder.path());
    assert_eq!(warnings, ["plain/c.asl.json"], "{}", ran.stdout);
    assert_eq!(errors, ["a.asl.json"], "{}", ran.stdout);
}

#[test]
fn dot_dot_in_a_path_is_resolved_to_find_the_settings() {
    let folder = project(&[
        ("a/stepwright.toml", "[validate]\ndeny = [\"warnings\"]\n"),
        ("b/c.asl.json", WARNED),
    ]);
    let path = folder.path().join("a/../b/c.asl.json");
    let path = path.to_str().expect("UTF-8");
    let ran = stepwright(&["validate", path], "");
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn a_pattern_sets_the_severities_of_matching_files() {
    let folder = project(&[
        (
            "stepwright.toml",
            "[validate.per-file.\"legacy/\"]\nallow = [\"SW029\"]\n\n[validate.per-file.\"*.strict.asl.json\"]\ndeny = [\"sw029\"]\n",
        ),
        ("a.asl.json", WARNED),
        ("b.strict.asl.json", WARNED),
        ("legacy/c.asl.json", WARNED),
    ]);
    let ran = validate(&folder, &["--format", "github"]);
    let (warnings, errors) = reported(&ran, folder.path());
    assert_eq!(warnings, ["a.asl.json"], "{}", ran.stdout);
    assert_eq!(errors, ["b.strict.asl.json"], "{}", ran.stdout);
}

#[test]
fn the_command_line_takes_precedence() {
    let folder = project(&[
        ("stepwright.toml", "[validate]\ndeny = [\"SW029\"]\n"),
        ("a.asl.json", WARNED),
        ("other.toml", "[validate]\nallow = [\"SW029\"]\n"),
    ]);
    let severities = |arguments: &[&str]| {
        let all = [&["--format", "github"], arguments].concat();
        let (warnings, errors) = reported(&validate(&folder, &all), folder.path());
        (warnings.len(), errors.len())
    };
    assert_eq!(severities(&[]), (0, 1));
    assert_eq!(severities(&["--allow", "SW029"]), (0, 0));
    assert_eq!(severities(&["--no-config"]), (1, 0));
    let other = folder.path().join("other.toml");
    let other = other.to_str().expect("UTF-8");
    assert_eq!(severities(&["--config", other]), (0, 0));
    assert_eq!(severities(&["--config", other, "--deny", "SW029"]), (0, 1));
}

#[test]
fn excluded_and_ignored_files_are_checked_only_if_they_are_named() {
    let folder = project(&[
        (
            "stepwright.toml",
            "[validate]\nexclude = [\"vendor/\", \"*.old.asl.json\"]\n",
        ),
        (".gitignore", "/generated/\n"),
        ("a.asl.json", WARNED),
        ("b.old.asl.json", WARNED),
        ("vendor/c.asl.json", WARNED),
        ("generated/d.asl.json", WARNED),
        (
            "own/stepwright.toml",
            "[validate]\nexclude = [\"e.asl.json\"]\n",
        ),
        ("own/e.asl.json", WARNED),
        ("own/f.asl.json", WARNED),
    ]);
    let ran = validate(&folder, &["--format", "github"]);
    let (warnings, _) = reported(&ran, folder.path());
    assert_eq!(warnings, ["a.asl.json", "own/f.asl.json"], "{}", ran.stdout);
    let named = folder.path().join("vendor/c.asl.json");
    let named = named.to_str().expect("UTF-8");
    let ran = stepwright(&["validate", "--format", "github", named], "");
    let (warnings, _) = reported(&ran, folder.path());
    assert_eq!(warnings, ["vendor/c.asl.json"], "{}", ran.stdout);
}

#[test]
fn errors_in_the_settings_file_are_reported_once() {
    let mistakes = [
        ("[validate]\nalow = [\"SW029\"]\n", "2 | alow = [\"SW029\"]"),
        ("[validate]\nallow = \"SW029\"\n", "expected a sequence"),
        ("[validate\n", "line 1"),
        (
            "[validate]\nallow = [\"SW028x\"]\n",
            "there is no rule `SW028x`; did you mean `SW02",
        ),
        ("[validate]\nexclude = [\"a{\"]\n", "`a{` is not a pattern"),
    ];
    for (text, part) in mistakes {
        let folder = project(&[
            ("stepwright.toml", text),
            ("a.asl.json", WARNED),
            ("b.asl.json", WARNED),
        ]);
        let ran = validate(&folder, &[]);
        assert_eq!(ran.status, 2, "{text}: {}{}", ran.stdout, ran.stderr);
        assert!(
            ran.stderr.contains("stepwright.toml: "),
            "{text}: {}",
            ran.stderr
        );
        assert!(ran.stderr.contains(part), "{text}: {}", ran.stderr);
        // Nothing is checked, and the mistake is reported once.
        assert_eq!(ran.stdout, "", "{text}");
        assert_eq!(
            ran.stderr.matches("error: ").count(),
            1,
            "{text}: {}",
            ran.stderr
        );
    }
}

#[test]
fn known_placeholders_and_services_can_be_configured() {
    let task = |resource: &str| {
        format!(
            r#"{{"StartAt": "A", "TimeoutSeconds": 60, "States": {{"A": {{"Type": "Task", "Resource": "{resource}", "End": true}}}}}}"#
        )
    };
    let template = |resource: &str| {
        format!(
            "Resources:\n  Orders:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      DefinitionString: |\n        {}\n",
            task(resource)
        )
    };
    let project = project(&[
        (
            "stepwright.toml",
            "[validate]\nknown-placeholders = [\"ChargeArn\"]\nknown-services = [\"shiny:*\"]\n",
        ),
        ("known.asl.json", &task("${ChargeArn}")),
        ("service.asl.json", &task("arn:aws:states:::shiny:doIt")),
        ("other.asl.json", &task("arn:aws:states:::shinier:doIt")),
        ("misspelt.asl.json", &task("${ChrageArn}")),
        ("template.yaml", &template("${AnyName}")),
    ]);
    let path = project.path().display().to_string();
    let ran = stepwright(&["validate", &path], "");
    for (count, said) in [
        (1, "SW005"),
        (1, "did you mean `ChargeArn`?"),
        (1, "SW041"),
        (1, "`shinier`"),
        (0, "AnyName"),
    ] {
        assert_eq!(
            ran.stdout.matches(said).count(),
            count,
            "{said}: {}",
            ran.stdout
        );
    }
    stepwright(&["validate", "--fix", "--unsafe-fixes", &path], "");
    let fixed = std::fs::read_to_string(project.path().join("misspelt.asl.json"));
    assert!(fixed.unwrap().contains("${ChargeArn}"));
}
