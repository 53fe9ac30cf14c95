//! The functions of `examples/patterns/functions` have the states of the `workflow!` versions, and
//! their executions end in the same way.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};
use stepwright::asl::validate::validate_text;
use stepwright::function::{PlainFailure, PlainRun, days};
use stepwright::services::sns;
use stepwright::{Definition, Workflow};
use stepwright_examples::patterns::fan_out::{self, MailError, send_issue};
use stepwright_examples::patterns::functions;
use stepwright_examples::patterns::human_approval::{self, Decision, pay_expense};
use stepwright_examples::patterns::polling_loop::{self, Job, JobAnswer, Transcript};
use stepwright_examples::patterns::saga::{
    self, BookingError, PaymentError, book_flight, book_hotel, cancel_flight, cancel_hotel, charge,
    refund,
};
use stepwright_runtime::testing::{Mock, Mocks};

use super::run;

/// The name and the type of each state, also of those inside of others, in alphabetical order.
fn states(definition: &Definition) -> BTreeSet<(&str, &str)> {
    let states = definition.machine().states();
    states
        .map(|found| (found.name, found.state.kind().as_str()))
        .collect()
}

/// The message of a cause. That of an error type is JSON, with the fields of the error.
fn message(cause: &str) -> String {
    let Ok(cause) = serde_json::from_str::<Value>(cause) else {
        return cause.to_owned();
    };
    let message = cause["errorMessage"].as_str().unwrap_or_default();
    match serde_json::from_str::<Value>(message) {
        Ok(inner) => inner["message"].as_str().unwrap_or_default().to_owned(),
        Err(_) => message.to_owned(),
    }
}

/// Asserts that the function's states are those of the `workflow!` version, without `removed` and
/// with `added`.
#[track_caller]
fn assert_states<G: Workflow, F: Workflow>(removed: &[(&str, &str)], added: &[(&str, &str)]) {
    let (graph, function) = (G::definition(), F::definition());
    let mut expected = states(&graph);
    for state in removed {
        assert!(expected.remove(state), "{state:?}");
    }
    for state in added {
        assert!(expected.insert(*state), "{state:?}");
    }
    assert_eq!(states(&function), expected);
}

/// The output, or the error and its message; and the time until then.
type Outcome = (Result<Value, (String, String)>, Duration);

async fn outcome<W: Workflow>(mocks: Mocks, input: W::Input) -> Outcome {
    let report = run::<W>(mocks, input).await;
    let ended = match &report.output {
        Some(output) => Ok(output.to_json()),
        None => Err((
            report.error.clone().unwrap_or_default(),
            message(report.cause.as_deref().unwrap_or_default()),
        )),
    };
    (ended, report.stopped.since(report.execution().started()))
}

fn plain<T: Serialize>(ended: Result<T, PlainFailure>) -> Result<Value, (String, String)> {
    ended
        .map(|output| json!(output))
        .map_err(|failure| (failure.error, message(&failure.cause)))
}

#[test]
fn the_validator_reports_no_diagnostics() {
    for definition in functions::definitions() {
        let findings = validate_text(&definition.to_json_pretty(), definition.machine_type());
        assert!(findings.is_empty(), "{}:\n{findings}", definition.name());
    }
}

#[test]
fn the_fan_out_has_the_states_of_its_graph() {
    // `Sent` is the result of `Send`, and `Count` is on the transition after the Map. Each arm with
    // an error is a state.
    assert_states::<fan_out::NewsletterIssue, functions::fan_out::NewsletterIssue>(
        &[("Sent", "Pass"), ("Count", "Pass"), ("NotSent", "Pass")],
        &[("NotSent", "Succeed"), ("BadAddress", "Succeed")],
    );
}

