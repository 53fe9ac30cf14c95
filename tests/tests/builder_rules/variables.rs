//! Variables and items.

use super::Answer::{Never, PartOf, Says};
use super::Row;
use super::domain::*;
use stepwright::builder::{AnyInput, Body, FlowBuilder, States};
use stepwright::expr;

pub(crate) const VARIABLES: &[Row] = &[
    (
        "it is the token of `wait_for_task_token`",
        Never("the token has the name that the expression's parameter gives it"),
    ),
    (
        "Step Functions reserves `$states`",
        Says(
            || {
                let flow = FlowBuilder::<u32, u32>::new("Orders");
                let states = flow.variable::<u32>("states");
                let (first, done) = (flow.declare("First"), flow.step("Done"));
                flow.start_at(&first);
                flow.pass_on(&first)
                    .assign(&states, expr!(|n: u32| n))
                    .next(&done);
                flow.succeed_with(&done, expr!([states] || states));
                faults(&flow)
            },
            "`states` cannot name a variable: the name `states` is reserved",
        ),
    ),
    (
        "`..` is assigned twice on the transition to `..`: remove one assignment",
        Says(
            || {
                let flow = FlowBuilder::<u32, u32>::new("Orders");
                let total = flow.variable::<u32>("total");
                let (first, done) = (flow.declare("First"), flow.step("Done"));
                flow.start_at(&first);
                flow.pass_on(&first)
                    .assign(&total, expr!(|n: u32| n))
                    .assign(&total, expr!(|n: u32| n + 1))
                    .next(&done);
                flow.succeed_with(&done, expr!([total] || total));
                faults(&flow)
            },
            "in state `First`: the variable `total` is assigned twice on one transition, whose values are computed at the same time; remove one assignment",
        ),
    ),
    (
        "`..` cannot be assigned: ..",
        PartOf("Step Functions reserves `$states`"),
    ),
    (
        "`..` cannot name a variable: ..",
        Says(
            || {
                let flow = FlowBuilder::<u32, u32>::new("Orders");
                let total = flow.variable::<u32>("the total");
                let (first, done) = (flow.declare("First"), flow.step("Done"));
                flow.start_at(&first);
                flow.pass_on(&first)
                    .assign(&total, expr!(|n: u32| n))
                    .next(&done);
                flow.succeed_with(&done, expr!([total] || total));
                faults(&flow)
            },
            "`the total` cannot name a variable: the name has the character ` `, which is not allowed",
        ),
    ),
    (
        "`..` is the workflow's input and cannot be assigned: choose another name",
        Says(
            || {
                let flow = FlowBuilder::<u32, u32>::new("Orders");
                let _ = flow.parameter("order");
                let order = flow.variable::<u32>("order");
                let (first, done) = (flow.declare("First"), flow.step("Done"));
                flow.start_at(&first);
                flow.pass_on(&first)
                    .assign(&order, expr!(|n: u32| n))
                    .next(&done);
                flow.succeed_with(&done, expr!([order] || order));
                faults(&flow)
            },
            "the variable `order` has the name of the workflow's input or of an item around it; give it another name",
        ),
    ),
    (
        "`..` is a parameter of the fragment and cannot be assigned: choose another name",
        Never("a part of a built workflow is a function, whose parameters are Rust's"),
    ),
    (
        "`..` is the item of a map and cannot be assigned: write `let new_.. = ..;`, and read `new_..` in the states after it",
        Says(
            || {
                let flow = FlowBuilder::<Vec<u32>, Vec<u32>>::new("Orders");
                let all = flow.declare("All");
                flow.start_at(&all);
                let body = Body::<u32, u32>::new();
                let _ = body.item("row");
                let row = body.variable::<u32>("row");
                let (one, last) = (body.declare("One"), body.step("Last"));
                body.start_at(&one);
                body.pass_on(&one)
                    .assign(&row, expr!(|n: u32| n))
                    .next(&last);
                body.succeed_with(&last, expr!([row] || row));
                flow.map(&all, expr!(|all: Vec<u32>| all), body).end();
                faults(&flow)
            },
            "the variable `row` has the name of the workflow's input or of an item around it; give it another name",
        ),
    ),
    (
        "`..` is a variable outside of `..`, which may read but not assign it: choose another name, and return the value with `end value;`",
        Says(
            || {
                let flow = FlowBuilder::<u32, Vec<u32>>::new("Orders");
                let total = flow.variable::<u32>("total");
                let (first, all) = (flow.declare("First"), flow.declare("All"));
                flow.start_at(&first);
                flow.pass_on(&first)
                    .assign(&total, expr!(|n: u32| n))
                    .next(&all);
                let body = Body::<u32, u32>::new();
                let (one, last) = (body.declare("One"), body.step("Last"));
                body.start_at(&one);
                body.pass_on(&one)
                    .assign(&total, expr!(|n: u32| n))
                    .next(&last);
                body.succeed_with(&last, expr!([total] || total));
                flow.parallel(&all, vec![body]).end();
                faults(&flow)
            },
            "in state `One`: it assigns `total`, a variable outside of this branch or map, which may read but not assign it; declare one in the body, and hand the value out as its result",
        ),
    ),
    (
        "`..` is already a name outside of this map: give the item another name",
        Says(
            || {
                let flow = FlowBuilder::<Vec<u32>, Vec<u32>>::new("Orders");
                let row = flow.variable::<u32>("row");
                let (first, all) = (flow.declare("First"), flow.declare("All"));
                flow.start_at(&first);
                flow.pass_on(&first)
                    .assign(&row, expr!(|_: Vec<u32>| 1))
                    .next(&all);
                let body = Body::<u32, u32>::new();
                let item = body.item("row");
                let one = body.step("One");
                body.start_at(&one);
                body.pass(&one, expr!([item] |_: AnyInput| item)).end();
                flow.map(
                    &all,
                    expr!([row] |all: Vec<u32>| if row > 1 { all } else { vec![] }),
                    body,
                )
                .end();
                faults(&flow)
            },
            "the item `row` has the name of a variable around its map; give it another name",
        ),
    ),
    (
        "`..` cannot name an item: ..",
        Says(
            || {
                let flow = FlowBuilder::<Vec<u32>, Vec<u32>>::new("Orders");
                let all = flow.declare("All");
                flow.start_at(&all);
                let body = Body::<u32, u32>::new();
                let row = body.item("one row");
                let one = body.step("One");
                body.start_at(&one);
                body.pass(&one, expr!([row] |_: AnyInput| row)).end();
                flow.map(&all, expr!(|all: Vec<u32>| all), body).end();
                faults(&flow)
            },
            "in state `All`: `one row` cannot name an item: the name has the character ` `, which is not allowed",
        ),
    ),
];

