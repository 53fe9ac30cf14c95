//! What executions of a definition cost, and how near they come to the limits: transitions, events, payload, time and price, at best, typically and
//! at worst.
//!
//! The best case is the shortest way to a success, the worst the longest way to any end, with every retry. A loop, or a Map whose items nobody
//! counted, has no worst case until it is [bounded](EstimateOptions): the amount is then infinite, and the service's limits end the execution. The
//! typical case goes by probabilities: those that are given, those of [recorded executions](Recorded), else each rule of a Choice is as likely as
//! the others and nothing fails.
//!
//! ```
//! use stepwright_asl::StateMachine;
//! use stepwright_asl::estimate::{Estimate, EstimateOptions};
//!
//! let machine = StateMachine::from_json(r#"{"StartAt": "Each", "States": {"Each": {"Type": "Map", "End": true, "ItemProcessor": {
//!     "StartAt": "Charge", "States": {"Charge": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
//!         "Parameters": {"FunctionName": "charge"}, "End": true}}}}}}"#)?;
//! let estimate = Estimate::of(&machine, &EstimateOptions::new().items("Each", 2, 10));
//! assert_eq!((estimate.best.transitions, estimate.worst.transitions), (3.0, 11.0));
//! assert!(Estimate::of(&machine, &EstimateOptions::new()).worst.events.is_infinite());
//! # Ok::<(), stepwright_asl::Findings>(())
//! ```
//!
//! Transitions are counted as AWS charges them: one for each state that is entered, and one for each retry
//! (<https://aws.amazon.com/step-functions/pricing/>). Events are those of [GetExecutionHistory](https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetExecutionHistory.html);
//! the executions that the service recorded are held against their bounds.

mod bounds;
mod cost;
mod expected;
mod options;
mod payload;
mod price;
mod recorded;
mod report;
mod states;
mod warnings;

pub use cost::Case;
pub use options::EstimateOptions;
pub use price::{EXPRESS_PRICES, Price, PriceTable, STANDARD_PRICES, prices_of};
pub use recorded::{NoHistory, Recorded};
pub use report::Estimate;

#[cfg(test)]
mod tests;
