//! The rounds of the server mode: each starts a server on the same store, disturbs it and ends it.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::json;
use stepwright_interpreter::query::Entropy;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use super::clients::Phase;
use super::faults::{self, End, Fault, Plan, TimedFault};
use super::machines::{MACHINE_ARN, PROBE};
use super::server::ServerProcess;
use super::{Environment, PATIENCE, ServeArguments, inventory};
use crate::log::Line;
use crate::verdict::{Broken, Kind, Verdict};

/// How long a server may take to listen.
const STARTS: Duration = Duration::from_secs(60);
/// How long the store may take to commit after a fault is over: SQLite waits five seconds for a
/// lock, and the pauses between two attempts grow to two seconds.
const RECOVERS: Duration = Duration::from_secs(12);
/// How long a server may take to end, in addition to its grace.
const ENDS: Duration = Duration::from_secs(10);

/// The rounds, with their shared state.
pub(super) struct Rounds<'a> {
    arguments: &'a ServeArguments,
    environment: &'a Environment,
    entropy: Entropy,
    phase: watch::Sender<Phase>,
    /// Servers that ended before they listened.
    early: u32,
    /// Whether the last server ended orderly.
    was_orderly: bool,
    /// A fault that outlasts the round in which it began.
    fault: Option<JoinHandle<()>>,
    /// The standby that follows the server of this round, with its grace.
    standby: Option<(ServerProcess, u64)>,
    /// The servers that were stopped, and must end by themselves when they continue.
    stopped: JoinSet<Option<String>>,
    /// How long takeovers took after a server died, and after it ended orderly.
    takeovers: [Vec<Duration>; 2],
}

impl<'a> Rounds<'a> {
    pub(super) fn new(
        arguments: &'a ServeArguments,
        environment: &'a Environment,
        phase: watch::Sender<Phase>,
    ) -> Self {
        Self {
            arguments,
            environment,
            entropy: Entropy::new(arguments.seed),
            phase,
            early: 0,
            was_orderly: false,
            fault: None,
            standby: None,
            stopped: JoinSet::new(),
            takeovers: [Vec::new(), Vec::new()],
        }
    }

    /// Runs all rounds but the last.
    pub(super) async fn all(&mut self) -> Result<(), Broken> {
        let begun = Instant::now();
        for round in 1..=self.arguments.rounds {
            self.round(round).await?;
        }
        println!(
            "{} of {} servers ended before they listened; the rounds took {} s",
            self.early,
            self.arguments.rounds,
            begun.elapsed().as_secs()
        );
        while let Some(ended) = self.stopped.join_next().await {
            if let Some(what) = ended.map_err(|error| error.to_string())? {
                self.report(Kind::Stuck, what).await;
            }
        }
        let names = ["a server that died", "an orderly end"];
        for (name, times) in names.into_iter().zip(&mut self.takeovers) {
            times.sort_unstable();
            let at = |part: usize| {
                times.get((times.len() * part / 100).min(times.len().saturating_sub(1)))
            };
            if let (Some(median), Some(late), Some(last)) = (at(50), at(99), times.last()) {
                println!(
                    "{} takeovers after {name}: median {} ms, 99th percentile {} ms, longest {} ms",
                    times.len(),
                    median.as_millis(),
                    late.as_millis(),
                    last.as_millis()
                );
            }
        }
        Ok(())
    }

    async fn report(&self, kind: Kind, what: String) {
        println!("{what}");
        self.environment.api.report(kind, what).await;
    }

