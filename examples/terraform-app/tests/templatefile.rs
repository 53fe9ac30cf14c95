//! Terraform's `templatefile` replaces only the placeholders of the emitted definition and changes
//! nothing else.

use hcl::Template;
use hcl::eval::{Context, Evaluate};
use serde_json::Value;
use std::str::FromStr;
use thumbnails::MakeThumbnails;

#[test]
fn templatefile_replaces_only_the_placeholders() {
    let definition = MakeThumbnails::definition();
    let text = definition.to_json_pretty();
    let template = Template::from_str(&text).expect("it is a template");
    let mut values = Context::new();
    let mut expected = text.clone();
    for placeholder in definition.placeholders() {
        let value = format!("the value of {}", placeholder.name());
        expected = expected.replace(&format!("${{{}}}", placeholder.name()), &value);
        values.declare_var(placeholder.name(), value);
    }
    let filled = template.evaluate(&values).expect("each name has a value");
    assert_eq!(filled, expected);
    let filled: Value = serde_json::from_str(&filled).expect("it is JSON still");
    assert_eq!(filled["StartAt"], "ScaleAll");
}

#[test]
fn templatefile_fills_the_policy_with_the_same_values() {
    let text = include_str!("../asl/make-thumbnails.policy.json");
    let template = Template::from_str(text).expect("it is a template");
    let mut values = Context::new();
    let definition = MakeThumbnails::definition();
    for placeholder in definition.placeholders() {
        values.declare_var(placeholder.name(), "a-value");
    }
    let filled = template.evaluate(&values).expect("each name has a value");
    let filled: Value = serde_json::from_str(&filled).expect("it is JSON still");
    assert_eq!(filled["Statement"][0]["Effect"], "Allow");
}

#[test]
fn a_missing_template_value_is_an_error() {
    let text = MakeThumbnails::definition().to_json_pretty();
    let template = Template::from_str(&text).expect("it is a template");
    assert!(template.evaluate(&Context::new()).is_err());
}
