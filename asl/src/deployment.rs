//! The placeholders of values that Terraform knows at the deployment, in definitions and policies.

/// The partition.
pub(crate) const PARTITION: &str = "${data.aws_partition.current.partition}";
/// The region.
pub(crate) const REGION: &str = "${data.aws_region.current.region}";
/// The account.
pub(crate) const ACCOUNT: &str = "${data.aws_caller_identity.current.account_id}";
