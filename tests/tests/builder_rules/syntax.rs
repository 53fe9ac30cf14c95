//! The parser's messages about meaning; its messages about single tokens have no rows.

use super::Answer::{Never, PartOf, Rustc, Says};
use super::Row;
use super::domain::*;
use stepwright::builder::FlowBuilder;
use stepwright::{every, expr};

pub(crate) const BINDING: &[Row] = &[(
    "a workflow variable needs no `mut`: assign it again with another `let`",
    Never("a variable's handle is not a Rust variable"),
)];

const IN_ONE_CALL: &str =
    "`choice`, `.otherwise(..)` and `.match_on(..)` take the choice, so each is called once";

pub(crate) const CHOICE: &[Row] = &[
    ("choice `..` has two `otherwise` arms", Rustc(IN_ONE_CALL)),
    (
        "choice `..` has two `match`es: make a second choice state",
        Rustc(IN_ONE_CALL),
    ),
];

pub(crate) const DISTRIBUTED: &[Row] = &[(
    "the children of a Distributed Map are `standard` or `express`..",
    Rustc("their type is a `MachineType`"),
)];

pub(crate) const FRAGMENT: &[Row] = &[
    (
        "an include names a fragment: `Fragment(input)`",
        Rustc("`fragment` takes a type that is one"),
    ),
    (
        "an include names a fragment with its arguments: `Fragment(input)`, or `Fragment()`",
        Rustc("`include` takes the arguments"),
    ),
    (
        "an include takes one fragment and nothing after it: compute with its result in a later state",
        Rustc("`include` has `.bind(..)`, and no `.assign(..)`"),
    ),
    (
        "an exit of the fragment",
        PartOf("an include names a fragment: `Fragment(input)`"),
    ),
    (
        "the exit's value",
        PartOf("an include names a fragment: `Fragment(input)`"),
    ),
    (
        "an include has a name, and in its braces the fragment: `include Pay { let paid = Charge(card); next Done; }`",
        Rustc("`fragment` takes a name"),
    ),
];

const BY_TYPES: &str = "each kind of state has its own methods";

pub(crate) const OPTION: &[Row] = &[
    (
        "`..` has two `catch { .. }`: put the arms into one",
        Says(
            || {
                with_task(|task, failed| {
                    task.catch_every(
                        every!(PaymentError::Busy => failed, PaymentError::Declined => failed),
                    )
                    .catch_every(every!(PaymentError::Busy => failed, _ => failed))
                    .end()
                })
            },
            "in state `Charge`: an earlier `.catch(..)` of this state already matches `PaymentError.Busy`: remove one of them",
        ),
    ),
    (
        "a query language: `JSONata` or `JSONPath`",
        Rustc("it is a `QueryLanguage`"),
    ),
    (
        "`..` is not a query language: write `JSONata` or `JSONPath`",
        Rustc("it is a `QueryLanguage`"),
    ),
    (
        "an include has no `..`, because it is several states: write it in the states of the fragment, or put the include into the branch of a `parallel`",
        Rustc("`include` has no such methods"),
    ),
    (
        "task, parallel and map states",
        PartOf("a .. state has no `..`: this option is for .."),
    ),
    (
        "a .. state has no `..`: this option is for ..",
        Rustc(BY_TYPES),
    ),
];

pub(crate) const READER: &[Row] = &[
    (
        "this expression is not finished..",
        Rustc("an `expr!` is Rust"),
    ),
    (
        "`..` is given twice in `..`",
        Says(
            || {
                let flow = FlowBuilder::<String, serde_json::Value>::new("Orders");
                let only = flow.declare("Send");
                flow.start_at(&only);
                let keys = ["QueueUrl", "MessageBody", "MessageBody"];
                let arguments = keys.map(|key| (key, expr!(|text: String| text).untyped()));
                flow.service(&only, "arn:aws:states:::sqs:sendMessage", arguments)
                    .end();
                faults(&flow)
            },
            "in state `Send`: the key `MessageBody` is given twice in one object; keep one",
        ),
    ),
    (
        "; `..` is a keyword of Rust",
        Never("names of states and variables are texts"),
    ),
    (
        "nothing to skip",
        Never("the message is about the parser itself"),
    ),
];

pub(crate) const STATE: &[Row] = &[
    (
        "`..` is not a kind of state; did you mean `..`?",
        Rustc("a kind of state is a method"),
    ),
    (
        "; states are `task`, `pass`, `choice`, `wait`, `succeed`, `fail`, `parallel`, `map` and `include`",
        PartOf("`..` is not a kind of state.."),
    ),
    (
        "`..` is not a kind of state..",
        Rustc("a kind of state is a method"),
    ),
    (
        "a state's name is text: `#[name = \"Charge the card\"]`",
        Rustc("a name is a `String`"),
    ),
    (
        "the states are the same in every build: put `#[cfg(..)]` before the whole workflow, and write it twice",
        Never("the builder has no attributes"),
    ),
    (
        "a state takes doc comments and `#[name = \"..\"]`, and no other attribute",
        Never("the builder has no attributes"),
    ),
];

const ONE_CALL: &str =
    "a method of the builder makes one state of one kind, and takes what that kind needs";

