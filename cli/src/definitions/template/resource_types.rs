//! What `Ref` and `Fn::GetAtt` return for the types of resources that workflows use.
//!
//! Source: the section "Return values" of each type in the [template
//! reference](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html),
//! and the [specification of SAM](https://github.com/aws/serverless-application-model).

/// A type of resources.
#[derive(Debug)]
pub(super) struct ResourceType {
    pub(super) name: &'static str,
    /// The property with the name that a user chose; a path such as `DatabaseInput.Name`. Empty if
    /// a user cannot choose one.
    pub(super) name_property: &'static str,
    /// The value of `Ref`, with `{name}`, `{region}`, `{account}` and `{partition}`.
    pub(super) reference: &'static str,
    /// The values of `Fn::GetAtt`.
    pub(super) attributes: &'static [(&'static str, &'static str)],
}

/// Returns a type by its name.
pub(super) fn resource_type(name: &str) -> Option<&'static ResourceType> {
    TYPES.iter().find(|one| one.name == name)
}

/// Declares the types.
macro_rules! resource_types {
    ($($name:literal named $property:literal: $reference:literal {$($attribute:literal = $value:literal),* $(,)?})*) => {
        const TYPES: &[ResourceType] = &[$(ResourceType {
            name: $name,
            name_property: $property,
            reference: $reference,
            attributes: &[$(($attribute, $value)),*],
        }),*];
    };
}

