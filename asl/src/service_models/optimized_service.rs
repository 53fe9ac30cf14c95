//! The services of optimized integrations.

/// A service with optimized integrations, and its names in errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OptimizedService {
    /// Its name in resources.
    pub name: &'static str,
    /// Its name in botocore.
    pub model: &'static str,
    /// The name of errors that the model does not have: `AmazonDynamoDBException`.
    pub exception: &'static str,
    /// Its name in causes: `AmazonDynamoDBv2`.
    pub in_causes: &'static str,
}

/// Recorded for DynamoDB, SQS, SNS and Step Functions; the others are those of the source of the
/// AWS SDK for Java 1.
const SERVICES: &[[&str; 4]] = &[
    ["athena", "athena", "AmazonAthenaException", "AmazonAthena"],
    ["batch", "batch", "AWSBatchException", "AWSBatch"],
    [
        "bedrock",
        "bedrock",
        "AmazonBedrockException",
        "AmazonBedrock",
    ],
    [
        "codebuild",
        "codebuild",
        "AWSCodeBuildException",
        "AWSCodeBuild",
    ],
    [
        "databrew",
        "databrew",
        "AWSGlueDataBrewException",
        "AWSGlueDataBrew",
    ],
    [
        "dynamodb",
        "dynamodb",
        "AmazonDynamoDBException",
        "AmazonDynamoDBv2",
    ],
    ["ecs", "ecs", "AmazonECSException", "AmazonECS"],
    ["eks", "eks", "AmazonEKSException", "AmazonEKS"],
    [
        "elasticmapreduce",
        "emr",
        "AmazonElasticMapReduceException",
        "AmazonElasticMapReduce",
    ],
    [
        "emr-containers",
        "emr-containers",
        "AmazonEMRContainersException",
        "AmazonEMRContainers",
    ],
    [
        "emr-serverless",
        "emr-serverless",
        "AWSEMRServerlessException",
        "AWSEMRServerless",
    ],
    [
        "events",
        "events",
        "AmazonEventBridgeException",
        "AmazonEventBridge",
    ],
    ["glue", "glue", "AWSGlueException", "AWSGlue"],
    ["lambda", "lambda", "AWSLambdaException", "AWSLambda"],
    [
        "mediaconvert",
        "mediaconvert",
        "AWSMediaConvertException",
        "AWSMediaConvert",
    ],
    [
        "sagemaker",
        "sagemaker",
        "AmazonSageMakerException",
        "AmazonSageMaker",
    ],
    ["sns", "sns", "AmazonSNSException", "AmazonSNS"],
    ["sqs", "sqs", "AmazonSQSException", "AmazonSQS"],
    [
        "states",
        "stepfunctions",
        "AWSStepFunctionsException",
        "AWSStepFunctions",
    ],
];

impl OptimizedService {
    /// Returns the service with this name in resources.
    pub fn find(name: &str) -> Option<OptimizedService> {
        let found = SERVICES.iter().find(|[known, ..]| *known == name);
        found.map(|&[name, model, exception, in_causes]| OptimizedService {
            name,
            model,
            exception,
            in_causes,
        })
    }
}