#[tokio::test]
async fn both_versions_of_the_fan_out_end_in_the_same_way() {
    use super::fan_out::issue;
    let second = Duration::from_secs(1);
    let some_bad = || {
        Mocks::new().task_with::<send_issue>(|(issue, subscriber)| {
            match subscriber.email.as_str() {
                "1@example.com" => Err(MailError::BadAddress {
                    email: subscriber.email,
                }),
                email => Ok(format!("{issue} to {email}")),
            }
        })
    };
    let sent = |mock| Mocks::new().task::<send_issue>(mock);
    let sent_after_a_second = || sent(Mock::returns("m".to_owned()).after(second).optional());
    let throttled = || {
        let throttled = Mock::fails(MailError::Throttled).times(4);
        sent(throttled.then(Mock::returns("m".to_owned())))
    };
    let broken = || sent(Mock::failure("Lambda.Unknown", "out of memory"));
    let scenarios: [(&dyn Fn() -> Mocks, _); 5] = [
        (&sent_after_a_second, issue(10, 3)),
        (&some_bad, issue(3, 2)),
        (&broken, issue(4, 10)),
        (&sent_after_a_second, issue(0, 10)),
        (&throttled, issue(1, 1)),
    ];
    for (number, (mocks, issue)) in scenarios.into_iter().enumerate() {
        let (graph, time) = outcome::<fan_out::NewsletterIssue>(mocks(), issue.clone()).await;
        let (function, function_time) =
            outcome::<functions::fan_out::NewsletterIssue>(mocks(), issue).await;
        assert_eq!(graph, function, "scenario {number}");
        // The delays of the last scenario are random.
        assert!(time == function_time || number == 4, "scenario {number}");
    }
}

#[test]
fn the_fan_out_runs_as_plain_rust() {
    let run =
        PlainRun::new().mock::<send_issue>(|(_, subscriber)| match subscriber.email.as_str() {
            "1@example.com" => Err(MailError::BadAddress {
                email: subscriber.email,
            }),
            email => Ok(email.to_owned()),
        });
    let ended = run.block_on(functions::fan_out::newsletter_issue(super::fan_out::issue(
        3, 2,
    )));
    assert_eq!(ended.expect("some were sent").sent, 2);
    let run = PlainRun::new().fail::<send_issue>("Lambda.Unknown", "out of memory");
    let ended = run.block_on(functions::fan_out::newsletter_issue(super::fan_out::issue(
        4, 9,
    )));
    let expected = (
        "NothingSent".to_owned(),
        "none of 4 messages was sent".to_owned(),
    );
    assert_eq!(plain(ended), Err(expected));
}

#[test]
fn the_approval_has_the_states_of_its_graph() {
    // The first message is on the transition of `IsSmall`.
    assert_states::<human_approval::ExpenseApproval, functions::human_approval::ExpenseApproval>(
        &[("FirstMessage", "Pass")],
        &[],
    );
}

#[tokio::test]
async fn both_versions_of_the_approval_end_in_the_same_way() {
    use super::human_approval::expense;
    let decisions = [
        Some(Decision::Approved {
            by: "Grace".to_owned(),
        }),
        Some(Decision::Rejected {
            by: "Grace".to_owned(),
            reason: "we have a loom".to_owned(),
        }),
        // Three messages are not answered.
        None,
    ];
    for decision in decisions {
        for euros in [50, 700] {
            let mocks = || {
                let asked = match &decision {
                    Some(decision) => Mock::output(json!(decision)),
                    None => Mock::never(),
                };
                Mocks::new()
                    .state("Ask", asked.optional())
                    .task::<pay_expense>(Mock::returns("t-1".to_owned()).optional())
            };
            let graph = outcome::<human_approval::ExpenseApproval>(mocks(), expense(euros)).await;
            let function =
                outcome::<functions::human_approval::ExpenseApproval>(mocks(), expense(euros))
                    .await;
            assert_eq!(graph, function, "{decision:?}");

            let decision = decision.clone();
            let run = PlainRun::new()
                .answer::<functions::human_approval::send_links, _>(move |_| decision.clone())
                .mock::<pay_expense>(|_| Ok("t-1".to_owned()));
            let ended = run.block_on(functions::human_approval::expense_approval(expense(euros)));
            assert_eq!((plain(ended), run.elapsed()), function);
        }
    }
}

