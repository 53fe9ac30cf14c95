//! The effect of serde's attributes on a payload: each is supported or refused.

use super::derive;
use proc_macro2::TokenStream;

/// The code of a derive, without blanks.
fn code(input: &str) -> String {
    let tokens: TokenStream = input.parse().unwrap();
    let text = derive(tokens).to_string();
    text.split_whitespace().collect()
}

fn field(attribute: &str) -> String {
    code(&format!(
        "struct Order {{ #[serde({attribute})] total: f64 }}"
    ))
}

fn variant(attribute: &str) -> String {
    code(&format!(
        "enum Order {{ #[serde({attribute})] Open(f64), Closed }}"
    ))
}

fn container(attribute: &str) -> String {
    code(&format!(
        "#[serde({attribute})] struct Order {{ total: f64 }}"
    ))
}

fn is_refused(code: &str) -> bool {
    code.contains("compile_error!")
}

#[test]
fn rename_attributes_set_the_json_name() {
    assert!(field("rename = \"sum\"").contains("wire:\"sum\".into()"));
    assert!(container("rename_all = \"UPPERCASE\"").contains("wire:\"TOTAL\".into()"));
    assert!(variant("rename = \"o\"").contains("wire:\"o\".into()"));
    assert!(is_refused(&field(
        "rename(serialize = \"a\", deserialize = \"b\")"
    )));
    assert!(is_refused(&field("rename(serialize = \"a\")")));
    assert!(is_refused(&container(
        "rename_all(serialize = \"UPPERCASE\")"
    )));
}

#[test]
fn an_alias_is_refused() {
    for code in [field("alias = \"sum\""), variant("alias = \"sum\"")] {
        assert!(code.contains("`alias`"), "{code}");
        assert!(is_refused(&code), "{code}");
    }
}

#[test]
fn attributes_for_one_direction_are_refused() {
    for attribute in [
        "skip_serializing",
        "skip_deserializing",
        "serialize_with = \"write\"",
        "deserialize_with = \"read\"",
    ] {
        assert!(is_refused(&field(attribute)), "{attribute}");
        assert!(is_refused(&variant(attribute)), "{attribute}");
    }
    for attribute in [
        "from = \"f64\"",
        "try_from = \"f64\"",
        "into = \"f64\"",
        "from = \"f64\", into = \"f32\"",
        "remote = \"Other\"",
        "field_identifier",
        "variant_identifier",
    ] {
        assert!(is_refused(&container(attribute)), "{attribute}");
    }
    assert!(is_refused(&field("getter = \"total\"")));
}

#[test]
fn attributes_for_both_directions_are_applied() {
    for attribute in [
        "with = \"cents\"",
        "serialize_with = \"write\", deserialize_with = \"read\"",
    ] {
        assert!(field(attribute).contains("Shape::Custom"), "{attribute}");
        assert!(variant(attribute).contains("Shape::Custom"), "{attribute}");
    }
    for attribute in [
        "from = \"f64\", into = \"f64\"",
        "try_from = \"Vec<u8>\", into = \"Vec < u8 >\"",
    ] {
        assert!(
            container(attribute).contains("Shape::Custom"),
            "{attribute}"
        );
    }
    assert!(field("skip").contains("Presence::Never"));
    assert!(!variant("skip").contains("Open"));
    assert!(
        field("skip_serializing_if = \"none\"")
            .contains("Presence::Sometimes(::core::option::Option::None)")
    );
    assert!(field("default, skip_serializing_if = \"none\"").contains("Default>::default()"));
    assert!(field("default = \"zero\"").contains("=zero()"));
    assert!(container("default").contains("<Selfas::core::default::Default>::default()"));
    assert!(container("default = \"zero\"").contains("zero()"));
    assert!(field("flatten").contains("flatten:true"));
    assert!(container("tag = \"kind\"").contains("\"kind\".into()"));
    assert!(container("transparent").contains("Fields::Newtype"));
    assert!(variant("other").contains("other:true"));
    assert!(variant("untagged").contains("untagged:true"));
}

#[test]
fn attributes_without_an_effect_on_json_are_accepted() {
    for attribute in [
        "deny_unknown_fields",
        "bound = \"\"",
        "crate = \"serde\"",
        "expecting = \"an order\"",
    ] {
        assert!(!is_refused(&container(attribute)), "{attribute}");
    }
    assert!(!is_refused(&field("bound = \"\"")));
    assert!(!is_refused(&variant(
        "bound(serialize = \"\", deserialize = \"\")"
    )));
}
