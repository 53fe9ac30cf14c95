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
        (
            "[validate]\nalow = [\"SW029\"]\n",
            "stepwright.toml:2: expected one of `allow`, `deny`",
        ),
        ("[other]\n", "stepwright.toml:1: expected `validate`"),
        (
            "[validate]\nallow = \"SW029\"\n",
            "stepwright.toml:2: expected a sequence",
        ),
        ("[validate\n", "stepwright.toml:1: expected"),
        (
            "[validate]\nallow = [\n\"SW028x\"]\n",
            "stepwright.toml:3: expected a rule; did you mean `SW02",
        ),
        (
            "[validate]\nexclude = [\"a{\"]\n",
            "stepwright.toml:2: expected a pattern",
        ),
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
            ran.stderr.contains("stepwright.toml:"),
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
fn errors_contain_nothing_of_the_settings_file() {
    for text in [
        "machine api.example.com login me password SECRET\n",
        "//registry.npmjs.org/:_authToken=SECRET\n",
        "[default]\naws_secret_access_key = SECRET\n",
        "SECRET",
        "[SECRET]\n",
        "SECRET = 1\n",
        "[validate]\nSECRET = 1\n",
        "[validate]\nallow = \"SECRET\"\n",
        "[validate]\nallow = \"x, expected SECRET\"\n",
        "[validate]\nallow = [\"SECRET\"]\n",
        "[validate]\ndeny = [\"SECRET\"]\n",
        "[validate]\nexclude = [\"SECRET{\"]\n",
        "[validate.per-file.\"SECRET{\"]\n",
        "[validate.per-file.\"*\"]\nallow = [\"SECRET\"]\n",
        "[validate.per-file.\"*\"]\nSECRET = 1\n",
        "[validate]\nallow = []\nallow = [\"SECRET\"]\n",
        "[validate]\nallow = 2020-01-01SECRET\n",
        "[validate]\nallow = \"\\SECRET\"\n",
    ] {
        let folder = project(&[("stepwright.toml", text), ("a.asl.json", WARNED)]);
        let ran = validate(&folder, &[]);
        assert_eq!(ran.status, 2, "{text}: {}", ran.stderr);
        assert!(ran.stderr.contains("stepwright.toml:"), "{}", ran.stderr);
        assert!(!ran.stderr.contains("SECRET"), "{text}: {}", ran.stderr);
        assert!(!ran.stderr.contains("ECRET"), "{text}: {}", ran.stderr);
    }
}

#[cfg(unix)]
#[test]
fn a_link_to_settings_stays_in_the_project() {
    use std::os::unix::fs::symlink;
    let world = project(&[
        ("shared.toml", "[validate]\nallow = [\"SW029\"]\n"),
        ("project/a.asl.json", WARNED),
    ]);
    let inner = world.path().join("project");
    symlink("../shared.toml", inner.join("stepwright.toml")).expect("a link");
    let path = inner.display().to_string();
    let ran = stepwright(&["validate", &path], "");
    assert_eq!(ran.status, 2, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("is not below"), "{}", ran.stderr);
    // A repository with both is one project.
    std::fs::create_dir(world.path().join(".git")).expect("a folder");
    let ran = stepwright(&["validate", "--format", "github", &path], "");
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    assert_eq!(reported(&ran, world.path()).0, Vec::<String>::new());
}

/// Files that commands find by an agreed name or in a folder, as links to a file of another folder.
#[cfg(unix)]
#[test]
fn found_links_that_lead_out_of_the_project_are_not_read() {
    use std::os::unix::fs::symlink;
    let terraform =
        "resource \"aws_sfn_state_machine\" \"m\" {\n  definition = jsonencode(local.m)\n}\n";
    let changed = WARNED.replace("Succeed", "Fail");
    let world = project(&[
        ("secret", "SECRET = {\n"),
        ("old/orders.asl.json", WARNED),
        ("project/orders.asl.json", &changed),
        ("project/main.tf", terraform),
        ("project/histories/readme.md", ""),
    ]);
    let inner = world.path().join("project");
    let cases: [(&str, &[&str]); 6] = [
        ("linked.asl.json", &["validate", "."]),
        (
            "linked.asl.json",
            &["convert", "--to", "jsonata", "--diff", "."],
        ),
        ("locals.tf", &["validate", "main.tf"]),
        (
            "orders.schemas.json",
            &["types", "orders.asl.json", "--lang", "ts"],
        ),
        (
            "orders.properties.yaml",
            &["review", "../old/orders.asl.json", "orders.asl.json"],
        ),
        (
            "histories/one.json",
            &["rehearse", "orders.asl.json", "--histories", "histories"],
        ),
    ];
    for (name, arguments) in cases {
        let link = inner.join(name);
        symlink(world.path().join("secret"), &link).expect("a link");
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_stepwright"))
            .args(arguments)
            .current_dir(&inner)
            .output()
            .expect("it starts");
        let printed = [output.stdout, output.stderr].concat();
        let printed = String::from_utf8_lossy(&printed);
        assert!(printed.contains("is not below"), "{arguments:?}: {printed}");
        assert!(!printed.contains("SECRET"), "{arguments:?}: {printed}");
        std::fs::remove_file(link).expect("it exists");
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
