//! Process groups: when a task is over, its command ends, with all processes that the command
//! started.

#[cfg(unix)]
use std::collections::HashSet;
#[cfg(unix)]
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[cfg(unix)]
use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use tokio::process::{Child, Command};

/// How long commands may run after a signal.
#[cfg(unix)]
const GRACE: std::time::Duration = std::time::Duration::from_secs(2);

/// The process groups of running commands. Clones share the groups.
#[derive(Debug, Clone, Default)]
pub(crate) struct Groups {
    #[cfg(unix)]
    running: Arc<Mutex<HashSet<Pid>>>,
}

/// A received signal that ends this program.
#[derive(Debug)]
pub(crate) struct TerminationSignal {
    /// The exit status that a shell shows for it.
    status: u8,
    #[cfg(unix)]
    received: Signal,
    /// The groups that must receive the signal. They are not ended in any other way.
    #[cfg(unix)]
    groups: Vec<Pid>,
}

impl TerminationSignal {
    /// Forwards the signal to the groups, which do not receive it from the terminal because they
    /// are not its foreground group. Waits for a grace period, then kills the remaining processes:
    /// a shell's background processes ignore Ctrl-C. Returns the exit status.
    pub(crate) async fn passed_on(self) -> u8 {
        #[cfg(unix)]
        {
            let mut alive = self.groups;
            for leader in &alive {
                end(*leader, self.received);
            }
            let begun = std::time::Instant::now();
            while !alive.is_empty() && begun.elapsed() < GRACE {
                tokio::time::sleep(GRACE / 40).await;
                alive.retain(|leader| test_kill_process_group(*leader).is_ok());
            }
            for leader in alive {
                end(leader, Signal::KILL);
            }
        }
        self.status
    }
}

/// The process group of one command. If it is dropped before [`ProcessGroup::release`], all its
/// processes are killed.
#[derive(Debug)]
pub(crate) struct ProcessGroup {
    #[cfg(unix)]
    leader: Option<Pid>,
    #[cfg(unix)]
    groups: Groups,
}

impl Groups {
    /// Starts a command as the leader of a new group.
    pub(crate) fn spawn(&self, command: &mut Command) -> std::io::Result<(Child, ProcessGroup)> {
        #[cfg(unix)]
        {
            let child = command.process_group(0).spawn()?;
            let leader = child.id().and_then(|id| Pid::from_raw(id.try_into().ok()?));
            self.lock().extend(leader);
            let groups = self.clone();
            Ok((child, ProcessGroup { leader, groups }))
        }
        #[cfg(not(unix))]
        {
            // At least the command itself is killed.
            Ok((command.kill_on_drop(true).spawn()?, ProcessGroup {}))
        }
    }

    /// Waits until the user or the system ends this program. The caller must then end the running
    /// groups.
    #[cfg(unix)]
    pub(crate) async fn interrupted(&self) -> std::io::Result<TerminationSignal> {
        use tokio::signal::unix::{SignalKind, signal};
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let mut hangup = signal(SignalKind::hangup())?;
        let (received, number) = tokio::select! {
            _ = interrupt.recv() => (Signal::INT, 2),
            _ = terminate.recv() => (Signal::TERM, 15),
            _ = hangup.recv() => (Signal::HUP, 1),
        };
        Ok(TerminationSignal {
            status: 128 + number,
            received,
            groups: self.lock().drain().collect(),
        })
    }

    /// The same on systems without signals other than Ctrl-C.
    #[cfg(not(unix))]
    pub(crate) async fn interrupted(&self) -> std::io::Result<TerminationSignal> {
        tokio::signal::ctrl_c().await?;
        Ok(TerminationSignal { status: 130 })
    }

    #[cfg(unix)]
    fn lock(&self) -> MutexGuard<'_, HashSet<Pid>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ProcessGroup {
    /// Call this after the command ended by itself: its background processes may continue.
    #[cfg_attr(not(unix), allow(unused_mut))]
    pub(crate) fn release(mut self) {
        #[cfg(unix)]
        if let Some(leader) = self.leader.take() {
            self.groups.lock().remove(&leader);
        }
    }
}

#[cfg(unix)]
impl Drop for ProcessGroup {
    fn drop(&mut self) {
        if let Some(leader) = self.leader.take()
            && self.groups.lock().remove(&leader)
        {
            end(leader, Signal::KILL);
        }
    }
}

#[cfg(unix)]
fn end(leader: Pid, signal: Signal) {
    match kill_process_group(leader, signal) {
        // All of its processes ended already.
        Ok(()) | Err(rustix::io::Errno::SRCH) => {}
        Err(error) => {
            let leader = leader.as_raw_nonzero();
            crate::terminal::diagnostics::note(&format!(
                "cannot end the command's process group {leader}: {error}"
            ));
        }
    }
}
