//! Distributed Maps as inline ones: their items are separate executions on AWS, and iterations
//! here. The paths through an item are the same.

use stepwright_asl::json::{Json, Object};

/// The beginning of the names of the variables that have the items of readers.
const READ_ITEMS: &str = "stepwrightItems";

/// The items of an ItemReader: a variable has them from the start.
#[derive(Clone, Debug)]
pub(crate) struct ReadItems {
    /// The Map.
    pub(crate) state: String,
    pub(crate) variable: String,
}

/// Makes each Distributed Map of a definition an inline one. Returns the variables for the items of
/// their readers, and whether there is such a Map.
pub(crate) fn inline_maps(definition: &mut Json) -> (Vec<ReadItems>, bool) {
    let mut inlining = Inlining {
        is_jsonata: definition.get("QueryLanguage").and_then(Json::as_str) == Some("JSONata"),
        readers: Vec::new(),
        is_changed: false,
    };
    let states = definition
        .as_object_mut()
        .and_then(|machine| machine.get_mut("States"));
    if let Some(states) = states {
        inlining.states(states);
    }
    (inlining.readers, inlining.is_changed)
}

struct Inlining {
    is_jsonata: bool,
    readers: Vec<ReadItems>,
    is_changed: bool,
}

impl Inlining {
    /// Definitions nest less deeply than the parser allows, so this recursion is bounded.
    fn states(&mut self, states: &mut Json) {
        let Some(states) = states.as_object_mut() else {
            return;
        };
        for (name, state) in states.iter_mut() {
            if let Some(state) = state.as_object_mut() {
                self.state(name, state);
            }
        }
    }

    fn state(&mut self, name: &str, state: &mut Object) {
        if let Some(branches) = state.get_mut("Branches").and_then(Json::as_array_mut) {
            for branch in branches {
                if let Some(inner) = branch.get_mut("States") {
                    self.states(inner);
                }
            }
        }
        let mut is_distributed_map = false;
        for field in ["ItemProcessor", "Iterator"] {
            let Some(processor) = state.get_mut(field).and_then(Json::as_object_mut) else {
                continue;
            };
            if let Some(inner) = processor.get_mut("States") {
                self.states(inner);
            }
            if is_distributed(processor) {
                processor.shift_remove("ProcessorConfig");
                is_distributed_map = true;
            }
        }
        if is_distributed_map {
            self.is_changed = true;
            inline_map(name, state, self.is_jsonata, &mut self.readers);
        }
    }
}

fn is_distributed(processor: &Object) -> bool {
    let config = processor.get("ProcessorConfig");
    config.and_then(|config| config.get("Mode")?.as_str()) == Some("DISTRIBUTED")
}

fn inline_map(name: &str, state: &mut Object, is_jsonata: bool, readers: &mut Vec<ReadItems>) {
    for name in [
        "ItemBatcher",
        "ResultWriter",
        "ToleratedFailurePercentage",
        "ToleratedFailurePercentagePath",
        "ToleratedFailureCount",
        "ToleratedFailureCountPath",
        "Label",
    ] {
        state.shift_remove(name);
    }
    if state.shift_remove("ItemReader").is_some() {
        let variable = format!("{READ_ITEMS}{}", readers.len());
        let is_jsonata = match state.get("QueryLanguage").and_then(Json::as_str) {
            Some(language) => language == "JSONata",
            None => is_jsonata,
        };
        let (field, text) = match is_jsonata {
            true => ("Items", format!("{{% ${variable} %}}")),
            false => ("ItemsPath", format!("${variable}")),
        };
        state.insert(field.to_owned(), Json::from(text));
        readers.push(ReadItems {
            state: name.to_owned(),
            variable,
        });
    }
}
