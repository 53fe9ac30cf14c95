//! Declarations of external tasks: functions without a body.

use stepwright_asl::words::quoted;

use super::payload::{ANY, Payload, Struct};
use super::text::{SourceLines, SourceValue, literal};
use crate::names::{self, UsedNames};

/// All declarations, in the order of the first calls.
#[derive(Debug, Default)]
pub(super) struct Tasks {
    tasks: Vec<Declaration>,
    /// Types of state outputs, with their documentation.
    outputs: Vec<(Struct, String)>,
    names: UsedNames,
    types: UsedNames,
}

#[derive(Debug)]
struct Declaration {
    place: TaskAddress,
    function: String,
    states: Vec<String>,
    input: Input,
}

/// The input of each call.
#[derive(Debug)]
enum Input {
    /// `{}`
    Nothing,
    One(&'static str),
    Struct(Struct),
}

/// The parts of a call that depend on its declaration.
pub(super) struct DeclaredCall {
    pub(super) function: String,
    /// The source text between the parentheses.
    pub(super) argument: Option<SourceValue>,
    /// Whether `lambda_retries` applies to this call.
    pub(super) is_lambda: bool,
}

/// The address of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TaskAddress {
    /// `FunctionName` of `lambda:invoke`.
    Function(String),
    /// `Resource`.
    Resource(String),
}

impl TaskAddress {
    fn text(&self) -> &str {
        match self {
            TaskAddress::Function(text) | TaskAddress::Resource(text) => text,
        }
    }

    /// A readable name: `charge` for `arn:..:function:charge:live`, `ChargeCard` for
    /// `${ChargeCardArn}` and for `${ChargeCard9C58B1E0.Arn}`.
    fn noun(&self) -> &str {
        let text = self.text();
        if let Some(inner) = text
            .strip_prefix("${")
            .and_then(|text| text.strip_suffix('}'))
        {
            let inner = inner.strip_suffix(".Arn").unwrap_or(inner);
            let short = inner.strip_suffix("Arn").unwrap_or(inner);
            return names::without_hash(if short.is_empty() { inner } else { short });
        }
        for kind in [":function:", ":activity:"] {
            if let Some((_, name)) = text.split_once(kind) {
                return names::without_hash(name.split(':').next().unwrap_or(name));
            }
        }
        names::without_hash(text.split(':').next().unwrap_or(text))
    }
}

impl Tasks {
    /// Reserves a name that no task may have.
    pub(super) fn reserve(&mut self, name: &str) {
        self.names.unique(name.to_owned());
    }

    /// Reserves a name that no type may have.
    pub(super) fn reserve_type(&mut self, name: &str) {
        self.types.unique(name.to_owned());
    }

    /// Registers a call, so that one declaration fits all calls of its address.
    pub(super) fn learn(&mut self, place: &TaskAddress, sent: &Payload) {
        let types = &mut self.types;
        if let Some(task) = self.tasks.iter_mut().find(|task| task.place == *place) {
            match (&mut task.input, sent) {
                (Input::Struct(own), Payload::Object(members)) => own.widen(members, types),
                (Input::One(own), Payload::Leaf { ty, .. }) if own != ty => *own = ANY,
                _ => {}
            }
            return;
        }
        let function = self.names.unique(names::snake(place.noun(), "task"));
        let input = match sent {
            Payload::Leaf { ty, .. } => Input::One(ty),
            Payload::Object(members) if members.is_empty() => Input::Nothing,
            Payload::Object(members) => {
                let name = names::pascal(&function, "Task") + "Input";
                Input::Struct(Struct::of(name, members, types))
            }
        };
        self.tasks.push(Declaration {
            place: place.clone(),
            function,
            states: Vec::new(),
            input,
        });
    }

    /// Returns the call of a task with a value; `None` if its declaration does not accept the
    /// value.
    pub(super) fn call(
        &mut self,
        place: &TaskAddress,
        state: &str,
        sent: &Payload,
    ) -> Option<DeclaredCall> {
        let task = self.tasks.iter_mut().find(|task| task.place == *place)?;
        let argument = match (&task.input, sent) {
            (Input::Nothing, Payload::Object(members)) if members.is_empty() => None,
            (Input::Struct(ty), Payload::Object(members)) => Some(ty.literal(members)?),
            (Input::One(ty), leaf) => Some(SourceValue::Leaf(leaf.as_type(ty)?)),
            _ => return None,
        };
        task.states.push(state.to_owned());
        Some(DeclaredCall {
            function: task.function.clone(),
            argument,
            is_lambda: task.is_lambda(),
        })
    }

    /// A state output, with a type that is declared for it.
    pub(super) fn output(
        &mut self,
        state: &str,
        name: &str,
        members: &[(String, Payload)],
    ) -> Option<SourceValue> {
        let ty = Struct::of(format!("{name}Output"), members, &mut self.types);
        let value = ty.literal(members);
        let docs = format!("The output of `{}`.", state.replace('\n', " "));
        self.outputs.push((ty, docs));
        value
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.tasks.iter().any(Declaration::is_called) && self.outputs.is_empty()
    }

    /// Writes the declarations, each after the type of its input.
    pub(super) fn write(&self, lines: &mut SourceLines) {
        for task in self.tasks.iter().filter(|task| task.is_called()) {
            task.write(lines);
            lines.line("");
        }
        for (ty, docs) in &self.outputs {
            ty.write(docs, lines);
        }
    }

    /// Whether any declaration needs a separate type.
    pub(super) fn have_types(&self) -> bool {
        let has_type =
            |task: &Declaration| task.is_called() && matches!(task.input, Input::Struct(_));
        !self.outputs.is_empty() || self.tasks.iter().any(has_type)
    }
}

impl Declaration {
    fn is_called(&self) -> bool {
        !self.states.is_empty()
    }

    fn write(&self, lines: &mut SourceLines) {
        let parameter = match &self.input {
            Input::Nothing => String::new(),
            Input::One(ty) => format!("input: {ty}"),
            Input::Struct(ty) => {
                ty.write(&format!("The input of `{}`.", self.function), lines);
                format!("input: {}", ty.name)
            }
        };
        let states = quoted(&self.states).replace('\n', " ");
        lines.docs(&format!("Called by {states}."));
        lines.line(&self.attribute());
        lines.line(&format!(
            "pub async fn {}({parameter}) -> {ANY};",
            self.function
        ));
    }

    /// Whether the address follows from the function's name.
    fn is_own(&self) -> bool {
        self.place.text() == format!("${{{}Arn}}", names::pascal(&self.function, "Task"))
    }

    fn is_lambda(&self) -> bool {
        matches!(self.place, TaskAddress::Function(_)) || self.is_own()
    }

    fn attribute(&self) -> String {
        let text = self.place.text();
        match (&self.place, self.is_own()) {
            (TaskAddress::Function(_), true) => "#[task]".to_owned(),
            (TaskAddress::Resource(_), true) => "#[task(lambda_arn)]".to_owned(),
            (TaskAddress::Function(_), false) => {
                format!("#[task(function_name = {})]", literal(text))
            }
            (TaskAddress::Resource(_), false) => format!("#[task(resource = {})]", literal(text)),
        }
    }
}
