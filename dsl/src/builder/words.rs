//! Faults of the shared lowering in the words of the builder.

use crate::workflow::Fault;

/// What `workflow!` says, and what the builder calls it. `{name}` stands for a name in both.
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
        "or bind the whole error with `catch .. as error`",
        "or name the error in `errors!` without its fields",
    ),
    (
        "pass `task_token` as an argument",
        "make an argument of the token that the expression is given",
    ),
    (
        "the raw field `{name}` takes any",
        "`.raw(\"{name}\", ..)` takes any",
    ),
    (
        "`{name}` has no place in this kind of state",
        "`.{name}(..)` belongs to a Distributed Map: make this map with `distributed_map(..)`, or leave the call out",
    ),
    (
        "put them into the state's own `raw`",
        "call `.raw(..)` on the choice itself",
    ),
    (
        "make them Standard: `distributed standard;`",
        "make them `MachineType::Standard`",
    ),
    (
        "make the workflow Standard",
        "leave `.express()` out, or do this in a Standard workflow",
    ),
];

/// The same fault in the builder's words.
pub(super) fn of_builder(fault: Fault) -> Fault {
    let mut message = fault.message().to_owned();
    for (from, to) in WORDS {
        message = replaced(&message, from, to);
    }
    Fault::new(fault.state(), message).at(fault.place())
}

fn replaced(message: &str, from: &str, to: &str) -> String {
    let Some((before, after)) = from.split_once("{name}") else {
        return message.replace(from, to);
    };
    for (start, _) in message.match_indices(before) {
        let rest = &message[start + before.len()..];
        if let Some((name, tail)) = rest.split_once(after)
            && !name.contains('`')
        {
            return format!("{}{}{tail}", &message[..start], to.replace("{name}", name));
        }
    }
    message.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words that only `workflow!` has.
    const OF_THE_MACRO: &[&str] = &[
        "query_language JSON",
        "`let ",
        " as error`",
        "`deny ",
        "`next ",
        "`end ",
        "=> ",
        "`distributed ",
        "`express;`",
        "the raw field `..` takes",
    ];

    /// Messages of mistakes that the builder cannot hand to the lowering, and why.
    const NEVER: &[(&str, &str)] = &[
        (
            "add a `catch`, or take `deny unhandled_errors;` out",
            "the builder says it as a lint",
        ),
        (
            "only `wait_for_task_token` hands out a task token: `let answer: T = wait_for_task_token f(.., task_token);`",
            "only the expressions of such calls are given a token",
        ),
        (
            "a choice without `otherwise` fails with States.Runtime where nothing holds; add `otherwise => State;`, or \
             `otherwise fail;` to say that it shall",
            "a choice that is not complete is a fault of the builder's own",
        ),
        (
            "this state goes nowhere: add `next OtherState;` or `end value;`",
            "a state that is not complete is a fault of the builder's own",
        ),
    ];

    /// The messages of `build()`, as the page of errors lists them, without those that only the builder has.
    fn messages() -> Vec<String> {
        let page = include_str!("../../../docs/reference/errors.md");
        let chapter = page.split("\n## ").find(|it| it.starts_with("`build()`"));
        let groups = chapter.unwrap_or_default().split("\n### ").skip(1);
        let shared = groups.filter(|group| {
            let title = group.lines().next().unwrap_or_default();
            !title.ends_with("of the builder")
        });
        shared
            .filter_map(|group| group.split("```text\n").nth(1))
            .flat_map(|list| list.split("```").next().unwrap_or_default().lines())
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn each_message_of_the_lowering_is_said_without_words_of_the_macro() {
        let messages = messages();
        assert!(messages.len() > 60, "the page was not read");
        for message in &messages {
            if NEVER.iter().any(|(never, _)| never == message) {
                continue;
            }
            let said = of_builder(Fault::new(None, message.clone()));
            for word in OF_THE_MACRO {
                assert!(!said.message().contains(word), "{said}");
            }
        }
        for (never, _) in NEVER {
            assert!(messages.iter().any(|message| message == never), "{never}");
        }
    }

    #[test]
    fn each_word_stands_in_a_message() {
        let messages = messages();
        for (from, _) in WORDS {
            let from = from.replace("{name}", "..");
            assert!(messages.iter().any(|one| one.contains(&from)), "{from}");
        }
    }
}
