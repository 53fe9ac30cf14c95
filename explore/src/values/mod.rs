//! Makes values for inputs and results that are not given: an abstract run of the definition finds
//! the source of each value and the tests that the definition applies to it.

mod abstract_value;
mod compared_parts;
mod comparison;
mod container_flow;
mod demand;
mod derived_schemas;
mod linked_values;
mod live_values;
mod machine_flow;
mod neighbours;
mod observed_parts;
mod optional_results;
mod reads;
mod state_reads;
mod template;
mod value_source;

pub(crate) use self::demand::SampleSet;
pub use self::derived_schemas::{DerivedSchemas, DerivedTaskSchemas};
pub(crate) use self::linked_values::{DefinitionLink, linked_values};
pub(crate) use self::live_values::LiveValues;
pub(crate) use self::machine_flow::MachineValues;
pub(crate) use self::observed_parts::observed_parts;
