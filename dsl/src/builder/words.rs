//! Faults of the shared lowering in the words of the builder.

use crate::workflow::Fault;

/// What `workflow!` says, and what the builder calls it.
const WORDS: &[(&str, &str)] = &[
    (
        "write `query_language JSONata;` in this state",
        "call `.query_language(QueryLanguage::Jsonata)` on this state",
    ),
    (
        "or `query_language JSONPath;` in the state",
        "or call `.query_language(QueryLanguage::JsonPath)` on the state",
    ),
    (
        "assign it with `let {name} = ..` in a state before",
        "assign it with `.bind(..)` or `.assign(..)` on a state before",
    ),
    (
        "add `next OtherState;` or `end value;`",
        "call `.next(&state)` on it, or `.end()`",
    ),
    (
        "a choice without `otherwise` fails with States.Runtime where nothing holds; add `otherwise => State;`, or \
         `otherwise fail;` to say that it shall",
        "a choice without `otherwise` fails with States.Runtime where nothing holds; call `.otherwise(&state)` on it, or \
         `.otherwise_fail()` to say that it shall",
    ),
    (
        "make them Standard: `distributed standard;`",
        "make them `MachineType::Standard`",
    ),
    (
        "hand the value out with `end value;`",
        "hand the value out as the body's result",
    ),
];

/// The same fault in the builder's words.
pub(super) fn of_builder(fault: Fault) -> Fault {
    let mut message = fault.message().to_owned();
    for (from, to) in WORDS {
        let parts: Vec<&str> = from.split("{name}").collect();
        match parts.as_slice() {
            [before, after] => {
                if let Some((head, rest)) = message.split_once(before)
                    && let Some((_, tail)) = rest.split_once(after)
                {
                    message = format!("{head}{to}{tail}");
                }
            }
            _ => message = message.replace(from, to),
        }
    }
    Fault::new(fault.state(), message).at(fault.place())
}
