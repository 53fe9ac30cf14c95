//! A job in a container: Fargate runs it, the workflow waits (`.sync`) and reads its report from
//! S3. After a spot interruption or missing capacity the workflow tries again. A job with an exit
//! code other than 0 fails, and the workflow sends a notification.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::functions;
use stepwright::prelude::*;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
pub struct BusinessDay {
    /// `2026-11-21`
    pub date: String,
    pub dry_run: bool,
}

/// The report that the container writes to S3, as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
pub struct Settlement {
    pub payments: u64,
    pub total_cents: u64,
}

/// An object of S3.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "PascalCase")]
pub struct Object {
    pub body: String,
}

workflow! {
    /// Settles the payments of a day.
    pub workflow NightlySettlement(day: BusinessDay) -> Settlement {
        timeout 4h;

        task Settle {
            service "arn:aws:states:::ecs:runTask.sync" {
                Cluster: placeholder!("ClusterArn"),
                TaskDefinition: placeholder!("SettlementTaskArn"),
                LaunchType: "FARGATE",
                PropagateTags: "TASK_DEFINITION",
                NetworkConfiguration: { AwsvpcConfiguration: {
                    Subnets: [placeholder!("SubnetA"), placeholder!("SubnetB")],
                    SecurityGroups: [placeholder!("SecurityGroup")],
                    AssignPublicIp: "DISABLED"
                } },
                Overrides: { ContainerOverrides: [{
                    Name: "settlement",
                    Environment: [
                        { Name: "BUSINESS_DAY", Value: day.date },
                        { Name: "DRY_RUN", Value: if day.dry_run { "1" } else { "0" } },
                        { Name: "REPORT_KEY", Value: format!("settlements/{}.json", day.date) }
                    ]
                }] }
            };
            timeout 3h;
            retry "ECS.AmazonECSException" | "ECS.ServerException" (interval: 1m, max_attempts: 5, backoff_rate: 2.0, jitter: full);
            catch States::ALL as error => TellOperators;
            next ReadReport;
        }

        task ReadReport {
            let object: Object = service "arn:aws:states:::aws-sdk:s3:getObject" {
                Bucket: placeholder!("ReportBucket"),
                Key: format!("settlements/{}.json", day.date)
            };
            catch States::ALL as error => TellOperators;
            next Done;
        }

        task TellOperators {
            service "arn:aws:states:::sns:publish" {
                TopicArn: placeholder!("OperatorsTopicArn"),
                Subject: format!("The settlement of {} failed", day.date),
                Message: error.cause.unwrap_or("no cause was given".to_string())
            };
            next Failed;
        }

        succeed Done { functions::parse_json::<Settlement>(&object.body) }
        fail Failed { "SettlementFailed", format!("{} of {}", error.error.unwrap_or_default(), day.date) }
    }
}
