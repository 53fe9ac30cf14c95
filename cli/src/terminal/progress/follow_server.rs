//! The progress of `stepwright serve`.

use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::thread::JoinHandle;
use std::time::Duration;

use stepwright_engine::statistics::ExecutionStatistics;
use stepwright_engine::value::Value;
use stepwright_engine::{Engine, ExecutionFilter, ExecutionHandle, Status};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout};

use super::destination::Destination;
use super::duration::seconds_text;
use super::live_block::LiveBlock;
use super::row::Row;
use super::server_progress::{ExecutionCounts, RunningExecution, ServerSnapshot};
use super::terminal;
use super::wait_text::WaitRow;
use crate::terminal::diagnostics;

/// The interval in which the progress is read.
const TICK: Duration = Duration::from_millis(500);
/// The shortest time between two lines with counts.
const LINE_PAUSE: Duration = Duration::from_secs(10);
/// How long an execution may take to return its waits: it does not while the store cannot commit.
const PATIENCE: Duration = Duration::from_millis(100);
/// How many executions are shown.
const SHOWN: usize = 5;

/// Shows the progress of a server until the value is dropped. A separate thread writes it, so that
/// a terminal that is paused delays no request.
pub(crate) struct ServerProgress {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl ServerProgress {
    /// Starts showing the progress of an engine whose API is at `address`; `None` if it is shown
    /// nowhere.
    pub(crate) fn start(
        engine: &Engine,
        address: SocketAddr,
        destination: Destination,
    ) -> Option<Self> {
        if destination == Destination::Nowhere {
            return None;
        }
        let mut watcher = Watcher {
            engine: engine.clone(),
            endpoint: endpoint(address),
            listed: None,
            executions: Vec::new(),
        };
        let mut shown = ShownProgress {
            block: (destination == Destination::Block).then(LiveBlock::new),
            reported: HashSet::new(),
            counts: None,
        };
        let runtime = Handle::current();
        let (stop, mut stopped) = oneshot::channel();
        let thread = std::thread::Builder::new().name("stepwright-progress".to_owned());
        let thread = thread.spawn(move || {
            runtime.block_on(async {
                loop {
                    tokio::select! {
                        biased;
                        _ = &mut stopped => break,
                        () = tokio::time::sleep(TICK) => {}
                    }
                    tokio::select! {
                        biased;
                        _ = &mut stopped => break,
                        snapshot = watcher.snapshot() => shown.show(&snapshot, &watcher.endpoint),
                    }
                }
            });
        });
        Some(Self {
            stop: Some(stop),
            // Without a thread the server works, and shows nothing.
            thread: thread.ok(),
        })
    }
}

impl Drop for ServerProgress {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been printed.
            let _ = thread.join();
        }
    }
}

/// Reads what an engine does.
struct Watcher {
    engine: Engine,
    endpoint: String,
    /// The numbers of started and ended executions when the executions were listed.
    listed: Option<(u64, u64)>,
    /// The newest running executions.
    executions: Vec<ExecutionHandle<Value>>,
}

impl Watcher {
    async fn snapshot(&mut self) -> ServerSnapshot {
        let sums = self.engine.statistics().all_executions();
        let began = sums.started + sums.redriven + sums.resumed;
        // A list reads the store, or many closed executions, so it is read only after a change.
        if self.listed.replace((began, sums.open)) != Some((began, sums.open)) {
            self.list(sums.open);
        }
        let now = self.engine.clock().now();
        let mut executions = Vec::new();
        for run in &self.executions {
            let waits = timeout(PATIENCE, run.waits()).await.ok();
            if run.status() != Status::Running {
                continue;
            }
            let about = run.execution();
            executions.push(RunningExecution {
                arn: run.id().to_owned(),
                machine: about.machine_name().to_owned(),
                name: run.name().to_owned(),
                time: seconds_text(now - about.started()),
                waits: waits.map(|waits| waits.iter().map(|wait| WaitRow::of(wait, now)).collect()),
            });
        }
        ServerSnapshot {
            counts: counts(&sums),
            executions,
        }
    }

    /// Lists the newest running executions. If the store cannot be read, the earlier ones remain.
    fn list(&mut self, open: u64) {
        if open == 0 {
            self.executions.clear();
            return;
        }
        let filter = ExecutionFilter::new().status(Status::Running).limit(SHOWN);
        let Ok(page) = self.engine.blocking_executions(&filter) else {
            return;
        };
        let runs = page.executions.iter();
        self.executions = runs
            .filter_map(|one| self.engine.blocking_execution(&one.id).ok()?)
            .collect();
    }
}

fn counts(sums: &ExecutionStatistics) -> ExecutionCounts {
    ExecutionCounts {
        running: sums.open,
        succeeded: sums.succeeded,
        failed: sums.failed,
        timed_out: sums.timed_out,
        aborted: sums.aborted,
    }
}

/// Returns the URL at which this machine reaches the API.
pub(crate) fn endpoint(address: SocketAddr) -> String {
    let host = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    format!("http://{}", SocketAddr::new(host, address.port()))
}

/// The progress of a server, and where it is shown.
struct ShownProgress {
    /// The block of a terminal; `None` for lines.
    block: Option<LiveBlock>,
    /// The keys of the waits that were reported as lines and that still exist.
    reported: HashSet<String>,
    /// The counts of the last line, and when it was written.
    counts: Option<(ExecutionCounts, Instant)>,
}

impl ShownProgress {
    fn show(&mut self, snapshot: &ServerSnapshot, endpoint: &str) {
        if let Some(block) = &self.block {
            return block.show("", snapshot.rows(endpoint));
        }
        let mut lines = Vec::new();
        let mut waiting = HashSet::new();
        for (key, row) in snapshot.actions(endpoint) {
            if !self.reported.contains(&key) {
                lines.push(row);
            }
            waiting.insert(key);
        }
        self.reported = waiting;
        let is_due = match self.counts {
            None => snapshot.counts != ExecutionCounts::default(),
            Some((counts, at)) => counts != snapshot.counts && at.elapsed() >= LINE_PAUSE,
        };
        if is_due {
            self.counts = Some((snapshot.counts, Instant::now()));
            lines.push(Row::new().plain(snapshot.counts.text()));
        }
        let has_colors = terminal::has_colors();
        for line in lines {
            diagnostics::tell(line.text(has_colors));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::endpoint;

    #[test]
    fn the_endpoint_is_an_address_that_this_machine_can_call() {
        for (address, url) in [
            ("0.0.0.0:80", "http://127.0.0.1:80"),
            ("[::]:80", "http://[::1]:80"),
            ("10.0.0.7:8083", "http://10.0.0.7:8083"),
        ] {
            assert_eq!(endpoint(address.parse().unwrap()), url);
        }
    }
}