#[test]
fn a_reminder_has_another_subject() {
    let run =
        PlainRun::new().answer::<functions::human_approval::send_links, _>(|(_, subject, _)| {
            let by = "Grace".to_owned();
            subject
                .starts_with("Reminder")
                .then_some(Decision::Approved { by })
        });
    let run = run.mock::<pay_expense>(|(_, by)| Ok(format!("paid for {by}")));
    let ended = run.block_on(functions::human_approval::expense_approval(
        super::human_approval::expense(700),
    ));
    assert_eq!(ended, Ok("paid for Grace".to_owned()));
    assert_eq!(run.elapsed(), days(2));
}

#[test]
fn the_polling_loop_has_the_states_of_its_graph() {
    assert_states::<polling_loop::Transcription, functions::polling_loop::Transcription>(&[], &[]);
}

#[tokio::test]
async fn both_versions_of_the_polling_loop_end_in_the_same_way() {
    use super::polling_loop::{at_work, completed, job, recording, started};
    let failed = || {
        job(json!({
            "TranscriptionJobStatus": "FAILED",
            "FailureReason": "the file is no recording",
        }))
    };
    let conflict = || Mock::failure("Transcribe.ConflictException", "the job exists");
    let mocks = |start, look| Mocks::new().state("Start", start).state("Look", look);
    let scenarios: [&dyn Fn() -> Mocks; 4] = [
        &|| mocks(started(), at_work().times(3).then(completed())),
        &|| mocks(conflict(), completed()),
        &|| mocks(started(), at_work().times(1).then(failed())),
        &|| mocks(started(), at_work()),
    ];
    for (number, mocks) in scenarios.into_iter().enumerate() {
        let graph = outcome::<polling_loop::Transcription>(mocks(), recording()).await;
        let function =
            outcome::<functions::polling_loop::Transcription>(mocks(), recording()).await;
        assert_eq!(graph, function, "scenario {number}");
    }
}

#[test]
fn the_polling_loop_runs_as_plain_rust() {
    use functions::polling_loop::{TranscribeError, get_job, start_job, transcription};
    fn answer(status: &str) -> JobAnswer {
        JobAnswer {
            transcription_job: Job {
                transcription_job_status: status.to_owned(),
                transcript: (status == "COMPLETED").then(|| Transcript {
                    transcript_file_uri: "https://texts/1.json".to_owned(),
                }),
                failure_reason: None,
            },
        }
    }
    let looks = std::cell::Cell::new(0);
    let run = PlainRun::new()
        .mock::<start_job>(|_| Err(TranscribeError::Conflict))
        .mock::<get_job>(move |_| {
            looks.set(looks.get() + 1);
            Ok(answer(if looks.get() < 4 {
                "IN_PROGRESS"
            } else {
                "COMPLETED"
            }))
        });
    let ended = run.block_on(transcription(super::polling_loop::recording()));
    assert_eq!(ended, Ok("https://texts/1.json".to_owned()));
    assert_eq!(run.elapsed(), Duration::from_secs(10 + 20 + 40 + 80));

    let run = PlainRun::new()
        .mock::<start_job>(|_| Ok(answer("IN_PROGRESS")))
        .mock::<get_job>(|_| Ok(answer("IN_PROGRESS")));
    let ended = run.block_on(transcription(super::polling_loop::recording()));
    let cause = "call-1 was not transcribed after 40 looks";
    assert_eq!(plain(ended), Err(("TooSlow".to_owned(), cause.to_owned())));
}

#[test]
fn the_saga_has_the_states_of_its_graph() {
    // The function decides by a number which steps to undo. It computes the sum for `Charge` before
    // that state, which catches every error: in Rust, the error of the sum is no error of the call.
    assert_states::<saga::TripBooking, functions::saga::TripBooking>(
        &[],
        &[
            ("ChargeArguments", "Pass"),
            ("IfCharged", "Choice"),
            ("IfHotel", "Choice"),
            ("IfFlight", "Choice"),
        ],
    );
}

