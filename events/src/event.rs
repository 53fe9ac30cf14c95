//! An event of a bus.

use stepwright_asl::json;
use stepwright_asl::json::Json;

/// An event, as rules match it and as targets receive it.
#[derive(Debug, Clone)]
pub struct Event {
    json: Json,
}

/// The fields of an event other than its detail.
#[derive(Debug, Clone)]
pub struct EventFields<'e> {
    /// The ID of the event, unique.
    pub id: &'e str,
    /// The source, as in `shop.orders`.
    pub source: &'e str,
    /// The type of the detail, as in `OrderPlaced`.
    pub detail_type: &'e str,
    /// The account of the bus.
    pub account: &'e str,
    /// The region of the bus.
    pub region: &'e str,
    /// When it happened, as in `2026-12-01T08:00:00Z`: whole seconds, in UTC.
    pub time: &'e str,
    /// The ARNs of the resources that it is about.
    pub resources: &'e [String],
}

impl Event {
    /// Creates an event with a detail.
    ///
    /// ```
    /// use stepwright_events::event::{Event, EventFields};
    ///
    /// let fields = EventFields {
    ///     id: "7bf73129-1428-4cd3-a780-95db273d1602",
    ///     source: "shop.orders",
    ///     detail_type: "OrderPlaced",
    ///     account: "123456789012",
    ///     region: "eu-central-1",
    ///     time: "2026-12-01T08:00:00Z",
    ///     resources: &[],
    /// };
    /// let event = Event::new(&fields, r#"{"order": 7}"#.parse()?);
    /// assert_eq!(event.json().pointer("/detail/order").and_then(|order| order.as_i64()), Some(7));
    /// # Ok::<(), stepwright_asl::SyntaxError>(())
    /// ```
    pub fn new(fields: &EventFields<'_>, detail: Json) -> Self {
        let resources: Vec<Json> = fields
            .resources
            .iter()
            .map(|one| json!(one.as_str()))
            .collect();
        let json = json!({
            "version": "0",
            "id": fields.id,
            "detail-type": fields.detail_type,
            "source": fields.source,
            "account": fields.account,
            "time": fields.time,
            "region": fields.region,
            "resources": resources,
            "detail": detail,
        });
        Self { json }
    }

    /// The event as JSON, which is the input of a target that declares none.
    pub fn json(&self) -> &Json {
        &self.json
    }

    /// The ID of the event.
    pub fn id(&self) -> &str {
        self.text("id")
    }

    /// The source, as in `shop.orders`.
    pub fn source(&self) -> &str {
        self.text("source")
    }

    /// The type of the detail, as in `OrderPlaced`.
    pub fn detail_type(&self) -> &str {
        self.text("detail-type")
    }

    /// The account of the bus.
    pub fn account(&self) -> &str {
        self.text("account")
    }

    /// The region of the bus.
    pub fn region(&self) -> &str {
        self.text("region")
    }

    fn text(&self, field: &str) -> &str {
        self.json
            .get(field)
            .and_then(Json::as_str)
            .unwrap_or_default()
    }
}
