//! Permissions that the guide's policies have, but that only some machines need.

use crate::policy::Statement;

/// Actions of Athena's policy that all queries need.
const QUERY: &[&str] = &[
    "glue:GetPartitions",
    "glue:GetTable",
    "s3:GetBucketLocation",
    "s3:GetObject",
    "s3:ListBucket",
    "s3:PutObject",
];

/// The reason why a machine may work without an action of a statement; `None` if it always needs
/// it.
///
/// Sources: the CDK grants neither action of log streams, because the log delivery writes the logs;
/// Athena's guide, "Lake Formation data permissions" and "Configure access to databases and tables
/// in the AWS Glue Data Catalog".
pub(super) fn reason(action: &str, statement: &Statement) -> Option<&'static str> {
    let has = |action: &str| statement.actions.iter().any(|one| one == action);
    match action {
        "logs:CreateLogStream" | "logs:PutLogEvents" => {
            Some("the guide has it, but the log delivery writes the logs")
        }
        "lakeformation:GetDataAccess" => {
            Some("it is only needed for data that Lake Formation manages")
        }
        // The name in Athena's policy; a call of the SDK has `athena:GetDataCatalog`.
        "athena:getDataCatalog" => Some("only queries of other catalogs than Glue's need it"),
        // The statements of Athena's policy.
        _ if (has("glue:BatchGetPartition") && has("glue:GetDatabases")
            || has("s3:CreateBucket") && has("s3:ListMultipartUploadParts"))
            && !QUERY.contains(&action) =>
        {
            Some("only some queries of Athena need it")
        }
        _ => None,
    }
}
