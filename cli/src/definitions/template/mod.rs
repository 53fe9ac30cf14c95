//! `stepwright serve --template`: the state machines and activities of CloudFormation, SAM and CDK
//! templates in the server.
//!
//! | file | content |
//! |---|---|
//! | `template_set.rs`, `file.rs`, `node.rs` | the templates, one template, a value with its location |
//! | `inputs.rs`, `problem.rs` | the values of options; problems with their locations |
//! | `evaluator.rs` | the evaluation of values: depth, size, cycles |
//! | `functions.rs`, `conditions.rs`, `references.rs`, `resource_values.rs` | the intrinsic functions, as methods of the evaluator |
//! | `resource_types.rs` | what `Ref` and `Fn::GetAtt` return for each type |
//! | `machine_definition.rs`, `substitutions.rs` | definitions, and `DefinitionSubstitutions` |
//! | `desired.rs` | the resources as requests of the API |
//! | `start_resources.rs`, `event_rules.rs`, `schedules.rs`, `starts.rs` | the rules and schedules that start state machines |
//! | `deployment.rs`, `started.rs`, `deployment_report.rs` | the requests to the server |
//! | `serving.rs`, `watched_files.rs` | the first deployment, and those after changes of files |

mod conditions;
mod deployment;
mod deployment_report;
mod desired;
mod evaluator;
mod event_rules;
mod file;
mod functions;
mod inputs;
mod machine_definition;
mod node;
mod problem;
mod references;
mod resource_location;
mod resource_types;
mod resource_values;
mod schedules;
mod serving;
mod start_resources;
mod started;
mod starts;
mod substitutions;
mod template_set;
mod watched_files;

#[cfg(test)]
mod tests;

pub(crate) use self::inputs::{NamedValue, TemplateInputs, named_value};
pub(crate) use self::serving::ServedTemplates;
