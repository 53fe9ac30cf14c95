//! README.md: the workflow is drawn and emitted as the page shows. The page itself is a doctest in
//! src/lib.rs.

#![allow(unreachable_pub, reason = "the code is as a user writes it")]

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use stepwright::prelude::*;
use stepwright_asl::json::Json;
use stepwright_diagram::Diagram;

include!("readme/checkout.rs");

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).unwrap()
}

/// Asserts that each member that is shown is emitted with the same value. The page omits members.
fn assert_is_part(shown: &Value, emitted: &Value) {
    match (shown, emitted) {
        (Value::Object(shown), Value::Object(emitted)) => {
            for (name, value) in shown {
                let emitted = emitted.get(name);
                assert_is_part(value, emitted.unwrap_or_else(|| panic!("no member {name}")));
            }
        }
        (Value::Array(shown), Value::Array(emitted)) => {
            assert_eq!(shown.len(), emitted.len());
            for (shown, emitted) in shown.iter().zip(emitted) {
                assert_is_part(shown, emitted);
            }
        }
        (shown, emitted) => assert_eq!(shown, emitted),
    }
}

#[test]
fn the_readme_shows_the_tested_workflow() {
    assert!(readme().contains(include_str!("readme/checkout.rs")));
}

#[test]
fn the_readme_shows_the_emitted_state() {
    let readme = readme();
    let (_, shown) = readme.split_once("```json\n").unwrap();
    let (shown, _) = shown.split_once("```").unwrap();
    let shown: Value = serde_json::from_str(&format!("{{{}}}", shown.replace(", …", ""))).unwrap();
    let emitted: Value = serde_json::from_str(&Checkout::definition().to_json()).unwrap();
    assert_is_part(&shown, &emitted["States"]);
}

#[test]
fn the_readme_shows_the_diagram_of_the_workflow() {
    let path = root().join("docs/images/readme-checkout.svg");
    let definition: Json = Checkout::definition().to_json().parse().unwrap();
    assert!(
        std::fs::read_to_string(&path).unwrap() == Diagram::of(&definition).to_svg(),
        "draw {} again with `stepwright graph`",
        path.display()
    );
}
