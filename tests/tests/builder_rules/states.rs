//! Names, transitions, calls and choices.

use super::Answer::{Never, PartOf, Rustc, Says};
use super::Row;
use super::domain::*;
use stepwright::builder::{AnyInput, Body, FlowBuilder};
use stepwright::expr;

pub(crate) const NAMES: &[Row] = &[
    (
        "`..` cannot name a ..: ..",
        Says(
            || {
                let flow = FlowBuilder::<u32, u32>::new("1 bad name!");
                let only = flow.declare("Only");
                flow.start_at(&only);
                flow.succeed(&only);
                faults(&flow)
            },
            "`1 bad name!` cannot name a workflow: the name has the character ` `, which is not allowed; give `FlowBuilder::new` another name",
        ),
    ),
    (
        ".. `..` has no states: begin with `task Name { .. }`",
        Says(
            || faults(&FlowBuilder::<u32, u32>::new("Empty")),
            "the workflow has no states; declare one, define it and call `start_at(&state)`",
        ),
    ),
    (
        "this body of `..` has no states: begin with `task Name { .. }`",
        Says(
            || {
                let flow = FlowBuilder::<u32, Vec<u32>>::new("Orders");
                let both = flow.declare("Both");
                flow.start_at(&both);
                flow.parallel(&both, vec![Body::<u32, u32>::new()]).end();
                faults(&flow)
            },
            "a branch or a map's body has no states; declare one, define it and call `start_at(&state)`",
        ),
    ),
];

pub(crate) const TRANSITIONS: &[Row] = &[(
    "state `..` goes nowhere: add `next OtherState;` or `end value;`",
    Says(
        || {
            let flow = FlowBuilder::<u32, u32>::new("Orders");
            let only = flow.declare("Only");
            flow.start_at(&only);
            let _ = flow.wait(&only, 5);
            faults(&flow)
        },
        "in state `Only`: it goes nowhere; call `.next(&state)` on it, or `.end()`",
    ),
)];

pub(crate) const TARGETS: &[Row] = &[
    ("in this body of `..`", PartOf("no state named `..` ....")),
    (
        "no state named `..` ....",
        Rustc("a target is a handle; `build` reports a handle that is never defined"),
    ),
    (
        "`..` is outside of this body of `..`: a transition cannot leave it; finish it with `end value;` and continue from `..`",
        Says(
            || {
                let flow = FlowBuilder::<u32, Vec<u32>>::new("Orders");
                let (both, outside) = (flow.declare("Both"), flow.declare::<u32>("Outside"));
                flow.start_at(&both);
                let body = Body::<u32, u32>::new();
                let inside = body.declare("Inside");
                body.start_at(&inside);
                body.pass(&inside, expr!(|n: u32| n)).next(&outside);
                flow.parallel(&both, vec![body]).end();
                flow.wait(&outside, 5).next(&outside);
                faults(&flow)
            },
            "in state `Inside`: it goes to `Outside`, a state of another body; a transition stays in its workflow, branch or map",
        ),
    ),
    (
        "`..` is inside of `..`: a transition cannot go into it; go to `..`",
        Says(
            || {
                let flow = FlowBuilder::<u32, Vec<u32>>::new("Orders");
                let (first, both) = (flow.declare("First"), flow.declare("Both"));
                flow.start_at(&first);
                let body = Body::<u32, u32>::new();
                let inside = body.declare("Inside");
                body.start_at(&inside);
                body.pass(&inside, expr!(|n: u32| n)).end();
                flow.choice(&first)
                    .when(expr!(|n: u32| n > 1), &inside)
                    .otherwise(&both);
                flow.parallel(&both, vec![body]).end();
                faults(&flow)
            },
            "in state `First`: it goes to `Inside`, a state of another body; a transition stays in its workflow, branch or map",
        ),
    ),
    (
        "`..` cannot be reached from here",
        PartOf("`..` is inside of `..`: a transition cannot go into it; go to `..`"),
    ),
];

pub(crate) const REACH: &[Row] = &[
    (
        "the workflow never ends after `..`: leave the loop with `break` or `return`",
        Never("it is the form of the message for functions, and the builder has its own form"),
    ),
    (
        "state `..` is never reached from `..`: add a transition to it, or remove it",
        Says(
            || {
                let flow = FlowBuilder::<u32, u32>::new("Orders");
                let (only, island) = (flow.declare("Only"), flow.declare("Island"));
                flow.start_at(&only);
                flow.succeed(&only);
                flow.succeed(&island);
                faults(&flow)
            },
            "in state `Island`: no transition leads to it; add one, or remove the state",
        ),
    ),
    (
        "no path from `..` ends: add a transition to an `end`, a `succeed` or a `fail`",
        Says(
            || {
                let flow = FlowBuilder::<u32, u32>::new("Orders");
                let (here, there) = (flow.declare("Here"), flow.declare("There"));
                flow.start_at(&here);
                flow.wait(&here, 5).next(&there);
                flow.wait(&there, 5).next(&here);
                faults(&flow)
            },
            "in state `Here`: no path from this state ends: add a transition to an `.end()`, a `succeed` or a `fail`",
        ),
    ),
];

