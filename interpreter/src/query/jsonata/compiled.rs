//! Expressions compiled for jlens, and their evaluation.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::rc::Rc;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use jlens_core::{Bindings, Error, Expression, Options};
use serde_json::{Map, Value as Json};
use stepwright_asl::jsonata as asl;

use crate::query::time_budget::timed;
use crate::query::{Scope, VariableNames};
use crate::value::Value;

use super::analysis::Analysis;
use super::build::ValueBuilder;
use super::limits::{MAX_DEPTH, MAX_HELD, MAX_MEMORY, MAX_STEPS, MAX_TIME, MAX_WORK, SHARED_HELD};
use super::root::{EmptyInput, Input, Root};
use super::variable::Variable;
use super::{arithmetic, functions, texts};

#[derive(Debug)]
pub(super) struct CompiledExpression {
    /// The original expression, with number formatting of JSONata 2.0.
    plain: Expression,
    /// With `$states` as the root; `None` if the result may depend on the root.
    rooted: Option<Expression>,
    /// With calls for operators; created when a result was not finite.
    calculating: OnceLock<Option<Expression>>,
    /// The host functions that the expression mentions.
    bindings: Bindings,
    variables: Box<[Variable]>,
    /// Variables with the name of a function. While none of them has a value, the name refers to
    /// the function.
    shadows: Box<[Variable]>,
    reads_states: bool,
    draws: bool,
    reads_clock: bool,
    arithmetic: bool,
    divides: bool,
}

/// Compiles the expression for the evaluator.
pub(super) fn evaluator(expression: &asl::Expression) -> Result<Expression, Error> {
    Expression::compile(expression.source())
}

/// Held while an evaluation needs more memory than [`SHARED_HELD`], so that the evaluations of a
/// process need little more than [`MAX_HELD`] together.
static LARGE: Mutex<()> = Mutex::new(());

/// The result, and whether a `null` was built for it.
type EvaluationResult = Result<(Option<Value>, bool), Error>;

impl CompiledExpression {
    pub(super) fn new(
        expression: &asl::Expression,
        compiled: &Expression,
        names: &mut VariableNames,
    ) -> CompiledExpression {
        let plain = compiled.clone();
        // If the rewritten text does not compile, the text stays as it was written.
        let exact = texts::rewritten(plain.ast()).and_then(|text| Expression::compile(&text).ok());
        let plain = exact.unwrap_or(plain);
        let analysis = Analysis::of(plain.ast());
        let free = expression.variables().iter();
        let mut read: BTreeSet<&str> = free.map(String::as_str).collect();
        read.extend(analysis.values.intersection(&analysis.bound));
        read.retain(|name| *name != "states" && !functions::is_any(name));
        let variables = Variable::all(read.into_iter(), names);
        let named = analysis.values.iter().copied();
        let shadows = Variable::all(named.filter(|name| functions::is_any(name)), names);
        let rooted = if analysis.sees_root {
            None
        } else {
            // If the rewritten text does not compile, the plain form is used.
            Expression::compile(&rooted(plain.source(), &analysis, &variables)).ok()
        };
        CompiledExpression {
            rooted,
            calculating: OnceLock::new(),
            bindings: functions::bindings(&analysis.names),
            variables,
            shadows,
            reads_states: !analysis.states.is_empty(),
            draws: functions::draws(&analysis.names),
            reads_clock: functions::reads_clock(&analysis.names),
            arithmetic: analysis.arithmetic,
            divides: analysis.divides,
            plain,
        }
    }

    /// Returns whether values of the input are returned without a copy.
    pub(super) fn is_rooted(&self) -> bool {
        self.rooted.is_some()
    }

    /// Returns whether it mentions a function that draws random numbers.
    pub(super) fn draws(&self) -> bool {
        self.draws
    }

    /// Returns whether it mentions a function that returns the time.
    pub(super) fn reads_clock(&self) -> bool {
        self.reads_clock
    }

