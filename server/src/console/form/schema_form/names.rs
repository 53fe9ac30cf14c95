//! The names of inputs: `target.kind.group=index:pointer`.

/// How the text of an input becomes JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InputKind {
    Text,
    Json,
    Number,
    /// A time of an input without a zone, which becomes UTC.
    Utc,
    /// The zone of that time.
    Zone,
    /// A time that may lack seconds.
    Time,
    /// An object, which other inputs fill.
    Object,
    /// The choice of a variant. The pointer is the number of the group.
    Choose,
}

const KINDS: [(InputKind, &str); 8] = [
    (InputKind::Text, "text"),
    (InputKind::Json, "json"),
    (InputKind::Number, "number"),
    (InputKind::Utc, "utc"),
    (InputKind::Zone, "zone"),
    (InputKind::Time, "time"),
    (InputKind::Object, "object"),
    (InputKind::Choose, "choose"),
];

/// The parts of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct InputName<'n> {
    pub(super) target: &'n str,
    pub(super) kind: InputKind,
    /// Whether an empty text means that the value is absent.
    pub(super) is_optional: bool,
    /// The variants that must be chosen: `group=index`.
    pub(super) conditions: &'n str,
    pub(super) pointer: &'n str,
}

impl<'n> InputName<'n> {
    /// Parses a name. `None` for the name of another field.
    pub(super) fn parse(name: &'n str) -> Option<Self> {
        let (head, pointer) = name.split_once(':')?;
        let (target, rest) = head.split_once('.')?;
        let (kind, conditions) = rest.split_once('.').unwrap_or((rest, ""));
        let word = kind.strip_suffix('?');
        let (kind, _) = KINDS
            .into_iter()
            .find(|(_, known)| *known == word.unwrap_or(kind))?;
        Some(Self {
            target,
            kind,
            is_optional: word.is_some(),
            conditions,
            pointer,
        })
    }

    /// Writes the name.
    pub(super) fn to_text(&self) -> String {
        let kinds = KINDS.into_iter();
        let mut words = kinds.filter(|(kind, _)| *kind == self.kind);
        let word = words.next().map_or("", |(_, word)| word);
        let optional = if self.is_optional { "?" } else { "" };
        let dot = if self.conditions.is_empty() { "" } else { "." };
        format!(
            "{}.{word}{optional}{dot}{}:{}",
            self.target, self.conditions, self.pointer
        )
    }
}
