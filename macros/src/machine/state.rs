//! A state: its work, its options, and the values that it computes from its result.

use super::{
    Amount, CatchEvery, Let, LetBinding, ObjectLiteral, ObjectValue, RawFields, Retry, Setting,
    UserExpr,
};
use proc_macro2::extra::DelimSpan;
use proc_macro2::{Ident, Span};
use stepwright_asl::limits::AwaitedEvent;
use stepwright_asl::model::MachineType;
use syn::{Expr, LitStr, Member, Path, Type};

/// A state.
pub(crate) struct State {
    pub(crate) docs: Option<String>,
    /// `#[name = ".."]`
    pub(crate) renamed: Option<LitStr>,
    pub(crate) keyword: Ident,
    pub(crate) name: Ident,
    pub(crate) kind: StateWork,
    /// The values that it computes before its work, for the arguments of that work.
    pub(crate) before: Vec<Let>,
    /// The name of the result of a call, branches, a map or an include.
    pub(crate) result: Option<LetBinding>,
    /// The values that it computes: the whole work of a pass or a wait; for other states, values
    /// from their result.
    pub(crate) lets: Vec<Let>,
    pub(crate) options: StateOptions,
    /// `next` or `end`.
    pub(crate) exit: Option<StateExit>,
    /// The parser skipped something, so that apparently missing parts may exist.
    pub(crate) broken: bool,
}

/// A state's work. `None` means that it is missing, which is already reported.
pub(crate) enum StateWork {
    Task(Option<Call>),
    Pass,
    /// Its rules and arms are edges.
    Choice(ChoiceState),
    Wait(Option<Wait>),
    Succeed(Option<UserExpr>),
    Fail(Fail),
    /// The branches are scopes.
    Parallel,
    /// The body is a scope.
    Map(Box<Map>),
    /// An exit of a fragment.
    Exit(Exit),
    /// The states of an included fragment.
    Include(Option<Include>),
    /// A word that is not a kind of state.
    Unknown,
}

