//! All patterns of a bus.

use stepwright_asl::json::Json;

use super::EventPattern;
use super::event_fields::FieldPaths;
use super::search::{self, IndexedTests};
use super::value_test::ValueTest;

/// The most steps of the search for items of arrays, for one pattern and event. An event of
/// EventBridge's maximum size needs about half of them for fifteen fields of its smallest items.
const MAX_STEPS: usize = 1_000_000;

/// Patterns that are tested together: an event is read once for all of them.
///
/// ```
/// use stepwright_asl::json::Json;
/// use stepwright_events::pattern::{EventPattern, PatternSet};
///
/// let shop: EventPattern = r#"{"source": ["shop"]}"#.parse()?;
/// let large: EventPattern = r#"{"detail": {"total": [{"numeric": [">", 100]}]}}"#.parse()?;
/// let patterns = PatternSet::new([&shop, &large]);
/// let event: Json = r#"{"source": "shop", "detail": {"total": 7}}"#.parse()?;
/// assert_eq!(patterns.matches(&event), [0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct PatternSet {
    paths: FieldPaths,
    patterns: Vec<CompiledPattern>,
}

/// The alternatives of a pattern, with indices of fields instead of paths.
#[derive(Debug, Clone)]
struct CompiledPattern {
    fields: Vec<(usize, Vec<ValueTest>)>,
    alternatives: Vec<Vec<usize>>,
}

impl PatternSet {
    /// Compiles patterns.
    pub fn new<'p>(patterns: impl IntoIterator<Item = &'p EventPattern>) -> Self {
        let mut paths = FieldPaths::default();
        let patterns = patterns.into_iter().map(|pattern| {
            let fields = pattern.fields.iter();
            CompiledPattern {
                fields: fields
                    .map(|field| (paths.index(&field.path), field.tests.clone()))
                    .collect(),
                alternatives: pattern.alternatives.clone(),
            }
        });
        let patterns = patterns.collect();
        Self { paths, patterns }
    }

    /// The indices of the patterns that an event matches, in ascending order.
    pub fn matches(&self, event: &Json) -> Vec<usize> {
        let fields = self.paths.read(event);
        let patterns = self.patterns.iter().enumerate();
        let matching = patterns.filter(|(_, pattern)| {
            let mut steps = MAX_STEPS;
            pattern.alternatives.iter().any(|alternative| {
                let selected = alternative.iter().filter_map(|at| pattern.fields.get(*at));
                let tests = selected.map(|(field, tests)| (*field, tests.as_slice()));
                let tests: Vec<IndexedTests<'_>> = tests.collect();
                search::matches(&tests, &fields, &mut steps)
            })
        });
        matching.map(|(index, _)| index).collect()
    }
}
