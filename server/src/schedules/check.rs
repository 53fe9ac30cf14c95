//! The check of schedules against the engine that they start executions in.

use stepwright_engine::server_support::ServerEngine;

use super::list::Schedules;
use crate::server_error::ServerError;

/// Checks what only an engine shows: the regions and accounts of targets, and ends on virtual time.
pub(crate) fn check_schedules(
    engine: &ServerEngine,
    schedules: &Schedules,
) -> Result<(), ServerError> {
    let (region, account) = (engine.region(), engine.account());
    for schedule in schedules.enabled() {
        if engine.clock().is_virtual() && !schedule.has_end() {
            return Err(ServerError::EndlessSchedule(schedule.name().to_owned()));
        }
        if schedule.is_foreign(region, account) {
            return Err(ServerError::ForeignTarget {
                schedule: schedule.name().to_owned(),
                target: schedule.machine().to_owned(),
                region: region.to_owned(),
                account: account.to_owned(),
            });
        }
    }
    Ok(())
}
