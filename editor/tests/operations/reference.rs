//! The page about operations.

use stepwright_editor::Operation;

#[test]
fn the_page_has_a_row_for_each_operation() {
    let page = include_str!("../../../docs/reference/editing.md");
    let rows: Vec<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    let unknown = serde_json::from_str::<Operation>(r#"{"operation": "?"}"#).unwrap_err();
    let message = unknown.to_string();
    let (_, names) = message.split_once("expected one of ").expect("all names");
    let names: Vec<&str> = names.split('`').skip(1).step_by(2).collect();
    assert!(names.len() > 10);
    assert_eq!(rows, names);
}
