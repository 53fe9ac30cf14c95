//! What the process has used.

/// The time that all its threads had of a processor, in milliseconds; `None` where the system does not tell.
pub(super) fn cpu_ms() -> Option<f64> {
    #[cfg(unix)]
    {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
        Some(time.tv_sec as f64 * 1_000.0 + time.tv_nsec as f64 / 1_000_000.0)
    }
    #[cfg(not(unix))]
    None
}

/// The most memory that it had, in KiB; `None` where the system does not tell.
pub(super) fn peak_kb() -> Option<u64> {
    status("VmHWM:")
}

/// The memory that it has, in KiB; `None` where the system does not tell.
pub(super) fn resident_kb() -> Option<u64> {
    status("VmRSS:")
}

/// A line of what Linux says of the process.
fn status(key: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(key))?;
    line.split_whitespace().next()?.parse().ok()
}
