use super::super::domain::same;
use stepwright::builder::{AnyInput, Expression, FlowBuilder, States};
use stepwright::{arms, expr};
use stepwright_examples::patterns::human_approval::{
    Decision, Expense, ExpenseApproval, pay_expense,
};

#[test]
fn human_approval_is_the_same() {
    let flow = FlowBuilder::<Expense, String>::new("ExpenseApproval")
        .comment("Asks a manager about an expense, and pays it.")
        .timeout(14 * 24 * 60 * 60)
        .lambda_retries();
    let expense = flow.parameter("expense");
    let (approver, reason) = (
        flow.variable::<String>("approver"),
        flow.variable::<String>("reason"),
    );
    let (messages, subject) = (
        flow.variable::<i32>("messages"),
        flow.variable::<String>("subject"),
    );
    let decision = flow.variable::<Decision>("decision");
    let (is_small, first) = (flow.step("IsSmall"), flow.step("FirstMessage"));
    let (ask, again, decide) = (flow.step("Ask"), flow.step("AskAgain"), flow.step("Decide"));
    let (pay, rejected, nobody) = (
        flow.step("Pay"),
        flow.step("Rejected"),
        flow.step("NobodyDecided"),
    );
    flow.start_at(&is_small);
    flow.choice(&is_small)
        .when(
            expr!([expense] || expense.euros <= 50),
            pay.assigning(
                &approver,
                expr!(|_: AnyInput| "the rule for small expenses".to_string()),
            ),
        )
        .otherwise(&first);
    flow.pass_on(&first)
        .assign(&messages, expr!(|_: AnyInput| 1))
        .assign(
            &subject,
            expr!([expense] |_: AnyInput| format!("{} asks for {} EUR", expense.employee, expense.euros)),
        )
        .next(&ask);

    let sender = expr!(|_: AnyInput, _: String| placeholder!("SenderAddress")).untyped();
    let manager = expr!([expense] |_: AnyInput, _: String| vec![expense.manager_email]).untyped();
    let title = expr!([subject] |_: AnyInput, _: String| subject).untyped();
    let text = expr!([expense] |_: AnyInput, _: String| format!(
        "{} for {} EUR: {}\n\napprove: {}/approve?token={}\nreject: {}/reject?token={}",
        expense.id,
        expense.euros,
        expense.purpose,
        placeholder!("ApprovalUrl"),
        jsonata!("$encodeUrlComponent($states.context.Task.Token)", String),
        placeholder!("ApprovalUrl"),
        jsonata!("$encodeUrlComponent($states.context.Task.Token)", String)
    ))
    .untyped();
    let message = [
        ("Subject", Expression::object([("Data", title)])),
        (
            "Body",
            Expression::object([("Text", Expression::object([("Data", text)]))]),
        ),
    ];
    let simple = [("Simple", Expression::object(message))];
    flow.wait_for_service(
        &ask,
        "arn:aws:states:::aws-sdk:sesv2:sendEmail",
        [
            ("FromEmailAddress", sender),
            (
                "Destination",
                Expression::object([("ToAddresses", manager)]),
            ),
            ("Content", Expression::object(simple)),
        ],
    )
    .comment(
        "The links contain the token URL-encoded, because it has characters that are reserved in a URL.",
    )
    .bind(&decision)
    .timeout(2 * 24 * 60 * 60)
    .catch(States::TIMEOUT, &again)
    .next(&decide);
    flow.choice(&again)
        .comment("The link of an older message does not work any more: its token has timed out.")
        .when(
            expr!([messages] || messages < 3),
            ask.assigning(&messages, expr!([messages] || messages + 1))
                .assigning(
                    &subject,
                    expr!(
                        [expense]
                            || format!(
                                "Reminder: {} asks for {} EUR",
                                expense.employee, expense.euros
                            )
                    ),
                ),
        )
        .otherwise(&nobody);
    flow.choice(&decide).match_on(arms!(
        [decision]
            || match decision {
                Decision::Approved { by: approver } => &pay,
                Decision::Rejected {
                    by: approver,
                    reason,
                } => &rejected,
            }
    ));
    flow.task_with(
        &pay,
        pay_expense {},
        expr!([expense, approver] || (expense, approver)),
    )
    .end();
    flow.fail(
        &rejected,
        "Rejected",
        expr!([approver, reason] || format!("{approver}: {reason}")),
    );
    flow.fail(
        &nobody,
        "NobodyDecided",
        expr!([messages] || format!("{messages} messages were not answered")),
    );
    same::<ExpenseApproval, _, _>(&flow.build().unwrap());
}
