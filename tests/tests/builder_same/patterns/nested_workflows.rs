use super::super::domain::same;
use stepwright::builder::{AnyInput, FlowBuilder, States};
use stepwright::{arms, errors, expr};
use stepwright_examples::patterns::nested_workflows::{
    Account, AccountOpening, Applicant, DocumentError, Identity, IdentityCheck, RiskScore,
    WelcomeSeries, ask_agent, inspect_passport, open_account, score, send_message,
};

#[test]
fn the_child_that_is_waited_for_is_the_same() {
    let flow = FlowBuilder::<Applicant, Identity>::new("IdentityCheck")
        .comment("Takes minutes, or days if an agent has to check the documents.")
        .timeout(5 * 24 * 60 * 60)
        .lambda_retries();
    let applicant = flow.parameter("applicant");
    let (found, doubt) = (
        flow.variable::<Identity>("found"),
        flow.variable::<String>("doubt"),
    );
    let (inspect, judge) = (flow.step("Inspect"), flow.step("Judge"));
    let (ask, confirmed) = (flow.step("AskAgent"), flow.step("Confirmed"));
    flow.start_at(&inspect);
    flow.task_with(
        &inspect,
        inspect_passport {},
        expr!([applicant] || applicant.passport),
    )
    .bind(&found)
    .catch(
        errors!(DocumentError::Unreadable),
        ask.assigning(
            &doubt,
            expr!(
                |_: AnyInput, _: stepwright::ErrorOutput| "the picture cannot be read".to_string()
            ),
        ),
    )
    .next(&judge);
    flow.choice(&judge).match_on(arms!(
        [found]
            || match found {
                Identity::Confirmed => &confirmed,
                Identity::Doubtful { reason: doubt } => &ask,
            }
    ));
    flow.wait_for_task_token(
        &ask,
        ask_agent {},
        expr!([applicant, doubt] |_: AnyInput, token: String| (applicant, doubt, token)),
    )
    .timeout(3 * 24 * 60 * 60)
    .end();
    flow.succeed_with(&confirmed, expr!(|_: AnyInput| Identity::Confirmed));
    same::<IdentityCheck, _, _>(&flow.build().unwrap());
}

#[test]
fn the_child_that_is_called_like_a_function_is_the_same() {
    let flow = FlowBuilder::<Applicant, u32>::new("RiskScore")
        .comment("An Express workflow: its parent calls it as it would call a function.")
        .express()
        .timeout(60)
        .lambda_retries();
    let applicant = flow.parameter("applicant");
    let state = flow.step("Score");
    flow.start_at(&state);
    flow.task_with(&state, score {}, expr!([applicant] || applicant))
        .end();
    same::<RiskScore, _, _>(&flow.build().unwrap());
}

#[test]
fn the_child_that_nobody_waits_for_is_the_same() {
    let flow = FlowBuilder::<Applicant, ()>::new("WelcomeSeries")
        .comment("Runs for weeks after the account is open; its parent does not wait for it.")
        .lambda_retries();
    let applicant = flow.parameter("applicant");
    let (welcome, week, tips) = (flow.step("Welcome"), flow.step("AWeek"), flow.step("Tips"));
    flow.start_at(&welcome);
    flow.task_with(
        &welcome,
        send_message {},
        expr!([applicant] || (applicant.email, "welcome".to_string())),
    )
    .next(&week);
    flow.wait(&week, 7 * 24 * 60 * 60).next(&tips);
    flow.task_with(
        &tips,
        send_message {},
        expr!([applicant] || (applicant.email, "tips".to_string())),
    )
    .end();
    same::<WelcomeSeries, _, _>(&flow.build().unwrap());
}

#[test]
fn the_parent_of_nested_workflows_is_the_same() {
    let flow = FlowBuilder::<Applicant, Account>::new("AccountOpening")
        .comment("Opens an account after the applicant's identity was verified.")
        .timeout(7 * 24 * 60 * 60)
        .lambda_retries();
    let applicant = flow.parameter("applicant");
    let (identity, risk) = (
        flow.variable::<Identity>("identity"),
        flow.variable::<u32>("risk"),
    );
    let (account, reason) = (
        flow.variable::<Account>("account"),
        flow.variable::<String>("reason"),
    );
    let (check, is_known) = (flow.step("CheckIdentity"), flow.step("IsKnown"));
    let (score_risk, is_risky) = (flow.step("ScoreRisk"), flow.step("IsRisky"));
    let (open, welcome, opened) = (
        flow.step("Open"),
        flow.step("SendWelcome"),
        flow.step("Opened"),
    );
    let (refused, undecided) = (flow.step("Refused"), flow.step("Undecided"));
    flow.start_at(&check);
    flow.workflow_with(&check, IdentityCheck, expr!([applicant] || applicant))
        .bind(&identity)
        .catch(States::TASK_FAILED, &undecided)
        .next(&is_known);
    flow.choice(&is_known).match_on(arms!(
        [identity]
            || match identity {
                Identity::Confirmed => &score_risk,
                Identity::Doubtful { reason } => &refused,
            }
    ));
    flow.workflow_with(&score_risk, RiskScore, expr!([applicant] || applicant))
        .bind(&risk)
        .next(&is_risky);
    flow.choice(&is_risky)
        .when(
            expr!([risk] || risk > 700),
            refused.assigning(&reason, expr!([risk] || format!("a risk of {risk}"))),
        )
        .otherwise(&open);
    flow.task_with(&open, open_account {}, expr!([applicant] || applicant))
        .bind(&account)
        .next(&welcome);
    flow.start_workflow_with(&welcome, WelcomeSeries, expr!([applicant] || applicant))
        .next(&opened);
    flow.succeed_with(&opened, expr!([account] || account));
    flow.fail(&refused, "Refused", expr!([reason] || reason));
    flow.fail(&undecided, "Undecided", "the identity could not be checked");
    same::<AccountOpening, _, _>(&flow.build().unwrap());
}
