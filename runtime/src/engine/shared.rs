use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use smol_str::SmolStr;
use stepwright_asl::model::MachineType;
use tokio::sync::Notify;

use super::activities::Activities;
use super::durable::Durable;
use super::error::StartError;
use super::executions::Executions;
use super::machines::{Machine, Machines, Setting};
use super::map_runs::MapRuns;
use super::observer::Observer;
use super::prepared::{Begin, Child, Prepared};
use super::report::ExecutionReport;
use super::start::StartOptions;
use super::state::ExecutionState;
use super::tokens::Tokens;
use super::unanswered::UnansweredTasks;
use stepwright_asl::name::check_machine;

use crate::clock::{Clock, Stillness};
use crate::execution_info::ExecutionInfo;
use crate::interpret::Calling;
use crate::limits::Limits;
use crate::objects::ObjectStore;
use crate::query::Entropy;
use crate::task::handler::Found;
use crate::task::watcher::Polled;
use crate::task::{
    Answer, DefinedState, DefinedTask, Effect, Integration, Pattern, ResourceKind, Responder,
    RunningTask, SharedState, TaskCall, TaskSource, Watch, Watched,
};
use crate::value::Value;

/// What all handles of an engine, and all of its executions, share.
pub(crate) struct Shared {
    pub(super) clock: Clock,
    pub(super) limits: Arc<Limits>,
    /// Whether executions keep their history, where that was said.
    pub(super) keeps_history: Option<bool>,
    pub(super) machines: Machines,
    pub(super) setting: Setting,
    pub(super) sources: Vec<Arc<dyn TaskSource>>,
    /// Sources of single starts that are told when the engine's last handle goes.
    pub(super) given: Mutex<Vec<Arc<dyn TaskSource>>>,
    /// How many executions are not over, children of Map Runs among them.
    pub(super) live: AtomicUsize,
    pub(super) state: Arc<SharedState>,
    pub(super) tokens: Tokens,
    pub(super) activities: Activities,
    pub(super) executions: Mutex<Executions>,
    /// The Map Runs of the executions that can be described.
    pub(super) runs: MapRuns,
    /// The tasks that wait for a handler.
    pub(super) unanswered: UnansweredTasks,
    /// Where Distributed Maps read and write.
    pub(super) objects: Option<Arc<dyn ObjectStore>>,
    pub(super) role: String,
    pub(super) retention: usize,
    /// The store, where there is one.
    pub(super) durable: Option<Durable>,
    /// The one execution that is gone on with, with those that it started; else all that are open.
    pub(super) resumes_only: Option<SmolStr>,
    /// Executions that rest are written and read again.
    pub(super) rests_as_bytes: bool,
    /// How long a poll of a handler may take before it is told of.
    pub(super) blocking_threshold: Option<Duration>,
    /// Who watches the executions.
    pub(super) observer: Option<Arc<dyn Observer>>,
}

/// An execution that was started, or found.
pub(super) struct Launched {
    pub(super) state: Arc<ExecutionState>,
    /// What is to be driven; `None` when it runs already.
    pub(super) prepared: Option<Prepared>,
}

/// What becomes of a handler's work whose process ended.
pub(super) enum Resumed {
    /// It is called again.
    Again(Effect),
    /// It may not be called again.
    Lost,
    /// There is no handler any more.
    Unanswered,
}

impl Shared {
    pub(super) fn executions(&self) -> MutexGuard<'_, Executions> {
        self.executions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// How many events an execution keeps.
    pub(super) fn history(&self, machine_type: MachineType) -> usize {
        let is_virtual = self.clock.is_virtual();
        match machine_type {
            MachineType::Standard if self.keeps_history.unwrap_or(true) => usize::MAX,
            MachineType::Express if self.keeps_history.unwrap_or(is_virtual) => {
                self.limits.events as usize
            }
            _ => 0,
        }
    }

