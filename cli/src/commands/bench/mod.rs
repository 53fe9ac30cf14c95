//! `stepwright bench`: measures the cost of executions.

mod clients;
mod functions;
mod parked;
mod raw;
mod usage;
mod workload;

use std::time::Instant;

use serde_json::{Map, Value as Json, json};
use stepwright_engine::{Engine, Limits};
use tokio::runtime::{Builder, Runtime};

use self::clients::Clients;
use self::workload::Workload;
use crate::args::{BenchArguments, MachineType, Measure, Switch};
use crate::engine::log::{self, DefaultLog};
use crate::failure::Failure;
use crate::store_file;
use crate::store_place::StorePlace;
use crate::terminal::output;

/// Measures, and prints a line of JSON.
pub(crate) fn bench(mut arguments: BenchArguments) -> Result<(), Failure> {
    log::start(&arguments.log, DefaultLog::Off)?;
    if let Some(place) = &arguments.store {
        arguments.store = Some(place.in_schema(arguments.schema.as_deref())?);
    }
    let arguments = &arguments;
    let plan = BenchPlan::of(arguments)?;
    let workload = Workload::read(
        &arguments.workloads,
        &arguments.name,
        plan.machine_type.into(),
    )?;
    // The measured threads are not those of the command.
    let measured = std::thread::scope(|scope| {
        let measured = scope.spawn(|| match arguments.measure {
            Measure::Parked => parked::measure(arguments, &plan, &workload),
            Measure::Executions | Measure::Starts => measure(arguments, &plan, &workload),
        });
        measured.join()
    });
    let measured = measured.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
    output::line(Json::Object(measured.line));
    if measured.is_correct {
        Ok(())
    } else {
        Err(Failure::Failed(format!(
            "an execution of `{}` did not have the output in expected.json",
            arguments.name
        )))
    }
}

/// The measurements.
struct Measurements {
    line: Map<String, Json>,
    is_correct: bool,
}

/// The parameters of the executions.
struct BenchPlan {
    machine_type: MachineType,
    keeps_history: bool,
}

impl BenchPlan {
    fn of(arguments: &BenchArguments) -> Result<Self, Failure> {
        let keeps_history = arguments.history != Some(Switch::Off);
        let machine_type = arguments.machine_type.unwrap_or(if keeps_history {
            MachineType::Standard
        } else {
            MachineType::Express
        });
        let refuse = |why: &str| Err(Failure::Usage(why.to_owned()));
        if machine_type == MachineType::Standard && !keeps_history {
            return refuse(
                "--history off: Standard executions always have a history; use `--type express`, or omit --history",
            );
        }
        if let Some(store) = &arguments.store {
            if machine_type == MachineType::Express {
                return refuse(
                    "--store: Express executions cannot be stored; omit --type and --history, or omit --store",
                );
            }
            let is_new = match store {
                StorePlace::File(path) => !path.exists(),
                StorePlace::Database(_) => store_file::open(store).is_err(),
            };
            if !is_new {
                return Err(Failure::Usage(format!(
                    "--store {store}: it exists; a benchmark needs a new file or a new --schema"
                )));
            }
        }
        Ok(Self {
            machine_type,
            keeps_history,
        })
    }

    fn engine(
        &self,
        arguments: &BenchArguments,
        workload: &Workload,
        is_virtual: bool,
    ) -> Result<Engine, Failure> {
        let limits = Limits::new().events(u32::MAX).payload_bytes(u64::MAX);
        let mut builder = Engine::builder()
            .limits(limits)
            .history(self.keeps_history)
            .register_definition(&arguments.name, &workload.machine, self.machine_type.into());
        if is_virtual {
            builder = builder.virtual_time();
        }
        builder = functions::bind(builder, &workload.machine);
        if let Some(place) = &arguments.store {
            builder = builder.store(store_file::new_writer(place)?);
        }
        builder
            .build()
            .map_err(|error| Failure::Failed(error.to_string()))
    }

