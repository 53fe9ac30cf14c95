//! Fragments: in the builder a function that adds its states under a prefix, or the `fragment` of a
//! `workflow!`.

use super::domain::*;
use stepwright::builder::{AnyInput, Body, FlowBuilder, InputHandle, States, StepHandle, Variable};
use stepwright::prelude::*;
use stepwright::{exits, expr};

workflow! {
    /// Has a reviewer look at an order.
    pub fragment Review(order: Order, patience: u32) -> String {
        task Ask {
            let answer: Answer = wait_for_task_token ask_reviewer(order, task_token);
            timeout patience;
            catch States::Timeout => Late;
            next Decide;
        }
        choice Decide {
            when answer.approved => Approved;
            otherwise => Refused;
        }
        pass Approved { end answer.reviewer; }
        exit Refused -> String { format!("{} says no", answer.reviewer) }
        exit Late;
    }

    pub workflow Purchase(order: Order) -> String {
        include First {
            let first = Review(order, 3600);
            exit Refused as reason => Reject;
            exit Late => { let reason = "no answer arrived".to_string(); next Reject; }
            next Second;
        }
        include Second {
            Review(order, 7200);
            exit Refused as reason => Reject;
            exit Late => Done;
            next Done;
        }
        succeed Done { first }
        fail Reject { "Rejected", reason }
    }
}

/// The states of a review and its edges: the first state, the answer, and the three ends.
struct Reviewing {
    ask: StepHandle,
    answer: Variable<Answer>,
    approved: StepHandle,
    refused: StepHandle,
    late: StepHandle,
}

fn reviewing(part: &Body<Order, String>, order: &InputHandle<Order>, patience: u32) -> Reviewing {
    let answer = part.variable::<Answer>("answer");
    let (ask, decide) = (part.step("Ask"), part.step("Decide"));
    let (approved, refused, late) = (
        part.step("Approved"),
        part.step("Refused"),
        part.step("Late"),
    );
    part.wait_for_task_token(
        &ask,
        ask_reviewer {},
        expr!([order] |_: AnyInput, token: String| (order, token)),
    )
    .bind(&answer)
    .timeout(patience)
    .catch(States::TIMEOUT, &late)
    .next(&decide);
    part.choice(&decide)
        .when(expr!([answer] || answer.approved), &approved)
        .otherwise(&refused);
    Reviewing {
        ask,
        answer,
        approved,
        refused,
        late,
    }
}

#[test]
fn a_builder_part_equals_a_macro_fragment() {
    let flow = FlowBuilder::<Order, String>::new("Purchase");
    let order = flow.parameter("order");
    let (first, reason) = (flow.variable::<String>("first"), flow.variable("reason"));
    let (done, reject) = (flow.step("Done"), flow.step("Reject"));

    let one = reviewing(&flow.part("First"), &order, 3600);
    flow.start_at(&one.ask);
    // The second part's first state is declared now; its states follow those of the first part.
    let second = flow.part("Second");
    let answer = &one.answer;
    let no = expr!([answer] |_: AnyInput| format!("{} says no", answer.reviewer));
    let approved = flow
        .pass_on(&one.approved)
        .assign(&first, expr!([answer] |_: AnyInput| answer.reviewer));
    let refused = flow.pass_on(&one.refused).assign(&reason, no);
    refused.next(&reject);
    flow.pass_on(&one.late)
        .assign(
            &reason,
            expr!(|_: AnyInput| "no answer arrived".to_string()),
        )
        .next(&reject);

    let two = reviewing(&second, &order, 7200);
    approved.next(&two.ask);
    let answer = &two.answer;
    flow.pass_on(&two.approved).next(&done);
    flow.pass_on(&two.refused)
        .assign(
            &reason,
            expr!([answer] |_: AnyInput| format!("{} says no", answer.reviewer)),
        )
        .next(&reject);
    flow.pass_on(&two.late).next(&done);
    flow.succeed_with(&done, expr!([first] || first));
    flow.fail(&reject, "Rejected", expr!([reason] || reason));
    same::<Purchase, _, _>(&flow.build().unwrap());
}

#[test]
fn builder_and_macro_agree_on_included_fragments() {
    let flow = FlowBuilder::<Order, String>::new("Purchase");
    let order = flow.parameter("order");
    let (given, reason) = (flow.variable::<String>("first"), flow.variable("reason"));
    let (done, reject) = (flow.step("Done"), flow.step("Reject"));
    let first = flow.fragment(Review, "First");
    let second = flow.fragment(Review, "Second");
    flow.start_at(&first);
    flow.include(&first, expr!([order] || (order, 3600)))
        .bind(&given)
        .exits(exits!(Review:
            Refused => reject.binding(&reason),
            Late => reject.assigning(&reason, expr!(|_: AnyInput, _: ()| "no answer arrived".to_string())),
        ))
        .next(&second);
    flow.include(&second, expr!([order] || (order, 7200)))
        .exits(exits!(Review: Refused => reject.binding(&reason), Late => &done))
        .next(&done);
    flow.succeed_with(&done, expr!([given] || given));
    flow.fail(&reject, "Rejected", expr!([reason] || reason));
    same::<Purchase, _, _>(&flow.build().unwrap());
}
