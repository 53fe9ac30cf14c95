//! The inputs of a policy that are not in the definition.

use std::collections::BTreeMap;

use stepwright_asl::placeholder::Addresses;
use stepwright_asl::setters;

/// The inputs of a policy that are not in the definition.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct PolicyOptions {
    pub(super) name: String,
    /// `None` for that of the definition's ARNs.
    pub(super) given_partition: Option<String>,
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
    /// Creates options for a state machine with this name, in any region and account, without logs
    /// and traces. The partition is that of the definition's ARNs, or else of the region.
    ///
    /// The name is part of the ARNs that a Distributed Map and a call of an HTTP endpoint need.
    pub fn new(name: impl Into<String>) -> PolicyOptions {
        PolicyOptions {
            name: name.into(),
            given_partition: None,
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

    setters! { self:
        /// Sets the partition in ARNs: `aws`, `aws-cn`, `aws-us-gov`, or `${AWS::Partition}`.
        partition(partition: impl Into<String>) => {
            self.partition = partition.into();
            self.given_partition = Some(self.partition.clone());
        };
        /// Sets the region in ARNs: `eu-west-1`, or `${AWS::Region}` if a template fills it in.
        region(region: impl Into<String>) => self.region = region.into();
        /// Sets the account in ARNs: twelve digits, or `${AWS::AccountId}` if a template fills it
        /// in.
        account(account: impl Into<String>) => self.account = account.into();
        /// Sets whether the machine writes to CloudWatch Logs.
        logging(logging: bool) => self.logging = logging;
        /// Sets whether X-Ray traces the machine.
        tracing(tracing: bool) => self.tracing = tracing;
        /// Sets whether executions with a Distributed Map may be redriven.
        redrive(redrive: bool) => self.redrive = redrive;
        /// Adds a role that a state passes to a service, such as the task role of an ECS task,
        /// which no definition shows.
        pass_role(state: impl Into<String>, role: impl Into<String>) => {
            self.pass_roles.entry(state.into()).or_default().push(role.into());
        };
        /// Sets the kinds of resources that states with a placeholder as `Resource` call. Otherwise
        /// a placeholder counts as a function, unless it contains `activity`.
        addresses(addresses: Option<Addresses>) => self.addresses = addresses;
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
