//! The table of IAM actions, and its source.

use std::path::Path;

/// The text of a file of the repository.
fn read(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file);
    std::fs::read_to_string(path).expect("the table can be read")
}

fn rows(text: &str) -> Vec<&str> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.skip(1).collect()
}

#[test]
fn the_iam_table_contains_the_manual_table() {
    let (derived, hand) = (
        read("tools/src/policy/iam.csv"),
        read("asl/src/integrations/hand/iam.csv"),
    );
    assert!(derived.len() < 200_000, "{} bytes", derived.len());
    let (derived, hand) = (rows(&derived), rows(&hand));
    let prefixes = |rows: &[&str]| -> Vec<String> {
        let names = rows.iter().filter_map(|row| row.strip_prefix("prefix,"));
        let names = names.filter_map(|row| row.split(',').next());
        names.map(str::to_owned).collect()
    };
    assert_eq!(
        prefixes(&hand),
        prefixes(&derived),
        "run asl/src/integrations/derive.py"
    );
    for row in hand.iter().filter(|row| row.starts_with("operation,")) {
        assert!(
            derived.contains(row),
            "{row}: run asl/src/integrations/derive.py"
        );
    }
}