    async fn round(&mut self, round: u32) -> Result<(), Broken> {
        let Environment { api, world, .. } = self.environment;
        let is_database = self.environment.command.database.is_some();
        let mut plan = Plan::draw(&self.entropy, round, is_database);
        let standby = self.standby.take();
        if let Some((_, grace)) = &standby {
            plan.grace = *grace;
        }
        let takes_over = standby.is_some() && plan.at_start.is_none() && plan.early_end.is_none();
        world.log.write(Line::Round { number: round }).await;
        let what = plan.to_string();
        world.log.write(Line::Fault { what }).await;
        let (accepted, unknown) = (
            api.accepted.load(Ordering::Relaxed),
            api.unknown.load(Ordering::Relaxed),
        );
        // A lock may last longer than the round that it began in.
        let earlier = self.fault.take_if(|fault| !fault.is_finished());
        let is_disturbed = earlier.is_some();
        let mut server = match standby {
            Some((server, _)) => server,
            None => self.environment.command.start(plan.grace, true)?,
        };
        let at_start = plan.at_start.map(|fault| self.disturb(fault, &server));
        let begun = Instant::now();
        let patience = plan.early_end.unwrap_or(STARTS);
        let listens = tokio::time::timeout(patience, server.address()).await;
        let started = begun.elapsed();
        match listens {
            Ok(Ok(Ok(address))) => {
                if takes_over {
                    self.takeovers[usize::from(self.was_orderly)].push(started);
                }
                self.environment.publish(round, Some(address));
                if round == 1 {
                    self.wait_for_a_start().await?;
                }
                let fault = plan.fault.map(|fault| self.disturb(fault, &server));
                let life = plan
                    .early_end
                    .map_or(plan.life, |end| end.saturating_sub(started));
                let lives = self.live(round, life, &mut server).await;
                if plan.is_drained && lives {
                    for fault in [earlier, fault].into_iter().flatten() {
                        fault.await.map_err(|error| error.to_string())?;
                    }
                    self.drain(round).await?;
                } else {
                    self.fault = fault;
                }
            }
            Ok(Ok(Err(status))) => {
                self.early += 1;
                // A store that is full or locked prevents the start, and nothing else does.
                if plan.at_start.is_none() && !is_disturbed {
                    let what = format!(
                        "round {round}: the server did not start ({status}): {}",
                        server.errors()
                    );
                    self.report(Kind::Broken, what).await;
                }
            }
            Ok(Err(error)) => return Err(error),
            Err(_) => {
                self.early += 1;
                if plan.early_end.is_none() {
                    let what = format!(
                        "round {round}: the server does not listen after {} s: {}",
                        STARTS.as_secs(),
                        server.errors()
                    );
                    self.report(Kind::Stuck, what).await;
                }
            }
        }
        if is_database {
            if let Some(fault) = self.fault.take() {
                fault.await.map_err(|error| error.to_string())?;
            }
            self.follow(round).await?;
        }
        self.was_orderly = matches!(plan.end, End::Terminate | End::TerminateTwice(_));
        self.end(round, &plan, server).await;
        self.environment.publish(round, None);
        if let Some(fault) = at_start {
            fault.await.map_err(|error| error.to_string())?;
        }
        println!(
            "round {round}: {plan}; listened after {} ms, {} requests accepted, {} unknown",
            started.as_millis(),
            api.accepted.load(Ordering::Relaxed) - accepted,
            api.unknown.load(Ordering::Relaxed) - unknown,
        );
        Ok(())
    }

    /// Starts the standby of this round's server.
    async fn follow(&mut self, round: u32) -> Result<(), Broken> {
        let grace = self.entropy.next_u64() % 4;
        let mut standby = self.environment.command.start(grace, true)?;
        match tokio::time::timeout(STARTS, standby.standby()).await {
            Ok(Ok(Ok(_))) => self.standby = Some((standby, grace)),
            Ok(Ok(Err(status))) => {
                let what = format!(
                    "round {round}: the standby ended ({status}): {}",
                    standby.errors()
                );
                self.report(Kind::Broken, what).await;
            }
            Ok(Err(error)) => return Err(error),
            Err(_) => {
                self.report(
                    Kind::Stuck,
                    format!("round {round}: the standby does not start"),
                )
                .await
            }
        }
        Ok(())
    }

    /// Begins a fault at its time.
    fn disturb(&self, timed: TimedFault, server: &ServerProcess) -> JoinHandle<()> {
        let command = &self.environment.command;
        let (store, calls, pid) = (command.store(), command.calls(), server.pid());
        let database = command.database.clone();
        let log = self.environment.world.log.clone();
        let note = async move |what: String| log.write(Line::Fault { what }).await;
        tokio::spawn(async move {
            let TimedFault {
                fault,
                after,
                lasts,
            } = timed;
            tokio::time::sleep(after).await;
            note(format!("begins: {timed}")).await;
            match fault {
                Fault::Lock => {
                    faults::lock(store, lasts).await;
                }
                Fault::Full(shortage) => {
                    faults::limit(pid, Some(faults::bytes(shortage, &store, &calls)));
                    tokio::time::sleep(lasts).await;
                    faults::limit(pid, None);
                }
                Fault::Connections | Fault::Restart | Fault::Lease => {
                    if let Some(database) = database
                        && let Err(error) = faults::disturb(&database, fault, lasts).await
                    {
                        note(format!("the fault cannot be made: {error}")).await;
                    }
                }
            }
            note(format!("is over: {timed}")).await;
        })
    }

    /// Lets the server run. It must not end by itself; returns whether it still runs.
    async fn live(&self, round: u32, life: Duration, server: &mut ServerProcess) -> bool {
        let ended = server.end(life).await;
        if let Some(status) = ended {
            let what = format!(
                "round {round}: the server ended by itself ({status}): {}",
                server.errors()
            );
            self.report(Kind::Broken, what).await;
        }
        ended.is_none()
    }

