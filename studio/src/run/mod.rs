//! Runs of a definition with test data: whole runs, steps, single conditions, and reports.

pub(crate) mod child_process;
pub(crate) mod condition_value;
pub(crate) mod debug;
pub(crate) mod long_work;
pub(crate) mod mock_answer;
pub(crate) mod report;
pub(crate) mod state_data;
pub(crate) mod test_data;
pub(crate) mod trial;
