//! Attributes of Terraform resources as names and ARNs, so that a name in the definition and an ARN
//! in the role are equal if both are of one resource.

/// Resource types whose ARN contains a name: the type, the attribute with the name, others with the
/// same value, and the ARN. `{}` is the name.
const ARNS: [(&str, &str, &[&str], &str); 11] = [
    (
        "aws_codebuild_project",
        "name",
        &[],
        "arn:*:codebuild:*:*:project/{}",
    ),
    (
        "aws_dynamodb_table",
        "name",
        &["id"],
        "arn:*:dynamodb:*:*:table/{}",
    ),
    ("aws_ecs_cluster", "name", &[], "arn:*:ecs:*:*:cluster/{}"),
    (
        "aws_cloudwatch_event_bus",
        "name",
        &["id"],
        "arn:*:events:*:*:event-bus/{}",
    ),
    ("aws_glue_job", "name", &["id"], "arn:*:glue:*:*:job/{}"),
    (
        "aws_kinesis_stream",
        "name",
        &[],
        "arn:*:kinesis:*:*:stream/{}",
    ),
    (
        "aws_lambda_function",
        "function_name",
        &["id"],
        "arn:*:lambda:*:*:function:{}",
    ),
    ("aws_s3_bucket", "bucket", &["id"], "arn:*:s3:::{}"),
    (
        "aws_sfn_state_machine",
        "name",
        &[],
        "arn:*:states:*:*:stateMachine:{}",
    ),
    ("aws_sns_topic", "name", &[], "arn:*:sns:*:*:{}"),
    ("aws_sqs_queue", "name", &[], "arn:*:sqs:*:*:{}"),
];

/// Returns a text in which each reference to an ARN or a name of these resources contains the
/// attribute with the name. The rest of the ARN is any, because the deployment sets it.
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
        return Some(arn.replace("{}", &named));
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
                "arn:*:dynamodb:*:*:table/${aws_dynamodb_table.orders.name}",
            ),
            (
                "${aws_s3_bucket.data.id}/in/*",
                "${aws_s3_bucket.data.bucket}/in/*",
            ),
            (
                "${aws_sns_topic.news.id}",
                "arn:*:sns:*:*:${aws_sns_topic.news.name}",
            ),
            ("${aws_glue_job.etl.timeout}", "${aws_glue_job.etl.timeout}"),
            ("${var.table} and ${", "${var.table} and ${"),
            ("plain", "plain"),
        ] {
            assert_eq!(with_names(text), expected);
        }
    }
}
