//! Counts and limits the workers that poll an activity at the same time.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::ApiError;

/// The maximum workers that poll one activity concurrently, as on AWS.
const MOST: usize = 1_000;

/// The number of workers that poll each activity.
#[derive(Debug, Default)]
pub(crate) struct Pollers {
    by_arn: Mutex<HashMap<String, usize>>,
}

/// A worker that polls. Dropping it decrements the number.
pub(crate) struct Poller<'a> {
    all: &'a Pollers,
    arn: &'a str,
}

impl Pollers {
    /// Counts a worker, until the value is dropped.
    ///
    /// # Errors
    ///
    /// `ActivityWorkerLimitExceeded`.
    pub(crate) fn enter<'a>(&'a self, arn: &'a str) -> Result<Poller<'a>, ApiError> {
        let mut by_arn = self.lock();
        let count = by_arn.entry(arn.to_owned()).or_default();
        if *count >= MOST {
            return Err(ApiError::new(
                "ActivityWorkerLimitExceeded",
                "The maximum number of workers concurrently polling for activity tasks has been reached.",
            ));
        }
        *count += 1;
        Ok(Poller { all: self, arn })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.by_arn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Poller<'_> {
    fn drop(&mut self) {
        let mut by_arn = self.all.lock();
        if let Some(count) = by_arn.get_mut(self.arn) {
            *count -= 1;
            if *count == 0 {
                by_arn.remove(self.arn);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pollers_of_one_activity_are_limited_and_released_on_drop() {
        let pollers = Pollers::default();
        let mut all: Vec<_> = (0..MOST).map_while(|_| pollers.enter("a").ok()).collect();
        assert_eq!(all.len(), MOST);
        assert!(pollers.enter("a").is_err());
        assert!(pollers.enter("b").is_ok());
        all.pop();
        assert!(pollers.enter("a").is_ok());
        drop(all);
        assert!(pollers.lock().is_empty());
    }
}
