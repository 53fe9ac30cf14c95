//! Members that the result of a service may lack, although the call succeeds.

use stepwright_asl::jsonata::ValueTest;
use stepwright_interpreter::task::Resource;

use super::abstract_value::PartStep;
use super::demand::Demand;

/// The service, the action, the member, and the test that shows its variants.
///
/// Source: the API references of DynamoDB ("If there is no matching item, `GetItem` does not return
/// any data and there will be no `Item` element in the response", and `Items` of `Query` and `Scan`
/// may be empty) and of SQS (`ReceiveMessage` of an empty queue).
const MEMBERS: [(&str, &str, &str, ValueTest); 4] = [
    ("dynamodb", "getItem", "Item", ValueTest::Exists),
    ("dynamodb", "query", "Items", ValueTest::List),
    ("dynamodb", "scan", "Items", ValueTest::List),
    ("sqs", "receiveMessage", "Messages", ValueTest::Exists),
];

/// Returns whether a definition writes items of DynamoDB: then it may read what it wrote.
pub(super) fn writes_items<'d>(mut resources: impl Iterator<Item = &'d str>) -> bool {
    resources.any(|resource| {
        let resource = Resource::parse(resource);
        let action = resource.plain_action();
        service_of(&resource) == "dynamodb"
            && ["put", "update", "batchWrite", "transactWrite"]
                .iter()
                .any(|prefix| action.starts_with(prefix))
    })
}

fn service_of(resource: &Resource) -> &str {
    let service = resource.service();
    service.strip_prefix("aws-sdk:").unwrap_or(service)
}

impl Demand {
    /// Requires the variants of a member that a state reads and that the result of this resource
    /// may lack. An item that the definition itself may have written is always found.
    pub(super) fn require_variants(&mut self, resource: &str, writes_items: bool) {
        let resource = Resource::parse(resource);
        let (service, action) = (service_of(&resource), resource.plain_action());
        if service == "dynamodb" && writes_items {
            return;
        }
        for (of, named, member, test) in &MEMBERS {
            let path = [PartStep::Key((*member).to_owned())];
            if *of == service && *named == action && self.at(&path).is_some() {
                self.require(&path, test, false);
            }
        }
    }
}
