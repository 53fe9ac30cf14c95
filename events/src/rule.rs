//! A rule of a bus, and its targets.

use crate::pattern::EventPattern;
use crate::target_input::TargetInput;

/// The bus that each account has.
pub const DEFAULT_BUS: &str = "default";

/// Returns the name of a bus, which requests and templates give by its name or its ARN.
///
/// ```
/// use stepwright_events::rule::bus_name;
///
/// assert_eq!(bus_name("arn:aws:events:us-east-1:123456789012:event-bus/shop"), "shop");
/// assert_eq!(bus_name("shop"), "shop");
/// ```
pub fn bus_name(name_or_arn: &str) -> &str {
    match name_or_arn.split_once(":event-bus/") {
        Some((_, name)) => name,
        None => name_or_arn,
    }
}

/// A rule of an event bus: an event that matches its pattern starts executions of its targets.
#[derive(Debug, Clone)]
pub struct Rule {
    /// The name, unique in its bus.
    pub name: String,
    /// The name of its bus.
    pub bus: String,
    /// Which events it matches.
    pub pattern: EventPattern,
    /// Whether it is `ENABLED`.
    pub is_enabled: bool,
    /// Its targets.
    pub targets: Vec<Target>,
}

/// A state machine that a rule starts.
#[derive(Debug, Clone)]
pub struct Target {
    /// The ID, unique in its rule.
    pub id: String,
    /// The ARN of the state machine, or of one of its versions or aliases.
    pub machine: String,
    /// The input of an execution.
    pub input: TargetInput,
}

impl Rule {
    /// The ARN of the rule.
    ///
    /// ```
    /// use stepwright_events::rule::Rule;
    ///
    /// let mut rule = Rule {
    ///     name: "orders".to_owned(),
    ///     bus: "default".to_owned(),
    ///     pattern: r#"{"source": ["shop"]}"#.parse()?,
    ///     is_enabled: true,
    ///     targets: Vec::new(),
    /// };
    /// let arn = "arn:aws:events:eu-central-1:123456789012:rule/orders";
    /// assert_eq!(rule.arn("eu-central-1", "123456789012"), arn);
    ///
    /// rule.bus = "shop".to_owned();
    /// let arn = "arn:aws:events:eu-central-1:123456789012:rule/shop/orders";
    /// assert_eq!(rule.arn("eu-central-1", "123456789012"), arn);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn arn(&self, region: &str, account: &str) -> String {
        let Self { bus, name, .. } = self;
        match bus.as_str() {
            DEFAULT_BUS => format!("arn:aws:events:{region}:{account}:rule/{name}"),
            bus => format!("arn:aws:events:{region}:{account}:rule/{bus}/{name}"),
        }
    }
}
