//! The data of a version of a state machine that a store contains.

use stepwright_asl::model::MachineType;

/// A version of a state machine, identified by its name and hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredMachine {
    /// The SHA-256 of the definition, in hexadecimal digits.
    pub hash: String,
    /// The state machine's name.
    pub name: String,
    /// Standard or Express.
    pub machine_type: MachineType,
    /// The definition in the States Language, with the values of its placeholders.
    pub definition: String,
}
