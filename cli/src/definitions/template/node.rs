//! A value of a template, and its location.

use stepwright_asl::json::{Json, Pointer};

/// A value of a template. Its depth counts the values and references around it.
#[derive(Debug, Clone)]
pub(super) struct TemplateNode<'t> {
    /// The index of the template.
    pub(super) template: usize,
    pub(super) json: &'t Json,
    pub(super) pointer: Pointer<'t>,
    pub(super) depth: usize,
}

impl<'t> TemplateNode<'t> {
    /// A member of an object.
    pub(super) fn member(&self, key: &'t str) -> Option<Self> {
        Some(Self {
            json: self.json.get(key)?,
            pointer: self.pointer.key(key),
            depth: self.depth + 1,
            ..*self
        })
    }

    /// A property of a resource.
    pub(super) fn property(&self, name: &'t str) -> Option<Self> {
        self.member("Properties")?.member(name)
    }

    /// An item of an array.
    pub(super) fn item(&self, index: usize) -> Option<Self> {
        Some(Self {
            json: self.json.as_array()?.get(index)?,
            pointer: self.pointer.index(index),
            depth: self.depth + 1,
            ..*self
        })
    }

    /// All items of an array; none for other values.
    pub(super) fn items(&self) -> impl Iterator<Item = Self> {
        let count = self.json.as_array().map_or(0, <[Json]>::len);
        (0..count).filter_map(|index| self.item(index))
    }

    /// All members of an object; none for other values.
    pub(super) fn members(&self) -> impl Iterator<Item = (&'t str, Self)> {
        let members = self.json.as_object().into_iter().flatten();
        members.map(|(key, json)| {
            let member = Self {
                json,
                pointer: self.pointer.key(key),
                depth: self.depth + 1,
                ..*self
            };
            (key.as_str(), member)
        })
    }

    /// The intrinsic function and its argument, if the value is one: `{"Fn::Sub": ..}`.
    pub(super) fn function(&self) -> Option<(&'t str, Self)> {
        let members = self.json.as_object()?;
        let (key, _) = members.get_index(0).filter(|_| members.len() == 1)?;
        let is_function = key == "Ref" || key.starts_with("Fn::");
        let argument = is_function.then(|| self.member(key))??;
        Some((key.as_str(), argument))
    }
}