    /// Returns the value; `None` when the result is undefined or a function.
    pub(super) fn run(&self, scope: &Scope<'_>) -> Result<Option<Value>, Error> {
        let before = scope.entropy.state();
        let evaluated = self.evaluate(scope);
        let suspect = match &evaluated {
            Ok((_, nulls)) => self.divides && *nulls,
            Err(error) => self.arithmetic && error.code() == "D1001",
        };
        if suspect {
            scope.entropy.resume(before);
            // If this fails too, the operators are not the cause, and the first result stays.
            if let Some(Ok((value, _))) = self.calculate(scope) {
                return Ok(value);
            }
        }
        Ok(evaluated?.0)
    }

    /// Evaluates with calls for operators.
    fn calculate(&self, scope: &Scope<'_>) -> Option<EvaluationResult> {
        let rooted = self.rooted.as_ref().filter(|_| !self.is_shadowed(scope));
        let calculating = self.calculating.get_or_init(|| {
            let ast = self.rooted.as_ref().unwrap_or(&self.plain).ast();
            Expression::compile(&arithmetic::rewritten(ast)).ok()
        });
        let calculate = |bindings: Bindings| {
            bindings
                .function(arithmetic::FUNCTION, arithmetic::function())
                .function(arithmetic::COMPARED, arithmetic::compared())
        };
        let calculating = calculating.as_ref()?;
        match (rooted, &self.rooted) {
            (Some(_), _) => {
                Some(self.evaluate_rooted(calculating, &calculate(self.bindings.clone()), scope))
            }
            (None, None) => Some(self.plainly(calculating, &calculate(self.bind(scope)), scope)),
            // The form with the calls cannot be used now.
            (None, Some(_)) => None,
        }
    }

    /// Evaluates the plain form with any variables.
    #[cfg(test)]
    pub(super) fn run_plainly(&self, scope: &Scope<'_>) -> Result<Option<Value>, Error> {
        Ok(self.plainly(&self.plain, &self.bind(scope), scope)?.0)
    }

    /// Returns whether the expression returns a function.
    pub(super) fn is_function(&self, scope: &Scope<'_>) -> bool {
        let source = format!("$type(({}\n))", self.plain.source());
        Expression::compile(&source).is_ok_and(|asks| {
            let answer = self.plainly(&asks, &self.bind(scope), scope);
            answer.is_ok_and(|(answer, _)| answer.is_some_and(|answer| answer == "function"))
        })
    }

    fn evaluate(&self, scope: &Scope<'_>) -> EvaluationResult {
        let shadowed = self.is_shadowed(scope);
        let nodes = self.reads_states || self.variables.iter().any(|read| read.is(scope, is_node));
        match &self.rooted {
            Some(rooted) if nodes && !shadowed => {
                self.evaluate_rooted(rooted, &self.bindings, scope)
            }
            _ => self.plainly(&self.plain, &self.bind(scope), scope),
        }
    }

    /// Returns whether the name of a function refers to a variable now.
    fn is_shadowed(&self, scope: &Scope<'_>) -> bool {
        self.shadows.iter().any(|shadow| shadow.is(scope, |_| true))
    }

    fn evaluate_rooted(
        &self,
        rooted: &Expression,
        bindings: &Bindings,
        scope: &Scope<'_>,
    ) -> EvaluationResult {
        let context = OnceCell::new();
        let root = Root::new(*scope, &context, &self.variables);
        let input = Input(Rc::clone(&root));
        // The block that binds variables is one more level.
        let depth = MAX_DEPTH + usize::from(!self.variables.is_empty());
        let mut builder = ValueBuilder {
            root: Some(&root),
            nulls: false,
        };
        let result = self.draw(scope, depth, |options| {
            rooted.evaluate_source_to(&input, bindings, options, |output| {
                output.write(&mut builder)
            })
        });
        self.accept(result?, builder.nulls)
    }

