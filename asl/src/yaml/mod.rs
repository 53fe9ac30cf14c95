//! YAML: definitions as SAM's `.asl.yaml` files have them.
//!
//! [`Document::parse_yaml`](crate::json::Document::parse_yaml) reads a text to the same positioned document that JSON gives, and [`Format`] tells
//! which of the two a text is.
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
//! # What a text means
//!
//! The structure is YAML 1.2's. What a word without quotes means is what it means on deployment. The SAM command line uploads a definition file as it
//! is, and CloudFormation's handler of `AWS::StepFunctions::StateMachine` turns it into JSON. The handler fills in `DefinitionSubstitutions`,
//! tries JSON first, and reads anything else with Jackson's YAML reader, which keeps most of YAML 1.1. So `yes` is `true` to AWS,
//! although it is text in the core schema of YAML 1.2.
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
//! CloudFormation's handler resolves neither tags nor aliases in a definition *file*: to it, `!Ref Name` is the text `Name`, and `*name` is the text
//! `name`. Both are read here for the tools that do resolve them before they deploy, such as the Serverless Framework or a `Definition` inside of
//! a template. In a file for SAM, write `${Name}`.
//!
//! Sources: [DefinitionProcessor.java](https://github.com/aws-cloudformation/aws-cloudformation-resource-providers-stepfunctions) of AWS's
//! resource provider, [YAMLParser.java](https://github.com/FasterXML/jackson-dataformats-text) of Jackson 2, the resolver of SnakeYAML, and
//! [`DefinitionSubstitutions`](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachine.html).
//!
//! # Limits
//!
//! Nesting is bounded as in JSON ([`MAX_DEPTH`](crate::json::MAX_DEPTH)), a text is one document, and what aliases repeat may come to
//! 1,048,576 bytes, which is as long as AWS lets a definition be.

mod document;
mod format;
mod message;
mod place;
mod reader;
mod scalar;
mod tag;

pub use format::Format;
pub(crate) use reader::read_template;
pub(crate) use scalar::resolve;

#[cfg(test)]
mod tests;
