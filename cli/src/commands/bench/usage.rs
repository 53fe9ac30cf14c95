//! Resource usage of the process.

/// Processor time of all threads in milliseconds; `None` if the system does not report it.
pub(super) fn cpu_ms() -> Option<f64> {
    #[cfg(unix)]
    {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
        Some(time.tv_sec as f64 * 1_000.0 + time.tv_nsec as f64 / 1_000_000.0)
    }
    #[cfg(not(unix))]
    None
}

/// Peak memory in KiB; `None` if the system does not report it.
pub(super) fn peak_kb() -> Option<u64> {
    status("VmHWM:")
}

/// Current memory in KiB; `None` if the system does not report it.
pub(super) fn resident_kb() -> Option<u64> {
    status("VmRSS:")
}

/// A value of the process status on Linux.
fn status(key: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(key))?;
    line.split_whitespace().next()?.parse().ok()
}
