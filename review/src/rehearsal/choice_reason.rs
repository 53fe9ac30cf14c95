//! Why a Choice decides as it does: the rule that matches, and the values that its rules read.

use stepwright_asl::condition::readable;
use stepwright_asl::jsonata::{Expression, strip};
use stepwright_asl::model::{Choice, ChoiceRule, PathField, State, StateMachine};
use stepwright_asl::redaction::Redaction;
use stepwright_history::runtime_support::{short, without_visit};
use stepwright_history::timeline::{FieldOutcome, Timeline, Visit};
use stepwright_interpreter::evaluate::Evaluation;
use stepwright_interpreter::value::Value;

use super::finding::{ChoiceReason, ChoiceValue, Finding};

/// The maximum number of values that a reason shows.
const MOST: usize = 6;

/// Adds the reason to a path that parts at a Choice of the new definition.
pub(super) fn explain(
    finding: &mut Finding,
    machine: &StateMachine,
    recorded: &Timeline,
    now: &Timeline,
    redaction: &Redaction,
) {
    let Finding::OtherPath {
        after: Some(state),
        scope,
        recorded: next_recorded,
        now: next_now,
        choice: reason,
    } = finding
    else {
        return;
    };
    let found = machine.states().find(|found| found.name == state.as_str());
    let Some(State::Choice(choice)) = found.map(|found| found.state) else {
        return;
    };
    // The timeline of the rehearsal has no numbers of visits.
    let unnumbered = scope.iter().map(|frame| without_visit(frame).0.to_owned());
    let unnumbered: Vec<String> = unnumbered.collect();
    let visit = visit_before(now, state, &unnumbered, next_now.as_deref());
    let Some(visit) = visit else { return };
    let before = visit_before(recorded, state, scope, next_recorded.as_deref());
    let index = matched_rule(now, machine, visit);
    let rule = index.and_then(|index| choice.choices.get(index));
    // Without a match, each rule was evaluated.
    let read: Vec<&ChoiceRule> = match rule {
        Some(rule) => vec![rule],
        None => choice.choices.iter().collect(),
    };
    let mut expressions: Vec<String> = Vec::new();
    for rule in read {
        collect(rule, &mut expressions);
    }
    let mut seen = std::collections::HashSet::new();
    expressions.retain(|expression| seen.insert(expression.clone()));
    let value = |timeline: &Timeline, visit: usize, expression: &str| {
        let value = value_of(timeline, visit, choice, expression)?;
        let names = expression.split(['.', '[', ']', '\'', '$']);
        let names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
        Some(short(&redaction.value_at(&names, &value.to_json())))
    };
    let values = expressions.iter().take(MOST).map(|expression| ChoiceValue {
        expression: expression.clone(),
        recorded: before.and_then(|visit| value(recorded, visit, expression)),
        now: value(now, visit, expression),
    });
    *reason = Some(ChoiceReason {
        state: state.clone(),
        rule: rule.map(|rule| readable(&rule.to_value())),
        pointer: index.map(|index| format!("/Choices/{index}")),
        values: values.collect(),
    });
}

/// Returns the first visit of a state in a scope that is followed by another state.
fn visit_before(
    timeline: &Timeline,
    state: &str,
    scope: &[String],
    next: Option<&str>,
) -> Option<usize> {
    let visits = timeline.visits().iter().enumerate();
    let mut visits = visits
        .filter(|(_, visit)| visit.scope() == scope)
        .peekable();
    let mut last = None;
    while let Some((index, visit)) = visits.next() {
        if visit.state() != state {
            continue;
        }
        last = Some(index);
        if visits.peek().map(|(_, after)| after.state()) == next {
            break;
        }
    }
    last
}

/// Returns the index of the rule that matched in a visit.
fn matched_rule(timeline: &Timeline, machine: &StateMachine, visit: usize) -> Option<usize> {
    let fields = timeline.explain(machine, visit).ok()?;
    fields.iter().find_map(|field| {
        let rest = field.field.strip_prefix("/Choices/")?;
        let index = rest.split('/').next()?.parse().ok()?;
        let is_rule = rest
            .split('/')
            .nth(1)
            .is_none_or(|name| name == "Condition");
        let matched = field.outcome == FieldOutcome::Value(Value::Bool(true));
        (is_rule && matched).then_some(index)
    })
}

/// Collects the paths of a JSONPath rule, and the chains of names of a JSONata condition.
fn collect(rule: &ChoiceRule, expressions: &mut Vec<String>) {
    let mut open = vec![rule];
    while let Some(rule) = open.pop() {
        open.extend(rule.or.iter().rev());
        open.extend(rule.and.iter().rev());
        open.extend(rule.not.as_deref());
        expressions.extend(rule.variable.clone());
        if let Some(comparison) = &rule.comparison
            && comparison.operator.is_path()
            && let Some(path) = comparison.operand.as_str()
        {
            expressions.push(path.to_owned());
        }
        let condition = rule
            .condition
            .as_ref()
            .and_then(|condition| condition.as_str());
        let parsed = condition.and_then(strip).map(Expression::parse);
        if let Some(Ok(parsed)) = parsed {
            for chain in parsed.chains() {
                let names = chain.names.iter().map(|(name, _)| name.as_str());
                let names = std::iter::once(chain.variable.as_str()).chain(names);
                let text = names.collect::<Vec<_>>().join(".");
                expressions.push(format!("{{% ${text} %}}"));
            }
        }
    }
}

/// Evaluates a path or a chain of names with the data of a visit.
fn value_of(timeline: &Timeline, index: usize, choice: &Choice, expression: &str) -> Option<Value> {
    let visit: &Visit = timeline.visit(index)?;
    let input = visit.input()?.clone();
    let with = |input: Value| {
        let mut evaluation = Evaluation::of(input).context(timeline.context().clone());
        for (name, value) in timeline.variables_at(index) {
            evaluation = evaluation.variable(name, value.clone());
        }
        evaluation
    };
    if strip(expression).is_some() {
        return with(input).jsonata(expression).ok();
    }
    let input = match &choice.input_path {
        Some(PathField::Path(path)) => with(input).path(path).ok()?,
        _ => input,
    };
    with(input).path(expression).ok()
}
