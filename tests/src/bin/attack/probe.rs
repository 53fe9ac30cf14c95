//! Reads `/health` during an attack.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use stepwright_tests::client::Client;
use stepwright_tests::process::health_request;
use stepwright_tests::times::Times;

/// The pause between two requests.
const PAUSE: Duration = Duration::from_millis(20);

/// A thread that calls `/health`. It has its own runtime, so that the attacking clients do not
/// delay it.
pub(crate) struct Probe {
    is_over: Arc<AtomicBool>,
    thread: JoinHandle<Result<Times, String>>,
}

impl Probe {
    pub(crate) fn start(address: &str) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let (over, address) = (is_over.clone(), address.to_owned());
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime
                .map_err(|error| error.to_string())?
                .block_on(calls(&address, &over))
        });
        Self { is_over, thread }
    }

    /// Ends the calls. Returns how long they took.
    pub(crate) fn finish(self) -> Result<Times, String> {
        self.is_over.store(true, Ordering::Relaxed);
        let ended = self.thread.join();
        ended.map_err(|_| "the probe panicked".to_owned())?
    }
}

async fn calls(address: &str, is_over: &AtomicBool) -> Result<Times, String> {
    let mut client = Client::connect(address).await?;
    let request = health_request(address);
    let mut times = Vec::new();
    while !is_over.load(Ordering::Relaxed) {
        let begun = Instant::now();
        let (status, health) = client.send(&request).await?;
        times.push(begun.elapsed());
        if status != 200 {
            return Err(format!("/health is {status}: {health}"));
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(Times::of(times))
}