    /// Waits until something is acknowledged, so that a slow machine has something to lose, too.
    async fn wait_for_a_start(&self) -> Result<(), Broken> {
        let begun = Instant::now();
        let request = json!({"stateMachineArn": format!("{MACHINE_ARN}{PROBE}")});
        loop {
            let probed = self.environment.api.read("StartExecution", &request).await;
            match probed {
                Ok(_) => return Ok(()),
                Err(error) if begun.elapsed() > STARTS => return Err(error),
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    /// After a fault is over, the same server must commit again, and finish the work that it has
    /// begun.
    async fn drain(&self, round: u32) -> Result<(), Broken> {
        let api = &self.environment.api;
        let begun = Instant::now();
        let request = json!({"stateMachineArn": format!("{MACHINE_ARN}{PROBE}")});
        while let Err(error) = api.read("StartExecution", &request).await {
            if begun.elapsed() > RECOVERS {
                let what = format!(
                    "round {round}: nothing disturbs the store, and after {} s: {error}",
                    begun.elapsed().as_secs()
                );
                self.report(Kind::Stuck, what).await;
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        self.phase.send_replace(Phase::Paused);
        let running = inventory::drain(api, PATIENCE).await;
        self.phase.send_replace(Phase::Working);
        let running = running?;
        if !running.is_empty() {
            let what = format!(
                "round {round}: the server has run on for {} s, and these do not end: {running:?}",
                begun.elapsed().as_secs()
            );
            self.report(Kind::Stuck, what).await;
        }
        Ok(())
    }

    /// Ends the server according to the plan.
    async fn end(&mut self, round: u32, plan: &Plan, mut server: ServerProcess) {
        let grace = Duration::from_secs(plan.grace);
        let patience = match plan.end {
            End::Kill => return server.kill().await,
            End::Stop(lasts) => {
                server.signal(Signal::STOP);
                self.stopped
                    .spawn(ends_when_it_continues(round, server, lasts));
                return;
            }
            End::Terminate => {
                server.signal(Signal::TERM);
                ENDS + grace
            }
            End::TerminateTwice(between) => {
                server.signal(Signal::TERM);
                tokio::time::sleep(between).await;
                server.signal(Signal::INT);
                ENDS
            }
            End::TerminateAndKill(between) => {
                server.signal(Signal::TERM);
                tokio::time::sleep(between).await;
                return server.kill().await;
            }
        };
        // A program that holds the lock delays the end.
        let locked = [plan.at_start, plan.fault].into_iter().flatten();
        let locked: Duration = locked.map(|fault| fault.lasts).sum();
        if server.end(patience + locked).await.is_none() {
            let what = format!(
                "round {round}: the server did not end {} s after SIGTERM: {}",
                (patience + locked).as_secs(),
                server.errors()
            );
            self.report(Kind::Stuck, what).await;
            server.kill().await;
        }
    }

    /// Starts the last server, which nothing happens to; the clients end.
    pub(super) async fn last(&mut self) -> Result<ServerProcess, Broken> {
        let round = self.arguments.rounds + 1;
        self.environment
            .world
            .log
            .write(Line::Round { number: round })
            .await;
        self.phase.send_replace(Phase::Ending);
        let mut server = match self.standby.take() {
            Some((server, _)) => server,
            None => self.environment.command.start(1, true)?,
        };
        let address = tokio::time::timeout(STARTS, server.address()).await;
        let address = address.map_err(|_| "the last server does not listen".to_owned())??;
        let address = address
            .map_err(|status| format!("the last server ended ({status}): {}", server.errors()))?;
        self.environment.publish(round, Some(address));
        Ok(server)
    }

    /// Ends the last server, which has nothing to wait for.
    pub(super) async fn close(&self, server: &mut ServerProcess, verdict: &mut Verdict) {
        if let Some(status) = server.ended() {
            verdict.broken(format!("the last server ended by itself ({status})"));
            return;
        }
        server.signal(Signal::TERM);
        match server.end(ENDS).await {
            Some(status) if status.success() => {}
            Some(status) => {
                verdict.broken(format!("the last server ended with {status} after SIGTERM"))
            }
            None => verdict.stuck("the last server does not end after SIGTERM".to_owned()),
        }
    }
}

/// Lets a stopped server continue. Another one has its store, so it must end by itself. Returns
/// what it does instead.
async fn ends_when_it_continues(
    round: u32,
    mut server: ServerProcess,
    lasts: Duration,
) -> Option<String> {
    tokio::time::sleep(lasts).await;
    server.signal(Signal::CONT);
    match server.end(ENDS).await {
        Some(status) if status.success() => Some(format!(
            "round {round}: the server that was taken over ended without an error"
        )),
        Some(_) => None,
        None => Some(format!(
            "round {round}: the server that was taken over runs on {} s after SIGCONT",
            ENDS.as_secs()
        )),
    }
}
