//! An edge from one state to another, with its assignments.

use super::pattern::{MatchPattern, error_fields, error_path};
use super::{ErrorPattern, Let, RawFields, Term, UserExpr};
use proc_macro2::Ident;
use syn::{Pat, Path};

/// An edge from one state to another.
pub(crate) struct Edge {
    pub(crate) kind: EdgeKind,
    /// The name of the target state, as the user wrote it; the next field is its index.
    pub(crate) name: Ident,
    pub(crate) to: Option<usize>,
    /// The values that are computed on it; the `let`s of a `next` belong to its state.
    pub(crate) lets: Vec<Let>,
    /// Verbatim fields of the Choice rule or Catcher.
    pub(crate) raw: RawFields,
    /// The indices of the variables that it assigns.
    pub(crate) assigns: Vec<usize>,
}

/// The syntax that an edge comes from.
pub(crate) enum EdgeKind {
    /// `next`: with the assignments of the state's `let`s.
    Next,
    /// `when condition =>`
    Rule {
        keyword: Ident,
        condition: Condition,
    },
    /// `otherwise =>`, by its keyword.
    Otherwise(Ident),
    /// `pattern if guard =>`
    Arm {
        pattern: Pat,
        guard: Option<UserExpr>,
    },
    /// `catch Error | Error as error =>`
    Catch {
        errors: Vec<ErrorPattern>,
        output: Option<Ident>,
    },
    /// An arm of `catch { .. }`.
    CatchArm { pattern: Pat, output: Option<Ident> },
    /// An exit of the included fragment.
    Exit {
        keyword: Ident,
        name: Ident,
        value: Option<Ident>,
    },
}

/// The condition of a rule.
pub(crate) enum Condition {
    Expression(UserExpr),
    /// `raw { "Variable": .. }`: verbatim fields of the rule.
    Raw(RawFields),
}

impl Condition {
    /// The expression, if it is one.
    pub(crate) fn expression(&self) -> Option<&UserExpr> {
        match self {
            Condition::Expression(expression) => Some(expression),
            Condition::Raw(_) => None,
        }
    }
}

impl Edge {
    /// An edge whose target state is not resolved yet.
    pub(crate) fn new(kind: EdgeKind, name: Ident) -> Edge {
        Edge {
            kind,
            name,
            to: None,
            lets: Vec::new(),
            raw: Vec::new(),
            assigns: Vec::new(),
        }
    }

    /// The names that it binds before its `let`s, with their terms.
    pub(crate) fn bound(&self) -> Vec<(&Ident, Term)> {
        let mut bound = Vec::new();
        match &self.kind {
            EdgeKind::Next | EdgeKind::Rule { .. } | EdgeKind::Otherwise(_) => {}
            EdgeKind::Arm { pattern: from, .. } => {
                let read = MatchPattern::of(from);
                let names = read.map_or_else(|_| Vec::new(), |pattern| pattern.names());
                let local = |name| (name, Term::Local(crate::name::text(name)));
                bound.extend(names.into_iter().map(local));
            }
            EdgeKind::Exit { value, .. } => {
                bound.extend(value.iter().map(|name| (name, Term::Result)));
            }
            EdgeKind::Catch { output, .. } | EdgeKind::CatchArm { output, .. } => {
                for (path, field, name) in self.caught() {
                    bound.push((name, Term::ErrorField(path.clone(), field)));
                }
                bound.extend(output.iter().map(|name| (name, Term::ErrorOutput)));
            }
        }
        bound
    }

    /// The fields of the error that a `catch` binds: the variant, the field and the name.
    pub(crate) fn caught(&self) -> Vec<(Path, String, &Ident)> {
        let first = match &self.kind {
            EdgeKind::Catch { errors, .. } => match errors.first() {
                Some(ErrorPattern::Fields(_, fields)) => Some(fields),
                _ => None,
            },
            EdgeKind::CatchArm { pattern, .. } => cases(pattern).first().copied(),
            _ => None,
        };
        let Some((path, Ok(fields))) =
            first.and_then(|first| Some((error_path(first)?, error_fields(first))))
        else {
            return Vec::new();
        };
        let fields = fields.into_iter();
        fields
            .map(|(field, name)| (path.clone(), field, name))
            .collect()
    }

    /// The name that the whole caught error is bound to.
    pub(crate) fn output(&self) -> Option<&Ident> {
        match &self.kind {
            EdgeKind::Catch { output, .. } | EdgeKind::CatchArm { output, .. } => output.as_ref(),
            _ => None,
        }
    }

    /// Whether it is taken on a failure, when the state's own assignments are not available.
    pub(crate) fn is_catch(&self) -> bool {
        matches!(
            self.kind,
            EdgeKind::Catch { .. } | EdgeKind::CatchArm { .. }
        )
    }
}

/// The alternatives of a pattern.
pub(crate) fn cases(pattern: &Pat) -> Vec<&Pat> {
    match pattern {
        Pat::Or(or) => or.cases.iter().collect(),
        single => vec![single],
    }
}
