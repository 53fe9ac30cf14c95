//! Rules about Task states: resources, arguments, timeouts and credentials.

#[cfg(feature = "integrations")]
mod arguments;
mod arn;
pub(super) mod heartbeat_not_shorter;
pub(super) mod invalid_argument_value;
pub(super) mod invalid_credentials;
pub(super) mod missing_argument;
pub(super) mod missing_lambda_retry;
pub(super) mod missing_resource;
pub(super) mod missing_timeout;
#[cfg(feature = "models")]
mod model_arguments;
pub(super) mod timeout_and_path;
pub(super) mod timeout_out_of_range;
pub(super) mod unknown_argument;
pub(super) mod unknown_resource;
pub(super) mod unused_task_token;
pub(super) mod waiting_in_express;
pub(super) mod wrong_argument_type;

use crate::validate::definition::{Definition, DefinitionPart};

fn tasks<'d, 'a>(definition: &'a Definition<'d>) -> impl Iterator<Item = &'a DefinitionPart<'d>> {
    definition.parts_of("Task")
}
