//! JSON pointers (RFC 6901).

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// A JSON pointer. It is only written out when it is displayed, and pointers share their common
/// prefixes.
///
/// So thousands of pointers below one long key need only a few words each.
///
/// ```
/// use stepwright_asl::json::Pointer;
///
/// let states = Pointer::ROOT.key("States");
/// assert_eq!(states.key("a/b").key("Catch").index(0).to_string(), "/States/a~1b/Catch/0");
/// assert_eq!(Pointer::ROOT.to_string(), "");
/// ```
#[derive(Clone, Default)]
pub struct Pointer<'j>(Option<Arc<LastStep<'j>>>);

/// The last step of a pointer, and the pointer before it.
struct LastStep<'j> {
    before: Pointer<'j>,
    step: PointerStep<'j>,
}

#[derive(Clone, Copy)]
enum PointerStep<'j> {
    Key(&'j str),
    Index(usize),
}

impl<'j> Pointer<'j> {
    /// The whole value.
    pub const ROOT: Pointer<'static> = Pointer(None);

    /// Pointer to a member of this object.
    #[must_use]
    pub fn key(&self, key: &'j str) -> Pointer<'j> {
        self.step(PointerStep::Key(key))
    }

    /// Pointer to an item of this array.
    #[must_use]
    pub fn index(&self, index: usize) -> Pointer<'j> {
        self.step(PointerStep::Index(index))
    }

    /// The last step as an index, if this points to an array item.
    pub fn last_index(&self) -> Option<usize> {
        match self.0.as_ref()?.step {
            PointerStep::Index(index) => Some(index),
            PointerStep::Key(_) => None,
        }
    }

    fn step(&self, step: PointerStep<'j>) -> Pointer<'j> {
        Pointer(Some(Arc::new(LastStep {
            before: self.clone(),
            step,
        })))
    }
}

/// The pointer in the syntax of RFC 6901.
impl fmt::Display for Pointer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lasts = std::iter::successors(self.0.as_ref(), |last| last.before.0.as_ref());
        let steps: Vec<PointerStep<'_>> = lasts.map(|last| last.step).collect();
        for step in steps.into_iter().rev() {
            f.write_str("/")?;
            match step {
                PointerStep::Key(key) => f.write_str(&escape(key))?,
                PointerStep::Index(index) => write!(f, "{index}")?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Pointer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to_string(), f)
    }
}

/// Escapes one key for use in a pointer: `~` becomes `~0`, `/` becomes `~1`.
pub fn escape(key: &str) -> Cow<'_, str> {
    if key.contains(['~', '/']) {
        Cow::Owned(key.replace('~', "~0").replace('/', "~1"))
    } else {
        Cow::Borrowed(key)
    }
}

/// The unescaped segments of a pointer; `None` if it is not empty and does not begin with `/`.
pub fn segments(pointer: &str) -> Option<impl Iterator<Item = Cow<'_, str>>> {
    let rest = match pointer.strip_prefix('/') {
        Some(rest) => Some(rest),
        None if pointer.is_empty() => None,
        None => return None,
    };
    Some(
        rest.into_iter()
            .flat_map(|rest| rest.split('/'))
            .map(|segment| {
                if segment.contains('~') {
                    Cow::Owned(segment.replace("~1", "/").replace("~0", "~"))
                } else {
                    Cow::Borrowed(segment)
                }
            }),
    )
}

/// Parses a segment as an array index: digits without leading zeros.
pub fn index(segment: &str) -> Option<usize> {
    let canonical = segment == "0" || !segment.starts_with(['0', '+']);
    canonical.then(|| segment.parse().ok()).flatten()
}
