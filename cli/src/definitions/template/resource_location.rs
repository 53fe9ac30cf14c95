//! Where a resource of a template is.

/// The location of a resource: its template and its logical ID.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ResourceLocation {
    pub(super) template: usize,
    pub(super) id: String,
}

impl ResourceLocation {
    /// The pointer to the resource in its template.
    pub(super) fn pointer(&self) -> String {
        format!("/Resources/{}", stepwright_asl::json::escape(&self.id))
    }
}
