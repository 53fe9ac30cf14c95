//! The tasks that a test in another process executes (`/testing/tasks`).

use std::future::Future;
use std::sync::{Arc, PoisonError, RwLock};

use hyper::Uri;
use hyper::header::HeaderMap;
use stepwright_engine::task::TaskFailure;
use stepwright_testing::test_tasks::{TestCaller, TestTasks};

use super::endpoint::{Client, url};

/// The tasks of a test at a URL.
pub(crate) type PostedTasks = TestTasks<TestEndpoint>;

/// Posts calls to the URL of a test. Clones share the URL.
#[derive(Debug, Clone, Default)]
pub(crate) struct TestEndpoint {
    url: Arc<RwLock<Option<Uri>>>,
    client: Client,
}

impl TestEndpoint {
    /// Sets the URL.
    ///
    /// # Errors
    ///
    /// If it is invalid.
    pub(crate) fn set(&self, text: &str) -> Result<(), String> {
        let url = Some(url(text)?);
        *self.url.write().unwrap_or_else(PoisonError::into_inner) = url;
        Ok(())
    }
}

impl TestCaller for TestEndpoint {
    fn call(
        &self,
        call: String,
        too_large: TaskFailure,
    ) -> impl Future<Output = Result<String, TaskFailure>> + Send + 'static {
        let url = self.url.read().unwrap_or_else(PoisonError::into_inner);
        let (client, url) = (self.client.clone(), url.clone().unwrap_or_default());
        async move {
            let failed = |cause: String| TaskFailure::new("TestTaskFailed", cause);
            let response = client.post(&url, HeaderMap::new(), call).await;
            let response = response.map_err(|error| error.into_failure(too_large, failed))?;
            Ok(response.body)
        }
    }
}
