//! Calls the AWS services of Step Functions tasks: at the endpoints of emulators such as moto and
//! LocalStack, or at AWS itself.
//!
//! [`ServiceCalls`] executes the tasks of an engine that nothing else executes. Their results,
//! error names and causes are those of Step Functions:
//!
//! ```
//! # extern crate stepwright_engine as stepwright_runtime;
//! use stepwright_integrations::{Endpoints, ServiceCalls};
//! use stepwright_runtime::{Engine, MachineType};
//!
//! let definition = r#"{"StartAt": "Put", "States": {"Put": {
//!     "Type": "Task", "Resource": "arn:aws:states:::dynamodb:putItem",
//!     "Parameters": {"TableName": "orders", "Item": {"id": {"S.$": "$.id"}}}, "End": true
//! }}}"#;
//!
//! let endpoints = Endpoints::new()
//!     .with("http://127.0.0.1:4566")?
//!     .with("dynamodb=http://127.0.0.1:8000")?;
//! let engine = Engine::builder()
//!     .register_json("orders", definition, MachineType::Standard)
//!     .fallback_tasks(ServiceCalls::builder().endpoints(endpoints).build())
//!     .build()?;
//! # let _ = engine;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Features
//!
//! | feature | what it adds |
//! |---|---|
//! | `account` | `AwsAccount`: calls of AWS itself, with the credentials of the AWS SDKs |
//! | `tls` | endpoints with `https://` |
//!
//! # Boundary
//!
//! - It depends on `stepwright-runtime` without its default features, and on `stepwright-asl` with
//!   its API models. It compiles no macros.
//! - It has neither executions nor stores. It executes calls as a source of task results, reads and
//!   writes objects, reads recorded executions, and sends status events.
//! - It calls AWS itself only with the feature `account` and an `AwsAccount`.
//! - A call that may have had an effect is sent again only if the service then does the work once.
//! - A job of a `.sync` task is described by plain data, so that the next process follows or stops
//!   it.

#[cfg(feature = "account")]
mod account;
mod calls;
mod client;
mod execution_reader;
mod http_calls;
mod objects;
mod protocol;
mod status_events;

/// The API models of services.
use stepwright_asl::service_models as models;

#[cfg(feature = "account")]
pub use self::account::{AwsAccount, AwsAccountError};
pub use self::calls::{ServiceCalls, ServiceCallsBuilder};
pub use self::client::{CredentialsError, EndpointError, Endpoints, SigningKeys, is_loopback};
pub use self::execution_reader::{ExecutionReader, ReadExecutionError};
pub use self::http_calls::{Connections, ConnectionsError};
pub use self::objects::S3Objects;
pub use self::status_events::{StatusEvents, StatusEventsError};
#[doc(inline)]
pub use stepwright_asl::service_models::{ModelError, Models};
