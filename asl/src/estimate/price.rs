//! What AWS charges.
//!
//! Source: <https://aws.amazon.com/step-functions/pricing/>, the table of state transitions and the worked examples of Express workflows, as public
//! copies of the page have them.

use serde::Serialize;

use super::cost::Case;

/// The prices of a region, in US dollars.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PriceTable {
    /// Of which day the prices are.
    pub date: &'static str,
    /// The region of the prices of transitions.
    pub region: &'static str,
    /// For a thousand transitions of a Standard workflow.
    pub per_thousand_transitions: f64,
    /// Transitions of a month that cost nothing.
    pub free_transitions: f64,
    /// The region of the prices of Express workflows.
    pub express_region: &'static str,
    /// For a million Express executions.
    pub per_million_requests: f64,
    /// For a GB-hour of a month: how many at most (`None` for the rest), and the price of each.
    pub per_gb_hour: [(Option<f64>, f64); 3],
}

/// When the prices were read.
const DATE: &str = "2026-11-21";

/// For a thousand transitions, by region.
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

/// Express workflows, as the page's examples charge them.
pub const EXPRESS_PRICES: (f64, [(Option<f64>, f64); 3]) = (
    1.0,
    [(Some(1000.0), 0.06), (Some(4000.0), 0.03), (None, 0.01642)],
);

/// The prices of a region; `None` for one whose prices are not in the table.
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

/// What the executions of a month cost, in US dollars. One that nothing bounds is infinite, and `null` in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Price {
    /// As a Standard workflow.
    #[serde(serialize_with = "super::cost::amount")]
    pub standard: f64,
    /// As an Express workflow; `None` where it can be none, or where nothing bounds it.
    pub express: Option<f64>,
    /// Megabytes that an Express execution is charged for.
    #[serde(serialize_with = "super::cost::amount")]
    pub express_megabytes: f64,
    /// GB-seconds of an Express execution.
    #[serde(serialize_with = "super::cost::amount")]
    pub express_gigabyte_seconds: f64,
}

/// Megabytes that an Express execution takes before it has data, and by which it is charged.
const BASE_MEGABYTES: f64 = 50.0;
const CHUNK_MEGABYTES: f64 = 64.0;
/// Seconds by which an Express execution is charged, and that it lasts at most.
const TICK: f64 = 0.1;

impl PriceTable {
    /// What executions of a month cost.
    pub(super) fn price(
        &self,
        case: &Case,
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

/// Megabytes as they are charged: 50 MB, the definition, and the data of each step that runs beside others.
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

    /// Example 4 of AWS's page: 100 million executions of 10 seconds in 62.85 MB.
    #[test]
    fn the_example_of_the_page_comes_out() {
        let bytes = 50.0 * 1024.0 + 400.0 * 32.0 * 1024.0;
        near(charged(bytes), 64.0);
        let case = Case {
            transitions: 1.0,
            seconds: 10.0,
            ..Case::default()
        };
        let table = prices_of("us-east-1").expect("has prices");
        let price = table.price(&case, 1e8, bytes, true);
        near(
            price.express.expect("can be one"),
            100.0 + 60.0 + 120.0 + 202.97,
        );
    }

    #[test]
    fn transitions_beyond_the_free_ones_are_charged() {
        let case = Case {
            transitions: 5.0,
            ..Case::default()
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
