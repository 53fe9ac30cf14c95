//! The progress of `stepwright run` and `stepwright serve`: lines in a file or pipe, and a block on
//! a terminal.

use serde_json::{Value, json};

use crate::common::{Ran, stepwright};
use crate::serve::support::Server;

/// Four items, two at a time, then a task that fails once.
const MACHINE: &str = r#"{"StartAt": "Each", "States": {
    "Each": {"Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 2, "Next": "Charge", "ResultPath": null, "ItemProcessor": {
        "StartAt": "Cool", "States": {"Cool": {"Type": "Wait", "Seconds": 1, "End": true}}
    }},
    "Charge": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "charge", "Payload": 1},
        "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 2, "MaxAttempts": 1}],
        "Catch": [{"ErrorEquals": ["Busy"], "ResultPath": "$.error", "Next": "Done"}], "Next": "Done"},
    "Done": {"Type": "Pass", "OutputPath": "$.error.Error", "End": true}
}}"#;

const INPUT: &str = r#"{"items": [1, 2, 3, 4]}"#;
const TASK: &str = "charge=echo 'Busy: try later' >&2; exit 1";

fn run(arguments: &[&str]) -> Ran {
    let fixed = ["run", "-", "--input", INPUT, "--task", TASK];
    stepwright(&[&fixed, arguments].concat(), MACHINE)
}

/// Checks the output, which progress never changes.
fn check_output(status: i32, stdout: &str) {
    assert_eq!(status, 0);
    let output: Value = serde_json::from_str(stdout).unwrap();
    assert_eq!(output, json!("Busy"));
}

#[test]
fn progress_in_a_pipe_is_lines_on_request() {
    for choice in [&[][..], &["--progress", "auto"], &["--progress", "never"]] {
        let ran = run(choice);
        check_output(ran.status, &ran.stdout);
        assert_eq!(ran.stderr, "", "{choice:?}");
    }
    let ran = run(&["--progress", "always"]);
    check_output(ran.status, &ran.stdout);
    let lines: Vec<&str> = ran.stderr.lines().map(str::trim).collect();
    for line in [
        "+0s  Each",
        "+0s  Each[0] > Cool",
        "+1s  Each[1] > Cool: left after 1s",
        "+2s  Each: left after 2s, 4 of 4 items succeeded",
        "+2s  Charge",
        "+4s  Charge: Busy, attempt 2 after 2s",
        "+4s  Charge: left after 2s, caught Busy",
        "+4s  Done",
    ] {
        assert!(lines.contains(&line), "`{line}` is not in:\n{}", ran.stderr);
    }
    assert!(!ran.stderr.contains('\u{1b}'), "{}", ran.stderr);
    let ran = run(&["--progress", "sometimes"]);
    assert_eq!(ran.status, 2);
    assert!(ran.stderr.contains("auto, always, never"), "{}", ran.stderr);
}

/// A state that waits for its token.
fn approve() -> Value {
    json!({
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Parameters": {"FunctionName": "ask", "Payload.$": "$$.Task.Token"}
    })
}

/// Returns the token in a command that answers it.
fn token(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once(" --task-token ")?;
    rest.split_once(" --task-output '{}'")
        .map(|(token, _)| token)
}

#[test]
fn a_server_without_a_terminal_writes_lines_on_request() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("serve.log");
    let arguments = ["--progress", "always", "--task", "ask=cat"];
    let server = Server::start_with_log(&arguments, &log);
    let arn = server.start_state("Approve", approve(), &json!({}));
    let token = wait_for(|| {
        let text = std::fs::read_to_string(&log).unwrap();
        token(&text).map(str::to_owned)
    });
    let text = std::fs::read_to_string(&log).unwrap();
    let endpoint = format!("--endpoint-url http://{}", server.address);
    let name = arn.rsplit(':').next().unwrap();
    let line = format!("Approve {name}: Approve waits for its task token");
    assert!(text.contains(&line) && text.contains(&endpoint), "{text}");
    assert!(text.contains("1 running, 0 succeeded, 0 failed"), "{text}");
    server.call(
        "SendTaskSuccess",
        json!({"taskToken": token, "output": "{}"}),
    );
    assert_eq!(server.finished(&arn)["status"], "SUCCEEDED");
    // Each wait is reported once.
    let text = std::fs::read_to_string(&log).unwrap();
    assert_eq!(text.matches("send-task-success").count(), 1, "{text}");
}

