//! The inputs of a policy that are not in the definition.

use std::collections::BTreeMap;

use crate::placeholder::Addresses;

/// The inputs of a policy that are not in the definition.
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
    /// Creates options for a state machine with this name, in any region and account of the partition `aws`, without logs and traces.
    ///
    /// The name is part of the ARNs that a Distributed Map and a call of an HTTP endpoint need.
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

    /// Sets the partition in ARNs: `aws`, `aws-cn`, `aws-us-gov`, or `${AWS::Partition}`.
    #[must_use]
    pub fn partition(mut self, partition: impl Into<String>) -> Self {
        self.partition = partition.into();
        self
    }

    /// Sets the region in ARNs: `eu-west-1`, or `${AWS::Region}` if a template fills it in.
    #[must_use]
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = region.into();
        self
    }

    /// Sets the account in ARNs: twelve digits, or `${AWS::AccountId}` if a template fills it in.
    #[must_use]
    pub fn account(mut self, account: impl Into<String>) -> Self {
        self.account = account.into();
        self
    }

    /// Sets whether the machine writes to CloudWatch Logs.
    #[must_use]
    pub fn logging(mut self, logging: bool) -> Self {
        self.logging = logging;
        self
    }

    /// Sets whether X-Ray traces the machine.
    #[must_use]
    pub fn tracing(mut self, tracing: bool) -> Self {
        self.tracing = tracing;
        self
    }

    /// Sets whether executions with a Distributed Map may be redriven.
    #[must_use]
    pub fn redrive(mut self, redrive: bool) -> Self {
        self.redrive = redrive;
        self
    }

    /// Adds a role that a state passes to a service, such as the task role of an ECS task, which no definition shows.
    #[must_use]
    pub fn pass_role(mut self, state: impl Into<String>, role: impl Into<String>) -> Self {
        let roles = self.pass_roles.entry(state.into()).or_default();
        roles.push(role.into());
        self
    }

    /// Sets the kinds of resources that states with a placeholder as `Resource` call. Otherwise a placeholder counts as a function, unless it
    /// contains `activity`.
    #[must_use]
    pub fn addresses(mut self, addresses: Option<Addresses>) -> Self {
        self.addresses = addresses;
        self
    }

    /// An ARN in this account and region.
    pub(super) fn arn(&self, service: &str, rest: &str) -> String {
        let (partition, region, account) = (&self.partition, &self.region, &self.account);
        format!("arn:{partition}:{service}:{region}:{account}:{rest}")
    }

    /// The ARN of the state machine.
    pub(super) fn machine_arn(&self) -> String {
        self.arn("states", &format!("stateMachine:{}", self.name))
    }

    /// The ARN of a role in this account, given its name.
    pub(super) fn role_arn(&self, name: &str) -> String {
        format!("arn:{}:iam::{}:role/{name}", self.partition, self.account)
    }
}
