//! Tasks that are implemented elsewhere, as declarations: functions without a body.

use super::names::{self, Names};
use super::payload::{ANY, Payload, Struct};
use super::text::{Lines, Tree, literal};

/// All declarations, in the order in which states call them.
#[derive(Debug, Default)]
pub(super) struct Tasks {
    tasks: Vec<Declaration>,
    /// Types of what states give, with what is said of them.
    outputs: Vec<(Struct, String)>,
    names: Names,
    types: Names,
}

#[derive(Debug)]
struct Declaration {
    place: Place,
    function: String,
    states: Vec<String>,
    input: Input,
}

/// What each call sends.
#[derive(Debug)]
enum Input {
    /// `{}`
    Nothing,
    One(&'static str),
    Struct(Struct),
}

/// A call, as far as its declaration decides it.
pub(super) struct Called {
    pub(super) function: String,
    /// What stands between the parentheses.
    pub(super) argument: Option<Tree>,
    /// Whether `lambda_retries` means this call.
    pub(super) is_lambda: bool,
}

/// Where a task lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// `FunctionName` of `lambda:invoke`.
    Function(String),
    /// `Resource`.
    Resource(String),
}

impl Place {
    fn text(&self) -> &str {
        match self {
            Place::Function(text) | Place::Resource(text) => text,
        }
    }

    /// What a person would call it: `charge` for `arn:..:function:charge:live`, `ChargeCard` for `${ChargeCardArn}` and for
    /// `${ChargeCard9C58B1E0.Arn}`.
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
    /// Names that no task may have.
    pub(super) fn reserve(&mut self, name: &str) {
        self.names.unique(name.to_owned());
    }

    /// Names that no type may have.
    pub(super) fn reserve_type(&mut self, name: &str) {
        self.types.unique(name.to_owned());
    }

    /// Takes note of a call, so that the declaration is one of all calls of its place.
    pub(super) fn learn(&mut self, place: &Place, sent: &Payload) {
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

    /// The call of a place with a value; `None` where its declaration does not take that.
    pub(super) fn call(&mut self, place: &Place, state: &str, sent: &Payload) -> Option<Called> {
        let task = self.tasks.iter_mut().find(|task| task.place == *place)?;
        let argument = match (&task.input, sent) {
            (Input::Nothing, Payload::Object(members)) if members.is_empty() => None,
            (Input::Struct(ty), Payload::Object(members)) => Some(ty.literal(members)?),
            (Input::One(ty), leaf) => Some(Tree::Leaf(leaf.as_type(ty)?)),
            _ => return None,
        };
        task.states.push(state.to_owned());
        Some(Called {
            function: task.function.clone(),
            argument,
            is_lambda: task.is_lambda(),
        })
    }

    /// A value that a state gives, of a type that is declared for it.
    pub(super) fn output(
        &mut self,
        state: &str,
        name: &str,
        members: &[(String, Payload)],
    ) -> Option<Tree> {
        let ty = Struct::of(format!("{name}Output"), members, &mut self.types);
        let value = ty.literal(members);
        let docs = format!("What `{}` gives.", state.replace('\n', " "));
        self.outputs.push((ty, docs));
        value
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.tasks.iter().any(Declaration::is_called) && self.outputs.is_empty()
    }

    /// The declarations, each with the type of what it is sent.
    pub(super) fn write(&self, lines: &mut Lines) {
        for task in self.tasks.iter().filter(|task| task.is_called()) {
            task.write(lines);
            lines.line("");
        }
        for (ty, docs) in &self.outputs {
            ty.write(docs, lines);
        }
    }

    /// Whether any declaration has a type of its own.
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

    fn write(&self, lines: &mut Lines) {
        let parameter = match &self.input {
            Input::Nothing => String::new(),
            Input::One(ty) => format!("input: {ty}"),
            Input::Struct(ty) => {
                ty.write(&format!("What `{}` is sent.", self.function), lines);
                format!("input: {}", ty.name)
            }
        };
        let states: Vec<String> = self
            .states
            .iter()
            .map(|state| format!("`{state}`"))
            .collect();
        lines.docs(&format!(
            "Called by {}.",
            states.join(", ").replace('\n', " ")
        ));
        lines.line(&self.attribute());
        lines.line(&format!(
            "pub async fn {}({parameter}) -> {ANY};",
            self.function
        ));
    }

    /// Whether the place is the one that the function's name says.
    fn is_own(&self) -> bool {
        self.place.text() == format!("${{{}Arn}}", names::pascal(&self.function, "Task"))
    }

    fn is_lambda(&self) -> bool {
        matches!(self.place, Place::Function(_)) || self.is_own()
    }

    fn attribute(&self) -> String {
        let text = self.place.text();
        match (&self.place, self.is_own()) {
            (Place::Function(_), true) => "#[task]".to_owned(),
            (Place::Resource(_), true) => "#[task(lambda_arn)]".to_owned(),
            (Place::Function(_), false) => format!("#[task(function_name = {})]", literal(text)),
            (Place::Resource(_), false) => format!("#[task(resource = {})]", literal(text)),
        }
    }
}
