//! AWS's prices.
//!
//! Source: <https://aws.amazon.com/step-functions/pricing/>, the table of state transitions and the
//! worked examples of Express workflows, from public copies of the page.

use serde::Serialize;
use stepwright_asl::model::MachineType;

use super::cost::CostCase;

/// The prices of a region, in US dollars.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PriceTable {
    /// The date of the prices.
    pub date: &'static str,
    /// The region of the transition prices.
    pub region: &'static str,
    /// Price of a thousand transitions of a Standard workflow.
    pub per_thousand_transitions: f64,
    /// Free transitions per month.
    pub free_transitions: f64,
    /// The region of the Express prices.
    pub express_region: &'static str,
    /// Price of a million Express executions.
    pub per_million_requests: f64,
    /// Prices of a GB-hour, in monthly tiers: the size of the tier (`None` for the remainder), and
    /// its price.
    pub per_gb_hour: [(Option<f64>, f64); 3],
}

/// The date on which the prices were read.
const DATE: &str = "2026-11-21";

/// Prices of a thousand transitions, by region.
pub const STANDARD_PRICES: &[(&str, f64)] = &[
    ("ap-northeast-1", 0.025),
    ("ap-northeast-2", 0.0271),
    ("ap-south-1", 0.0285),
    ("ap-southeast-1", 0.025),
    ("ap-southeast-2", 0.025),
    ("ca-central-1", 0.025),
    ("eu-central-1", 0.025),
    ("eu-north-1", 0.025),
    ("eu-west-1", 0.025),
    ("eu-west-2", 0.025),
    ("eu-west-3", 0.0297),
    ("sa-east-1", 0.0375),
    ("us-east-1", 0.025),
    ("us-east-2", 0.025),
    ("us-gov-east-1", 0.03),
    ("us-gov-west-1", 0.03),
    ("us-west-1", 0.0279),
    ("us-west-2", 0.025),
];

/// Prices of Express workflows, from the examples on the page: requests, and GB-hour tiers.
pub const EXPRESS_PRICES: (f64, [(Option<f64>, f64); 3]) = (
    1.0,
    [(Some(1000.0), 0.06), (Some(4000.0), 0.03), (None, 0.01642)],
);

/// Returns the prices of a region; `None` if the table does not have them.
pub fn prices_of(region: &str) -> Option<PriceTable> {
    let (region, per_thousand_transitions) =
        STANDARD_PRICES.iter().find(|(name, _)| *name == region)?;
    Some(PriceTable {
        date: DATE,
        region,
        per_thousand_transitions: *per_thousand_transitions,
        free_transitions: 4000.0,
        express_region: "us-east-1",
        per_million_requests: EXPRESS_PRICES.0,
        per_gb_hour: EXPRESS_PRICES.1,
    })
}

/// The monthly cost of executions, in US dollars. A cost without a bound is infinite, and `null` in
/// JSON.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Price {
    /// As a Standard workflow.
    #[serde(serialize_with = "super::cost::amount")]
    pub standard: f64,
    /// As an Express workflow; `None` if it cannot be one, or if the cost has no bound.
    pub express: Option<f64>,
    /// Billed memory of an Express execution in megabytes.
    #[serde(serialize_with = "super::cost::amount")]
    pub express_megabytes: f64,
    /// GB-seconds of an Express execution.
    #[serde(serialize_with = "super::cost::amount")]
    pub express_gigabyte_seconds: f64,
}

/// Billed memory of an Express execution without data, and the billing increment, in megabytes.
const BASE_MEGABYTES: f64 = 50.0;
const CHUNK_MEGABYTES: f64 = 64.0;
/// The billing increment and the maximum duration of an Express execution, in seconds.
const TICK: f64 = 0.1;