/// The mocks of a scenario; and the name of an error in the graph's cause, with the reason in the
/// function's.
type Scenario<'s> = (&'s dyn Fn() -> Mocks, Option<(&'s str, &'s str)>);

#[tokio::test]
async fn both_versions_of_the_saga_end_in_the_same_way() {
    use super::saga::{partners, sold_out, trip};
    let unavailable = || BookingError::Unavailable;
    let declined = || PaymentError::Declined {
        reason: "no funds".to_owned(),
    };
    let scenarios: [Scenario<'_>; 7] = [
        (&|| partners(), None),
        (
            &|| partners().task::<book_flight>(Mock::fails(sold_out("the flight"))),
            None,
        ),
        (
            &|| partners().task::<book_hotel>(Mock::fails(sold_out("the hotel"))),
            None,
        ),
        (&|| partners().task::<charge>(Mock::fails(declined())), None),
        (
            &|| partners().task::<charge>(Mock::fails(PaymentError::Unavailable)),
            Some(("PaymentError.Unavailable", "the bank failed")),
        ),
        (
            &|| {
                partners()
                    .task::<book_hotel>(Mock::fails(unavailable()))
                    .task::<cancel_hotel>(Mock::fails(unavailable()))
            },
            None,
        ),
        (
            &|| partners().task::<book_flight>(Mock::failure("Lambda.Unknown", "lost")),
            Some(("Lambda.Unknown", "the airline failed")),
        ),
    ];
    for (number, (mocks, reason)) in scenarios.into_iter().enumerate() {
        let (mut graph, _) = outcome::<saga::TripBooking>(mocks(), trip()).await;
        let (function, _) = outcome::<functions::saga::TripBooking>(mocks(), trip()).await;
        if let (Some((name, reason)), Err((_, cause))) = (reason, &mut graph) {
            assert_eq!(cause, name);
            *cause = reason.to_owned();
        }
        assert_eq!(graph, function, "scenario {number}");
    }
}

#[test]
fn the_saga_runs_as_plain_rust() {
    use super::saga::{booking, trip};
    let partners = || {
        PlainRun::new()
            .mock::<book_flight>(|_| Ok(booking("f-1", 30_000)))
            .mock::<book_hotel>(|_| Ok(booking("h-1", 20_000)))
            .mock::<charge>(|_| Ok("p-1".to_owned()))
            .mock::<refund>(|_| Ok(()))
            .mock::<cancel_hotel>(|_| Ok(()))
            .mock::<cancel_flight>(|_| Ok(()))
    };
    let run = partners();
    let ended = run.block_on(functions::saga::trip_booking(trip()));
    assert_eq!(ended.expect("all is booked").payment, "p-1");
    assert_eq!(run.calls()[2].input, json!([trip(), 50_000]));

    let run = partners().mock::<charge>(|_| Err(PaymentError::Unavailable));
    let ended = run.block_on(functions::saga::trip_booking(trip()));
    let expected = ("NotBooked".to_owned(), "the bank failed".to_owned());
    assert_eq!(plain(ended), Err(expected));
    let calls: Vec<_> = run.calls().iter().map(|call| call.function).collect();
    let undone = ["refund", "cancel_hotel", "cancel_flight"];
    assert_eq!(calls[calls.len() - 3..], undone);

    let run = partners()
        .mock::<charge>(|_| Err(PaymentError::Unavailable))
        .fail::<refund>("Lambda.Unknown", "lost")
        .service::<sns::Publish>(|message| {
            assert_eq!(message["Subject"], "A booking could not be undone");
            assert_eq!(message["TopicArn"], "${SupportTopicArn}");
            Ok(json!({"MessageId": "m-1"}))
        });
    let ended = run.block_on(functions::saga::trip_booking(trip()));
    let cause = "the payment, the hotel and the flight must be undone by hand";
    assert_eq!(
        plain(ended),
        Err(("NotUndone".to_owned(), cause.to_owned()))
    );
}
