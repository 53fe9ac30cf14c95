//! Task handlers: commands and HTTP endpoints (`--task 'NAME=..'`), and Lambda functions
//! (`--lambda-endpoint`).

mod command;
mod definition;
mod endpoint;
mod group;
mod lambda;
mod output;
mod server;
mod target;
mod test_tasks;

pub(crate) use self::definition::DefinitionTasks;
pub(crate) use self::endpoint::{Client, url};
pub(crate) use self::lambda::LambdaEndpoint;
pub(crate) use self::server::ServerTasks;
pub(crate) use self::target::{TaskBinding, binding};
pub(crate) use self::test_tasks::PostedTasks;
