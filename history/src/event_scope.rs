//! The state of an event, and the iterations and branches around that state.

/// The state of an event, with its iterations and branches.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct EventScope {
    /// The iterations and branches, outermost first.
    pub(crate) frames: Vec<Frame>,
    pub(crate) state: Option<String>,
}

/// An iteration or branch.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) enum Frame {
    Iteration { map: String, index: u32 },
    Branch { parallel: String, first: String },
}

impl EventScope {
    pub(crate) fn texts(&self) -> Vec<String> {
        self.frames.iter().map(Frame::text).collect()
    }
}

impl Frame {
    pub(crate) fn container(&self) -> &str {
        match self {
            Self::Iteration { map, .. } => map,
            Self::Branch { parallel, .. } => parallel,
        }
    }

    pub(crate) fn text(&self) -> String {
        match self {
            Self::Iteration { map, index } => format!("{map}[{index}]"),
            Self::Branch { parallel, first } => format!("{parallel}/{first}"),
        }
    }
}
