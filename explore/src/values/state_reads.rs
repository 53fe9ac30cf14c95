//! The parts of values that a state reads.

use stepwright_asl::jsonata::ValueTest;

use super::abstract_value::{Origin, PartStep};
use super::comparison::ComparedParts;

/// The reads of one state.
#[derive(Clone, Debug, Default)]
pub(super) struct StateReads {
    pub(super) state: usize,
    /// The parts that it reads from outside of the definition.
    pub(super) required: Vec<RequiredPart>,
    /// The parts that it compares with each other.
    pub(super) compared: Vec<ComparedParts>,
    /// The states that wrote what it reads.
    pub(super) writers: Vec<usize>,
    /// Whether it computes a value from all parts of another one.
    pub(super) reads_whole: bool,
    pub(super) timestamps: Vec<Origin>,
    /// The parts that are the input of an execution.
    pub(super) inputs: Vec<Origin>,
    /// The parts of the input that it reads, and that are absent where no state wrote them.
    pub(super) absent: Vec<RequiredPart>,
    /// Whether it reads a part that is absent on some path.
    pub(super) is_uncertain: bool,
    /// Whether it reads a value that is computed.
    pub(super) has_unknown: bool,
    /// Whether it reads a computed value of which the writer is not known.
    pub(super) has_unknown_source: bool,
    /// Whether the output of the state machine lacks a part that its starter reads.
    pub(super) has_uncertain_output: bool,
    /// The parts that the input of the execution that it starts lacks, and that are read there.
    pub(super) lacking: Vec<Vec<PartStep>>,
}

/// A part of a value from outside of the definition that a state reads.
#[derive(Clone, Debug)]
pub(super) struct RequiredPart {
    pub(super) origin: Origin,
    pub(super) test: ValueTest,
    /// Whether a value that equals no compared one makes a difference.
    pub(super) has_other: bool,
    /// Whether the value, and not only its presence, makes a difference for the path.
    pub(super) is_decisive: bool,
}

/// A part of a value that another definition reads: of the input that it gets, or of the output of
/// an execution that it starts.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct BoundaryPart {
    pub(super) path: Vec<PartStep>,
    pub(super) test: ValueTest,
    pub(super) has_other: bool,
    pub(super) is_decisive: bool,
}
