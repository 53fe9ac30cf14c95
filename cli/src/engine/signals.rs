//! Signals that end a server, and the signal for files that are too large.

use tokio::sync::watch;

/// Converts a write beyond the file size limit (`ulimit -f`) to an error of that write, as on a
/// full disk. By default the signal of such a write (SIGXFSZ) ends the process.
pub(crate) fn survive_size_limit() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        // The handler remains when the receiver is dropped. Without it, the signal ends the process
        // as before.
        let kind = SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw());
        drop(signal(kind));
    }
}

/// Counts the signals that request the end of the program: Ctrl-C, and SIGTERM if the system has
/// it.
pub(crate) struct Signals {
    count: watch::Receiver<u32>,
}

impl Signals {
    /// Starts listening. Without signals the program runs until it is killed. With `with_parent`,
    /// the end of the parent process counts as two signals: it ends the program at once.
    pub(crate) fn listen(with_parent: bool) -> Self {
        let (counter, count) = watch::channel(0);
        if with_parent {
            let counter = counter.clone();
            let ended = parent_ended();
            tokio::spawn(async move {
                ended.await;
                counter.send_modify(|count| *count += 2);
            });
        }
        // Here, and not in the task: a signal that arrives before the task runs must not end the
        // program.
        let listener = Listener::new();
        tokio::spawn(async move {
            let Some(mut signals) = listener else {
                return std::future::pending().await;
            };
            loop {
                signals.next().await;
                counter.send_modify(|count| *count += 1);
            }
        });
        Self { count }
    }

    /// Waits until this number of signals has arrived since [`listen`](Self::listen).
    pub(crate) fn wait(&self, signals: u32) -> impl Future<Output = ()> + Send + 'static {
        let mut count = self.count.clone();
        async move {
            if count.wait_for(|count| *count >= signals).await.is_err() {
                // The runtime ends.
                std::future::pending().await
            }
        }
    }
}

/// How often the parent process is checked.
#[cfg(unix)]
const PARENT_CHECK: std::time::Duration = std::time::Duration::from_millis(100);

/// Waits until the process that started this one has ended: this one then has another parent.
#[cfg(unix)]
fn parent_ended() -> impl Future<Output = ()> + Send + 'static {
    let parent = rustix::process::getppid();
    async move {
        while rustix::process::getppid() == parent {
            tokio::time::sleep(PARENT_CHECK).await;
        }
    }
}

/// Waits until the pipe at standard input is closed, which the parent process does when it ends.
#[cfg(not(unix))]
async fn parent_ended() {
    let mut input = tokio::io::stdin();
    // An error means that there is no pipe any more.
    let _ = tokio::io::copy(&mut input, &mut tokio::io::sink()).await;
}

#[cfg(unix)]
struct Listener {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Listener {
    fn new() -> Option<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Some(Self {
            interrupt: signal(SignalKind::interrupt()).ok()?,
            terminate: signal(SignalKind::terminate()).ok()?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Listener;

#[cfg(not(unix))]
impl Listener {
    fn new() -> Option<Self> {
        Some(Self)
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }
}