resource_types! {
    "AWS::ApiGateway::RestApi" named "": "{name}" {"RestApiId" = "{name}", "RootResourceId" = "root"}
    "AWS::ApiGateway::Stage" named "StageName": "{name}" {}
    "AWS::ApiGatewayV2::Api" named "": "{name}" {
        "ApiId" = "{name}",
        "ApiEndpoint" = "https://{name}.execute-api.{region}.amazonaws.com",
    }
    "AWS::Athena::WorkGroup" named "Name": "{name}" {}
    "AWS::Batch::ComputeEnvironment" named "ComputeEnvironmentName": "arn:{partition}:batch:{region}:{account}:compute-environment/{name}" {
        "ComputeEnvironmentArn" = "arn:{partition}:batch:{region}:{account}:compute-environment/{name}",
    }
    "AWS::Batch::JobDefinition" named "JobDefinitionName": "arn:{partition}:batch:{region}:{account}:job-definition/{name}:1" {
        "JobDefinitionArn" = "arn:{partition}:batch:{region}:{account}:job-definition/{name}:1",
    }
    "AWS::Batch::JobQueue" named "JobQueueName": "arn:{partition}:batch:{region}:{account}:job-queue/{name}" {
        "JobQueueArn" = "arn:{partition}:batch:{region}:{account}:job-queue/{name}",
    }
    "AWS::CloudWatch::Alarm" named "AlarmName": "{name}" {
        "Arn" = "arn:{partition}:cloudwatch:{region}:{account}:alarm:{name}",
    }
    "AWS::CodeBuild::Project" named "Name": "{name}" {
        "Arn" = "arn:{partition}:codebuild:{region}:{account}:project/{name}",
    }
    "AWS::Cognito::UserPool" named "": "{region}_{name}" {
        "Arn" = "arn:{partition}:cognito-idp:{region}:{account}:userpool/{region}_{name}",
        "UserPoolId" = "{region}_{name}",
    }
    "AWS::DynamoDB::GlobalTable" named "TableName": "{name}" {
        "Arn" = "arn:{partition}:dynamodb:{region}:{account}:table/{name}",
        "StreamArn" = "arn:{partition}:dynamodb:{region}:{account}:table/{name}/stream/2000-01-01T00:00:00.000",
        "TableId" = "{name}",
    }
    "AWS::DynamoDB::Table" named "TableName": "{name}" {
        "Arn" = "arn:{partition}:dynamodb:{region}:{account}:table/{name}",
        "StreamArn" = "arn:{partition}:dynamodb:{region}:{account}:table/{name}/stream/2000-01-01T00:00:00.000",
    }
    "AWS::EC2::SecurityGroup" named "": "{name}" {"GroupId" = "{name}", "Id" = "{name}"}
    "AWS::EC2::Subnet" named "": "{name}" {"SubnetId" = "{name}"}
    "AWS::EC2::VPC" named "": "{name}" {"VpcId" = "{name}", "DefaultSecurityGroup" = "{name}DefaultSecurityGroup"}
    "AWS::ECR::Repository" named "RepositoryName": "{name}" {
        "Arn" = "arn:{partition}:ecr:{region}:{account}:repository/{name}",
        "RepositoryUri" = "{account}.dkr.ecr.{region}.amazonaws.com/{name}",
    }
    "AWS::ECS::Cluster" named "ClusterName": "{name}" {
        "Arn" = "arn:{partition}:ecs:{region}:{account}:cluster/{name}",
    }
    "AWS::ECS::TaskDefinition" named "Family": "arn:{partition}:ecs:{region}:{account}:task-definition/{name}:1" {
        "TaskDefinitionArn" = "arn:{partition}:ecs:{region}:{account}:task-definition/{name}:1",
    }
    "AWS::EKS::Cluster" named "Name": "{name}" {
        "Arn" = "arn:{partition}:eks:{region}:{account}:cluster/{name}",
    }
    "AWS::EMR::Cluster" named "": "{name}" {}
    "AWS::EMRServerless::Application" named "": "{name}" {
        "ApplicationId" = "{name}",
        "Arn" = "arn:{partition}:emr-serverless:{region}:{account}:/applications/{name}",
    }
    "AWS::Events::ApiDestination" named "Name": "{name}" {
        "Arn" = "arn:{partition}:events:{region}:{account}:api-destination/{name}/00000000-0000-0000-0000-000000000000",
    }
    "AWS::Events::Connection" named "Name": "{name}" {
        "Arn" = "arn:{partition}:events:{region}:{account}:connection/{name}/00000000-0000-0000-0000-000000000000",
        "SecretArn" = "arn:{partition}:secretsmanager:{region}:{account}:secret:events!connection/{name}/00000000-0000-0000-0000-000000000000-000000",
    }
    "AWS::Events::EventBus" named "Name": "{name}" {
        "Arn" = "arn:{partition}:events:{region}:{account}:event-bus/{name}",
        "Name" = "{name}",
    }
    "AWS::Events::Rule" named "Name": "{name}" {
        "Arn" = "arn:{partition}:events:{region}:{account}:rule/{name}",
    }
    "AWS::Glue::Crawler" named "Name": "{name}" {}
    "AWS::Glue::Database" named "DatabaseInput.Name": "{name}" {}
    "AWS::Glue::Job" named "Name": "{name}" {}
    "AWS::Glue::Workflow" named "Name": "{name}" {}
    "AWS::IAM::ManagedPolicy" named "ManagedPolicyName": "arn:{partition}:iam::{account}:policy/{name}" {
        "PolicyArn" = "arn:{partition}:iam::{account}:policy/{name}",
    }
    "AWS::IAM::Role" named "RoleName": "{name}" {
        "Arn" = "arn:{partition}:iam::{account}:role/{name}",
        "RoleId" = "{name}",
    }
    "AWS::IAM::User" named "UserName": "{name}" {
        "Arn" = "arn:{partition}:iam::{account}:user/{name}",
    }
    "AWS::KMS::Alias" named "AliasName": "{name}" {}
    "AWS::KMS::Key" named "": "{name}" {
        "Arn" = "arn:{partition}:kms:{region}:{account}:key/{name}",
        "KeyId" = "{name}",
    }
    "AWS::Kinesis::Stream" named "Name": "{name}" {
        "Arn" = "arn:{partition}:kinesis:{region}:{account}:stream/{name}",
    }
    "AWS::KinesisFirehose::DeliveryStream" named "DeliveryStreamName": "{name}" {
        "Arn" = "arn:{partition}:firehose:{region}:{account}:deliverystream/{name}",
    }
    "AWS::Lambda::Function" named "FunctionName": "{name}" {
        "Arn" = "arn:{partition}:lambda:{region}:{account}:function:{name}",
    }
    "AWS::Lambda::LayerVersion" named "LayerName": "arn:{partition}:lambda:{region}:{account}:layer:{name}:1" {
        "LayerVersionArn" = "arn:{partition}:lambda:{region}:{account}:layer:{name}:1",
    }
    "AWS::Logs::LogGroup" named "LogGroupName": "{name}" {
        "Arn" = "arn:{partition}:logs:{region}:{account}:log-group:{name}:*",
    }
    "AWS::MediaConvert::JobTemplate" named "Name": "{name}" {
        "Arn" = "arn:{partition}:mediaconvert:{region}:{account}:jobTemplates/{name}",
        "Name" = "{name}",
    }
    "AWS::MediaConvert::Queue" named "Name": "{name}" {
        "Arn" = "arn:{partition}:mediaconvert:{region}:{account}:queues/{name}",
        "Name" = "{name}",
    }
    "AWS::OpenSearchServerless::Collection" named "": "{name}" {
        "Arn" = "arn:{partition}:aoss:{region}:{account}:collection/{name}",
        "Id" = "{name}",
        "CollectionEndpoint" = "https://{name}.{region}.aoss.amazonaws.com",
    }
    "AWS::Pipes::Pipe" named "Name": "{name}" {
        "Arn" = "arn:{partition}:pipes:{region}:{account}:pipe/{name}",
    }
    "AWS::RDS::DBCluster" named "DBClusterIdentifier": "{name}" {
        "DBClusterArn" = "arn:{partition}:rds:{region}:{account}:cluster:{name}",
    }
    "AWS::RDS::DBInstance" named "DBInstanceIdentifier": "{name}" {
        "DBInstanceArn" = "arn:{partition}:rds:{region}:{account}:db:{name}",
    }
    "AWS::S3::Bucket" named "BucketName": "{name}" {
        "Arn" = "arn:{partition}:s3:::{name}",
        "DomainName" = "{name}.s3.amazonaws.com",
        "RegionalDomainName" = "{name}.s3.{region}.amazonaws.com",
    }
    "AWS::SNS::Topic" named "TopicName": "arn:{partition}:sns:{region}:{account}:{name}" {
        "TopicArn" = "arn:{partition}:sns:{region}:{account}:{name}",
        "TopicName" = "{name}",
    }
    "AWS::SQS::Queue" named "QueueName": "https://sqs.{region}.amazonaws.com/{account}/{name}" {
        "Arn" = "arn:{partition}:sqs:{region}:{account}:{name}",
        "QueueName" = "{name}",
        "QueueUrl" = "https://sqs.{region}.amazonaws.com/{account}/{name}",
    }
    "AWS::SSM::Parameter" named "Name": "{name}" {}
    "AWS::Scheduler::Schedule" named "Name": "{name}" {
        "Arn" = "arn:{partition}:scheduler:{region}:{account}:schedule/default/{name}",
    }
    "AWS::Scheduler::ScheduleGroup" named "Name": "{name}" {
        "Arn" = "arn:{partition}:scheduler:{region}:{account}:schedule-group/{name}",
    }
    "AWS::SecretsManager::Secret" named "Name": "arn:{partition}:secretsmanager:{region}:{account}:secret:{name}-000000" {
        "Id" = "arn:{partition}:secretsmanager:{region}:{account}:secret:{name}-000000",
    }
    "AWS::Serverless::Api" named "": "{name}" {"RootResourceId" = "root"}
    "AWS::Serverless::Function" named "FunctionName": "{name}" {
        "Arn" = "arn:{partition}:lambda:{region}:{account}:function:{name}",
    }
    "AWS::Serverless::HttpApi" named "": "{name}" {
        "ApiEndpoint" = "https://{name}.execute-api.{region}.amazonaws.com",
    }
    "AWS::Serverless::LayerVersion" named "LayerName": "arn:{partition}:lambda:{region}:{account}:layer:{name}:1" {}
    "AWS::Serverless::SimpleTable" named "TableName": "{name}" {
        "Arn" = "arn:{partition}:dynamodb:{region}:{account}:table/{name}",
    }
    // This server's ARNs have the partition `aws` in all regions.
    "AWS::Serverless::StateMachine" named "Name": "arn:aws:states:{region}:{account}:stateMachine:{name}" {
        "Arn" = "arn:aws:states:{region}:{account}:stateMachine:{name}",
        "Name" = "{name}",
    }
    "AWS::StepFunctions::Activity" named "Name": "arn:aws:states:{region}:{account}:activity:{name}" {
        "Arn" = "arn:aws:states:{region}:{account}:activity:{name}",
        "Name" = "{name}",
    }
    "AWS::StepFunctions::StateMachine" named "StateMachineName": "arn:aws:states:{region}:{account}:stateMachine:{name}" {
        "Arn" = "arn:aws:states:{region}:{account}:stateMachine:{name}",
        "Name" = "{name}",
        // The ID is known only after the deployment. A version needs no more than the reference.
        "StateMachineRevisionId" = "INITIAL",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_sorted_by_name_without_duplicates() {
        for pair in TYPES.windows(2) {
            assert!(pair[0].name < pair[1].name, "{}", pair[1].name);
        }
    }

    #[test]
    fn values_have_only_known_variables() {
        for one in TYPES {
            let values = one.attributes.iter().map(|(_, value)| *value);
            for value in values.chain([one.reference]) {
                let rest = ["{name}", "{region}", "{account}", "{partition}"]
                    .iter()
                    .fold(value.to_owned(), |value, known| value.replace(known, ""));
                assert!(!rest.contains(['{', '}']), "{}: {value}", one.name);
            }
        }
    }
}
