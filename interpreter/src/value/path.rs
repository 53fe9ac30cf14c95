//! Reference paths: positions inside a value. Each key stores its last position as a hint.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::object::Object;
use super::{Array, Str, Value};

/// A path to a position inside a value: a list of keys and indexes, created once when a program is
/// built.
///
/// Each key stores the position at which it was found last. The same state nearly always finds the
/// key at the same position, so the look-up is one comparison for any size of the object. The hint
/// is atomic with relaxed order, so paths can be shared between threads.
#[derive(Debug, Default)]
pub struct RefPath {
    segments: Box<[Segment]>,
}

/// One step of a [`RefPath`].
pub enum Segment {
    /// To the member of this name.
    Key {
        /// The name.
        name: Str,
        /// The last position of the key.
        #[doc(hidden)]
        hint: AtomicU32,
    },
    /// To the item at an index; negative ones count from the end.
    Index(i64),
}

impl Segment {
    /// Creates the step to the member `name`.
    pub fn key(name: impl AsRef<str>) -> Segment {
        Segment::Key {
            name: Str::new(name),
            hint: AtomicU32::new(0),
        }
    }
}

impl Clone for Segment {
    fn clone(&self) -> Self {
        match self {
            Segment::Key { name, hint } => Segment::Key {
                name: name.clone(),
                hint: AtomicU32::new(hint.load(Ordering::Relaxed)),
            },
            Segment::Index(index) => Segment::Index(*index),
        }
    }
}

impl PartialEq for Segment {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Segment::Key { name: a, .. }, Segment::Key { name: b, .. }) => a == b,
            (Segment::Index(a), Segment::Index(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for Segment {}

/// Formats the step as errors quote it: the key, or the index.
impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Segment::Key { name, .. } => f.write_str(name),
            Segment::Index(index) => write!(f, "{index}"),
        }
    }
}

impl fmt::Debug for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Segment::Key { name, .. } => write!(f, "[{name:?}]"),
            Segment::Index(index) => write!(f, "[{index}]"),
        }
    }
}

impl Clone for RefPath {
    fn clone(&self) -> Self {
        RefPath {
            segments: self.segments.to_vec().into(),
        }
    }
}

impl PartialEq for RefPath {
    fn eq(&self, other: &Self) -> bool {
        self.segments == other.segments
    }
}

impl Eq for RefPath {}

impl RefPath {
    /// The maximum steps of a path: [`Value::put`] recurses once for each.
    pub const MAX_SEGMENTS: usize = 256;

    /// Creates a path of these steps; `None` when there are more than
    /// [`MAX_SEGMENTS`](Self::MAX_SEGMENTS).
    pub fn new(segments: Vec<Segment>) -> Option<RefPath> {
        (segments.len() <= RefPath::MAX_SEGMENTS).then(|| RefPath {
            segments: segments.into(),
        })
    }

    /// Creates a path of these keys; keys beyond [`MAX_SEGMENTS`](Self::MAX_SEGMENTS) are dropped.
    pub fn keys<K: AsRef<str>>(keys: impl IntoIterator<Item = K>) -> RefPath {
        let keys = keys.into_iter().take(RefPath::MAX_SEGMENTS);
        RefPath {
            segments: keys.map(Segment::key).collect(),
        }
    }

    /// Returns the steps.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Returns whether the path selects the whole value.
    pub fn is_root(&self) -> bool {
        self.segments.is_empty()
    }
}

/// A value could not be put at a path: a step leads into a value that has no members, or
/// to an item that an array does not have.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("unable to apply step \"{step}\" to input {input}")]
pub struct NotAnObject {
    /// The step, as in the path.
    pub step: String,
    /// The value to which the step was applied.
    pub input: Value,
}

impl Value {
    /// Returns the value at `path`, if it exists.
    pub fn at(&self, path: &RefPath) -> Option<&Value> {
        let mut here = self;
        for segment in &path.segments {
            here = here.step(segment)?;
        }
        Some(here)
    }

    /// Returns the value at `path`.
    ///
    /// # Errors
    ///
    /// If it does not exist: the number of the first step without a value, and the value to which
    /// the step was applied.
    pub fn walk(&self, path: &RefPath) -> Result<&Value, (usize, &Value)> {
        self.walk_segments(&path.segments)
    }

    /// Walks a part of a path, like [`walk`](Self::walk).
    pub(crate) fn walk_segments(&self, path: &[Segment]) -> Result<&Value, (usize, &Value)> {
        let mut here = self;
        for (number, segment) in path.iter().enumerate() {
            here = here.step(segment).ok_or((number, here))?;
        }
        Ok(here)
    }

    #[inline]
    fn step(&self, segment: &Segment) -> Option<&Value> {
        match (segment, self) {
            (Segment::Key { name, hint }, Value::Object(object)) => object.value_hinted(name, hint),
            (Segment::Index(index), Value::Array(array)) => {
                array.get(absolute_index(array, *index)?)
            }
            _ => None,
        }
    }

    /// Puts `value` at `path`. Missing objects on the path are created. Nodes without other
    /// references are changed in place; of the others, those on the path are copied.
    ///
    /// # Errors
    ///
    /// Fails, without a visible change, when a step leads into a value that is not an object
    /// (`null` included), or to an item that an array does not have.
    pub fn put(&mut self, path: &RefPath, value: Value) -> Result<(), NotAnObject> {
        put(self, &path.segments, value)
    }
}

fn absolute_index(array: &Array, index: i64) -> Option<usize> {
    if index < 0 {
        array.len().checked_sub(index.unsigned_abs() as usize)
    } else {
        usize::try_from(index).ok()
    }
}

fn put(here: &mut Value, segments: &[Segment], value: Value) -> Result<(), NotAnObject> {
    let Some((segment, rest)) = segments.split_first() else {
        *here = value;
        return Ok(());
    };
    let done = match (segment, &mut *here) {
        (Segment::Key { name, hint }, Value::Object(node)) => {
            match node.position_hinted(name, hint) {
                Some(at) => Object::change(node, 0, |object| {
                    object.update(at, |child| put(child, rest, value))
                }),
                None => {
                    let child = wrap(rest, value)?;
                    Object::change(node, 1, |object| object.push(name.clone(), child));
                    Some(Ok(()))
                }
            }
        }
        (Segment::Index(index), Value::Array(node)) => match absolute_index(node, *index) {
            Some(at) if at < node.len() => {
                Arc::make_mut(node).update(at, |child| put(child, rest, value))
            }
            _ => None,
        },
        _ => None,
    };
    done.unwrap_or_else(|| {
        Err(NotAnObject {
            step: segment.to_string(),
            input: here.clone(),
        })
    })
}

/// Wraps the value in the objects that the rest of a path requires.
fn wrap(segments: &[Segment], value: Value) -> Result<Value, NotAnObject> {
    segments
        .iter()
        .rev()
        .try_fold(value, |inner, segment| match segment {
            Segment::Key { name, .. } => {
                Ok(Object::from_distinct(vec![(name.clone(), inner)]).into())
            }
            Segment::Index(index) => Err(NotAnObject {
                step: index.to_string(),
                input: Value::empty_object(),
            }),
        })
}