impl PriceTable {
    /// Computes the monthly cost of executions.
    pub(super) fn price(
        &self,
        case: &CostCase,
        executions: f64,
        bytes: f64,
        can_be_express: bool,
    ) -> Price {
        let transitions = (case.transitions + case.child_transitions) * executions;
        let paid = (transitions - self.free_transitions).max(0.0);
        let children = self.express(
            case.express_children * executions,
            gigabyte_seconds(case.express_child_seconds, CHUNK_MEGABYTES) * executions,
        );
        let megabytes = charged(bytes);
        let seconds = (case.seconds / TICK).ceil().max(1.0) * TICK;
        let each = gigabyte_seconds(seconds, megabytes);
        let express = self.express(executions, each * executions);
        Price {
            standard: paid / 1000.0 * self.per_thousand_transitions + children,
            express: (can_be_express && express.is_finite()).then_some(express),
            express_megabytes: megabytes,
            express_gigabyte_seconds: each,
        }
    }

    /// Computes the price of one execution in US dollars, without the free tier, in the first tier
    /// of Express prices. `bytes` are those of its largest payload.
    ///
    /// ```
    /// use stepwright_asl::MachineType;
    /// use stepwright_tools::estimate::prices_of;
    ///
    /// let prices = prices_of("us-east-1").ok_or("no prices")?;
    /// let price = prices.price_of_execution(MachineType::Standard, 4.0, 90.0, 1_000.0);
    /// assert_eq!(price, 4.0 / 1_000.0 * 0.025);
    /// # Ok::<(), &str>(())
    /// ```
    pub fn price_of_execution(
        &self,
        machine_type: MachineType,
        transitions: f64,
        seconds: f64,
        bytes: f64,
    ) -> f64 {
        match machine_type {
            MachineType::Standard => transitions / 1000.0 * self.per_thousand_transitions,
            MachineType::Express => {
                let seconds = (seconds / TICK).ceil().max(1.0) * TICK;
                self.express(1.0, gigabyte_seconds(seconds, charged(bytes)))
            }
        }
    }

    fn express(&self, requests: f64, gigabyte_seconds: f64) -> f64 {
        let mut left = gigabyte_seconds / 3600.0;
        let mut sum = requests / 1e6 * self.per_million_requests;
        for (most, price) in self.per_gb_hour {
            let here = left.min(most.unwrap_or(f64::INFINITY));
            sum += here * price;
            left -= here;
            if left <= 0.0 || left.is_nan() {
                break;
            }
        }
        sum
    }
}

/// Billed memory in megabytes: 50 MB, the definition, and the data of each concurrent step.
pub(super) fn charged(bytes: f64) -> f64 {
    let used = BASE_MEGABYTES + bytes / (1024.0 * 1024.0);
    (used / CHUNK_MEGABYTES).ceil() * CHUNK_MEGABYTES
}

fn gigabyte_seconds(seconds: f64, megabytes: f64) -> f64 {
    super::cost::times(seconds, megabytes / 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, wanted: f64) {
        assert!((found - wanted).abs() < 0.01, "{found} is not {wanted}");
    }

    /// Example 4 of AWS's page: 100 million executions of 10 seconds with 62.85 MB.
    #[test]
    fn the_example_of_the_pricing_page_has_the_published_cost() {
        let bytes = 50.0 * 1024.0 + 400.0 * 32.0 * 1024.0;
        near(charged(bytes), 64.0);
        let case = CostCase {
            transitions: 1.0,
            seconds: 10.0,
            ..CostCase::default()
        };
        let table = prices_of("us-east-1").expect("has prices");
        let price = table.price(&case, 1e8, bytes, true);
        near(
            price.express.expect("can be one"),
            100.0 + 60.0 + 120.0 + 202.97,
        );
    }

    #[test]
    fn transitions_beyond_the_free_tier_are_charged() {
        let case = CostCase {
            transitions: 5.0,
            ..CostCase::default()
        };
        let table = prices_of("us-east-1").expect("has prices");
        near(table.price(&case, 100_000.0, 0.0, false).standard, 12.4);
        near(table.price(&case, 500.0, 0.0, false).standard, 0.0);
        assert_eq!(table.price(&case, 500.0, 0.0, false).express, None);
        assert_eq!(prices_of("mars-1"), None);
        assert!(STANDARD_PRICES.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn memory_is_charged_in_chunks() {
        near(charged(0.0), 64.0);
        near(charged(15.0 * 1024.0 * 1024.0), 128.0);
    }
}