    /// Makes an execution, or finds the one that has its name.
    pub(super) fn launch(
        self: &Arc<Self>,
        machine: &Machine,
        input: Value,
        options: StartOptions,
        depth: u32,
    ) -> Result<Launched, StartError> {
        if input.json_len() > self.limits.payload_bytes {
            return Err(StartError::InvalidInput(format!(
                "it has {} bytes, and {} are allowed",
                input.json_len(),
                self.limits.payload_bytes
            )));
        }
        if input.depth() > self.limits.value_depth {
            return Err(StartError::InvalidInput("it is nested too deep".to_owned()));
        }
        if let Some(name) = &options.name
            && check_machine(name).is_err()
        {
            return Err(StartError::InvalidName(name.clone()));
        }
        let is_express = machine.program.entry().machine_type == MachineType::Express;
        // A nested execution has the source of the one that starts it.
        let own_source = options.source.clone().filter(|_| options.root.is_none());
        if own_source.is_some() && self.durable.is_some() && !is_express {
            return Err(StartError::InvalidTasks(
                "an engine with a store takes no mocks and no source of answers for one start: they do not outlive the process; give them to the engine"
                    .to_owned(),
            ));
        }
        if let Some(source) = &own_source {
            // What it answers may be in any machine, because machines nest others.
            let problems = source.check(&self.machines.defined());
            if !problems.is_empty() {
                return Err(StartError::InvalidTasks(problems.join("\n")));
            }
        }
        let mut executions = self.executions();
        if executions.is_shut_down {
            return Err(StartError::ShutDown);
        }
        let seed = executions.entropy.next_u64();
        let (name, id) = match (options.name, options.id) {
            // A nested execution's were chosen when it was decided on.
            (Some(name), Some(id)) => (name.into(), id.into()),
            (name, id) => {
                let name = name.map(SmolStr::from);
                let (name, own) = self.named(machine, name, &executions.entropy);
                (name, id.map_or(own, SmolStr::from))
            }
        };
        if !is_express && let Some(known) = executions.by_id.get(&id) {
            return if known.report().is_none() && known.about.input == input {
                Ok(Launched {
                    state: known.clone(),
                    prepared: None,
                })
            } else {
                Err(StartError::ExecutionAlreadyExists(name.to_string()))
            };
        }
        let open = executions.open_count();
        if !is_express && open >= self.limits.open_executions {
            return Err(StartError::ExecutionLimitExceeded(open));
        }
        let about = Arc::new(ExecutionInfo {
            id: id.clone(),
            root: options.root.unwrap_or_else(|| id.clone()),
            name,
            role_arn: options.role_arn.unwrap_or_else(|| self.role.clone()).into(),
            machine_id: options
                .machine_id
                .map_or_else(|| machine.arn.clone(), SmolStr::from),
            machine_name: options
                .machine_name
                .map_or_else(|| machine.name.clone(), SmolStr::from),
            started: self.clock.now(),
            input,
            redrive_count: (!options.is_synchronous).then_some(0),
            redriven: None,
            depth,
        });
        let durable = self.durable.as_ref().filter(|_| !is_express);
        let journaled = durable.map(|durable| Box::new(durable.start(machine, &about)));
        let state = match durable {
            Some(_) => ExecutionState::unkept(about, self.clock.clone()),
            None => ExecutionState::new(about, self.clock.clone()),
        };
        executions.open(&state);
        if !is_express {
            executions.by_id.insert(id, state.clone());
        }
        drop(executions);
        if let Some(source) = own_source.filter(|source| source.is_finished_by_engine()) {
            source.attach(&Watch::new(self));
            self.given().push(source);
        }
        let prepared = Prepared {
            state: state.clone(),
            entry: machine.program.entry(),
            program: machine.program.clone(),
            child: Child::No,
            source: options.source,
            begin: Begin::Start { seed },
            journaled,
        };
        Ok(Launched {
            state,
            prepared: Some(prepared),
        })
    }

    /// The name and the ARN of the next execution of a machine.
    pub(super) fn names(&self, machine: &Machine, name: Option<SmolStr>) -> (SmolStr, SmolStr) {
        self.named(machine, name, &self.executions().entropy)
    }

    fn named(
        &self,
        machine: &Machine,
        name: Option<SmolStr>,
        entropy: &Entropy,
    ) -> (SmolStr, SmolStr) {
        let name = name.unwrap_or_else(|| entropy.uuid().into());
        let machine_name = &machine.name;
        let id = match machine.program.entry().machine_type {
            MachineType::Express => {
                let unique = entropy.uuid();
                self.arn("express", &format!("{machine_name}:{name}:{unique}"))
            }
            MachineType::Standard => self.arn("execution", &format!("{machine_name}:{name}")),
        };
        (name, id)
    }

    fn given(&self) -> MutexGuard<'_, Vec<Arc<dyn TaskSource>>> {
        self.given.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the sources that are judged with the engine what happened.
    pub(super) fn tell(&self, news: impl FnOnce() -> String, went_wrong: bool) {
        let given = self.given().clone();
        let sources = self.sources.iter().chain(&given);
        let mut judged = sources.filter(|source| source.is_finished_by_engine());
        if let Some(first) = judged.next() {
            let news = news();
            for source in std::iter::once(first).chain(judged) {
                source.hears(&news, went_wrong);
            }
        }
    }

    /// The last handle of the engine goes.
    pub(super) fn finish_sources(&self) {
        let running = self.live.load(Ordering::SeqCst);
        if running > 0 {
            let news = || {
                format!("the test did not wait for the end of what it started ({running} running)")
            };
            self.tell(news, true);
        }
        let given = std::mem::take(&mut *self.given());
        for source in self.sources.iter().chain(&given) {
            source.finish();
        }
    }

    /// An execution is over; the oldest of those that are is forgotten when there are too many. Only the report of one that
    /// can be described is measured.
    pub(super) fn closed(&self, state: &ExecutionState, described: Option<&ExecutionReport>) {
        let bytes = described.map_or(0, ExecutionReport::bytes);
        let forgotten = self.executions().close(state, bytes);
        for id in forgotten {
            self.runs.forget(&id);
        }
    }

    pub(super) fn arn(&self, kind: &str, name: &str) -> SmolStr {
        self.setting.arn(kind, name)
    }

