//! The report of a server that waits for the end of another one.

use std::fmt;
use std::sync::Arc;

use serde_json::{Value as Json, json};

/// The state of a standby: a server that follows the store of another one, and takes it over when
/// that one ends or dies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StandbyReport {
    /// The server that has the store: `process 17 of web-2`; empty if there is none.
    pub leader: String,
    /// By how many commits the standby is behind.
    pub behind: u64,
    /// How many open executions it has in memory.
    pub executions: usize,
    /// Why it could not read the store the last time.
    pub error: Option<String>,
}

/// Returns the state of a standby.
pub(crate) type ReportStandby = Arc<dyn Fn() -> StandbyReport + Send + Sync>;

impl StandbyReport {
    /// Returns the members of `/health` and `/ready`.
    pub(crate) fn to_json(&self) -> Json {
        let mut json = json!({
            "leader": self.leader,
            "commitsBehind": self.behind,
            "openExecutions": self.executions,
        });
        if let Some(error) = &self.error {
            json["error"] = error.as_str().into();
        }
        json
    }

    /// Returns the numbers of `/metrics`.
    pub(crate) fn to_prometheus(&self) -> String {
        let behind = (
            "stepwright_standby_commits_behind",
            "Commits that the standby has not read",
            self.behind,
        );
        let executions = self.executions as u64;
        let open = (
            "stepwright_standby_open_executions",
            "Open executions that the standby has in memory",
            executions,
        );
        let metrics = [behind, open].map(|(name, help, value)| {
            format!("# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}\n")
        });
        metrics.concat()
    }
}

/// One line for people.
impl fmt::Display for StandbyReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let leader = match self.leader.as_str() {
            "" => "another server",
            leader => leader,
        };
        write!(
            f,
            "This server is a standby. It takes over when {leader} ends or dies. "
        )?;
        match (&self.error, self.behind) {
            (Some(error), _) => write!(f, "It cannot read the store now: {error}"),
            (None, 0) => f.write_str("It has read all commits."),
            (None, 1) => f.write_str("It is 1 commit behind."),
            (None, behind) => write!(f, "It is {behind} commits behind."),
        }
    }
}
