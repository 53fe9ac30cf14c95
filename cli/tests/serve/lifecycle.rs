//! The server as a process: its start and its end.

use std::io::{Read, Write};
use std::net::TcpStream;
#[cfg(unix)]
use std::time::{Duration, Instant};

#[cfg(unix)]
use serde_json::json;

use super::support::Server;

#[test]
fn the_server_prints_its_address_and_reports_its_health() {
    let server = Server::start(&[]);
    assert!(
        server.address.starts_with("127.0.0.1:"),
        "{}",
        server.address
    );
    let mut stream = TcpStream::connect(&server.address).expect("it listens");
    let request = b"GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    stream.write_all(request).expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    assert!(answer.contains(r#""status":"ok""#), "{answer}");
}

/// A signal ends the server and the commands that it started.
#[cfg(unix)]
#[test]
fn a_signal_ends_the_server_and_its_commands() {
    use rustix::process::{Pid, Signal, kill_process, test_kill_process};

    let folder = tempfile::tempdir().expect("there is room");
    let pid = folder.path().join("pid");
    let command = format!("Hang=echo $$ > {}; exec sleep 600", pid.display());
    let mut server = Server::start(&["--task", &command]);
    let resource = "arn:aws:lambda:us-east-1:123456789012:function:f";
    server.start_state(
        "Hang",
        json!({"Type": "Task", "Resource": resource}),
        &json!({}),
    );
    let begun = Instant::now();
    let command = loop {
        let written = std::fs::read_to_string(&pid).unwrap_or_default();
        if written.ends_with('\n') {
            break written.trim().parse().expect("it is a number");
        }
        assert!(begun.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(10));
    };
    let command = Pid::from_raw(command).expect("it is an id");
    let id = server
        .process
        .id()
        .try_into()
        .ok()
        .and_then(Pid::from_raw)
        .expect("it is an id");
    kill_process(id, Signal::TERM).expect("it runs");
    let ended = server.process.wait().expect("it is a child");
    assert_eq!(ended.code(), Some(0));
    let begun = Instant::now();
    while test_kill_process(command).is_ok() {
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "the command runs on"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// As many connections as the system allows, up to 10,000, each with an incomplete request: the
/// server answers other requests, its memory is bounded, and all connections can continue.
#[cfg(target_os = "linux")]
#[test]
fn ten_thousand_open_connections_are_served() {
    use rustix::process::{Resource, getrlimit, setrlimit};

    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    // If the system refuses, fewer connections are possible.
    let _ = setrlimit(Resource::Nofile, limit);
    let allowed = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    let count = usize::try_from(allowed.saturating_sub(500).min(10_000)).unwrap_or_default();
    let server = Server::start(&[]);
    let memory = || {
        let status = format!("/proc/{}/status", server.process.id());
        let status = std::fs::read_to_string(status).expect("it runs");
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let resident = resident.and_then(|text| text.trim().strip_suffix(" kB")?.parse().ok());
        let resident: usize = resident.expect("it is told");
        resident * 1_024
    };
    let before = memory();
    let head = format!(
        "POST / HTTP/1.1\r\nhost: localhost\r\nx-amz-target: AWSStepFunctions.ListStateMachines\r\nx-a: {}",
        "a".repeat(500)
    );
    let mut open = Vec::with_capacity(count);
    for _ in 0..count {
        let mut stream = TcpStream::connect(&server.address).expect("it listens");
        stream.write_all(head.as_bytes()).expect("it reads");
        open.push(stream);
    }
    let listed = server.call("ListStateMachines", json!({}));
    assert_eq!(listed, json!({"stateMachines": []}));
    let each = memory().saturating_sub(before) / count;
    assert!(each < 40_000, "each connection takes {each} bytes");
    // The youngest ones: the server closes a connection whose request is incomplete for too long,
    // and on a busy machine the oldest ones are.
    for stream in open.iter_mut().rev().take(10) {
        let rest = b"\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
        stream.write_all(rest).expect("it is still there");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    }
}

/// A pipe holds 64 KiB, and the queue of the log a megabyte.
#[cfg(unix)]
#[test]
fn a_log_that_nobody_reads_blocks_nothing_and_its_dropped_lines_are_counted() {
    use std::io::BufRead as _;

    use rustix::process::{Pid, Signal, kill_process};

    let (mut server, errors) = Server::start_unread(&["--log", "trace"]);
    let dropped = || -> u64 {
        let (_, metrics) = server.get("/metrics");
        let mut lines = metrics.lines();
        let name = "stepwright_log_lines_dropped_total ";
        let count = lines.find_map(|line| line.strip_prefix(name));
        count.expect("it is a metric").parse().expect("a number")
    };
    let mut runs = 0;
    while dropped() == 0 {
        // Each start returns.
        let input = json!({"text": "x".repeat(10_000)});
        server.run_state(&format!("Greet{runs}"), json!({"Type": "Pass"}), &input);
        runs += 1;
        assert!(runs < 20_000, "nothing was dropped");
    }
    assert_eq!(server.health().0, 200);
    let id = server.process.id().try_into().ok();
    let id = id.and_then(Pid::from_raw).expect("it has an id");
    let reader = std::thread::spawn(move || errors.lines().map_while(Result::ok).collect());
    let lines = || {
        server.run_state("Last", json!({"Type": "Pass"}), &json!({}));
        dropped()
    };
    let lost = lines();
    kill_process(id, Signal::TERM).expect("it runs");
    assert!(server.process.wait().expect("it ends").success());
    let printed: Vec<String> = reader.join().expect("it reads");
    let reports = printed.iter().filter(|line| line.contains("of the log w"));
    let reported: u64 = reports
        .map(|line| {
            let count = line.split(' ').nth(1).expect("it has a number");
            count.parse::<u64>().expect("it is a number")
        })
        .sum();
    assert_eq!(reported, lost, "each dropped line is reported once");
}

#[cfg(unix)]
#[test]
fn a_server_whose_log_nobody_reads_ends_with_a_signal() {
    use rustix::process::{Pid, Signal, kill_process};

    let (mut server, errors) = Server::start_unread(&["--log", "trace"]);
    for run in 0..200 {
        let input = json!({"text": "x".repeat(1_000)});
        server.run_state(&format!("Greet{run}"), json!({"Type": "Pass"}), &input);
    }
    let id = server.process.id().try_into().ok();
    let id = id.and_then(Pid::from_raw).expect("it has an id");
    kill_process(id, Signal::TERM).expect("it runs");
    assert!(server.process.wait().expect("it ends").success());
    drop(errors);
}
