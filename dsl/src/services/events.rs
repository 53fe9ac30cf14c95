//! Amazon EventBridge.
//! <https://docs.aws.amazon.com/step-functions/latest/dg/connect-eventbridge.html>

action! {
    /// Sends up to ten events: a list of `{"Source", "DetailType", "Detail", "EventBusName"}`. An
    /// event that the bus rejects fails the state with `EventBridge.FailedEntry`.
    put_events = PutEvents("events:putEvents") -> PutEventsAnswer => token;
    entries: Json = "Entries",
    {}
}

answer! {
    /// The result of `events:putEvents`.
    PutEventsAnswer {
        /// The events, in the order of the request.
        entries: Vec<Entry> = "Entries",
        /// The number of rejected events: always 0, because a rejected event fails the state.
        failed_entry_count: u32 = "FailedEntryCount",
    } optional {}
}

answer! {
    /// An accepted event.
    Entry {
        /// Its id.
        event_id: String = "EventId",
    } optional {}
}
