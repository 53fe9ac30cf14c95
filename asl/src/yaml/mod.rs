//! YAML definitions, as in SAM's `.asl.yaml` files.
//!
//! [`Document::parse_yaml`](crate::json::Document::parse_yaml) parses a text to the same positioned
//! document as for JSON, and [`Format`] determines which of the two formats a text has.
//! [`Json::to_yaml`](crate::json::Json::to_yaml) prints a value as YAML.
//!
//! ```
//! use stepwright_asl::json::Document;
//!
//! let document = Document::parse_yaml("StartAt: Charge\nTimeoutSeconds: 1_000\n")?;
//! assert_eq!(document.json().to_string(), r#"{"StartAt":"Charge","TimeoutSeconds":1000}"#);
//! let position = document.position("/TimeoutSeconds").expect("the member is there");
//! assert_eq!((position.line, position.column), (2, 17));
//! # Ok::<(), stepwright_asl::SyntaxError>(())
//! ```
//!
//! # Semantics
//!
//! A configuration of the Serverless Framework, with the key `stepFunctions` or the keys `service`
//! and `provider`, is read as js-yaml reads it, which follows the core schema of YAML 1.2: `yes`
//! and `on` are text, `010` is 10, and `0o17` is 15. This also applies to files that it inserts as
//! definitions (`${file(orders.yml)}`). What follows is about all other texts.
//!
//! The structure is YAML 1.2's. A plain scalar has the same value as on deployment. The SAM CLI
//! uploads a definition file unchanged, and CloudFormation's handler of
//! `AWS::StepFunctions::StateMachine` converts it to JSON. The handler replaces
//! `DefinitionSubstitutions`, tries JSON first, and parses everything else with Jackson's YAML
//! parser, which follows most of YAML 1.1. So `yes` is `true` for AWS, although it is a string in
//! the core schema of YAML 1.2.
//!
//! | written | read as |
//! |---|---|
//! | `true`, `yes`, `on`, `false`, `no`, `off`, also `True` and `TRUE` | a boolean; `y` and `n` are text |
//! | `null`, `Null`, `NULL`, `~`, nothing | null |
//! | `12`, `+12`, `1_000`, `0x1F`, `0b101` | the number |
//! | `010` | 8: a leading zero makes an octal number; `08` and `0o10` are text |
//! | `1.5`, `1.`, `.5`, `1e3` | the number; `Version: 1.0` is a number too, and AWS wants the text `"1.0"` |
//! | `.inf`, `.nan` | an error: JSON has no such numbers |
//! | `2026-01-31`, `2026-01-31T10:00:00Z`, `12:30` | text |
//! | anything in quotes, anything after `\|` or `>` | text |
//! | a key | text: `on: 1` has the key `on` |
//! | `!Sub text`, `!Sub [text, ..]` | `text`, whose `${Name}` is a substitution |
//! | `!Ref Name`, `!GetAtt Name.Arn`, `!GetAtt [Name, Arn]` | `${Name}`, `${Name.Arn}` |
//! | another of CloudFormation's tags | an error: nothing computes it in a definition file |
//! | `!!str 1`, `!!int "1"` and the other tags of the core schema | as they say |
//! | `&name`, `*name` | the alias is what its anchor names |
//! | `<<` as a key without quotes | an error: it merges nothing |
//!
//! CloudFormation's handler resolves neither tags nor aliases in a definition *file*: it reads
//! `!Ref Name` as the text `Name`, and `*name` as the text `name`. This parser resolves both, for
//! tools that do so before they deploy, such as the Serverless Framework or a `Definition` in a
//! template. In a file for SAM, write `${Name}`.
//!
//! Sources:
//! [DefinitionProcessor.java](https://github.com/aws-cloudformation/aws-cloudformation-resource-providers-stepfunctions)
//! of AWS's resource provider,
//! [YAMLParser.java](https://github.com/FasterXML/jackson-dataformats-text) of Jackson 2, the
//! resolver of SnakeYAML, and
//! [`DefinitionSubstitutions`](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachine.html).
//!
//! # Limits
//!
//! Nesting is limited as in JSON ([`MAX_DEPTH`](crate::json::MAX_DEPTH)), and a text is one
//! document. The text repeated by aliases is limited to 1,048,576 bytes, the maximum length of a
//! definition on AWS.

mod block_positions;
mod document;
mod format;
mod message;
mod print;
mod reader;
mod recovery;
mod scalar;
mod tag;

pub use format::Format;
pub(crate) use reader::{TagMode, read_inserted, read_long_forms, read_template};
pub(crate) use recovery::parse_recovering;
pub(crate) use scalar::is_text;

#[cfg(test)]
mod recovery_tests;
#[cfg(test)]
mod tests;
