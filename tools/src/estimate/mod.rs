//! Estimates of the cost of executions, and of how close they come to the limits: transitions,
//! events, payload, time and price, in the best, typical and worst case.
//!
//! The best case is the shortest path to a success. The worst case is the longest path to any end,
//! with every retry. A loop, or a Map with an unknown number of items, has no worst case until you
//! [bound](EstimateOptions) it: the amount is then infinite, and the service's limits end the
//! execution. The typical case uses probabilities: those that you set, those of [recorded
//! executions](RecordedStatistics), otherwise equal probabilities for the rules of a Choice,
//! without failures.
//!
//! ```
//! use stepwright_asl::StateMachine;
//! use stepwright_tools::estimate::{Estimate, EstimateOptions};
//!
//! let machine = StateMachine::from_json(r#"{"StartAt": "Each", "States": {"Each": {"Type": "Map", "End": true, "ItemProcessor": {
//!     "StartAt": "Charge", "States": {"Charge": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
//!         "Parameters": {"FunctionName": "charge"}, "End": true}}}}}}"#)?;
//! let estimate = Estimate::of(&machine, &EstimateOptions::new().items("Each", 2, 10));
//! assert_eq!((estimate.best.transitions, estimate.worst.transitions), (3.0, 11.0));
//! assert!(Estimate::of(&machine, &EstimateOptions::new()).worst.events.is_infinite());
//! # Ok::<(), stepwright_asl::Diagnostics>(())
//! ```
//!
//! Transitions are counted as AWS charges them: one for each entered state, and one for each retry
//! (<https://aws.amazon.com/step-functions/pricing/>). Events are those of
//! [GetExecutionHistory](https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetExecutionHistory.html);
//! tests compare executions that the service recorded with these bounds.

mod bounds;
mod compute;
mod cost;
mod expected;
mod options;
mod payload;
mod price;
mod recorded;
mod report;
mod states;
mod warnings;

pub use cost::CostCase;
pub use options::EstimateOptions;
pub use price::{EXPRESS_PRICES, Price, PriceTable, STANDARD_PRICES, prices_of};
pub use recorded::RecordedStatistics;
pub use report::{Estimate, LimitKind, LimitWarning};
pub use states::has_open_wait;

#[cfg(test)]
mod tests;
