use super::super::domain::same;
use super::{Argument, known, named, read};
use stepwright::builder::{AnyInput, Expression, FlowBuilder, Retry, States};
use stepwright::{ErrorOutput, expr, functions};
use stepwright_examples::patterns::ecs_job::{BusinessDay, NightlySettlement, Object, Settlement};

fn environment(name: &'static str, value: Argument) -> Argument {
    Expression::object([("Name", known(name)), ("Value", value)])
}

#[test]
fn ecs_job_is_the_same() {
    let flow = FlowBuilder::<BusinessDay, Settlement>::new("NightlySettlement")
        .comment("Settles the payments of a day.")
        .timeout(4 * 60 * 60);
    let day = flow.parameter("day");
    let (object, error) = (
        flow.variable::<Object>("object"),
        flow.variable::<ErrorOutput>("error"),
    );
    let (settle, report) = (flow.step("Settle"), flow.step("ReadReport"));
    let (tell, done, failed) = (
        flow.step("TellOperators"),
        flow.step("Done"),
        flow.step("Failed"),
    );
    flow.start_at(&settle);

    let subnets = [
        read!([] placeholder!("SubnetA")),
        read!([] placeholder!("SubnetB")),
    ];
    let vpc = [
        ("Subnets", Expression::array(subnets)),
        (
            "SecurityGroups",
            Expression::array([read!([] placeholder!("SecurityGroup"))]),
        ),
        ("AssignPublicIp", known("DISABLED")),
    ];
    let variables = [
        environment("BUSINESS_DAY", read!([day] day.date)),
        environment("DRY_RUN", read!([day] if day.dry_run { "1" } else { "0" })),
        environment(
            "REPORT_KEY",
            read!([day] format!("settlements/{}.json", day.date)),
        ),
    ];
    let container = Expression::object([
        ("Name", known("settlement")),
        ("Environment", Expression::array(variables)),
    ]);
    let overrides = [("ContainerOverrides", Expression::array([container]))];
    flow.service::<_, AnyInput, _>(
        &settle,
        "arn:aws:states:::ecs:runTask.sync",
        [
            ("Cluster", read!([] placeholder!("ClusterArn"))),
            (
                "TaskDefinition",
                read!([] placeholder!("SettlementTaskArn")),
            ),
            ("LaunchType", known("FARGATE")),
            ("PropagateTags", known("TASK_DEFINITION")),
            (
                "NetworkConfiguration",
                Expression::object([("AwsvpcConfiguration", Expression::object(vpc))]),
            ),
            ("Overrides", Expression::object(overrides)),
        ],
    )
    .timeout(3 * 60 * 60)
    .retry(
        Retry::on(named(["ECS.AmazonECSException", "ECS.ServerException"]))
            .interval(60)
            .max_attempts(5)
            .backoff_rate(2.0)
            .full_jitter(),
    )
    .catch(States::ALL, tell.binding(&error))
    .next(&report);
    flow.service(
        &report,
        "arn:aws:states:::aws-sdk:s3:getObject",
        [
            ("Bucket", read!([] placeholder!("ReportBucket"))),
            ("Key", read!([day] format!("settlements/{}.json", day.date))),
        ],
    )
    .bind(&object)
    .catch(States::ALL, tell.binding(&error))
    .next(&done);
    flow.service::<_, AnyInput, _>(
        &tell,
        "arn:aws:states:::sns:publish",
        [
            ("TopicArn", read!([] placeholder!("OperatorsTopicArn"))),
            (
                "Subject",
                read!([day] format!("The settlement of {} failed", day.date)),
            ),
            (
                "Message",
                read!([error] error.cause.unwrap_or("no cause was given".to_string())),
            ),
        ],
    )
    .next(&failed);
    flow.succeed_with(
        &done,
        expr!([object] || functions::parse_json::<Settlement>(&object.body)),
    );
    flow.fail(
        &failed,
        "SettlementFailed",
        expr!([error, day] || format!("{} of {}", error.error.unwrap_or_default(), day.date)),
    );
    same::<NightlySettlement, _, _>(&flow.build().unwrap());
}
