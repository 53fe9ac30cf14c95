//! Small charts of the starts of the last hour.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use maud::{Markup, html};
use stepwright_engine::clock::Timestamp;
use stepwright_engine::{ExecutionPage, Status};

/// The period of the small charts.
const PERIOD: Duration = Duration::from_secs(3_600);
/// The bars of a chart.
const BARS: usize = 30;
/// How old the charts of a busy server can be.
const CACHE_TIME: Duration = Duration::from_secs(1);

/// The starts of the last hour, by state machine.
pub(crate) struct Charts {
    bars: HashMap<String, [Bar; BARS]>,
    /// Whether older executions of the hour were not read.
    pub(crate) is_cut: bool,
}

/// The starts in a part of the period.
#[derive(Clone, Copy, Default)]
struct Bar {
    all: u32,
    unsuccessful: u32,
}

impl Charts {
    /// Counts the starts of the executions, the newest first.
    pub(crate) fn of(page: &ExecutionPage, now: Timestamp) -> Self {
        let mut charts: HashMap<String, [Bar; BARS]> = HashMap::new();
        let mut is_cut = page.next.is_some();
        for execution in &page.executions {
            let age = now.since(execution.started);
            if age >= PERIOD {
                is_cut = false;
                break;
            }
            let newest_first = (age.as_secs() * BARS as u64 / PERIOD.as_secs()) as usize;
            let bars = charts.entry(execution.machine.clone()).or_default();
            let bar = &mut bars[BARS - 1 - newest_first.min(BARS - 1)];
            bar.all += 1;
            let is_good = matches!(execution.status, Status::Running | Status::Succeeded);
            bar.unsuccessful += u32::from(!is_good);
        }
        Self {
            bars: charts,
            is_cut,
        }
    }

    /// Draws the bars of a state machine.
    pub(crate) fn draw(&self, machine: &str) -> Markup {
        const WIDTH: usize = 4;
        const HEIGHT: u32 = 24;
        let Some(bars) = self.bars.get(machine) else {
            return html! { span class="hint" { "–" } };
        };
        let highest = bars.iter().map(|bar| bar.all).max().unwrap_or(1).max(1);
        let height = |number: u32| (number * HEIGHT).div_ceil(highest);
        let sum: u32 = bars.iter().map(|bar| bar.all).sum();
        let bad: u32 = bars.iter().map(|bar| bar.unsuccessful).sum();
        let label = format!("{sum} started, {bad} of them without success");
        html! {
            svg class="spark" role="img" aria-label=(label) width=(BARS * WIDTH) height=(HEIGHT) {
                title { (label) }
                @for (index, bar) in bars.iter().enumerate().filter(|(_, bar)| bar.all > 0) {
                    rect x=(index * WIDTH) width=(WIDTH - 1) y=(HEIGHT - height(bar.all)) height=(height(bar.all)) {}
                    @if bar.unsuccessful > 0 {
                        rect class="bad" x=(index * WIDTH) width=(WIDTH - 1) y=(HEIGHT - height(bar.unsuccessful)) height=(height(bar.unsuccessful)) {}
                    }
                }
            }
        }
    }
}

/// The last charts that were expensive to compute.
#[derive(Default)]
pub(crate) struct ChartCache(Mutex<Option<(Instant, Arc<Charts>)>>);

impl ChartCache {
    /// Returns the charts, unless they are too old.
    pub(crate) fn get(&self) -> Option<Arc<Charts>> {
        let cached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, charts) = cached.as_ref()?;
        (since.elapsed() < CACHE_TIME).then(|| charts.clone())
    }

    /// Sets the charts.
    pub(crate) fn set(&self, charts: Arc<Charts>) {
        let mut cached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *cached = Some((Instant::now(), charts));
    }
}
