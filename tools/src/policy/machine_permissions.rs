//! The permissions of the machine as a whole: child executions, logs, traces.

use super::grants::Grants;
use super::options::PolicyOptions;

/// Source: <https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html>. None of these
/// actions has a resource.
const LOGGING: &[&str] = &[
    "logs:CreateLogDelivery",
    "logs:CreateLogStream",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutLogEvents",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
];

/// Source: <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html>. None
/// of these actions has a resource.
const TRACING: &[&str] = &[
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
];

/// Allows logs and traces, depending on the options.
pub(super) fn observed(options: &PolicyOptions, grants: &mut Grants) {
    let everywhere = || ["*".to_owned()];
    if options.logging {
        grants.allow(LOGGING.iter().copied(), everywhere(), None);
    }
    if options.tracing {
        grants.allow(TRACING.iter().copied(), everywhere(), None);
    }
}

/// A Distributed Map starts executions of the same machine and waits for them.
///
/// Source: <https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html>
pub(super) fn distributed(label: Option<&str>, options: &PolicyOptions, grants: &mut Grants) {
    let name = &options.name;
    let executions = |of: String| [options.arn("states", &format!("execution:{of}"))];
    grants.allow(["states:StartExecution"], [options.machine_arn()], None);
    grants.allow(
        ["states:DescribeExecution"],
        executions(format!("{name}:*")),
        None,
    );
    if options.redrive {
        let of = match label {
            Some(label) => format!("{name}/{label}:*"),
            // AWS generates a label.
            None => format!("{name}/*"),
        };
        grants.allow(["states:RedriveExecution"], executions(of), None);
    }
}