    fn plainly(
        &self,
        expression: &Expression,
        bindings: &Bindings,
        scope: &Scope<'_>,
    ) -> EvaluationResult {
        let mut builder = ValueBuilder {
            root: None,
            nulls: false,
        };
        let result = self.draw(scope, MAX_DEPTH, |options| {
            expression.evaluate_source_to(&EmptyInput, bindings, options, |output| {
                output.write(&mut builder)
            })
        });
        self.accept(result?, builder.nulls)
    }

    /// Checks the length of the result, because jlens does not count values that it returns
    /// unchanged.
    fn accept(&self, result: Option<Value>, nulls: bool) -> EvaluationResult {
        match result {
            Some(value) if value.json_len() > MAX_MEMORY as u64 => Err(Error::new("U1001")),
            result => Ok((result, nulls)),
        }
    }

    /// Variables and `$states` as bindings.
    fn bind(&self, scope: &Scope<'_>) -> Bindings {
        let mut bindings = self.bindings.clone();
        for variable in self.variables.iter().chain(&self.shadows) {
            if let Some(value) = scope.variables.get(variable.ix) {
                bindings = bindings.var(variable.name.as_str(), value.to_json());
            }
        }
        if self.reads_states {
            let mut states = Map::new();
            states.insert("input".to_owned(), scope.input.to_json());
            states.insert("context".to_owned(), scope.context.value().to_json());
            if let Some(result) = scope.result {
                states.insert("result".to_owned(), result.to_json());
            }
            if let Some(output) = scope.error_output {
                states.insert("errorOutput".to_owned(), output.to_json());
            }
            bindings = bindings.var("states", Json::Object(states));
        }
        bindings
    }

    fn options(&self, scope: &Scope<'_>, depth: usize, time: Duration) -> Options {
        let seed = if self.draws {
            scope.entropy.next_u64()
        } else {
            0
        };
        Options::new()
            .max_depth(depth)
            .max_string_length(MAX_MEMORY)
            .max_array_length(MAX_MEMORY / 8)
            .max_result_size(MAX_MEMORY)
            .max_steps(MAX_STEPS)
            .max_work(MAX_WORK)
            .timeout(time)
            .now(scope.now_millis)
            .seed(seed)
    }

    /// Runs an evaluation with its limits and its random numbers. An evaluation that needs
    /// more memory than [`SHARED_HELD`] runs again, alone.
    fn draw<R>(
        &self,
        scope: &Scope<'_>,
        depth: usize,
        mut evaluation: impl FnMut(&Options) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let before = scope.entropy.state();
        let mut within = |memory| {
            timed(MAX_TIME, |time| {
                let options = self.options(scope, depth, time).max_memory(memory);
                if self.draws {
                    functions::drawing(scope.entropy, || evaluation(&options))
                } else {
                    evaluation(&options)
                }
            })
        };
        match within(SHARED_HELD) {
            Err(error) if error.code() == "U1001" => {
                let _alone = LARGE.lock().unwrap_or_else(PoisonError::into_inner);
                scope.entropy.resume(before);
                within(MAX_HELD)
            }
            result => result,
        }
    }
}

fn is_node(value: &Value) -> bool {
    value.depth() > 0
}

/// Returns the expression with `$states` as the root, in a block that binds its variables.
fn rooted(source: &str, analysis: &Analysis<'_>, variables: &[Variable]) -> String {
    let mut spans: Vec<_> = analysis.states.iter().collect();
    spans.sort_by_key(|span| span.start);
    let mut out = String::with_capacity(source.len() + 32);
    if !variables.is_empty() {
        out.push('(');
        for Variable { name, member, .. } in variables {
            // Writing to a string does not fail.
            let _written = write!(out, "${name}:=$$.`{member}`;");
        }
    }
    let mut at = 0;
    for span in spans {
        out.push_str(source.get(at..span.start).unwrap_or_default());
        out.push_str("$$     ");
        at = span.end;
    }
    out.push_str(source.get(at..).unwrap_or_default());
    if !variables.is_empty() {
        out.push_str("\n)");
    }
    out
}
