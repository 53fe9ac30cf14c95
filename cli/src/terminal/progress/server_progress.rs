//! The progress of a server, as rows.

use stepwright_asl::words::more;

use super::row::Row;
use super::wait_text::WaitRow;

/// The executions of a server at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ServerSnapshot {
    pub(super) counts: ExecutionCounts,
    /// The newest running executions, the newest first.
    pub(super) executions: Vec<RunningExecution>,
}

/// The numbers of executions since the server started, with those of Map Runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ExecutionCounts {
    pub(super) running: u64,
    pub(super) succeeded: u64,
    pub(super) failed: u64,
    pub(super) timed_out: u64,
    pub(super) aborted: u64,
}

/// An execution, and what it waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RunningExecution {
    pub(super) arn: String,
    pub(super) machine: String,
    pub(super) name: String,
    /// For how long it has been running.
    pub(super) time: String,
    /// Its waits; `None` if it does not answer, because the store cannot commit.
    pub(super) waits: Option<Vec<WaitRow>>,
}

impl ExecutionCounts {
    /// Returns the counts in words: `3 running, 120 succeeded, 2 failed`.
    pub(super) fn text(self) -> String {
        let mut text = format!(
            "{} running, {} succeeded, {} failed",
            self.running, self.succeeded, self.failed
        );
        for (count, what) in [(self.timed_out, "timed out"), (self.aborted, "aborted")] {
            if count > 0 {
                text += &format!(", {count} {what}");
            }
        }
        text
    }
}

impl RunningExecution {
    /// Returns the wait that is shown: the first one that needs a person, or the first one.
    fn shown_wait(&self) -> Option<&WaitRow> {
        let waits = self.waits.as_ref()?;
        waits
            .iter()
            .find(|wait| wait.needs_action)
            .or(waits.first())
    }
}

impl ServerSnapshot {
    /// Returns a block: the counts, and each execution with its wait and the command that answers
    /// it at `endpoint`.
    pub(super) fn rows(&self, endpoint: &str) -> Vec<Row> {
        let mut rows = vec![Row::new().bold(self.counts.text())];
        for execution in &self.executions {
            let (machine, name) = (&execution.machine, &execution.name);
            let row = Row::new()
                .dimmed(format_args!("  {machine} "))
                .plain(name)
                .dimmed(format_args!("  {}", execution.time));
            let Some(wait) = execution.shown_wait() else {
                rows.push(match execution.waits {
                    Some(_) => row,
                    None => row.warning("  waits for the store"),
                });
                continue;
            };
            let row = row.plain(format_args!("  {} ", wait.state));
            let row = if wait.needs_action {
                row.warning(&wait.text)
            } else {
                row.plain(&wait.text)
            };
            let others = execution.waits.as_ref().map_or(0, |waits| waits.len() - 1);
            rows.push(match more(others) {
                None => row,
                Some(more) => row.dimmed(format_args!(", {more}")),
            });
            if let Some(command) = wait.answer_command(endpoint) {
                rows.push(Row::new().plain(command).wrapping());
            }
        }
        let shown = self.executions.len();
        let running = usize::try_from(self.counts.running).unwrap_or(usize::MAX);
        let more = more(running.saturating_sub(shown)).filter(|_| shown > 0);
        rows.extend(more.map(|more| Row::new().dimmed(format_args!("  ... {more}"))));
        rows
    }

    /// Returns the waits of all shown executions that need a person, with the keys that identify
    /// them and the lines that report them.
    pub(super) fn actions(&self, endpoint: &str) -> Vec<(String, Row)> {
        let mut actions = Vec::new();
        for execution in &self.executions {
            let waits = execution.waits.iter().flatten();
            for wait in waits.filter(|wait| wait.needs_action) {
                let RunningExecution {
                    arn, machine, name, ..
                } = execution;
                let token = wait.token.as_deref().unwrap_or_default();
                let key = format!("{arn} {} {token}", wait.state);
                let row = Row::new().plain(format_args!(
                    "{machine} {name}: {} {}",
                    wait.state, wait.text
                ));
                let row = match wait.answer_command(endpoint) {
                    Some(command) => row.plain(format_args!("; {command}")),
                    None => row,
                };
                actions.push((key, row));
            }
        }
        actions
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(state: &str, text: &str, token: Option<&str>) -> WaitRow {
        WaitRow {
            state: state.to_owned(),
            text: text.to_owned(),
            token: token.map(str::to_owned),
            needs_action: token.is_some(),
        }
    }

    fn execution(name: &str, waits: Option<Vec<WaitRow>>) -> RunningExecution {
        RunningExecution {
            arn: format!("arn:{name}"),
            machine: "orders".to_owned(),
            name: name.to_owned(),
            time: "12s".to_owned(),
            waits,
        }
    }

    fn texts(rows: &[Row]) -> Vec<String> {
        rows.iter().map(|row| row.text(false)).collect()
    }

    fn snapshot() -> ServerSnapshot {
        let waits = vec![
            wait("Charge", "attempt 2 in 3s", None),
            wait(
                "Both/Approve > Approve",
                "waits for its task token",
                Some("AB+/="),
            ),
        ];
        ServerSnapshot {
            counts: ExecutionCounts {
                running: 40,
                succeeded: 120,
                failed: 2,
                timed_out: 0,
                aborted: 1,
            },
            executions: vec![
                execution("o-17", Some(waits)),
                execution("o-16", Some(Vec::new())),
                execution("o-15", None),
            ],
        }
    }

    #[test]
    fn the_block_has_counts_and_the_command_that_answers_a_token() {
        let rows = snapshot().rows("http://127.0.0.1:8083");
        assert_eq!(
            texts(&rows),
            [
                "40 running, 120 succeeded, 2 failed, 1 aborted",
                "  orders o-17  12s  Both/Approve > Approve waits for its task token, and 1 more",
                "aws stepfunctions send-task-success --endpoint-url http://127.0.0.1:8083 --task-token AB+/= --task-output '{}'",
                "  orders o-16  12s",
                "  orders o-15  12s  waits for the store",
                "  ... and 37 more",
            ]
        );
        // The command is complete on a narrow terminal.
        assert_eq!(rows[2].fitted(20), rows[2]);
    }

    #[test]
    fn a_server_without_executions_has_one_row() {
        let rows = ServerSnapshot::default().rows("http://127.0.0.1:8083");
        assert_eq!(texts(&rows), ["0 running, 0 succeeded, 0 failed"]);
    }

    #[test]
    fn each_wait_that_needs_a_person_is_a_line_with_its_own_key() {
        let actions = snapshot().actions("http://127.0.0.1:8083");
        let [(key, row)] = &*actions else {
            panic!("{actions:?}");
        };
        assert_eq!(key, "arn:o-17 Both/Approve > Approve AB+/=");
        let line = "orders o-17: Both/Approve > Approve waits for its task token; aws stepfunctions send-task-success ";
        assert!(row.text(false).starts_with(line), "{row:?}");
    }
}
