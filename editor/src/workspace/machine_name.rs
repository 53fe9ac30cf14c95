//! The names of state machines in calls.

/// The state machine that an ARN, or a text instead of one, names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CalledMachine {
    /// The value of a placeholder such as `${RefundArn}`, or a resource of a template or module.
    Placeholder(String),
    /// The name of the machine.
    Name(String),
}

impl CalledMachine {
    pub(super) fn of(arn: &str) -> Option<CalledMachine> {
        // An expression has no known value.
        if arn.is_empty() || arn.starts_with("{%") || arn.starts_with("$.") {
            return None;
        }
        let last = match arn.split_once(":stateMachine:") {
            Some((_, name)) => name,
            None => arn,
        };
        if let Some((_, rest)) = last.split_once("${") {
            let (inside, _) = rest.split_once('}')?;
            return Some(CalledMachine::Placeholder(inside.trim().to_owned()));
        }
        // A version or an alias follows the name.
        let name = last.split(':').next().filter(|name| !name.is_empty())?;
        Some(CalledMachine::Name(name.to_owned()))
    }

    /// The name of the machine or of its resource: `inner` for `aws_sfn_state_machine.inner.arn`.
    pub(super) fn name(&self) -> &str {
        let text = match self {
            CalledMachine::Name(name) => return name,
            CalledMachine::Placeholder(text) => text,
        };
        let mut parts = text.split('.');
        match (parts.next(), parts.next()) {
            (Some("aws_sfn_state_machine" | "var" | "local" | "module"), Some(name)) => name,
            (Some(name), _) => name,
            (None, _) => text,
        }
    }
}

/// The letters and digits of a name in lower case, without what the names of resources and
/// placeholders add: `RefundStateMachineArn`, `refund` and `refund.asl.json` are the same machine.
pub(super) fn key_of(name: &str) -> String {
    let letters = name.chars().filter(|c| c.is_alphanumeric());
    let mut key: String = letters.flat_map(char::to_lowercase).collect();
    for suffix in ["arn", "aliaslive", "statemachine"] {
        if let Some(short) = key.strip_suffix(suffix)
            && !short.is_empty()
        {
            key = short.to_owned();
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_one_machine_have_one_key() {
        let key = |arn: &str| CalledMachine::of(arn).map(|called| key_of(called.name()));
        for arn in [
            "arn:aws:states:us-east-1:123456789012:stateMachine:refund-order",
            "arn:aws:states:us-east-1:123456789012:stateMachine:refund-order:7",
            "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:refund-order",
            "${RefundOrderArn}",
            "${RefundOrderStateMachine}",
            "${RefundOrder.Arn}",
            "${RefundOrderAliaslive}",
            "${RefundOrder}:live",
            "${aws_sfn_state_machine.refund_order.arn}",
            "${var.refund_order_arn}",
        ] {
            assert_eq!(key(arn).as_deref(), Some("refundorder"), "{arn}");
        }
        for none in [
            "",
            "{% $arn %}",
            "$.arn",
            "${",
            "arn:aws:states:a:b:stateMachine:",
        ] {
            assert_eq!(key(none), None, "{none}");
        }
        assert_eq!(key("${Arn}").as_deref(), Some("arn"));
    }
}
