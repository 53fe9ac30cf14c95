//! What tests of workflows need: mocks of tasks.

mod mock;
mod mock_config;
mod mocks;

pub use self::mock::Mock;
pub use self::mock_config::{MockCase, MockConfig, MockConfigError};
pub use self::mocks::{MockedCall, Mocks};
