//! Validates the headers of W3C Trace Context, which connect tasks to distributed traces.

use std::fmt;

/// The maximum length of `tracestate` that a participant must forward, by the specification.
const MAX_STATE_BYTES: usize = 512;

/// The position of a call in a distributed trace: the values `traceparent` and `tracestate` of
/// [W3C Trace Context](https://www.w3.org/TR/trace-context/).
///
/// ```
/// use stepwright_interpreter::task::TraceContext;
///
/// let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
/// let context = TraceContext::new(parent, Some("vendor=1")).expect("it is valid");
/// assert_eq!(context.traceparent(), parent);
/// assert_eq!(context.tracestate(), Some("vendor=1"));
/// assert_eq!(TraceContext::new("00-0-0-01", None), None);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct TraceContext {
    traceparent: Box<str>,
    tracestate: Option<Box<str>>,
}

impl TraceContext {
    /// Checks the values of the two headers. `None` if `traceparent` is invalid; then the trace
    /// does not continue. An empty or invalid `tracestate` is dropped.
    #[must_use]
    pub fn new(traceparent: &str, tracestate: Option<&str>) -> Option<Self> {
        let is_state = |state: &&str| {
            let is_printable = |byte: u8| (b' '..=b'~').contains(&byte);
            !state.is_empty() && state.len() <= MAX_STATE_BYTES && state.bytes().all(is_printable)
        };
        let traceparent = traceparent.trim();
        let tracestate = tracestate.map(str::trim).filter(is_state);
        is_parent(traceparent).then(|| Self {
            traceparent: traceparent.into(),
            tracestate: tracestate.map(Into::into),
        })
    }

    /// Returns `traceparent`: the version, the id of the trace, the id of the parent span and the
    /// flags.
    #[must_use]
    pub fn traceparent(&self) -> &str {
        &self.traceparent
    }

    /// Returns `tracestate`: the data of tracing systems.
    #[must_use]
    pub fn tracestate(&self) -> Option<&str> {
        self.tracestate.as_deref()
    }
}

impl fmt::Debug for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.traceparent)
    }
}

/// Returns whether this is a valid `traceparent`, also of a later version, which may have more
/// parts.
fn is_parent(text: &str) -> bool {
    let is_hex = |part: &str, length: usize| {
        part.len() == length
            && part
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let is_id = |part: &str, length| is_hex(part, length) && part.bytes().any(|byte| byte != b'0');
    let mut parts = text.split('-');
    let (Some(version), Some(trace), Some(parent), Some(flags)) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let has_more = parts.next().is_some();
    is_hex(version, 2)
        && version != "ff"
        && is_id(trace, 32)
        && is_id(parent, 16)
        && is_hex(flags, 2)
        && (version != "00" || !has_more)
        && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::TraceContext;

    const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
    const PARENT: &str = "b7ad6b7169203331";

    #[test]
    fn parents_of_later_versions_may_have_more_parts() {
        for text in [
            format!("00-{TRACE}-{PARENT}-00"),
            format!(" 00-{TRACE}-{PARENT}-01 "),
            format!("cc-{TRACE}-{PARENT}-01-what-follows"),
        ] {
            let context = TraceContext::new(&text, None).expect("it is valid");
            assert_eq!(context.traceparent(), text.trim());
        }
    }

    #[test]
    fn an_invalid_parent_is_no_context() {
        let zeros = "0".repeat(32);
        for text in [
            String::new(),
            format!("ff-{TRACE}-{PARENT}-01"),
            format!("00-{zeros}-{PARENT}-01"),
            format!("00-{TRACE}-{}-01", &zeros[..16]),
            format!("00-{TRACE}-{PARENT}"),
            format!("00-{TRACE}-{PARENT}-01-more"),
            format!("00-{}-{PARENT}-01", TRACE.to_uppercase()),
            format!("cc-{TRACE}-{PARENT}-01-a b"),
        ] {
            assert_eq!(TraceContext::new(&text, None), None, "{text}");
        }
    }

    #[test]
    fn an_invalid_state_is_dropped() {
        let parent = format!("00-{TRACE}-{PARENT}-01");
        for state in ["", " ", "a=\n1", "é=1", &"a".repeat(513)] {
            let context = TraceContext::new(&parent, Some(state)).expect("the parent is valid");
            assert_eq!(context.tracestate(), None, "{state}");
        }
    }
}
