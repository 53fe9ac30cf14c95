//! Fragments, and calls of them.

use super::{Context, ErrorType, Grower, Kind, Variable};

/// A fragment that code can call.
#[derive(Clone, Debug)]
pub(super) struct Fragment {
    name: String,
    parameters: Vec<Kind>,
    pub(super) result: Kind,
    error: ErrorType,
    /// Whether it never fails, so that concurrent code may call it.
    is_safe: bool,
}

impl Fragment {
    /// The name of its error type.
    pub(super) fn error(&self) -> Option<&'static str> {
        match self.error {
            ErrorType::Flow => Some("FlowError"),
            ErrorType::Work => Some("WorkError"),
            ErrorType::Never => None,
        }
    }
}

impl Grower {
    /// A fragment, which code that is grown later can call.
    pub(super) fn fragment(&mut self, name: String) -> String {
        let outer = std::mem::take(&mut self.variables);
        let mut parameters = Vec::new();
        let mut signature = Vec::new();
        for _ in 0..self.number(4) {
            let (name, kind) = (self.name(), self.kind());
            if self.variables.iter().any(|one| one.name == name) {
                continue;
            }
            signature.push(format!("{name}: {}", kind.rust()));
            parameters.push(kind);
            self.variables.push(Variable {
                name,
                kind,
                is_mutable: false,
                is_reference: false,
                body: 0,
            });
        }
        let is_safe = self.once_in(3);
        let error = if is_safe {
            ErrorType::Never
        } else {
            self.draw
                .of(&[ErrorType::Flow, ErrorType::Work, ErrorType::Never])
        };
        let context = Context {
            result: self.kind(),
            error,
            loops: Vec::new(),
            site: if is_safe { 'n' } else { 's' },
            may_fail: !is_safe,
            body: 0,
            depth: 1,
        };
        let budget = self.budget;
        self.budget = self.draw.of(&[1, 3, 5]);
        let count = self.number(3);
        let statements = self.statements(&context, count);
        self.budget = budget;
        let last = if self.once_in(3) {
            // The states end with the value of another state.
            self.end(&context)
        } else {
            self.last(&context)
        };
        let text = format!(
            "#[fragment] pub async fn {name}({}) -> {} {{ {statements}{last} }} ",
            signature.join(", "),
            error.returns(context.result)
        );
        self.variables = outer;
        self.fragments.push(Fragment {
            name,
            parameters,
            result: context.result,
            error,
            is_safe,
        });
        text
    }

    /// A fragment with a result of this type that may be called here.
    pub(super) fn called_fragment(
        &mut self,
        context: &Context,
        wanted: Option<Kind>,
    ) -> Option<Fragment> {
        let may_fail = context.site == 's' && context.may_fail;
        let fits = |one: &&Fragment| {
            (one.is_safe || may_fail) && wanted.is_none_or(|kind| kind == one.result)
        };
        let fragments: Vec<Fragment> = self.fragments.iter().filter(fits).cloned().collect();
        if fragments.is_empty() || !self.once_in(3) {
            return None;
        }
        self.form("fragment");
        Some(self.draw.of(&fragments))
    }

    /// The call of a fragment.
    pub(super) fn call_of_fragment(&mut self, fragment: &Fragment, context: &Context) -> String {
        let arguments: Vec<String> = fragment
            .parameters
            .iter()
            .map(|kind| self.argument(*kind, context))
            .collect();
        format!("{}({})", fragment.name, arguments.join(", "))
    }
}