pub(crate) const STATEMENT: &[Row] = &[
    (
        ".. `..` has more than one ..: make a state of each",
        Rustc(ONE_CALL),
    ),
    (
        "the `let`s of task `..` call no task: write .., or make it a `pass` state",
        Rustc(ONE_CALL),
    ),
    (".. `..` does nothing: write ..", Rustc(ONE_CALL)),
    (
        "the error of fail `..` contains its cause: remove this value",
        Never("the error and the cause are separate texts"),
    ),
    (
        "state `..` has two transitions: it ends in exactly one `next State;` or `end value;`",
        Rustc("`.next(..)` and `.end()` take the state"),
    ),
    ("`..` is not a statement of a .. state..", Rustc(BY_TYPES)),
    (
        "`let result = some_task(input);`",
        PartOf(".. `..` does nothing: write .."),
    ),
    (
        "set of branches",
        PartOf(".. `..` has more than one ..: make a state of each"),
    ),
    (
        "`let result = Fragment(input);`",
        PartOf(".. `..` does nothing: write .."),
    ),
    (
        "`for item in list { .. };`",
        PartOf(".. `..` does nothing: write .."),
    ),
    (
        "`seconds` or `timestamp`",
        PartOf(".. `..` does nothing: write .."),
    ),
    (
        "choice `..` has no transition besides its arms: write `otherwise => State;`",
        Rustc(BY_TYPES),
    ),
    (
        "`..` ends the workflow and has no transition; write only its value: `succeed .. { value }`",
        Rustc("`succeed` and `fail` return nothing with a transition method"),
    ),
    (
        "`..` leaves the fragment and has no transition: the `include` sets the target of each exit",
        Never("a built workflow has no exits"),
    ),
    (
        "`..` ends the workflow and has no transition",
        Rustc("`succeed` and `fail` return nothing with a transition method"),
    ),
];

pub(crate) const TARGET: &[Row] = &[
    (
        "this edge has no target, because of the error above",
        Rustc("an edge is made from a handle"),
    ),
    (
        "this edge goes nowhere: end it with `next State;`",
        Rustc("an edge is made from a handle"),
    ),
];

const ONCE: &str = "a task state makes its call exactly once, and .. may run zero or many times: put a choice before this state, or repeat the call with a map";

pub(crate) const TASK: &[Row] = &[
    (
        "a call without a `let` has no result to compute with: give it a name, `let value = ..;`",
        Never("a state's result is passed on without a name"),
    ),
    (
        "a task state makes one call, and this is the second: make a state of each",
        Rustc(ONE_CALL),
    ),
    (ONCE, Rustc("an `expr!` makes no calls of tasks")),
    (
        "a task state waits for its call: remove `.await`; the value of a function with `#[expression]` needs no task state, so call that in a `pass` state or after `end`",
        Rustc("an `expr!` makes no calls of tasks"),
    ),
    (
        "a task state calls a task, a service or a workflow; a `pass` state computes values",
        Rustc("`task` takes a task"),
    ),
];

pub(crate) const CALLED: &[Row] = &[
    (
        "a branch of an `if`",
        Rustc("an `expr!` makes no calls of tasks"),
    ),
    (
        "an arm of a `match`",
        Rustc("an `expr!` makes no calls of tasks"),
    ),
    (
        "the right side of `&&` or `||`",
        Rustc("an `expr!` makes no calls of tasks"),
    ),
    (
        "the guard of `matches!`",
        Rustc("an `expr!` makes no calls of tasks"),
    ),
];

pub(crate) const WORKFLOW: &[Row] = &[
    (
        "a workflow has one parameter: put several values into one struct",
        Rustc("`FlowBuilder` has one type of input"),
    ),
    (
        "`..` is not an option of a workflow; did you mean `..`?",
        Rustc("an option is a method"),
    ),
    (
        "`..` is an option of a workflow; a fragment takes only `query_language`",
        Never("a fragment is declared by `workflow!`"),
    ),
    (
        "`..` is given twice in this ..",
        Never("a repeated setting replaces the earlier one, as in other Rust builders"),
    ),
    (
        "a place: `lambda`, `lambda_arn` or `activity`",
        Rustc("it is a `Deploy`"),
    ),
    (
        "`..` is not a place for a task: write `lambda`, `lambda_arn` or `activity`",
        Rustc("it is a `Deploy`"),
    ),
    ("`..` names lints: `..`", Rustc("a lint is a `Lint`")),
    (
        "unknown lint `..`; the lints are `..`",
        Rustc("a lint is a `Lint`"),
    ),
];

const NO_WORDS: &str = "the builder has no words for these fields: `raw` writes them, and the rules of AWS hold for them";

pub(crate) const SHAPING: &[Row] = &[
    (
        "`output` needs JSONata, but `..` uses JSONPath: write `result_path` and `output_path`, or `query_language JSONata;`",
        Never(NO_WORDS),
    ),
    (
        "`..` needs JSONPath, but `..` uses JSONata: write an expression where the value is used, or `query_language JSONPath;`",
        Never(NO_WORDS),
    ),
    (
        "pass, parallel and map states; a task passes the arguments of its call",
        PartOf("a .. state has no `..`: this option is for .."),
    ),
    (
        "task, parallel and map states",
        PartOf("a .. state has no `..`: this option is for .."),
    ),
    (
        "task, pass, parallel and map states",
        PartOf("a .. state has no `..`: this option is for .."),
    ),
    (
        "all other states",
        PartOf("a .. state has no `..`: this option is for .."),
    ),
    (
        "a .. state has no `..`: this option is for ..",
        Never(NO_WORDS),
    ),
    (
        "`..` is not a path, because it does not begin with `$`: write `.. \"$...\";`",
        Never(NO_WORDS),
    ),
];
