use crate::wait_id::CursorId;

/// A change of the states and task attempts of an execution, for the host's spans. Only reported to a host that has spans.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SpanChange<'a> {
    /// The execution entered a state inside the state of the cursor `parent`.
    Entered {
        parent: Option<CursorId>,
        state: &'a str,
        /// `Type` of the state.
        kind: &'static str,
    },
    /// The execution left the state: by a transition, a failure or an abort.
    Left,
    /// An attempt at the task of the state begins.
    TaskBegun {
        resource: &'a str,
        /// The number of retries before it.
        attempt: u32,
    },
    /// The attempt has ended, with this error if it failed.
    TaskEnded { error: Option<&'a str> },
}
