//! Names that a project knows.

use std::collections::BTreeSet;
use std::sync::Arc;

/// The placeholders and services that a project knows.
#[derive(Debug, Clone, Default)]
pub(super) struct KnownNames {
    /// The names of all placeholders; `None` if they are not known.
    pub(super) placeholders: Option<Arc<BTreeSet<String>>>,
    /// Integrations that the tables may lack: `service:action`, or a beginning of it and `*`.
    services: Arc<Vec<String>>,
}

impl KnownNames {
    pub(super) fn add_services(&mut self, services: impl Iterator<Item = String>) {
        let services = services.map(|service| match integration(&service) {
            Some(name) => name.to_owned(),
            None => service,
        });
        Arc::make_mut(&mut self.services).extend(services);
    }

    /// Whether an integration is one of the known services.
    pub(super) fn has_service(&self, resource: &str) -> bool {
        let Some(name) = integration(resource) else {
            return false;
        };
        self.services
            .iter()
            .any(|service| match service.strip_suffix('*') {
                Some(beginning) => name.starts_with(beginning),
                None => name == service,
            })
    }
}

/// `service:action` of a resource in any partition.
fn integration(resource: &str) -> Option<&str> {
    let rest = resource.strip_prefix("arn:")?;
    let (_, name) = rest.split_once(":states:::")?;
    Some(name)
}
