//! What a policy depends on and a definition does not say.

use std::collections::BTreeMap;

use crate::placeholder::Addresses;

/// What the policy of a definition depends on beside the definition.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyOptions {
    pub(super) name: String,
    pub(super) partition: String,
    pub(super) region: String,
    pub(super) account: String,
    pub(super) logging: bool,
    pub(super) tracing: bool,
    pub(super) redrive: bool,
    pub(super) pass_roles: BTreeMap<String, Vec<String>>,
    pub(super) addresses: Option<Addresses>,
}

impl PolicyOptions {
    /// For a state machine of this name, in any region and account of the partition `aws`, without logs and traces.
    ///
    /// The name stands in the ARNs that a Distributed Map and a call of an HTTP endpoint need.
    pub fn new(name: impl Into<String>) -> PolicyOptions {
        PolicyOptions {
            name: name.into(),
            partition: "aws".to_owned(),
            region: "*".to_owned(),
            account: "*".to_owned(),
            logging: false,
            tracing: false,
            redrive: false,
            pass_roles: BTreeMap::new(),
            addresses: None,
        }
    }

    /// The partition in ARNs: `aws`, `aws-cn`, `aws-us-gov`, or `${AWS::Partition}`.
    #[must_use]
    pub fn partition(mut self, partition: impl Into<String>) -> Self {
        self.partition = partition.into();
        self
    }

    /// The region in ARNs: `eu-west-1`, or `${AWS::Region}` where a template fills it in.
    #[must_use]
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = region.into();
        self
    }

    /// The account in ARNs: twelve digits, or `${AWS::AccountId}` where a template fills it in.
    #[must_use]
    pub fn account(mut self, account: impl Into<String>) -> Self {
        self.account = account.into();
        self
    }

    /// Whether the machine writes to CloudWatch Logs.
    #[must_use]
    pub fn logging(mut self, logging: bool) -> Self {
        self.logging = logging;
        self
    }

    /// Whether X-Ray traces the machine.
    #[must_use]
    pub fn tracing(mut self, tracing: bool) -> Self {
        self.tracing = tracing;
        self
    }

    /// Whether executions with a Distributed Map are redriven.
    #[must_use]
    pub fn redrive(mut self, redrive: bool) -> Self {
        self.redrive = redrive;
        self
    }

    /// A role that the work of a state runs under, such as the task role of an ECS task, which no definition shows.
    #[must_use]
    pub fn pass_role(mut self, state: impl Into<String>, role: impl Into<String>) -> Self {
        let roles = self.pass_roles.entry(state.into()).or_default();
        roles.push(role.into());
        self
    }

    /// What the states call whose `Resource` is a placeholder. Without it a placeholder counts as a function, unless `activity` is a part of it.
    #[must_use]
    pub fn addresses(mut self, addresses: Option<Addresses>) -> Self {
        self.addresses = addresses;
        self
    }

    /// An ARN of this account and region.
    pub(super) fn arn(&self, service: &str, rest: &str) -> String {
        let (partition, region, account) = (&self.partition, &self.region, &self.account);
        format!("arn:{partition}:{service}:{region}:{account}:{rest}")
    }

    /// The ARN of the state machine.
    pub(super) fn machine_arn(&self) -> String {
        self.arn("states", &format!("stateMachine:{}", self.name))
    }

    /// The ARN of a role of this account, by its name.
    pub(super) fn role_arn(&self, name: &str) -> String {
        format!("arn:{}:iam::{}:role/{name}", self.partition, self.account)
    }
}
