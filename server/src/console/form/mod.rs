//! Forms: the parameters of requests, the fields of pages, and forms that are performed once.

pub(super) mod name_field;
pub(super) mod params;
pub(super) mod period;
pub(super) mod schema_form;
pub(super) mod sent_forms;
pub(super) mod time_field;
pub(super) mod zone_field;