/// Waits until a value exists.
fn wait_for<T>(mut value: impl FnMut() -> Option<T>) -> T {
    let begun = std::time::Instant::now();
    loop {
        if let Some(value) = value() {
            return value;
        }
        assert!(begun.elapsed().as_secs() < 60, "it never happened");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

#[cfg(unix)]
#[path = "../src/terminal/progress/screen.rs"]
mod screen;

#[cfg(unix)]
mod terminal {
    use std::fs::File;
    use std::io::{Read, Write};
    use std::process::{Child, Command, Stdio};
    use std::sync::{Arc, Mutex};
    use std::thread::JoinHandle;

    use rustix::fs::{Mode, OFlags};
    use rustix::process::{Pid, Signal, kill_process};
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    use rustix::termios::{Winsize, tcsetwinsize};

    use super::screen::Screen;
    use super::*;

    /// A pseudo-terminal, and what programs wrote to it.
    struct Terminal {
        side_of_programs: Option<File>,
        written: Arc<Mutex<String>>,
        reader: Option<JoinHandle<()>>,
    }

    const COLUMNS: usize = 60;

    impl Terminal {
        fn new() -> Self {
            let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
            grantpt(&terminal).unwrap();
            unlockpt(&terminal).unwrap();
            let name = ptsname(&terminal, Vec::new()).unwrap();
            let side = rustix::fs::open(name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty());
            let side = side.unwrap();
            let size = Winsize {
                ws_row: 30,
                ws_col: COLUMNS.try_into().unwrap(),
                ws_xpixel: 0,
                ws_ypixel: 0,
            };
            tcsetwinsize(&side, size).unwrap();
            let written = Arc::new(Mutex::new(String::new()));
            let (mut terminal, text) = (File::from(terminal), written.clone());
            let reader = std::thread::spawn(move || {
                let mut bytes = [0; 4096];
                // The end is an error on Linux.
                while let Ok(count @ 1..) = terminal.read(&mut bytes) {
                    let part = std::str::from_utf8(&bytes[..count]).expect("tests write ASCII");
                    text.lock().unwrap().push_str(part);
                }
            });
            Self {
                side_of_programs: Some(side.into()),
                written,
                reader: Some(reader),
            }
        }

        /// Standard error of a program.
        fn stderr(&self) -> Stdio {
            let side = self.side_of_programs.as_ref().unwrap();
            side.try_clone().unwrap().into()
        }

        fn text(&self) -> String {
            self.written.lock().unwrap().clone()
        }

        /// Returns the text of all programs, which have ended.
        fn into_text(mut self) -> String {
            drop(self.side_of_programs.take());
            self.reader.take().unwrap().join().unwrap();
            self.text()
        }
    }

    fn command(arguments: &[&str], terminal: &Terminal, kind: &str) -> Child {
        Command::new(env!("CARGO_BIN_EXE_stepwright"))
            .args(arguments)
            .env("TERM", kind)
            .env_remove("NO_COLOR")
            // In CI, a terminal of any kind has colours.
            .env_remove("CI")
            .env_remove("CLICOLOR_FORCE")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(terminal.stderr())
            .spawn()
            .unwrap()
    }

    /// Runs the machine in a terminal, and returns what it wrote there.
    fn run(arguments: &[&str], kind: &str) -> String {
        let terminal = Terminal::new();
        let fixed = ["run", "-", "--input", INPUT, "--task", TASK, "--real-time"];
        let mut child = command(&[&fixed, arguments].concat(), &terminal, kind);
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(MACHINE.as_bytes()).unwrap();
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        let stdout = String::from_utf8(output.stdout).unwrap();
        check_output(output.status.code().unwrap(), &stdout);
        terminal.into_text()
    }

    fn screen(text: &str) -> String {
        let mut screen = Screen::new(COLUMNS);
        screen.write(text);
        screen.text()
    }

    #[test]
    fn a_run_shows_a_block_that_is_cleared_at_the_end() {
        let text = run(&[], "xterm");
        assert!(text.contains("\u{1b}[J"), "{text:?}");
        assert!(text.contains("\u{1b}[2m"), "there are colours: {text:?}");
        for part in ["Each  [==========>         ] 2/4, 2 running", "ends in 1s"] {
            assert!(screen_had(&text, part), "`{part}` is not in {text:?}");
        }
        let shown = screen(&text);
        // The times of states depend on the speed of the machine.
        let lines = shown.lines().map(|line| {
            let line = line.trim_start_matches([' ', '+', 's', 'm']);
            line.trim_start_matches(|c: char| c.is_ascii_digit() || c == 's' || c == ' ')
        });
        let lines: Vec<&str> = lines.collect();
        assert_eq!(lines[0], "Each", "{shown}");
        assert!(lines[1].starts_with("Each: left after "), "{shown}");
        assert_eq!(lines[2], "Charge", "{shown}");
        assert!(lines[3].starts_with("Charge: Busy, attempt 2 "), "{shown}");
        assert!(lines[4].starts_with("Charge: left after "), "{shown}");
        assert_eq!(lines[5..], ["Done"], "{shown}");
    }

    /// Whether a text was on the screen at any time: its styles do not matter.
    fn screen_had(text: &str, part: &str) -> bool {
        let mut plain = String::new();
        for (number, piece) in text.split("\u{1b}[").enumerate() {
            match piece.split_once('m') {
                Some((style, rest)) if number > 0 && style.bytes().all(|b| b.is_ascii_digit()) => {
                    plain += rest;
                }
                _ => plain += piece,
            }
        }
        plain.contains(part)
    }

    #[test]
    fn a_block_without_colours_is_still_redrawn() {
        let text = run(&["--color", "never"], "xterm");
        assert!(text.contains("\u{1b}[J"), "{text:?}");
        assert!(!text.contains("\u{1b}[2m"), "{text:?}");
        assert!(screen(&text).ends_with("Done"), "{text:?}");
    }

    #[test]
    fn a_check_of_a_store_shows_a_line_that_is_cleared_at_the_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("orders.db").display().to_string();
        drop(stepwright_engine::store::SqliteStore::open(&file).expect("it opens"));
        let terminal = Terminal::new();
        let child = command(&["store", "check", &file], &terminal, "xterm");
        let output = child.wait_with_output().expect("it ends");
        assert!(output.status.success(), "{output:?}");
        let text = terminal.into_text();
        assert_eq!(text, "\r\u{1b}[Kchecking the pages of the file\r\u{1b}[K");
    }

    #[test]
    fn a_terminal_that_cannot_redraw_gets_lines() {
        let text = run(&[], "dumb");
        assert!(!text.contains('\u{1b}'), "{text:?}");
        assert!(text.contains("Each[3] > Cool: left after 1s"), "{text:?}");
        let text = run(&["--progress", "never"], "xterm");
        assert_eq!(text, "");
    }

    #[test]
    fn a_server_shows_its_executions_below_its_log() {
        let terminal = Terminal::new();
        let arguments = ["serve", "--port", "0", "--task", "ask=cat", "--log", "info"];
        let process = command(&arguments, &terminal, "xterm");
        let address = wait_for(|| {
            let text = terminal.text();
            let (_, rest) = text.split_once("at http://")?;
            rest.split_once(' ').map(|(address, _)| address.to_owned())
        });
        let mut server = Server::of(process, address);
        let arn = server.start_state("Approve", approve(), &json!({}));
        let token = wait_for(|| token(&terminal.text()).map(str::to_owned));
        assert!(screen_had(
            &terminal.text(),
            "1 running, 0 succeeded, 0 failed"
        ));
        server.call(
            "SendTaskSuccess",
            json!({"taskToken": token, "output": "{}"}),
        );
        assert_eq!(server.finished(&arn)["status"], "SUCCEEDED");
        wait_for(|| screen_had(&terminal.text(), "0 running, 1 succeeded, 0 failed").then_some(()));
        kill_process(Pid::from_child(&server.process), Signal::INT).unwrap();
        assert!(server.process.wait().unwrap().success());
        drop(server);
        let shown = screen(&terminal.into_text());
        // The log is complete, and the block is cleared.
        assert!(shown.contains("serving Step Functions"), "{shown}");
        assert!(
            shown.contains("started") && shown.contains("ended"),
            "{shown}"
        );
        assert!(
            !shown.contains("succeeded, ") && !shown.contains("send-task"),
            "{shown}"
        );
    }
}
