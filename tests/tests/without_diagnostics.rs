//! The output of the macros and the examples has no diagnostics of the validator, not even a
//! warning.

use escalation::{Person, escalation};
use order_processing::OrderProcessing;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::Path;
use stepwright::Definition;
use stepwright::asl::MachineType;
use stepwright::asl::validate::validate_text;
use stepwright::prelude::*;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(tag = "kind", rename_all = "camelCase")]
enum Inside {
    Small { side: u32 },
    Large { side: u32 },
    Round,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
enum Outside {
    Small { side: u32 },
    Large(u32),
    Round,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(tag = "t", content = "c")]
enum Beside {
    Small { side: u32 },
    Round,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Order {
    inside: Inside,
    outside: Outside,
    beside: Beside,
    maybe: Option<u32>,
    vip: bool,
}

workflow! {
    workflow Matching(order: Order) -> u32 {
        choice Inner {
            match order.inside {
                Inside::Small { side } if side > 3 => Outer,
                Inside::Small { .. } | Inside::Round => Outer,
                Inside::Large { side } => Outer,
            }
        }
        choice Outer {
            match order.outside {
                Outside::Small { .. } => Third,
                Outside::Large(_) => Third,
                Outside::Round => Last,
            }
        }
        choice Third {
            match order.beside {
                Beside::Small { side } => Fourth,
                Beside::Round => Last,
            }
        }
        choice Fourth {
            match order.maybe {
                Some(_) => Fifth,
                None => Last,
            }
        }
        choice Fifth {
            match order.vip {
                true => Last,
                false => Last,
            }
        }
        succeed Last { 1 }
    }

    workflow OnPaths(order: Order) -> Value {
        query_language JSONPath;
        choice Inner {
            match order.inside {
                Inside::Small { .. } => Outer,
                Inside::Large { .. } => Outer,
                Inside::Round => Last,
            }
        }
        choice Outer {
            match order.outside {
                Outside::Small { .. } => Third,
                Outside::Large(_) => Third,
                Outside::Round => Last,
            }
        }
        choice Third {
            match order.beside {
                Beside::Small { .. } => Fourth,
                Beside::Round => Last,
            }
        }
        choice Fourth {
            match order.maybe {
                Some(_) => Last,
                None => Last,
            }
        }
        succeed Last { path!("$", Value) }
    }
}

#[track_caller]
fn clean(name: &str, text: &str, machine_type: MachineType) {
    let diagnostics = validate_text(text, machine_type);
    assert!(diagnostics.is_empty(), "{name}:\n{diagnostics}\n{text}");
}

#[track_caller]
fn clean_definition(definition: &Definition) {
    clean(
        definition.name(),
        &definition.to_json_pretty(),
        definition.machine_type(),
    );
}

#[test]
fn an_exhaustive_match_needs_no_default() {
    clean_definition(&Matching::definition());
    clean_definition(&OnPaths::definition());
}

#[test]
fn the_workflows_of_the_examples_have_no_diagnostics() {
    clean_definition(&OrderProcessing::definition());
    let rota = ["Ada", "Grace"].map(|name| Person {
        name: name.to_owned(),
        minutes: 5,
    });
    clean_definition(&escalation(&rota, 3).unwrap());
}

#[test]
fn the_files_of_the_examples_have_no_diagnostics() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/asl");
    let mut count = 0;
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.ends_with(".asl.json") {
            count += 1;
            clean(
                &name,
                &std::fs::read_to_string(&path).unwrap(),
                MachineType::Standard,
            );
        }
    }
    assert!(count > 1);
}
