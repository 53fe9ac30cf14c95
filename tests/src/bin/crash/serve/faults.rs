//! What happens to the server and to its store in a round.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use stepwright_interpreter::query::Entropy;

use super::database::Database;
use crate::verdict::Broken;

/// How the files of the store cannot grow for a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shortage {
    /// No file grows beyond the size of the store's largest file plus this many bytes.
    Growth(u64),
    /// No byte is written after the first 256 KiB of a file.
    Writes,
}

/// What happens to the store while the server runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Another program holds SQLite's write lock.
    Lock,
    Full(Shortage),
    /// The connections of the engine end, again and again.
    Connections,
    /// The database is killed, and starts after this time.
    Restart,
    /// The lease cannot be renewed.
    Lease,
}

/// A fault with its time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TimedFault {
    pub(crate) fault: Fault,
    /// How long after the server listens, or after its process was started, it begins.
    pub(crate) after: Duration,
    pub(crate) lasts: Duration,
}

/// How a round ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Kill,
    Terminate,
    /// A second signal follows.
    TerminateTwice(Duration),
    /// SIGKILL follows.
    TerminateAndKill(Duration),
    /// It is stopped, and continues after this time: another server has taken over then.
    Stop(Duration),
}

/// What happens in a round.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// The seconds of `--grace`.
    pub(crate) grace: u64,
    /// A fault while the server starts. The server may fail to start then.
    pub(crate) at_start: Option<TimedFault>,
    pub(crate) fault: Option<TimedFault>,
    /// The server ends this long after its process was started, whether or not it listens.
    pub(crate) early_end: Option<Duration>,
    /// Otherwise, this long after it listens.
    pub(crate) life: Duration,
    /// Before the end the clients pause, and all executions must end.
    pub(crate) is_drained: bool,
    pub(crate) end: End,
}

fn below(entropy: &Entropy, bound: u64) -> u64 {
    entropy.next_u64() % bound
}

fn millis(entropy: &Entropy, from: u64, to: u64) -> Duration {
    Duration::from_millis(from + below(entropy, to - from))
}

impl Fault {
    fn draw(entropy: &Entropy, is_database: bool) -> (Self, Duration) {
        if is_database {
            return match below(entropy, 3) {
                0 => (Self::Connections, millis(entropy, 100, 2_000)),
                1 => (Self::Restart, millis(entropy, 0, 3_000)),
                // Up to a time after which it would be taken over.
                _ => (Self::Lease, millis(entropy, 500, 6_000)),
            };
        }
        let lasts = match below(entropy, 12) {
            // Longer than SQLite waits for a lock.
            0 => millis(entropy, 5_000, 12_000),
            1..=3 => millis(entropy, 1_000, 3_000),
            _ => millis(entropy, 100, 1_000),
        };
        match below(entropy, 7) {
            0..=3 => (Self::Lock, lasts),
            4..=5 => (
                Self::Full(Shortage::Growth(below(entropy, 128 << 10))),
                lasts.min(Duration::from_secs(4)),
            ),
            _ => (
                Self::Full(Shortage::Writes),
                lasts.min(Duration::from_secs(4)),
            ),
        }
    }
}

impl Plan {
    /// Chooses the faults of a round. In the first round the server gets time for the first starts.
    pub(crate) fn draw(entropy: &Entropy, round: u32, is_database: bool) -> Self {
        let has_fault = below(entropy, 100) < 55;
        let fault = has_fault.then(|| {
            let after = millis(entropy, 0, 800);
            let (fault, lasts) = Fault::draw(entropy, is_database);
            TimedFault {
                fault,
                after,
                lasts,
            }
        });
        let at_start = (below(entropy, 100) < 6 && round > 1).then(|| {
            let (fault, lasts) = Fault::draw(entropy, is_database);
            TimedFault {
                fault,
                after: Duration::ZERO,
                lasts,
            }
        });
        let early_end = (below(entropy, 100) < 15 && round > 1).then(|| match below(entropy, 2) {
            0 => millis(entropy, 0, 30),
            _ => millis(entropy, 0, 300),
        });
        let life = match below(entropy, 4) {
            0 => millis(entropy, 0, 200),
            1 => millis(entropy, 200, 1_000),
            _ => millis(entropy, 500, 2_500),
        };
        let over = fault.map_or(Duration::ZERO, |fault| fault.after + fault.lasts);
        // Most rounds end after the fault.
        let life = match below(entropy, 4) {
            0 => life,
            _ => life + over,
        };
        let is_drained = match fault {
            Some(_) => below(entropy, 5) == 0,
            None => below(entropy, 25) == 0,
        };
        let end = match below(entropy, 10) {
            // A standby that is stopped may continue as a standby.
            0..=1 if is_database && early_end.is_none() => End::Stop(millis(entropy, 4_500, 9_000)),
            0..=3 => End::Kill,
            4..=6 => End::Terminate,
            7..=8 => End::TerminateTwice(millis(entropy, 0, 600)),
            _ => End::TerminateAndKill(millis(entropy, 0, 600)),
        };
        Self {
            grace: below(entropy, 4),
            at_start,
            fault,
            early_end,
            life: if is_drained { life.max(over) } else { life },
            is_drained,
            end,
        }
    }
}

