use std::time::Duration;

/// The service's limits, by default as AWS sets them.
///
/// ```
/// use stepwright_runtime::Limits;
///
/// let strict = Limits { events: 1_000, ..Limits::default() };
/// assert_eq!(strict.payload_bytes, 262_144);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes of UTF-8 that a state's input, output or result may take as JSON: 262,144.
    pub payload_bytes: u64,
    /// The most events of a Standard execution's history: 25,000.
    pub events: u32,
    /// The longest life of a Standard execution. AWS says a year; 366 days, so that a year of Wait fits.
    pub standard_duration: Duration,
    /// The longest life of an Express execution: five minutes.
    pub express_duration: Duration,
    /// The most transitions of an execution without an event limit. No limit of AWS: there, time would run out;
    /// on virtual time an Express loop takes none. Reaching it is the timeout.
    pub express_transitions: u64,
    /// The most iterations of an inline Map at a time: 40.
    pub map_concurrency: u32,
    /// The most child executions of a Map Run (a Distributed Map) at a time: 10,000.
    pub map_run_concurrency: u32,
    /// The most bytes of an object that an ItemReader reads, without compression: 10 GB.
    pub object_bytes: u64,
    /// The bytes after which a ResultWriter begins another file: 5 GB.
    pub result_file_bytes: u64,
    /// The bytes of results that leave at a time, where the object store takes an object in parts: 5 MiB, the least that S3
    /// takes of a part that is not the last one.
    pub result_part_bytes: u64,
    /// The most bytes of a definition: 1 MiB.
    pub definition_bytes: usize,
    /// The most bytes of one variable, and of all that one Assign assigns: 262,144.
    pub variable_bytes: u64,
    /// The most bytes of all variables that one state can read: 10 MiB.
    pub variables_bytes: u64,
    /// The longest Wait: 2^31 - 1 seconds.
    pub wait: Duration,
    /// How deep a value may nest. No limit of AWS's documentation; its JSON parser's is 1,000.
    pub value_depth: u32,
    /// How deep executions may start executions.
    pub nesting: u32,
    /// The most Standard executions that are open at a time, those of a store among them: 1,000,000. The children of Map Runs do not count.
    pub open_executions: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            payload_bytes: 262_144,
            events: 25_000,
            standard_duration: Duration::from_secs(366 * 86_400),
            express_duration: Duration::from_secs(300),
            express_transitions: 1_000_000,
            map_concurrency: 40,
            map_run_concurrency: 10_000,
            object_bytes: 10_000_000_000,
            result_file_bytes: 5_000_000_000,
            result_part_bytes: 5 << 20,
            definition_bytes: 1_048_576,
            variable_bytes: 262_144,
            variables_bytes: 10_485_760,
            wait: Duration::from_secs(2_147_483_647),
            value_depth: 1_000,
            nesting: 100,
            open_executions: 1_000_000,
        }
    }
}
