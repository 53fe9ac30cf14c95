use super::super::domain::same;
use super::{known, named, read};
use serde_json::json;
use stepwright::builder::{AnyInput, Expression, FlowBuilder, Retry, States};
use stepwright::{ErrorOutput, arms, expr};
use stepwright_examples::patterns::ml_pipeline::{
    ChurnModel, Endpoint, EndpointDescription, Evaluation, Outcome, TrainingJob, TrainingRequest,
    evaluate,
};

#[test]
fn ml_pipeline_is_the_same() {
    let flow = FlowBuilder::<TrainingRequest, Outcome>::new("ChurnModel")
        .comment("Trains a model that predicts which customers are about to leave, and deploys it if it is good enough.")
        .timeout(12 * 60 * 60)
        .lambda_retries();
    let request = flow.parameter("request");
    let (job, evaluation) = (
        flow.variable::<TrainingJob>("job"),
        flow.variable::<Evaluation>("evaluation"),
    );
    let (endpoint, name) = (
        flow.variable::<EndpointDescription>("endpoint"),
        flow.variable::<String>("name"),
    );
    let error = flow.variable::<ErrorOutput>("error");
    let (train, judge, is_good) = (
        flow.step("Train"),
        flow.step("Evaluate"),
        flow.step("IsGoodEnough"),
    );
    let (model, configure, which) = (
        flow.step("CreateModel"),
        flow.step("ConfigureEndpoint"),
        flow.step("NewOrExisting"),
    );
    let (create, update) = (flow.step("CreateEndpoint"), flow.step("UpdateEndpoint"));
    let (wait, look, serves) = (
        flow.step("WaitForEndpoint"),
        flow.step("LookAtEndpoint"),
        flow.step("Serves"),
    );
    let (deployed, keep) = (flow.step("Deployed"), flow.step("Keep"));
    let (training_failed, endpoint_failed) =
        (flow.step("TrainingFailed"), flow.step("EndpointFailed"));
    flow.start_at(&train);

    let algorithm = [
        ("TrainingImage", read!([] placeholder!("TrainingImage"))),
        ("TrainingInputMode", known("File")),
    ];
    let source = [
        ("S3DataType", known("S3Prefix")),
        ("S3DataDistributionType", known("FullyReplicated")),
        ("S3Uri", read!([request] request.training_data)),
    ];
    let source = [("S3DataSource", Expression::object(source))];
    let channel = Expression::object([
        ("ChannelName", known("train")),
        ("ContentType", known("text/csv")),
        ("DataSource", Expression::object(source)),
    ]);
    let output = read!([] format!("s3://{}/models", placeholder!("ModelBucket")));
    flow.service(
        &train,
        "arn:aws:states:::sagemaker:createTrainingJob.sync",
        [
            ("TrainingJobName", read!([request] request.run)),
            ("RoleArn", read!([] placeholder!("TrainingRoleArn"))),
            ("AlgorithmSpecification", Expression::object(algorithm)),
            ("InputDataConfig", Expression::array([channel])),
            ("OutputDataConfig", Expression::object([("S3OutputPath", output)])),
            (
                "ResourceConfig",
                known(json!({"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30})),
            ),
            ("StoppingCondition", known(json!({"MaxRuntimeInSeconds": 14_400}))),
            (
                "HyperParameters",
                known(json!({"objective": "binary:logistic", "eval_metric": "auc", "num_round": "200"})),
            ),
        ],
    )
    .bind(&job)
    .timeout(5 * 60 * 60)
    .retry(
        Retry::on(named(["SageMaker.AmazonSageMakerException"]))
            .interval(30)
            .max_attempts(3)
            .backoff_rate(2.0)
            .full_jitter(),
    )
    .catch(States::ALL, training_failed.binding(&error))
    .next(&judge);
    flow.task_with(
        &judge,
        evaluate {},
        expr!([job, request] || (job.model_artifacts.location, request.holdout_data)),
    )
    .bind(&evaluation)
    .next(&is_good);
    flow.choice(&is_good)
        .when(
            expr!([evaluation, request] || evaluation.auc >= request.least_auc),
            &model,
        )
        .otherwise(&keep);
    let container = [
        ("Image", read!([] placeholder!("ServingImage"))),
        ("ModelDataUrl", read!([job] job.model_artifacts.location)),
    ];
    flow.service::<_, AnyInput, _>(
        &model,
        "arn:aws:states:::sagemaker:createModel",
        [
            ("ModelName", read!([request] request.run)),
            ("ExecutionRoleArn", read!([] placeholder!("ServingRoleArn"))),
            ("PrimaryContainer", Expression::object(container)),
        ],
    )
    .next(&configure);
    let variant = Expression::object([
        ("VariantName", known("main")),
        ("ModelName", read!([request] request.run)),
        ("InstanceType", known("ml.m5.large")),
        ("InitialInstanceCount", known(2)),
    ]);
    flow.service::<_, AnyInput, _>(
        &configure,
        "arn:aws:states:::sagemaker:createEndpointConfig",
        [
            ("EndpointConfigName", read!([request] request.run)),
            ("ProductionVariants", Expression::array([variant])),
        ],
    )
    .next(&which);
    flow.choice(&which).match_on(arms!(
        [request]
            || match request.endpoint {
                Endpoint::New { name } => &create,
                Endpoint::Existing { name } => &update,
            }
    ));
    for (state, action) in [(&create, "createEndpoint"), (&update, "updateEndpoint")] {
        flow.service::<_, AnyInput, _>(
            state,
            format!("arn:aws:states:::sagemaker:{action}"),
            [
                ("EndpointName", read!([name] name)),
                ("EndpointConfigName", read!([request] request.run)),
            ],
        )
        .next(&wait);
    }
    flow.wait(&wait, 60).next(&look);
    flow.service(
        &look,
        "arn:aws:states:::aws-sdk:sagemaker:describeEndpoint",
        [("EndpointName", read!([name] name))],
    )
    .bind(&endpoint)
    .retry(
        Retry::on(named(["SageMaker.SageMakerException"]))
            .interval(10)
            .max_attempts(5)
            .backoff_rate(2.0),
    )
    .next(&serves);
    flow.choice(&serves).match_on(arms!(
        [endpoint]
            || match endpoint.endpoint_status.as_str() {
                "InService" => &deployed,
                "Failed" | "RollbackFailed" | "OutOfService" => &endpoint_failed,
                _ => &wait,
            }
    ));
    flow.succeed_with(
        &deployed,
        expr!(
            [endpoint, evaluation]
                || Outcome::Deployed {
                    endpoint: endpoint.endpoint_arn,
                    auc: evaluation.auc
                }
        ),
    );
    flow.succeed_with(
        &keep,
        expr!(
            [evaluation, request]
                || Outcome::NotGoodEnough {
                    auc: evaluation.auc,
                    least: request.least_auc
                }
        ),
    );
    flow.fail(
        &training_failed,
        "TrainingFailed",
        expr!([error] || error.cause.unwrap_or("no cause was given".to_string())),
    );
    flow.fail(
        &endpoint_failed,
        "EndpointFailed",
        expr!(
            [endpoint]
                || endpoint
                    .failure_reason
                    .unwrap_or("no reason was given".to_string())
        ),
    );
    same::<ChurnModel, _, _>(&flow.build().unwrap());
}