impl fmt::Display for TimedFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.lasts.as_millis();
        match self.fault {
            Fault::Lock => write!(f, "locked for {millis} ms"),
            Fault::Connections => write!(f, "connections end for {millis} ms"),
            Fault::Restart => write!(f, "the database is away for {millis} ms"),
            Fault::Lease => write!(f, "the lease is not renewed for {millis} ms"),
            Fault::Full(Shortage::Growth(bytes)) => {
                write!(f, "full but for {bytes} bytes for {millis} ms")
            }
            Fault::Full(Shortage::Writes) => write!(f, "not writable for {millis} ms"),
        }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(fault) = &self.at_start {
            write!(f, "{fault} from the start, ")?;
        }
        if let Some(fault) = &self.fault {
            write!(f, "{fault}, ")?;
        }
        if self.is_drained {
            f.write_str("drained, ")?;
        }
        let grace = self.grace;
        match self.end {
            End::Kill => f.write_str("SIGKILL"),
            End::Stop(lasts) => write!(f, "SIGSTOP for {} ms", lasts.as_millis()),
            End::Terminate => write!(f, "SIGTERM with {grace} s of grace"),
            End::TerminateTwice(between) => write!(f, "two SIGTERMs in {} ms", between.as_millis()),
            End::TerminateAndKill(between) => write!(
                f,
                "SIGTERM with {grace} s of grace and SIGKILL {} ms later",
                between.as_millis()
            ),
        }?;
        match self.early_end {
            Some(after) => write!(f, " {} ms after the process starts", after.as_millis()),
            None => write!(f, " after {} ms", self.life.as_millis()),
        }
    }
}

/// Disturbs the database for a time.
pub(crate) async fn disturb(
    database: &Database,
    fault: Fault,
    lasts: Duration,
) -> Result<(), Broken> {
    match fault {
        Fault::Restart => database.restart(lasts).await,
        Fault::Lease => database.hold_lease(lasts).await,
        _ => {
            let begun = Instant::now();
            while begun.elapsed() < lasts {
                database.end_connections().await?;
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Ok(())
        }
    }
}

/// Holds the write lock of the store for a time. Returns whether it had the lock.
pub(crate) async fn lock(store: PathBuf, lasts: Duration) -> bool {
    let held = tokio::task::spawn_blocking(move || hold(&store, lasts).is_ok());
    held.await.unwrap_or_default()
}

fn hold(store: &Path, lasts: Duration) -> rusqlite::Result<()> {
    let connection = Connection::open(store)?;
    // The log belongs to the server, also when the server is dead.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.busy_timeout(Duration::from_secs(1))?;
    connection.execute_batch("BEGIN IMMEDIATE")?;
    std::thread::sleep(lasts);
    connection.execute_batch("ROLLBACK")
}

/// Limits the size of the files that a process writes; `None` lifts the limit. The process may have
/// ended.
pub(crate) fn limit(process: Option<Pid>, bytes: Option<u64>) {
    let Some(process) = process else { return };
    let limit = Rlimit {
        current: bytes,
        maximum: None,
    };
    let _gone = prlimit(Some(process), Resource::Fsize, limit);
}

/// Returns the limit of a shortage.
pub(crate) fn bytes(shortage: Shortage, store: &Path, calls: &Path) -> u64 {
    let size = |path: &Path| std::fs::metadata(path).map_or(0, |file| file.len());
    let mut log = store.as_os_str().to_owned();
    log.push("-wal");
    // Commands inherit the limit, and must be able to append to their file.
    let least = size(calls) + (256 << 10);
    match shortage {
        Shortage::Growth(room) => least.max(size(store).max(size(Path::new(&log))) + room),
        Shortage::Writes => least,
    }
}