pub(crate) const CALLS: &[Row] = &[
    (
        "the answer to a task token needs a type: `let ..: Type = .. ..`",
        Rustc(
            "the next state, `.bind(..)` or `.answered_with::<T>()` declares the type; otherwise rustc requires it",
        ),
    ),
    (
        "this call does not wait for its `task_token`: write `wait_for_task_token` before the call",
        Rustc(
            "only the expressions of `wait_for_task_token` and `wait_for_service` are given a token",
        ),
    ),
    (
        "this call waits for a token that it does not send: pass `task_token` to the call",
        Says(
            || {
                let flow = FlowBuilder::<Order, u32>::new("Orders");
                let only = flow.declare("Ask");
                flow.start_at(&only);
                flow.wait_for_task_token(
                    &only,
                    ask {},
                    expr!(|order: Order, _: String| (order, "none".to_string())),
                )
                .end();
                faults(&flow)
            },
            "in state `Ask`: this call does not send its task token, so it never completes; make an argument of the token that the expression is given",
        ),
    ),
    (
        "a workflow call already waits for its result: remove `wait_for_task_token`",
        Never("no call of the builder does both"),
    ),
    (
        "a workflow takes one input: put the values for `..` into one struct",
        Rustc("`workflow_with` takes one expression of the child's input"),
    ),
    (
        "parallel `..` has .. branches and .. names: give each result a name, or `_`",
        Rustc("`.bind((&a, &b))` takes a tuple as long as the branches'"),
    ),
    (
        "this `let` has no names: name at least one value",
        Rustc("`.bind(..)` takes a variable, or a tuple of one at least"),
    ),
];

pub(crate) const CHOICES: &[Row] = &[
    (
        "choice `..` has no rules: add `when condition => State;`",
        Says(
            || {
                let flow = FlowBuilder::<u32, u32>::new("Orders");
                let (look, done) = (flow.declare("Look"), flow.declare("Done"));
                flow.start_at(&look);
                flow.choice(&look).otherwise(&done);
                flow.succeed(&done);
                faults(&flow)
            },
            "in state `Look`: this choice has no rules: call `.when(condition, &state)` on it, or make it a `pass_on`",
        ),
    ),
    (
        "choice `..` has both a `match` and a `when`: write the condition as a guard, `pattern if condition => State`",
        Says(
            || {
                let flow = FlowBuilder::<u32, u32>::new("Orders");
                let (look, done) = (flow.declare("Look"), flow.step("Done"));
                flow.start_at(&look);
                flow.choice(&look)
                    .when(expr!(|n: u32| n > 1), &done)
                    .match_on(stepwright::arms!(|n: u32| match n {
                        1 => &done,
                        _ => &done,
                    }));
                flow.succeed_with(&done, expr!(|_: AnyInput| 1));
                faults(&flow)
            },
            "in state `Look`: this choice has both `.match_on(..)` and `.when(..)`: write the conditions as guards, `pattern if condition => &state`",
        ),
    ),
    (
        "a `match` cannot have an `otherwise`: write `_ => State` as its last arm",
        Rustc("`match_on` consumes the choice, so no call can follow it"),
    ),
    (
        "the `match` of `..` has no arms: add `pattern => State`",
        Rustc("a `match` without arms is not exhaustive for a type with values"),
    ),
    (
        "choice `..` has no `otherwise`: an input that matches no `when` would fail with `States.Runtime`; write `otherwise => State;`, or `otherwise fail;` if that is intended",
        Says(
            || {
                let flow = FlowBuilder::<u32, u32>::new("Orders");
                let (look, done) = (flow.declare("Look"), flow.declare("Done"));
                flow.start_at(&look);
                let _ = flow.choice(&look).when(expr!(|n: u32| n > 1), &done);
                flow.succeed(&done);
                faults(&flow)
            },
            "in state `Look`: it is a choice without a default; call `.otherwise(&state)` on it, or `.otherwise_fail()`",
        ),
    ),
    (
        "`..` matches everything, so the arms after it never run: put it last",
        Says(
            || {
                let flow = FlowBuilder::<u32, u32>::new("Orders");
                let (look, done) = (flow.declare("Look"), flow.declare("Done"));
                flow.start_at(&look);
                flow.choice(&look)
                    .match_on(stepwright::arms!(|n: u32| match n {
                        _ => &done,
                        1 => &done,
                    }));
                flow.succeed(&done);
                faults(&flow)
            },
            "in state `Look`: an arm of this `.match_on(..)` matches everything, so the arms after it never run: put it last",
        ),
    ),
];
