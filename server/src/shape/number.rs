//! Numbers in requests, with their ranges.

use std::marker::PhantomData;

use serde::{Deserialize, Deserializer};

use super::{Constraints, Shape};

/// The constraints of a number.
pub(crate) trait NumberRule {
    const MIN: f64;
    const MAX: f64;
    /// It may have a fraction.
    const IS_FLOAT: bool = false;
}

/// A number with constraints.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Number<R>(f64, PhantomData<R>);

impl<R> Default for Number<R> {
    fn default() -> Self {
        Self(0.0, PhantomData)
    }
}

impl<R: NumberRule> Number<R> {
    /// Returns the number. Whole numbers are exact up to 2^53, and no rule allows larger ones.
    pub(crate) fn get(&self) -> f64 {
        self.0
    }

    /// Returns a number that is not negative, as the rules of counts guarantee.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the rule of a count bounds it, and `as` saturates"
    )]
    pub(crate) fn count(&self) -> u64 {
        self.0 as u64
    }
}

impl<'de, R: NumberRule> Deserialize<'de> for Number<R> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let number = f64::deserialize(from)?;
        // AWS's parser drops the fraction of a number that is an integer in its model.
        let number = if R::IS_FLOAT { number } else { number.trunc() };
        Ok(Self(number, PhantomData))
    }
}

impl<R: NumberRule> Shape for Number<R> {
    fn check(&self, to: &mut Constraints) {
        let bound = if self.0 > R::MAX {
            format!("less than or equal to {}", R::MAX)
        } else if self.0 < R::MIN {
            format!("greater than or equal to {}", R::MIN)
        } else {
            return;
        };
        to.breaks(self, &format!("Member must have value {bound}"));
    }

    fn show(&self) -> Option<String> {
        Some(self.0.to_string())
    }
}

macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident: $rule:ident { $($body:tt)* })*) => {
        $(
            $(#[$doc])*
            pub(crate) type $name = Number<$rule>;

            #[derive(Clone, Copy, Debug)]
            pub(crate) struct $rule;

            impl NumberRule for $rule {
                $($body)*
            }
        )*
    };
}

/// The largest Java `int`.
const INT: f64 = 2_147_483_647.0;

numbers! {
    /// The maximum results of a page.
    PageSize: PageSizeRule { const MIN: f64 = 0.0; const MAX: f64 = 1_000.0; }
    /// The percentage of executions for a version.
    VersionWeight: VersionWeightRule { const MIN: f64 = 0.0; const MAX: f64 = 100.0; }
    /// The maximum number of concurrently running children of a Map Run.
    MaxConcurrency: MaxConcurrencyRule { const MIN: f64 = 0.0; const MAX: f64 = INT; }
    /// A count, for example of failures.
    Count: CountRule { const MIN: f64 = 0.0; const MAX: f64 = 9_007_199_254_740_991.0; }
    /// The maximum number of diagnostics.
    DiagnosticCount: DiagnosticCountRule { const MIN: f64 = 0.0; const MAX: f64 = 100.0; }
    /// A percentage.
    Percentage: PercentageRule { const MIN: f64 = 0.0; const MAX: f64 = 100.0; const IS_FLOAT: bool = true; }
    /// How many seconds a data key is reused.
    ReuseSeconds: ReuseSecondsRule { const MIN: f64 = 60.0; const MAX: f64 = 900.0; }
}