/// The options that states of all kinds have; `catch` is an edge.
#[derive(Default)]
pub(crate) struct StateOptions {
    /// The keyword, and the duration.
    pub(crate) timeout: Option<(Ident, Amount)>,
    pub(crate) heartbeat: Option<(Ident, Amount)>,
    pub(crate) credentials: Option<(Ident, UserExpr)>,
    pub(crate) query_language: Option<Ident>,
    pub(crate) retries: Vec<Retry>,
    pub(crate) catch_every: Option<CatchEvery>,
    /// `parameters { .. };`, `result_selector { .. };` and `output value;`, each with its ASL
    /// field.
    pub(crate) templates: Vec<(Ident, &'static str, ObjectValue)>,
    /// The words `input_path`, `result_path` and `output_path`, each with its path. Their fields
    /// are also in `raw`.
    pub(crate) paths: Vec<(Ident, Option<LitStr>)>,
    /// The state has `result_selector` or `result_path`.
    pub(crate) result_is_shaped: bool,
    pub(crate) raw: RawFields,
}

/// The transition of a state.
pub(crate) enum StateExit {
    /// `next`, which is an edge.
    Next,
    /// The keyword, and the value.
    End(Ident, Option<UserExpr>),
}

/// The call of a task state.
pub(crate) struct Call {
    /// `wait_for_task_token`
    pub(crate) wait: Option<Ident>,
    pub(crate) callee: Callee,
    /// The name of the call's result in the state's first `let`, if that `let` computes with it.
    pub(crate) called: Option<Ident>,
    /// The method of options and results that reads the result directly: `unwrap` in
    /// `charge(order).await.unwrap()`.
    pub(crate) reader: Option<Ident>,
    /// The last token of the call, if that is not its parenthesis: `await`. rustc reports a wrong
    /// type up to there.
    pub(crate) end: Option<Span>,
}

/// The target of a task state's call.
pub(crate) enum Callee {
    /// `charge_card(payment)`
    Task(Application),
    /// `service "arn:.." { Key: value }`
    Service {
        keyword: Ident,
        resource: LitStr,
        /// `None` means that the service gets the state's input.
        arguments: Option<ObjectLiteral>,
    },
    /// `service(sqs::send_message(url, order))` in a function.
    Request {
        /// The request, with the names `__argument_0`, `__argument_1`, .. as its arguments.
        request: Box<Expr>,
        arguments: Vec<UserExpr>,
    },
    /// `workflow Fulfilment(order)`, `start workflow Fulfilment(order)`
    Workflow {
        start: Option<Ident>,
        call: Application,
    },
}

/// `name(arguments)`
pub(crate) struct Application {
    pub(crate) path: Path,
    pub(crate) arguments: Vec<UserExpr>,
    pub(crate) parentheses: DelimSpan,
}

/// The parts of a choice in addition to its edges.
#[derive(Default)]
pub(crate) struct ChoiceState {
    pub(crate) subject: Option<Subject>,
    /// `otherwise fail;`, by its keyword.
    pub(crate) fails: Option<Ident>,
}

/// `match value { .. }`
pub(crate) struct Subject {
    pub(crate) keyword: Span,
    pub(crate) value: UserExpr,
    pub(crate) braces: Span,
}

/// The end of a wait.
pub(crate) enum Wait {
    Seconds(Ident, Amount),
    Timestamp(Ident, UserExpr),
}

/// The error and cause of a fail.
#[derive(Default)]
pub(crate) struct Fail {
    pub(crate) error: Option<UserExpr>,
    pub(crate) cause: Option<UserExpr>,
    /// A value of an error type, which has its own cause: `OrderFailed::Rejected { reason }`.
    pub(crate) raised: Option<Raised>,
}

/// A value of an error type.
pub(crate) struct Raised {
    /// The variant's path.
    pub(crate) path: Path,
    pub(crate) fields: Vec<(Member, UserExpr)>,
    /// `Variant(a, b)`
    pub(crate) is_tuple: bool,
}

/// `exit Refused -> String { reason }`
#[derive(Default)]
pub(crate) struct Exit {
    pub(crate) ty: Option<Type>,
    pub(crate) value: Option<UserExpr>,
}

/// The included fragment.
pub(crate) type Include = Application;

/// The items and options of a map.
#[derive(Default)]
pub(crate) struct Map {
    pub(crate) run: Option<MapLoop>,
    /// The keyword, and the limit.
    pub(crate) max_concurrency: Option<(Ident, UserExpr)>,
    /// `iterator;`: the body is written as `Iterator`, its old name.
    pub(crate) iterator: bool,
    pub(crate) distributed: Distributed,
}

/// `for item: Type in list`
pub(crate) struct MapLoop {
    pub(crate) item: Ident,
    pub(crate) ty: Option<Type>,
    /// `None` means `reader`.
    pub(crate) list: Option<UserExpr>,
}

/// The options of a Distributed Map, each with its keyword.
#[derive(Default)]
pub(crate) struct Distributed {
    /// `distributed;`, and the type of its children.
    pub(crate) children: Option<(Ident, MachineType)>,
    pub(crate) label: Option<(Ident, LitStr)>,
    pub(crate) tolerated_count: Option<(Ident, UserExpr)>,
    /// `5%`, `job.tolerance %`
    pub(crate) tolerated_percentage: Option<(Ident, UserExpr)>,
    pub(crate) reader: Option<Access>,
    pub(crate) batch: Option<Batch>,
    pub(crate) writer: Option<Access>,
}

/// `reader "arn" (settings) { Key: value };`, and `writer`.
pub(crate) struct Access {
    pub(crate) keyword: Ident,
    pub(crate) resource: LitStr,
    pub(crate) settings: Vec<Setting>,
    pub(crate) arguments: ObjectLiteral,
}

/// `batch (max_items: 50) { Key: value };`
pub(crate) struct Batch {
    pub(crate) keyword: Ident,
    pub(crate) settings: Vec<Setting>,
    pub(crate) input: Option<BatchInput>,
}

/// The input that each batch gets in addition to its items.
pub(crate) enum BatchInput {
    Object(ObjectLiteral),
    Value(UserExpr),
}

impl Raised {
    /// The error that an expression with this path as its variant or struct is; `field` makes the
    /// value of each field.
    pub(crate) fn of(
        value: &Expr,
        is_variant: impl Fn(&Path) -> bool,
        mut field: impl FnMut(&Expr) -> UserExpr,
    ) -> Option<Raised> {
        Some(match value {
            Expr::Path(path) if path.qself.is_none() && is_variant(&path.path) => Raised {
                path: path.path.clone(),
                fields: Vec::new(),
                is_tuple: false,
            },
            Expr::Struct(literal) if literal.qself.is_none() && literal.rest.is_none() => {
                let fields = literal.fields.iter();
                Raised {
                    path: literal.path.clone(),
                    fields: fields
                        .map(|one| (one.member.clone(), field(&one.expr)))
                        .collect(),
                    is_tuple: false,
                }
            }
            Expr::Call(call) => {
                let Expr::Path(function) = &*call.func else {
                    return None;
                };
                let path = &function.path;
                if function.qself.is_some() || !is_variant(path) {
                    return None;
                }
                let values = call.args.iter().enumerate();
                Raised {
                    path: path.clone(),
                    fields: values
                        .map(|(index, value)| (Member::from(index), field(value)))
                        .collect(),
                    is_tuple: true,
                }
            }
            _ => return None,
        })
    }
}

impl StateExit {
    /// `end` or `end value`, with the keyword at this location.
    pub(crate) fn end(span: Span, value: Option<UserExpr>) -> StateExit {
        StateExit::End(Ident::new("end", span), value)
    }
}

impl StateWork {
    /// Its keyword; for a misspelled word, the keyword that was meant.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            StateWork::Task(_) => "task",
            StateWork::Pass => "pass",
            StateWork::Choice(_) => "choice",
            StateWork::Wait(_) => "wait",
            StateWork::Succeed(_) => "succeed",
            StateWork::Fail(_) => "fail",
            StateWork::Parallel => "parallel",
            StateWork::Map(_) => "map",
            StateWork::Exit(_) => "exit",
            StateWork::Include(_) => "include",
            StateWork::Unknown => "unknown",
        }
    }

    /// Whether a state of this kind needs a transition.
    pub(crate) fn hands_on(&self) -> bool {
        match self {
            StateWork::Task(_)
            | StateWork::Pass
            | StateWork::Wait(_)
            | StateWork::Parallel
            | StateWork::Map(_)
            | StateWork::Include(_) => true,
            StateWork::Choice(_)
            | StateWork::Succeed(_)
            | StateWork::Fail(_)
            | StateWork::Exit(_)
            | StateWork::Unknown => false,
        }
    }

    /// Whether it can fail with an error that `retry` and `catch` take.
    pub(crate) fn has_errors(&self) -> bool {
        matches!(
            self,
            StateWork::Task(_) | StateWork::Parallel | StateWork::Map(_)
        )
    }
}

