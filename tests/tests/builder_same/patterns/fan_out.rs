use super::super::domain::same;
use stepwright::builder::{AnyInput, Body, FlowBuilder, Retry, States};
use stepwright::{ErrorOutput, errors, expr};
use stepwright_examples::patterns::fan_out::{
    Deliveries, Delivery, Issue, MailError, NewsletterIssue, Subscriber, send_issue,
};

#[test]
fn fan_out_is_the_same() {
    let flow = FlowBuilder::<Issue, Deliveries>::new("NewsletterIssue")
        .comment("Sends an issue to everybody who has subscribed.")
        .timeout(2 * 60 * 60)
        .lambda_retries();
    let issue = flow.parameter("issue");
    let deliveries = flow.variable::<Vec<Delivery>>("deliveries");
    let (failed, sent) = (
        flow.variable::<Vec<Delivery>>("failed"),
        flow.variable::<usize>("sent"),
    );
    let (send_all, count, any_sent) = (
        flow.step("SendAll"),
        flow.step("Count"),
        flow.step("AnySent"),
    );
    let (done, nothing) = (flow.step("Done"), flow.step("NothingSent"));
    flow.start_at(&send_all);

    let body = Body::<Subscriber, Delivery>::new();
    let subscriber = body.item("subscriber");
    let message = body.variable::<String>("message");
    let failure = body.variable::<ErrorOutput>("failure");
    let (send, is_sent, not_sent) = (body.step("Send"), body.step("Sent"), body.step("NotSent"));
    body.start_at(&send);
    body.task_with(
        &send,
        send_issue {},
        expr!([issue, subscriber] || (issue.id, subscriber)),
    )
    .bind(&message)
    .retry(
        Retry::on(errors!(MailError::Throttled))
            .interval(1)
            .max_attempts(6)
            .backoff_rate(2.0)
            .max_delay(30)
            .full_jitter(),
    )
    .catch(States::ALL, not_sent.binding(&failure))
    .next(&is_sent);
    body.pass(
        &is_sent,
        expr!([message] |_: AnyInput| Delivery::Sent { message }),
    )
    .end();
    body.pass(
        &not_sent,
        expr!([subscriber, failure] |_: AnyInput| Delivery::Failed {
            email: subscriber.email,
            error: failure.error.unwrap_or_default()
        }),
    )
    .end();
    flow.map(&send_all, expr!([issue] || issue.subscribers), body)
        .max_concurrency(expr!([issue] || issue.at_a_time))
        .bind(&deliveries)
        .next(&count);
    flow.pass_on(&count)
        .assign(
            &failed,
            expr!([deliveries] |_: AnyInput| deliveries.iter().filter(|delivery| matches!(delivery, Delivery::Failed { .. })).cloned().collect::<Vec<_>>()),
        )
        .assign(
            &sent,
            expr!([deliveries] |_: AnyInput| deliveries.len() - deliveries.iter().filter(|delivery| matches!(delivery, Delivery::Failed { .. })).count()),
        )
        .next(&any_sent);
    flow.choice(&any_sent)
        .comment("If no subscriber got the issue, the cause is not a wrong address.")
        .when(
            expr!([sent, failed] || sent == 0 && !failed.is_empty()),
            &nothing,
        )
        .otherwise(&done);
    flow.succeed_with(&done, expr!([sent, failed] || Deliveries { sent, failed }));
    flow.fail(
        &nothing,
        "NothingSent",
        expr!([failed] || format!("none of {} messages was sent", failed.len())),
    );
    same::<NewsletterIssue, _, _>(&flow.build().unwrap());
}
