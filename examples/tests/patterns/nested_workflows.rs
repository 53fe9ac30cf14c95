use std::time::Duration;

use stepwright_examples::patterns::nested_workflows::{
    Account, AccountOpening, Applicant, DocumentError, Identity, ask_agent, inspect_passport,
    open_account, score, send_message,
};
use stepwright_runtime::testing::{Mock, Mocks, expect};

use super::{engine, run};

fn applicant() -> Applicant {
    Applicant {
        id: "a-1".to_owned(),
        name: "Ada".to_owned(),
        email: "ada@example.com".to_owned(),
        passport: "s3://passports/a-1".to_owned(),
    }
}

/// All tasks succeed; the test sets the passport and the score, and sends the agent's result if an
/// agent is asked.
fn mocks(passport: Mock<inspect_passport>, points: u32) -> Mocks {
    Mocks::new()
        .task::<inspect_passport>(passport)
        .task::<ask_agent>(Mock::token().optional())
        .task::<score>(Mock::returns(points).optional())
        .task::<open_account>(
            Mock::returns(Account {
                number: "42".to_owned(),
            })
            .optional(),
        )
        .task::<send_message>(Mock::returns(()).optional())
}

fn doubtful() -> Identity {
    Identity::Doubtful {
        reason: "another face".to_owned(),
    }
}

#[tokio::test]
async fn an_account_is_opened_without_waiting_for_welcome_messages() {
    let mocks = mocks(Mock::returns(Identity::Confirmed), 100);
    let report = run::<AccountOpening>(mocks.clone(), applicant()).await;
    expect(&report)
        .path([
            "CheckIdentity",
            "IsKnown",
            "ScoreRisk",
            "IsRisky",
            "Open",
            "SendWelcome",
            "Opened",
        ])
        .output(Account {
            number: "42".to_owned(),
        })
        .took(Duration::ZERO);
    assert_eq!(mocks.calls_of("Score").len(), 1);
}

#[tokio::test]
async fn a_risk_above_the_limit_is_refused() {
    for (points, opened) in [(700, true), (701, false)] {
        let mocks = mocks(Mock::returns(Identity::Confirmed), points);
        let report = run::<AccountOpening>(mocks, applicant()).await;
        if opened {
            expect(&report).succeeded()
        } else {
            expect(&report).failed("Refused").cause("a risk of 701")
        };
    }
}

#[tokio::test]
async fn the_parent_waits_while_an_agent_checks_an_unreadable_passport() {
    let mocks = mocks(Mock::fails(DocumentError::Unreadable), 100);
    let engine = engine::<AccountOpening>(&mocks).build();
    let engine = engine.expect("the engine can be built");
    let run = engine.start::<AccountOpening>(applicant()).await;
    let run = run.expect("it starts");
    let token = mocks.token_of("AskAgent").await;
    let held = engine.clock().sleep(Duration::from_secs(86_400)).await;
    engine
        .send_task_success(&token, &doubtful())
        .await
        .expect("the token is open");
    drop(held);
    expect(&run.report().await)
        .path(["CheckIdentity", "IsKnown", "Refused"])
        .failed("Refused")
        .cause("another face")
        .took(Duration::from_secs(86_400));
    let asked = mocks.calls_of("AskAgent")[0].parameters.to_json();
    assert_eq!(asked["Payload"]["doubt"], "the picture cannot be read");
}

#[tokio::test]
async fn a_failed_child_leaves_the_case_undecided() {
    // No agent answers within three days, so the child fails.
    let mocks = mocks(Mock::returns(doubtful()), 100);
    let report = run::<AccountOpening>(mocks, applicant()).await;
    expect(&report)
        .path(["CheckIdentity", "Undecided"])
        .failed("Undecided")
        .took(Duration::from_secs(3 * 86_400));
}

#[tokio::test]
async fn a_failed_express_child_fails_the_parent() {
    let mocks = mocks(Mock::returns(Identity::Confirmed), 0)
        .task::<score>(Mock::failure("ModelMissing", "no such model"));
    let report = run::<AccountOpening>(mocks, applicant()).await;
    expect(&report)
        .path(["CheckIdentity", "IsKnown", "ScoreRisk"])
        .failed("States.QueryEvaluationError");
}
