//! An ML pipeline: SageMaker trains a model, a function evaluates it with new data, and only a
//! model that is good enough is deployed to the endpoint, which the workflow then polls until it is
//! in service.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

/// The training to run, and the quality that the model must reach.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
pub struct TrainingRequest {
    /// The name of this run, of the model and of its configuration: unique in the account.
    pub run: String,
    /// Where the training data is: `s3://..`.
    pub training_data: String,
    /// Where the evaluation data is.
    pub holdout_data: String,
    pub least_auc: f64,
    pub endpoint: Endpoint,
}

/// The endpoint of the model.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
pub enum Endpoint {
    /// The endpoint does not exist yet.
    New { name: String },
    /// It serves an older model, until the new model is deployed.
    Existing { name: String },
}

/// The part of SageMaker's description of a finished training job that the workflow reads.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "PascalCase")]
pub struct TrainingJob {
    pub model_artifacts: ModelArtifacts,
    pub billable_time_in_seconds: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub struct ModelArtifacts {
    #[serde(rename = "S3ModelArtifacts")]
    pub location: String,
}

/// SageMaker's description of an endpoint.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "PascalCase")]
pub struct EndpointDescription {
    pub endpoint_arn: String,
    pub endpoint_status: String,
    pub failure_reason: Option<String>,
}

/// The quality of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Evaluation {
    /// The area under the ROC curve.
    pub auc: f64,
    pub rows: u64,
}

/// The outcome of the pipeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub enum Outcome {
    Deployed { endpoint: String, auc: f64 },
    NotGoodEnough { auc: f64, least: f64 },
}

/// Evaluates a model with data that was not used for its training.
#[task]
pub async fn evaluate(model: String, holdout_data: String) -> Evaluation;

workflow! {
    /// Trains a model that predicts which customers are about to leave, and deploys it if it is good enough.
    pub workflow ChurnModel(request: TrainingRequest) -> Outcome {
        timeout 12h;
        lambda_retries;

        task Train {
            let job: TrainingJob = service "arn:aws:states:::sagemaker:createTrainingJob.sync" {
                TrainingJobName: request.run,
                RoleArn: placeholder!("TrainingRoleArn"),
                AlgorithmSpecification: { TrainingImage: placeholder!("TrainingImage"), TrainingInputMode: "File" },
                InputDataConfig: [{
                    ChannelName: "train",
                    ContentType: "text/csv",
                    DataSource: { S3DataSource: {
                        S3DataType: "S3Prefix",
                        S3DataDistributionType: "FullyReplicated",
                        S3Uri: request.training_data
                    } }
                }],
                OutputDataConfig: { S3OutputPath: format!("s3://{}/models", placeholder!("ModelBucket")) },
                ResourceConfig: { InstanceType: "ml.m5.xlarge", InstanceCount: 1, VolumeSizeInGB: 30 },
                StoppingCondition: { MaxRuntimeInSeconds: 14_400 },
                HyperParameters: { objective: "binary:logistic", eval_metric: "auc", num_round: "200" }
            };
            timeout 5h;
            retry "SageMaker.AmazonSageMakerException" (interval: 30s, max_attempts: 3, backoff_rate: 2.0, jitter: full);
            catch States::ALL as error => TrainingFailed;
            next Evaluate;
        }

        task Evaluate {
            let evaluation = evaluate(job.model_artifacts.location, request.holdout_data);
            next IsGoodEnough;
        }

        choice IsGoodEnough {
            when evaluation.auc >= request.least_auc => CreateModel;
            otherwise => Keep;
        }

        task CreateModel {
            service "arn:aws:states:::sagemaker:createModel" {
                ModelName: request.run,
                ExecutionRoleArn: placeholder!("ServingRoleArn"),
                PrimaryContainer: { Image: placeholder!("ServingImage"), ModelDataUrl: job.model_artifacts.location }
            };
            next ConfigureEndpoint;
        }

        task ConfigureEndpoint {
            service "arn:aws:states:::sagemaker:createEndpointConfig" {
                EndpointConfigName: request.run,
                ProductionVariants: [{
                    VariantName: "main",
                    ModelName: request.run,
                    InstanceType: "ml.m5.large",
                    InitialInstanceCount: 2
                }]
            };
            next NewOrExisting;
        }

        choice NewOrExisting {
            match request.endpoint {
                Endpoint::New { name } => CreateEndpoint,
                Endpoint::Existing { name } => UpdateEndpoint,
            }
        }

        task CreateEndpoint {
            service "arn:aws:states:::sagemaker:createEndpoint" { EndpointName: name, EndpointConfigName: request.run };
            next WaitForEndpoint;
        }

        task UpdateEndpoint {
            service "arn:aws:states:::sagemaker:updateEndpoint" { EndpointName: name, EndpointConfigName: request.run };
            next WaitForEndpoint;
        }

        wait WaitForEndpoint { seconds 1m; next LookAtEndpoint; }

        task LookAtEndpoint {
            let endpoint: EndpointDescription = service "arn:aws:states:::aws-sdk:sagemaker:describeEndpoint" { EndpointName: name };
            retry "SageMaker.SageMakerException" (interval: 10s, max_attempts: 5, backoff_rate: 2.0);
            next Serves;
        }

        choice Serves {
            match endpoint.endpoint_status.as_str() {
                "InService" => Deployed,
                "Failed" | "RollbackFailed" | "OutOfService" => EndpointFailed,
                _ => WaitForEndpoint,
            }
        }

        succeed Deployed { Outcome::Deployed { endpoint: endpoint.endpoint_arn, auc: evaluation.auc } }
        succeed Keep { Outcome::NotGoodEnough { auc: evaluation.auc, least: request.least_auc } }
        fail TrainingFailed { "TrainingFailed", error.cause.unwrap_or("no cause was given".to_string()) }
        fail EndpointFailed { "EndpointFailed", endpoint.failure_reason.unwrap_or("no reason was given".to_string()) }
    }
}
