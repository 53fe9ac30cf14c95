//! Attributes of Terraform resources as names and ARNs, so that a name in the definition and an ARN
//! in the role are equal if both are of one resource.

use stepwright_asl::deployment::{ACCOUNT, PARTITION, REGION};

/// Resource types whose ARN contains a name: the type, the attribute with the name, others with the
/// same value, and the ARN. `{}` is the name.
const ARNS: [(&str, &str, &[&str], &str); 13] = [
    (
        "aws_athena_workgroup",
        "name",
        &["id"],
        "arn:{partition}:athena:{region}:{account}:workgroup/{}",
    ),
    (
        "aws_codebuild_project",
        "name",
        &[],
        "arn:{partition}:codebuild:{region}:{account}:project/{}",
    ),
    (
        "aws_dynamodb_table",
        "name",
        &["id"],
        "arn:{partition}:dynamodb:{region}:{account}:table/{}",
    ),
    (
        "aws_ecs_cluster",
        "name",
        &[],
        "arn:{partition}:ecs:{region}:{account}:cluster/{}",
    ),
    (
        "aws_cloudwatch_event_bus",
        "name",
        &["id"],
        "arn:{partition}:events:{region}:{account}:event-bus/{}",
    ),
    (
        "aws_glue_job",
        "name",
        &["id"],
        "arn:{partition}:glue:{region}:{account}:job/{}",
    ),
    (
        "aws_glue_catalog_database",
        "name",
        &[],
        "arn:{partition}:glue:{region}:{account}:database/{}",
    ),
    (
        "aws_kinesis_stream",
        "name",
        &[],
        "arn:{partition}:kinesis:{region}:{account}:stream/{}",
    ),
    (
        "aws_lambda_function",
        "function_name",
        &["id"],
        "arn:{partition}:lambda:{region}:{account}:function:{}",
    ),
    (
        "aws_s3_bucket",
        "bucket",
        &["id"],
        "arn:{partition}:s3:::{}",
    ),
    (
        "aws_sfn_state_machine",
        "name",
        &[],
        "arn:{partition}:states:{region}:{account}:stateMachine:{}",
    ),
    (
        "aws_sns_topic",
        "name",
        &[],
        "arn:{partition}:sns:{region}:{account}:{}",
    ),
    (
        "aws_sqs_queue",
        "name",
        &[],
        "arn:{partition}:sqs:{region}:{account}:{}",
    ),
];

/// Returns a text in which each reference to an ARN or a name of these resources contains the
/// attribute with the name, in the partition, region and account of the deployment.
pub(super) fn with_names(text: &str) -> String {
    let mut named = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((reference, after)) = after.split_once('}') else {
            break;
        };
        named.push_str(before);
        named.push_str(&canonical(reference).unwrap_or_else(|| format!("${{{reference}}}")));
        rest = after;
    }
    named.push_str(rest);
    named
}

/// Returns the form of `aws_dynamodb_table.orders.arn` that contains the name.
fn canonical(reference: &str) -> Option<String> {
    let parts: Vec<&str> = reference.split('.').collect();
    let [kind, resource, attribute] = parts.as_slice() else {
        return None;
    };
    let (_, name, same, arn) = ARNS.iter().find(|(of, ..)| of == kind)?;
    let named = format!("${{{kind}.{resource}.{name}}}");
    let has_arn_as_id = ["aws_sfn_state_machine", "aws_sns_topic"].contains(kind);
    let is_arn = *attribute == "arn" || has_arn_as_id && *attribute == "id";
    if is_arn {
        let arn = arn
            .replace("{partition}", PARTITION)
            .replace("{region}", REGION)
            .replace("{account}", ACCOUNT);
        return Some(arn.replace("{}", &named));
    }
    if *kind == "aws_sqs_queue" && ["url", "id"].contains(attribute) {
        return Some(format!(
            "https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{named}"
        ));
    }
    let is_name = attribute == name || same.contains(attribute);
    is_name.then_some(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_contains_the_attribute_with_the_name() {
        for (text, expected) in [
            (
                "${aws_dynamodb_table.orders.arn}",
                "arn:${data.aws_partition.current.partition}:dynamodb:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:table/${aws_dynamodb_table.orders.name}",
            ),
            (
                "${aws_s3_bucket.data.id}/in/*",
                "${aws_s3_bucket.data.bucket}/in/*",
            ),
            (
                "${aws_sns_topic.news.id}",
                "arn:${data.aws_partition.current.partition}:sns:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:${aws_sns_topic.news.name}",
            ),
            (
                "${aws_sqs_queue.jobs.url}",
                "https://sqs.${data.aws_region.current.region}.amazonaws.com/${data.aws_caller_identity.current.account_id}/${aws_sqs_queue.jobs.name}",
            ),
            ("${aws_glue_job.etl.timeout}", "${aws_glue_job.etl.timeout}"),
            ("${var.table} and ${", "${var.table} and ${"),
            ("plain", "plain"),
        ] {
            assert_eq!(with_names(text), expected);
        }
    }
}