    /// The token that a source chose for a task.
    pub(super) fn chosen_token(
        &self,
        about: &ExecutionInfo,
        state: &str,
        source: Option<&Arc<dyn TaskSource>>,
    ) -> Option<String> {
        let mut sources = source.into_iter().chain(&self.sources);
        sources.find_map(|source| source.token(about, state))
    }

    /// Who answers a task: the execution's source, the engine's, a handler, a nested workflow, an activity. What they will
    /// do is told as data; nothing of it happens.
    pub(super) fn resolve(
        &self,
        call: &TaskCall<'_>,
        source: Option<&Arc<dyn TaskSource>>,
        responder: Responder,
    ) -> Answer {
        let sources = source.into_iter().chain(&self.sources);
        for source in sources {
            if let Some(answer) = source.answer(call) {
                return answer;
            }
        }
        if let Some(answer) = self.by_handler(call, responder) {
            return answer;
        }
        if let Some(answer) = self.by_workflow(call) {
            return answer;
        }
        let resource = call.resource();
        if resource.kind() == ResourceKind::Activity {
            let arn = resource.as_str();
            if self.activities.exists(arn) {
                return Answer::activity();
            }
            return Answer::unanswered(format!("The activity {arn} does not exist."));
        }
        let target = call.target();
        let target = target.map_or_else(String::new, |target| format!(" ('{target}')"));
        Answer::unanswered(format!(
            "There is no handler and no mock for the resource '{resource}'{target} of the state '{}'; register one with the engine",
            call.state()
        ))
    }

    /// What becomes of a handler's work whose process ended.
    pub(super) fn resume(
        &self,
        call: &TaskCall<'_>,
        source: Option<&Arc<dyn TaskSource>>,
        responder: Responder,
    ) -> Resumed {
        if let Some(found) = self.handler(call) {
            return match found.handler.is_idempotent {
                true => Resumed::Again(self.work(call, &found, responder)),
                false => Resumed::Lost,
            };
        }
        let calling = Calling {
            state: call.state(),
            resource: call.resource(),
        };
        match source.is_some() || self.is_answered(call.about, calling, call.target()) {
            true => Resumed::Lost,
            false => Resumed::Unanswered,
        }
    }

    /// Whether somebody may answer the calls of a state, as far as that can be said without a call.
    pub(super) fn is_answered(
        &self,
        about: &ExecutionInfo,
        calling: Calling<'_>,
        target: Option<&str>,
    ) -> bool {
        let Calling { state, resource } = calling;
        if self.setting.handlers.find(resource, target).is_some()
            || self.activities.exists(resource.as_str())
        {
            return true;
        }
        let machine = target.filter(|_| Integration::of(resource).is_some());
        if machine.is_some_and(|target| self.machines.find(target).is_some()) {
            return true;
        }
        let state = DefinedState {
            machine: about.machine_name.clone(),
            name: state.into(),
            kind: "Task",
            task: Some(DefinedTask {
                resource: resource.clone(),
                target: target.map(SmolStr::new),
            }),
        };
        self.sources.iter().any(|source| source.may_answer(&state))
    }

    fn handler<'a>(&self, call: &TaskCall<'a>) -> Option<Cow<'a, Found>> {
        let search = || self.setting.handlers.find(call.resource(), call.target());
        call.handler.find(search)
    }

    fn by_handler(&self, call: &TaskCall<'_>, responder: Responder) -> Option<Answer> {
        let found = self.handler(call)?;
        let effect = self.work(call, &found, responder);
        Some(match call.resource().pattern() {
            Pattern::WaitForTaskToken => Answer::submit(effect),
            _ => Answer::effect(effect),
        })
    }

    /// The work of a handler. Nothing of it happens yet.
    fn work(&self, call: &TaskCall<'_>, found: &Found, responder: Responder) -> Effect {
        let invocation = call.invocation().filter(|_| found.is_function);
        let payload = match &invocation {
            Some(invocation) => invocation.payload().clone(),
            None => call.parameters().clone(),
        };
        let attempt = Arc::new(RunningTask {
            shared: self.state.clone(),
            about: call.about.clone(),
            started: OnceLock::new(),
            state: call.state().into(),
            handler: found.handler.name.clone(),
            attempt: call.attempt(),
            responder,
            is_over: AtomicBool::new(false),
            ended: Notify::new(),
        });
        let context = stepwright::TaskContext::new(attempt.clone());
        let watched = |threshold| Polled::new(attempt.clone(), threshold);
        let mut watched = self.blocking_threshold.map(watched);
        let handler = &found.handler;
        let work = handler.call(&self.clock, context, payload, &mut watched);
        let work: crate::task::TaskFuture = match invocation {
            Some(invocation) => Box::pin(async move { Ok(invocation.response(work.await?)) }),
            None => work,
        };
        Effect::Work {
            work,
            attempt: Some(attempt),
            watched,
        }
    }
}

impl Watched for Shared {
    fn defined(&self) -> Vec<DefinedState> {
        self.machines.defined().to_vec()
    }

    fn stillness(&self) -> Stillness {
        match self.live.load(Ordering::SeqCst) {
            0 => Stillness::Over,
            _ => self.clock.stillness(),
        }
    }
}
