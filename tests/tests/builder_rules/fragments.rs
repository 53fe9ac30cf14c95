//! Fragments.

use super::Answer::{Never, PartOf, Says};
use super::Row;
use super::domain::*;
use stepwright::builder::{AnyInput, FlowBuilder};
use stepwright::prelude::*;
use stepwright::{exits, expr};

workflow! {
    pub fragment Halve(number: u32) -> u32 {
        choice Look { when number % 2 == 0 => Half; otherwise => Odd; }
        pass Half { let half = number / 2; next Give; }
        pass Give { end half; }
        exit Odd -> u32 { number }
    }

    pub fragment Asking(order: Order) -> u32 {
        task Ask { let answer: u32 = wait_for_task_token ask(order, task_token); end answer; }
    }
}

const EXPRESS: &str = "waits for a task token";

pub(crate) const FRAGMENTS: &[Row] = &[
    (
        "an `exit` leaves a fragment, but this is a workflow: write `succeed` or `fail`",
        Never("a built workflow has no exits"),
    ),
    (
        "a branch or the body of a map cannot leave the fragment with an `exit`: finish it with `end value;`, and write the `exit` after the parallel or the map",
        Never("a built workflow has no exits"),
    ),
    (
        "a `succeed` in a fragment would end the workflow that includes it: write `pass .. { end value; }`, or `exit ..;`",
        Never("a fragment is declared by `workflow!`"),
    ),
    (
        "the fragment `..` cannot include itself: repeat its states with a transition to an earlier one",
        Never("a fragment is declared by `workflow!`"),
    ),
    (
        "`..` has two transitions for the exit `..`: remove one",
        Says(
            || {
                let flow = FlowBuilder::<u32, u32>::new("Orders");
                let number = flow.parameter("number");
                let first = flow.fragment(Halve, "First");
                let (done, failed) = (flow.step("Done"), flow.step("Failed"));
                flow.start_at(&first);
                flow.include(&first, expr!([number] || number))
                    .exits(exits!(Halve: Odd => &failed, Odd => &done))
                    .next(&done);
                flow.succeed_with(&done, expr!([number] || number));
                flow.fail(&failed, "Failed", ());
                faults(&flow)
            },
            "in state `First.Look`: the exit `Odd` appears twice in `exits!`; remove one of them",
        ),
    ),
    (
        "an argument of an include is evaluated in the fragment's states, where this would have another value: assign it to a variable in a `pass` state before",
        Says(
            || {
                let flow = FlowBuilder::<u32, u32>::new("Orders");
                let first = flow.fragment(Halve, "First");
                let failed = flow.step("Failed");
                flow.start_at(&first);
                flow.include(&first, expr!(|_: AnyInput| jsonata!("$states.input", u32)))
                    .exits(exits!(Halve: Odd => &failed))
                    .end();
                flow.fail(&failed, "Failed", ());
                faults(&flow)
            },
            "in state `First.Look`: an argument of a fragment is evaluated in the fragment's states, so it cannot read a state's input or contain `jsonata!`, `path!` or `intrinsic!`; assign it to a variable in a `pass_on` before",
        ),
    ),
    (
        "`..` may collide with a variable of the fragment in `..`, whose variables begin with `..`: choose another name",
        Says(
            || {
                let flow = FlowBuilder::<u32, u32>::new("Orders");
                let number = flow.parameter("number");
                let half = flow.variable::<u32>("First_half");
                let first = flow.fragment(Halve, "First");
                let (done, failed) = (flow.step("Done"), flow.step("Failed"));
                flow.start_at(&first);
                flow.include(&first, expr!([number] || number))
                    .bind(&half)
                    .exits(exits!(Halve: Odd => &failed))
                    .next(&done);
                flow.succeed_with(&done, expr!([half] || half));
                flow.fail(&failed, "Failed", ());
                faults(&flow)
            },
            "in state `First.Look`: the variable `First_half` is also a variable of the fragment `Halve`; give it another name",
        ),
    ),
    ("runs a Distributed Map", PartOf(EXPRESS)),
    (
        EXPRESS,
        Says(
            || {
                let flow = FlowBuilder::<Order, u32>::new("Orders").express();
                let order = flow.parameter("order");
                let first = flow.fragment(Asking, "First");
                flow.start_at(&first);
                flow.include(&first, expr!([order] || order)).end();
                faults(&flow)
            },
            "in state `First.Ask`: an Express workflow cannot wait for a task token; leave `.express()` out, or do this in a Standard workflow",
        ),
    ),
    ("waits for a job", PartOf(EXPRESS)),
    ("calls an activity", PartOf(EXPRESS)),
];