const NOT_ASSIGNED: &str = "variable `..` may be read before it is assigned: ..";

const ALL_AFTER: &str =
    "an argument is one expression, and `.assign(..)` is evaluated after the work";

pub(crate) const EARLIER_VALUES: &[Row] = &[
    (
        "`..` is already the name of a `let` before the work of state `..`: choose another name",
        Never(ALL_AFTER),
    ),
    (
        "write `pass Set.. { let .. = ..; next ..; }` before this state",
        Never(ALL_AFTER),
    ),
];

pub(crate) const ASSIGNED: &[Row] = &[(
    "`..` is computed for the work of state `..`, whose inner states cannot read it: ..",
    Never(ALL_AFTER),
)];

pub(crate) const ASSIGNMENT: &[Row] = &[
    (
        "variable `..` is not assigned yet when `..` runs: its assignments take effect in the next state",
        Says(
            || {
                let flow = FlowBuilder::<u32, u32>::new("Orders");
                let total = flow.variable::<u32>("total");
                let first = flow.declare("First");
                let done = flow.declare("Done");
                flow.start_at(&first);
                flow.pass(&first, expr!([total] |n: u32| n + total))
                    .assign(&total, expr!(|n: u32| n))
                    .next(&done);
                flow.succeed(&done);
                faults(&flow)
            },
            "in state `First`: variable `total` is not assigned yet when `First` runs: its assignments take effect in the next state",
        ),
    ),
    (
        "`..` is the first state",
        Says(
            || {
                let flow = FlowBuilder::<u32, u32>::new("Orders");
                let total = flow.variable::<u32>("total");
                let done = flow.declare("Done");
                flow.start_at(&done);
                flow.succeed_with(&done, expr!([total] |n: u32| n + total));
                faults(&flow)
            },
            "in state `Done`: variable `total` may be read before it is assigned: `Done` is the first state; call `.bind(&variable)` or `.assign(&variable, ..)` on an earlier state",
        ),
    ),
    ("no state assigns it on the path ..", PartOf(NOT_ASSIGNED)),
    (
        NOT_ASSIGNED,
        Says(
            || {
                let flow = FlowBuilder::<u32, u32>::new("Orders");
                let total = flow.variable::<u32>("total");
                let (look, add, done) =
                    (flow.declare("Look"), flow.declare("Add"), flow.step("Done"));
                flow.start_at(&look);
                flow.choice(&look)
                    .when(expr!(|n: u32| n > 1), &add)
                    .otherwise(&done);
                flow.pass_on(&add)
                    .assign(&total, expr!(|n: u32| n))
                    .next(&done);
                flow.succeed_with(&done, expr!([total] || total));
                faults(&flow)
            },
            "in state `Done`: variable `total` may be read before it is assigned: no state assigns it on the path `Look` -> `Done`; call `.bind(&variable)` or `.assign(&variable, ..)` on an earlier state",
        ),
    ),
    (
        "..; after a .., variables have the values from before its state",
        Says(
            || {
                let flow = FlowBuilder::<Order, u32>::new("Orders");
                let paid = flow.variable::<u32>("paid");
                let (pay, done) = (flow.declare("Pay"), flow.step("Done"));
                flow.start_at(&pay);
                flow.task(&pay, charge {})
                    .bind(&paid)
                    .catch(States::ALL, &done)
                    .next(&done);
                flow.succeed_with(&done, expr!([paid] || paid));
                faults(&flow)
            },
            "in state `Done`: variable `paid` may be read before it is assigned: no state assigns it on the path `Pay` -> `Done`; after a `.catch(..)`, variables have the values from before its state",
        ),
    ),
];

