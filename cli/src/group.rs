//! Process groups: a command, and whatever it starts, ends when the task that it answers is over.

#[cfg(unix)]
use std::collections::HashSet;
#[cfg(unix)]
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[cfg(unix)]
use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use tokio::process::{Child, Command};

/// How long commands have to end after a signal.
#[cfg(unix)]
const GRACE: std::time::Duration = std::time::Duration::from_secs(2);

/// The process groups of the commands that run. Clones are the same groups.
#[derive(Debug, Clone, Default)]
pub(crate) struct Groups {
    #[cfg(unix)]
    running: Arc<Mutex<HashSet<Pid>>>,
}

/// A signal came that ends this program.
#[derive(Debug)]
pub(crate) struct Interrupted {
    /// The exit status that a shell shows for it.
    status: u8,
    #[cfg(unix)]
    received: Signal,
    /// The groups that are to be told. Nothing else ends them any more.
    #[cfg(unix)]
    groups: Vec<Pid>,
}

impl Interrupted {
    /// Passes the signal on to the groups, because they are not the terminal's foreground group and it does not tell them. Gives the commands a
    /// moment to end by themselves, and the exit status. What then still runs is killed: a shell's background processes ignore Ctrl-C.
    pub(crate) async fn passed_on(self) -> u8 {
        #[cfg(unix)]
        {
            let mut told = self.groups;
            for leader in &told {
                end(*leader, self.received);
            }
            let begun = std::time::Instant::now();
            while !told.is_empty() && begun.elapsed() < GRACE {
                tokio::time::sleep(GRACE / 40).await;
                told.retain(|leader| test_kill_process_group(*leader).is_ok());
            }
            for leader in told {
                end(leader, Signal::KILL);
            }
        }
        self.status
    }
}

/// The process group of one command. Dropped before [`Group::release`], it ends all of its processes.
#[derive(Debug)]
pub(crate) struct Group {
    #[cfg(unix)]
    leader: Option<Pid>,
    #[cfg(unix)]
    groups: Groups,
}

impl Groups {
    /// Starts a command as the leader of a group of its own.
    pub(crate) fn spawn(&self, command: &mut Command) -> std::io::Result<(Child, Group)> {
        #[cfg(unix)]
        {
            let child = command.process_group(0).spawn()?;
            let leader = child.id().and_then(|id| Pid::from_raw(id.try_into().ok()?));
            self.lock().extend(leader);
            let groups = self.clone();
            Ok((child, Group { leader, groups }))
        }
        #[cfg(not(unix))]
        {
            // At least the command itself ends.
            Ok((command.kill_on_drop(true).spawn()?, Group {}))
        }
    }

    /// Ends when the user or the system ends this program. The groups that run then are the answer's to end.
    #[cfg(unix)]
    pub(crate) async fn interrupted(&self) -> std::io::Result<Interrupted> {
        use tokio::signal::unix::{SignalKind, signal};
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let mut hangup = signal(SignalKind::hangup())?;
        let (received, number) = tokio::select! {
            _ = interrupt.recv() => (Signal::INT, 2),
            _ = terminate.recv() => (Signal::TERM, 15),
            _ = hangup.recv() => (Signal::HUP, 1),
        };
        Ok(Interrupted {
            status: 128 + number,
            received,
            groups: self.lock().drain().collect(),
        })
    }

    /// The same where there are no signals but Ctrl-C.
    #[cfg(not(unix))]
    pub(crate) async fn interrupted(&self) -> std::io::Result<Interrupted> {
        tokio::signal::ctrl_c().await?;
        Ok(Interrupted { status: 130 })
    }

    #[cfg(unix)]
    fn lock(&self) -> MutexGuard<'_, HashSet<Pid>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Group {
    /// The command ended by itself: what it leaves running may run on.
    #[cfg_attr(not(unix), allow(unused_mut))]
    pub(crate) fn release(mut self) {
        #[cfg(unix)]
        if let Some(leader) = self.leader.take() {
            self.groups.lock().remove(&leader);
        }
    }
}

#[cfg(unix)]
impl Drop for Group {
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
        // All of its processes ended meanwhile.
        Ok(()) | Err(rustix::io::Errno::SRCH) => {}
        Err(error) => {
            let leader = leader.as_raw_nonzero();
            crate::report::note(&format!(
                "cannot end the command's process group {leader}: {error}"
            ));
        }
    }
}
