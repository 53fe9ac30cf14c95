//! The function of JavaScript that answers the calls of tasks, as a test does in another process.

use std::cell::RefCell;
use std::future::{Future, ready};

use js_sys::{Function, JsString};
use stepwright_engine::task::TaskFailure;
use stepwright_testing::test_tasks::TestCaller;
use wasm_bindgen::JsValue;

thread_local! {
    /// The function of the run. A value of JavaScript cannot be in a task, which may be sent to
    /// another thread; here is no other one.
    static FUNCTION: RefCell<Option<Function>> = const { RefCell::new(None) };
}

/// Calls the function of the run.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TestFunction;

impl TestFunction {
    /// Sets the function until the value is dropped.
    pub(crate) fn set(function: Function) -> FunctionGuard {
        FUNCTION.set(Some(function));
        FunctionGuard
    }
}

/// Removes the function of the run.
pub(crate) struct FunctionGuard;

impl Drop for FunctionGuard {
    fn drop(&mut self) {
        FUNCTION.set(None);
    }
}

impl TestCaller for TestFunction {
    fn call(
        &self,
        call: String,
        _too_large: TaskFailure,
    ) -> impl Future<Output = Result<String, TaskFailure>> + Send + 'static {
        let failed = |cause: &str| TaskFailure::new("TestTaskFailed", cause);
        let function = FUNCTION.with_borrow(Clone::clone);
        let answer = match function {
            None => Err(failed("the run has no function `call`")),
            Some(function) => {
                let answer = function.call1(&JsValue::NULL, &JsString::from(call));
                let answer = answer.ok().and_then(|answer| answer.as_string());
                answer.ok_or_else(|| failed("the function `call` returned no text"))
            }
        };
        ready(answer)
    }
}
