use stepwright::function::*;

/// The speed of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize, schemars::JsonSchema, Payload)]
pub enum Mode {
    /// On the next day.
    Slow,
    /// On the same day.
    Fast,
}

#[workflow]
async fn at_least(mode: Mode) -> Mode {
    mode.max(Mode::Slow)
}

fn main() {}