impl State {
    pub(crate) fn new(keyword: Ident, name: Ident, kind: StateWork) -> State {
        State {
            docs: None,
            renamed: None,
            keyword,
            name,
            kind,
            before: Vec::new(),
            result: None,
            lets: Vec::new(),
            options: StateOptions::default(),
            exit: None,
            broken: false,
        }
    }

    /// Its ASL name.
    pub(crate) fn wire_name(&self) -> String {
        match &self.renamed {
            Some(name) => name.value(),
            None => crate::name::text(&self.name),
        }
    }

    /// The span of the ASL name.
    pub(crate) fn name_span(&self) -> Span {
        match &self.renamed {
            Some(name) => name.span(),
            None => self.name.span(),
        }
    }

    /// Whether its transition is `end`.
    pub(crate) fn ends(&self) -> bool {
        matches!(self.exit, Some(StateExit::End(..)))
    }

    /// Whether its `let`s can make variables, which its `next` assigns.
    pub(crate) fn makes_variables(&self) -> bool {
        self.kind.hands_on() && !self.ends()
    }

    /// The value of `end`.
    pub(crate) fn end_value(&self) -> Option<&UserExpr> {
        match &self.exit {
            Some(StateExit::End(_, value)) => value.as_ref(),
            _ => None,
        }
    }

    /// The call of a task.
    pub(crate) fn call(&self) -> Option<&Call> {
        match &self.kind {
            StateWork::Task(call) => call.as_ref(),
            _ => None,
        }
    }

    /// The path of the task function that it calls: `retry` and `catch` name the errors of this
    /// task.
    pub(crate) fn task(&self) -> Option<&Path> {
        match &self.call()?.callee {
            Callee::Task(call) => Some(&call.path),
            _ => None,
        }
    }

    /// The fragment that it includes.
    pub(crate) fn include(&self) -> Option<&Include> {
        match &self.kind {
            StateWork::Include(include) => include.as_ref(),
            _ => None,
        }
    }

    /// The type of its children, for a Distributed Map.
    pub(crate) fn children(&self) -> Option<MachineType> {
        match &self.kind {
            StateWork::Map(map) => map.children(),
            _ => None,
        }
    }

    /// The bindings of its `let`s, in the order of their evaluation.
    pub(crate) fn bindings(&self) -> impl Iterator<Item = &LetBinding> {
        let before = self.before.iter().map(|one| &one.binding);
        let lets = self.lets.iter().map(|one| &one.binding);
        before.chain(&self.result).chain(lets)
    }
}

impl Call {
    pub(crate) fn new(wait: Option<Ident>, callee: Callee) -> Call {
        Call {
            wait,
            callee,
            called: None,
            reader: None,
            end: None,
        }
    }

    /// What the state waits for after the response of the call.
    pub(crate) fn waits_for(&self) -> Option<AwaitedEvent> {
        match &self.callee {
            _ if self.wait.is_some() => Some(AwaitedEvent::Token),
            Callee::Service { resource, .. } => AwaitedEvent::of(&resource.value()),
            _ => None,
        }
    }
}

impl Map {
    /// The type of its children, if it is distributed.
    pub(crate) fn children(&self) -> Option<MachineType> {
        self.distributed.children.as_ref().map(|(_, kind)| *kind)
    }
}

impl Wait {
    /// The keyword at its start.
    pub(crate) fn keyword(&self) -> &Ident {
        match self {
            Wait::Seconds(keyword, _) | Wait::Timestamp(keyword, _) => keyword,
        }
    }
}

impl Distributed {
    /// The first of the options that have no effect without `distributed;`.
    pub(crate) fn first_keyword(&self) -> Option<&Ident> {
        let accesses = [&self.reader, &self.writer].into_iter().flatten();
        let label = self.label.as_ref().map(|(keyword, _)| keyword);
        let tolerated = [&self.tolerated_count, &self.tolerated_percentage];
        let tolerated = tolerated.into_iter().flatten().map(|(keyword, _)| keyword);
        label
            .into_iter()
            .chain(tolerated)
            .chain(accesses.map(|access| &access.keyword))
            .chain(self.batch.as_ref().map(|batch| &batch.keyword))
            .next()
    }
}

/// The name of an argument in the request of a service.
pub(crate) fn request_argument(number: usize) -> Ident {
    quote::format_ident!("__argument_{number}")
}
