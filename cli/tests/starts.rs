//! Starts that cannot succeed: too few open files, and wrong variables of libraries.

use std::io::{BufRead, BufReader};
use std::process::{Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::common::examples;

/// Runs the command in an environment with one variable: without credentials of AWS, no call is
/// made.
fn with_variable(name: &str, value: &str, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_stepwright"))
        .args(arguments)
        .current_dir(examples())
        .env_clear()
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env(name, value)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

#[test]
fn wrong_variables_of_libraries_are_messages() {
    let list: &[&str] = &["rule"];
    let account: &[&str] = &[
        "run",
        "checkout.asl.json",
        "--aws-account",
        "123456789012",
        "--progress",
        "never",
    ];
    for (name, value, arguments, message) in [
        (
            "TOKIO_WORKER_THREADS",
            "0",
            list,
            "TOKIO_WORKER_THREADS must be",
        ),
        (
            "TOKIO_WORKER_THREADS",
            "many",
            list,
            "TOKIO_WORKER_THREADS must be",
        ),
        (
            "TOKIO_WORKER_THREADS",
            "100000",
            list,
            "TOKIO_WORKER_THREADS must be",
        ),
        ("RUST_MIN_STACK", "99999999999999", list, "RUST_MIN_STACK"),
        (
            "AWS_MAX_ATTEMPTS",
            "0",
            account,
            "--aws-account 123456789012: ",
        ),
        (
            "AWS_RETRY_MODE",
            "x",
            account,
            "--aws-account 123456789012: ",
        ),
    ] {
        if arguments == account && cfg!(not(feature = "aws-account")) {
            continue;
        }
        let ran = with_variable(name, value, arguments);
        let errors = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(1), "{name}={value}: {errors}");
        assert!(errors.contains(message), "{name}={value}: {errors}");
        assert!(!errors.contains("panicked"), "{name}={value}: {errors}");
    }
    let ran = with_variable("TOKIO_WORKER_THREADS", "1", list);
    assert_eq!(ran.status.code(), Some(0), "{ran:?}");
}

#[test]
fn a_limit_of_open_files_is_a_message_or_leaves_a_server_that_works() {
    let (mut refused, mut served) = (0, 0);
    for limit in 8..34 {
        let mut process = Command::new("sh")
            .arg("-c")
            .arg(r#"ulimit -n "$1" && exec "$2" serve --port 0"#)
            .args(["sh", &limit.to_string(), env!("CARGO_BIN_EXE_stepwright")])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut address = String::new();
        let mut stdout = BufReader::new(process.stdout.take().unwrap());
        stdout.read_line(&mut address).unwrap();
        if !address.is_empty() {
            let pid = Pid::from_raw(process.id().try_into().unwrap()).unwrap();
            kill_process(pid, Signal::TERM).unwrap();
        }
        let ran = process.wait_with_output().unwrap();
        let errors = String::from_utf8_lossy(&ran.stderr);
        assert!(!errors.contains("panicked"), "{limit}: {errors}");
        match ran.status.code() {
            Some(0) => served += 1,
            Some(1) => {
                refused += 1;
                assert!(errors.contains("(os error 24)"), "{limit}: {errors}");
            }
            other => panic!("{limit}: {other:?}: {errors}"),
        }
    }
    assert!(refused > 0 && served > 0, "{refused} {served}");
}
