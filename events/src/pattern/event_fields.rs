//! The values of an event, with the items of arrays that they are in.

use std::collections::{HashMap, HashSet};

use stepwright_asl::json::Json;

use super::value_test::Scalar;

/// The index of an array of the event.
pub(super) type ArrayIndex = usize;
/// The index of the event itself (0), or of an array's item that is an object or an array.
pub(super) type ContextIndex = usize;

/// The event itself.
pub(super) const ROOT: ContextIndex = 0;

/// The paths of the fields that patterns test, with an index for each.
#[derive(Debug, Clone, Default)]
pub(super) struct FieldPaths {
    indices: HashMap<String, usize>,
    /// The paths of the objects and arrays around them: others are not read.
    around: HashSet<String>,
}

impl FieldPaths {
    /// The index of a path, which is added if it is new.
    pub(super) fn index(&mut self, path: &str) -> usize {
        for (end, _) in path.match_indices('.') {
            self.around.insert(path[..end].to_owned());
        }
        // The values of an array have its own path.
        self.around.insert(path.to_owned());
        let next = self.indices.len();
        *self.indices.entry(path.to_owned()).or_insert(next)
    }

    /// Reads the values of an event.
    pub(super) fn read<'e>(&self, event: &'e Json) -> Vec<FieldValues<'e>> {
        let mut reader = EventReader {
            paths: self,
            path: String::new(),
            parents: vec![None],
            arrays: 0,
            fields: Vec::new(),
        };
        reader
            .fields
            .resize_with(self.indices.len(), FieldValues::default);
        if let Json::Object(_) = event {
            reader.read(event, ROOT);
        }
        reader.fields
    }
}

/// The values of a field, in a tree of the contexts that have some.
#[derive(Default)]
pub(super) struct FieldValues<'e>(HashMap<ContextIndex, ContextValues<'e>>);

/// The values of a field in a context.
#[derive(Default)]
pub(super) struct ContextValues<'e> {
    /// The values outside of the arrays in it.
    pub(super) values: Vec<Scalar<'e>>,
    /// The arrays in it that have values, and the contexts of these in ascending order.
    pub(super) arrays: Vec<(ArrayIndex, Vec<ContextIndex>)>,
}

impl<'e> FieldValues<'e> {
    pub(super) fn context(&self, context: ContextIndex) -> Option<&ContextValues<'e>> {
        self.0.get(&context)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The arrays around its values.
    pub(super) fn arrays(&self) -> impl Iterator<Item = ArrayIndex> {
        let contexts = self.0.values();
        contexts.flat_map(|context| context.arrays.iter().map(|(array, _)| *array))
    }
}

/// Reads the values of an event from the first to the last.
struct EventReader<'p, 'e> {
    paths: &'p FieldPaths,
    /// The names around the value.
    path: String,
    /// The array of each context and the context around it; none for the event itself.
    parents: Vec<Option<(ArrayIndex, ContextIndex)>>,
    arrays: usize,
    fields: Vec<FieldValues<'e>>,
}

impl<'e> EventReader<'_, 'e> {
    fn read(&mut self, json: &'e Json, context: ContextIndex) {
        match json {
            Json::Object(members) => {
                let length = self.path.len();
                for (name, member) in members {
                    if !self.path.is_empty() {
                        self.path.push('.');
                    }
                    self.path.push_str(name);
                    if self.paths.around.contains(&self.path) {
                        self.read(member, context);
                    }
                    self.path.truncate(length);
                }
            }
            Json::Array(items) => {
                let array = self.arrays;
                self.arrays += 1;
                for item in items {
                    match item {
                        Json::Array(_) | Json::Object(_) => {
                            self.parents.push(Some((array, context)));
                            self.read(item, self.parents.len() - 1);
                        }
                        scalar => self.read(scalar, context),
                    }
                }
            }
            scalar => {
                if let Some(field) = self.paths.indices.get(&self.path)
                    && let Some(value) = Scalar::of(scalar)
                {
                    self.add(*field, value, context);
                }
            }
        }
    }

    /// Adds a value, and its context to those around it.
    fn add(&mut self, field: usize, value: Scalar<'e>, context: ContextIndex) {
        let Some(FieldValues(contexts)) = self.fields.get_mut(field) else {
            return;
        };
        contexts.entry(context).or_default().values.push(value);
        let mut inner = context;
        while let Some(Some((array, outer))) = self.parents.get(inner) {
            let arrays = &mut contexts.entry(*outer).or_default().arrays;
            // The values come in the order of the event, so a known one is the last.
            match arrays.last_mut() {
                Some((last, known)) if last == array => {
                    if known.last() == Some(&inner) {
                        return;
                    }
                    known.push(inner);
                }
                _ => arrays.push((*array, vec![inner])),
            }
            inner = *outer;
        }
    }
}
