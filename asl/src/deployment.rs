//! The placeholders of values that Terraform knows at the deployment, in definitions and policies.

/// The partition.
pub const PARTITION: &str = "${data.aws_partition.current.partition}";
/// The region.
pub const REGION: &str = "${data.aws_region.current.region}";
/// The account.
pub const ACCOUNT: &str = "${data.aws_caller_identity.current.account_id}";