    /// The members of the output line that describe the executions.
    fn line(&self, arguments: &BenchArguments, workload: &Workload) -> Map<String, Json> {
        let line = json!({
            "peer": "stepwright",
            "workload": arguments.name,
            "executions": arguments.executions,
            "concurrency": arguments.concurrency,
            "threads": arguments.threads,
            "type": stepwright_engine::MachineType::from(self.machine_type).as_str(),
            "history": if self.keeps_history { "on" } else { "off" },
            "limits": "raised",
            "store": arguments.store.is_some(),
            "transitions": workload.transitions,
        });
        match line {
            Json::Object(line) => line,
            _ => Map::new(),
        }
    }
}

/// The runtime with the threads that run the executions.
fn runtime(arguments: &BenchArguments) -> Result<Runtime, Failure> {
    let mut builder = match arguments.threads {
        1 => Builder::new_current_thread(),
        threads => {
            let mut builder = Builder::new_multi_thread();
            builder.worker_threads(threads);
            builder
        }
    };
    let built = builder.enable_all().build();
    built.map_err(|error| Failure::Failed(format!("cannot start the threads: {error}")))
}

/// Measures executions, or starts.
fn measure(
    arguments: &BenchArguments,
    plan: &BenchPlan,
    workload: &Workload,
) -> Result<Measurements, Failure> {
    let runtime = runtime(arguments)?;
    runtime.block_on(async {
        let awaits_ends = arguments.measure == Measure::Executions;
        // If only starts are measured, executions wait and do not end concurrently.
        let engine = plan.engine(arguments, workload, workload.waits && awaits_ends)?;
        let clients = Clients {
            engine: &engine,
            workload,
            machine: &arguments.name,
            awaits_ends,
        };
        let (executions, concurrency) = (arguments.executions, arguments.concurrency);
        let mut is_correct = true;
        for _ in 0..arguments.warmup {
            is_correct &= clients.run(executions, concurrency, true).await?.is_correct;
        }
        let (mut wall, mut cpu, mut took) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..arguments.reps {
            let (began, before) = (Instant::now(), usage::cpu_ms());
            let ran = clients.run(executions, concurrency, false).await?;
            wall.push(began.elapsed().as_secs_f64() * 1_000.0);
            cpu.extend(
                usage::cpu_ms()
                    .zip(before)
                    .map(|(after, before)| after - before),
            );
            is_correct &= ran.is_correct;
            took.extend(ran.took);
        }
        let best = wall.iter().copied().fold(f64::INFINITY, f64::min);
        let per_second = |count: usize| (count as f64 * 1_000.0 / best).round();
        let mut line = plan.line(arguments, workload);
        let rounded = |all: &[f64]| -> Json {
            all.iter()
                .map(|ms| (ms * 10_000.0).round() / 10_000.0)
                .collect()
        };
        line.insert("wall_ms".to_owned(), rounded(&wall));
        line.insert("cpu_ms".to_owned(), rounded(&cpu));
        line.insert("rss_peak_kb".to_owned(), json!(usage::peak_kb()));
        line.insert("correct".to_owned(), json!(is_correct));
        line.insert("executions_per_s".to_owned(), json!(per_second(executions)));
        if arguments.measure == Measure::Executions {
            let transitions = workload
                .transitions
                .map(|each| per_second(each * executions));
            line.insert("transitions_per_s".to_owned(), json!(transitions));
        }
        took.sort_unstable();
        let percentile = |percent: usize| {
            let one = took.get((took.len() * percent / 100).min(took.len() - 1));
            one.map(|took| took.as_nanos() as f64 / 1_000_000.0)
        };
        line.insert("p50_ms".to_owned(), json!(percentile(50)));
        line.insert("p99_ms".to_owned(), json!(percentile(99)));
        if let Some(store) = &arguments.store {
            let raw = raw::records_per_second(store, concurrency)?;
            line.insert("raw_records_per_s".to_owned(), json!(raw));
        }
        Ok(Measurements { line, is_correct })
    })
}
