//! Amazon EventBridge. <https://docs.aws.amazon.com/step-functions/latest/dg/connect-eventbridge.html>

action! {
    /// Sends up to ten events: a list of `{"Source", "DetailType", "Detail", "EventBusName"}`. One that the bus does not take fails the state with
    /// `EventBridge.FailedEntry`.
    put_events = PutEvents("events:putEvents") -> PutEventsAnswer => token;
    entries: Json = "Entries",
    {}
}

answer! {
    /// What `events:putEvents` gives.
    PutEventsAnswer {
        /// The events, in their order.
        entries: Vec<Entry> = "Entries",
        /// How many were not taken: 0, because others fail the state.
        failed_entry_count: u32 = "FailedEntryCount",
    } optional {}
}

answer! {
    /// An event that was taken.
    Entry {
        /// Its id.
        event_id: String = "EventId",
    } optional {}
}
