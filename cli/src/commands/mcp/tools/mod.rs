//! The tools, each in a file with its name.

mod check;
mod edit;
mod executions;
mod explore;
mod policy;
mod review;
mod run;
mod test_state;

use std::sync::Arc;

use rmcp::model::{JsonObject, Tool};
use serde_json::Value;

use super::refusal::Refusal;
use super::tool::{AgentTool, Session, call as call_tool, description};

macro_rules! tools {
    ($($tool:ty),* $(,)?) => {
        /// The descriptions of all tools.
        pub(super) fn all() -> Vec<Tool> {
            vec![$(description::<$tool>()),*]
        }

        /// Calls a tool by its name; `None` if there is none.
        pub(super) async fn call(
            session: Session<'_>,
            name: &str,
            arguments: Arc<JsonObject>,
        ) -> Option<Result<Value, Refusal>> {
            $(
                if name == <$tool>::NAME {
                    return Some(call_tool::<$tool>(session, arguments).await);
                }
            )*
            None
        }
    };
}

tools! {
    check::Check,
    edit::Edit,
    run::Run,
    test_state::TestState,
    explore::Explore,
    review::Review,
    policy::Policy,
    executions::Executions,
}

/// The input of an execution or a state for which no input is given.
fn empty_input() -> Value {
    Value::Object(JsonObject::new())
}