const BEGINS: &str = "`..` is the first state of its body and ..; this transition runs it again with another input: put a `pass` state before it, `pass Begin { next ..; }`";
const TOO_EARLY: &str =
    "`..` .., and ..: put a `pass` state before `..`, `pass Begin { next ..; }`";

pub(crate) const ITEMS: &[Row] = &[
    ("reads its input as `..`", PartOf(BEGINS)),
    ("reads `..` from its input", PartOf(BEGINS)),
    (
        BEGINS,
        Says(
            || {
                let flow = FlowBuilder::<Vec<u32>, Vec<u32>>::new("Orders");
                let all = flow.declare("All");
                flow.start_at(&all);
                let body = Body::<u32, u32>::new();
                let row = body.item("row");
                let (one, pause, last) = (body.step("One"), body.step("Pause"), body.step("Last"));
                body.start_at(&one);
                body.choice(&one)
                    .when(expr!([row] || row > 1), &pause)
                    .otherwise(&last);
                body.wait(&pause, 5).next(&one);
                body.succeed_with(&last, expr!([row] || row));
                flow.map(&all, expr!(|all: Vec<u32>| all), body).end();
                faults(&flow)
            },
            "in state `One`: this first state of a map's body is also the target of a transition, and its input is then not the item `row`; put a `pass` state before it",
        ),
    ),
    ("is the input of `..`", PartOf(TOO_EARLY)),
    ("is part of the input of `..`", PartOf(TOO_EARLY)),
    (
        "the states inside of `..` cannot read it",
        PartOf(TOO_EARLY),
    ),
    (
        "`$..` is a variable only in the states after `..`",
        Says(
            || {
                let flow = FlowBuilder::<Vec<u32>, Vec<u32>>::new("Orders");
                let all = flow.declare("All");
                flow.start_at(&all);
                let body = Body::<u32, u32>::new();
                let row = body.item("row");
                let (one, last) = (body.step("One"), body.step("Last"));
                body.start_at(&one);
                body.choice(&one)
                    .when(expr!(|_: AnyInput| jsonata!("$row > 1", bool)), &last)
                    .otherwise_fail();
                body.succeed_with(&last, expr!([row] || row));
                flow.map(&all, expr!(|all: Vec<u32>| all), body).end();
                faults(&flow)
            },
            "in state `One`: a text in this first state of a map's body reads `$row`, which is no variable there yet; put a `pass` state before it",
        ),
    ),
    (
        TOO_EARLY,
        Says(
            || {
                let flow = FlowBuilder::<Vec<u32>, Vec<Vec<u32>>>::new("Orders");
                let all = flow.declare("All");
                flow.start_at(&all);
                let body = Body::<u32, Vec<u32>>::new();
                let row = body.item("row");
                let both = body.step("Both");
                body.start_at(&both);
                let branch = Body::<AnyInput, u32>::new();
                let give = branch.step("Give");
                branch.start_at(&give);
                branch.pass(&give, expr!([row] |_: AnyInput| row)).end();
                body.parallel(&both, vec![branch]).end();
                flow.map(&all, expr!(|all: Vec<u32>| all), body).end();
                faults(&flow)
            },
            "in state `Give`: `row` is read inside the first state of its map's body, where it is no variable yet; put a `pass` state before that state",
        ),
    ),
];
