use std::time::Duration;

use serde_json::json;
use stepwright_examples::patterns::ml_pipeline::{
    ChurnModel, Endpoint, Evaluation, Outcome, TrainingRequest, evaluate,
};
use stepwright_runtime::testing::{AnyOutput, Mock, Mocks, expect};

use super::run;

fn request(endpoint: Endpoint) -> TrainingRequest {
    TrainingRequest {
        run: "churn-42".to_owned(),
        training_data: "s3://data/train".to_owned(),
        holdout_data: "s3://data/holdout".to_owned(),
        least_auc: 0.8,
        endpoint,
    }
}

fn existing() -> Endpoint {
    Endpoint::Existing {
        name: "churn".to_owned(),
    }
}

fn trained() -> Mock<AnyOutput> {
    Mock::output(json!({
        "TrainingJobStatus": "Completed",
        "ModelArtifacts": {"S3ModelArtifacts": "s3://models/churn-42.tar.gz"},
        "BillableTimeInSeconds": 900,
    }))
}

fn endpoint(status: &str) -> Mock<AnyOutput> {
    Mock::output(json!({"EndpointArn": "arn:churn", "EndpointStatus": status}))
}

fn auc(auc: f64) -> Mock<evaluate> {
    Mock::returns(Evaluation { auc, rows: 10_000 })
}

/// The states that deploy, each of which succeeds, and an endpoint with these answers.
fn deploys(mocks: Mocks, looks: Mock<AnyOutput>) -> Mocks {
    let states = [
        "CreateModel",
        "ConfigureEndpoint",
        "CreateEndpoint",
        "UpdateEndpoint",
    ];
    let done = |mocks: Mocks, state| mocks.state(state, Mock::output(json!({})).optional());
    let mocks = states.into_iter().fold(mocks, done);
    mocks.state("LookAtEndpoint", looks)
}

#[tokio::test]
async fn a_good_model_is_deployed_and_polled_until_in_service() {
    let mocks = Mocks::new()
        .state("Train", trained().after(Duration::from_secs(900)))
        .task::<evaluate>(auc(0.91));
    let mocks = deploys(
        mocks,
        endpoint("Updating").times(3).then(endpoint("InService")),
    );
    let report = run::<ChurnModel>(mocks.clone(), request(existing())).await;
    expect(&report)
        .output(Outcome::Deployed {
            endpoint: "arn:churn".to_owned(),
            auc: 0.91,
        })
        .not_entered("CreateEndpoint")
        .calls(
            "UpdateEndpoint",
            [json!({"EndpointName": "churn", "EndpointConfigName": "churn-42"})],
        )
        .called("LookAtEndpoint", 4)
        .took(Duration::from_secs(900 + 4 * 60))
        .task_calls::<evaluate>([(
            "s3://models/churn-42.tar.gz".to_owned(),
            "s3://data/holdout".to_owned(),
        )]);
    let job = mocks.calls_of("Train")[0].parameters.to_json();
    assert_eq!(
        job["OutputDataConfig"]["S3OutputPath"],
        "s3://the ModelBucket/models"
    );
}

#[tokio::test]
async fn the_first_model_creates_an_endpoint() {
    let mocks = Mocks::new()
        .state("Train", trained())
        .task::<evaluate>(auc(0.8));
    let mocks = deploys(mocks, endpoint("InService"));
    let name = "churn".to_owned();
    let report = run::<ChurnModel>(mocks, request(Endpoint::New { name })).await;
    expect(&report).path([
        "Train",
        "Evaluate",
        "IsGoodEnough",
        "CreateModel",
        "ConfigureEndpoint",
        "NewOrExisting",
        "CreateEndpoint",
        "WaitForEndpoint",
        "LookAtEndpoint",
        "Serves",
        "Deployed",
    ]);
}

#[tokio::test]
async fn a_model_that_is_not_good_enough_is_not_deployed() {
    let mocks = Mocks::new()
        .state("Train", trained())
        .task::<evaluate>(auc(0.79));
    let mocks = deploys(mocks, endpoint("InService").optional());
    let report = run::<ChurnModel>(mocks, request(existing())).await;
    expect(&report)
        .path(["Train", "Evaluate", "IsGoodEnough", "Keep"])
        .output(Outcome::NotGoodEnough {
            auc: 0.79,
            least: 0.8,
        });
}

#[tokio::test]
async fn a_throttled_training_is_retried_and_a_failed_one_has_a_cause() {
    let throttled = Mock::failure("SageMaker.AmazonSageMakerException", "Rate exceeded");
    let failed = Mock::failure("States.TaskFailed", "AlgorithmError: no such column");
    let mocks = Mocks::new()
        .state("Train", throttled.times(1).then(failed))
        .task::<evaluate>(auc(1.0).optional());
    let mocks = deploys(mocks, endpoint("InService").optional());
    let report = run::<ChurnModel>(mocks, request(existing())).await;
    expect(&report)
        .path(["Train", "TrainingFailed"])
        .failed("TrainingFailed")
        .cause("AlgorithmError: no such column")
        .called("Train", 2);
}

#[tokio::test]
async fn a_failed_endpoint_fails_the_execution() {
    let broken = Mock::output(json!({
        "EndpointArn": "arn:churn",
        "EndpointStatus": "Failed",
        "FailureReason": "no capacity for ml.m5.large",
    }));
    let mocks = Mocks::new()
        .state("Train", trained())
        .task::<evaluate>(auc(0.91));
    let mocks = deploys(mocks, endpoint("Updating").times(1).then(broken));
    let report = run::<ChurnModel>(mocks, request(existing())).await;
    expect(&report)
        .failed("EndpointFailed")
        .cause("no capacity for ml.m5.large");
}
