//! Reads whether a commit that was reported as failed is in the store.

use crate::Status;
use crate::store::{Change, StoreError, StoreReader, StoredMachine};

/// Returns whether the changes of one transaction are in the store. The engine is the only writer,
/// so a start or a record with the same content is the one of this transaction, and it proves all
/// other changes. Without one of them, each change is compared with the store.
pub(super) fn is_applied(
    reader: &mut dyn StoreReader,
    changes: &[Change],
) -> Result<bool, StoreError> {
    let is_proof =
        |change: &&Change| matches!(change, Change::Start { .. } | Change::Append { .. });
    if let Some(proof) = changes.iter().find(is_proof) {
        return has(reader, proof);
    }
    for change in changes {
        if !has(reader, change)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Returns whether the store has the content that this change writes.
fn has(reader: &mut dyn StoreReader, change: &Change) -> Result<bool, StoreError> {
    Ok(match change {
        Change::Start { execution, .. } => {
            let found = reader.execution(&execution.arn)?;
            found.is_some_and(|found| found.key == execution.key)
        }
        Change::Append { key, seq, data } => {
            let records = reader.records(*key)?;
            let record = usize::try_from(*seq).ok().and_then(|seq| records.get(seq));
            record == Some(data)
        }
        Change::Machine(machine) => {
            let versions = reader.machines()?;
            let mut of_name = versions.iter().filter(|other| other.name == machine.name);
            of_name.next_back() == Some(machine)
        }
        Change::DeleteMachine { name, hash } => {
            let versions = reader.machines()?;
            let is_it = |version: &StoredMachine| (&version.name, &version.hash) == (name, hash);
            !versions.iter().any(is_it)
        }
        Change::MapRun(run) => reader.map_run(&run.arn)?.as_ref() == Some(run),
        Change::Close { key, .. } => !is_open(reader, *key)?,
        Change::Reopen { key, .. } => is_open(reader, *key)?,
        Change::Delete { key } => reader.records(*key)?.is_empty(),
        Change::Activity(activity) => reader.activities()?.contains(activity),
        Change::DeleteActivity { arn } => {
            let activities = reader.activities()?;
            !activities.iter().any(|activity| activity.arn == *arn)
        }
        Change::Document(document) => reader.document(&document.key)?.as_ref() == Some(document),
        Change::DeleteDocument { key } => reader.document(key)?.is_none(),
        // A message is sent with the step that causes it, which proves it. A message without a step
        // may be sent twice.
        Change::Send { .. } => false,
        // Only a copy of a store writes it, without a journal.
        Change::PutMessage { .. } => false,
        Change::DeleteMessage { queue, number } => {
            let next = reader.outbox(*queue, number.saturating_sub(1), 1)?;
            next.first().is_none_or(|next| next.number != *number)
        }
    })
}

fn is_open(reader: &mut dyn StoreReader, key: u64) -> Result<bool, StoreError> {
    let open = reader.open_executions()?;
    Ok(open
        .iter()
        .any(|row| row.key == key && row.status == Status::Running))
}

#[cfg(test)]
mod tests {
    use stepwright_asl::model::MachineType;

    use super::*;
    use crate::clock::Timestamp;
    use crate::store::{
        MemoryStore, OutboxQueue, Store, StoredActivity, StoredDocument, StoredExecution,
        StoredListing, StoredMapRun,
    };

    fn start(key: u64, arn: &str) -> Change {
        Change::Start {
            execution: StoredExecution {
                key,
                arn: arn.into(),
                name: arn.into(),
                machine: "orders".into(),
                machine_hash: "5f70bf18".into(),
                status: Status::Running,
                started: Timestamp::default(),
                stopped: None,
                child_of: None,
                listing: StoredListing::default(),
            },
            data: vec![0].into(),
        }
    }

    #[test]
    fn each_change_is_found_in_the_store_only_after_it_is_applied() {
        let machine = StoredMachine {
            hash: "5f70bf18".to_owned(),
            name: "orders".to_owned(),
            machine_type: MachineType::Standard,
            definition: "{}".to_owned(),
        };
        let newer = StoredMachine {
            hash: "0b1c".to_owned(),
            ..machine.clone()
        };
        let arn = || "arn:pack".to_owned();
        let key = || "a".to_owned();
        let map_run = StoredMapRun {
            arn: "run".to_owned(),
            execution: 1,
            data: vec![1].into(),
        };
        let append = |seq, byte| Change::Append {
            key: 1,
            seq,
            data: vec![byte].into(),
        };
        let close = |key| Change::Close {
            key,
            status: Status::Failed,
            stopped: Timestamp::default(),
        };
        let changes = [
            Change::Machine(machine.clone()),
            Change::Machine(newer.clone()),
            Change::Machine(machine),
            Change::DeleteMachine {
                name: newer.name,
                hash: newer.hash,
            },
            start(1, "e-1"),
            start(2, "e-2"),
            append(1, 7),
            append(2, 7),
            Change::MapRun(map_run),
            close(1),
            Change::Reopen {
                key: 1,
                listing: StoredListing::default(),
            },
            close(2),
            Change::Delete { key: 2 },
            Change::Activity(StoredActivity {
                arn: arn(),
                created: Timestamp::default(),
            }),
            Change::DeleteActivity { arn: arn() },
            Change::Document(StoredDocument {
                key: key(),
                data: vec![1].into(),
            }),
            Change::Document(StoredDocument {
                key: key(),
                data: vec![2].into(),
            }),
            Change::DeleteDocument { key: key() },
        ];
        let sent = Change::Send {
            queue: OutboxQueue::Stops,
            data: vec![1].into(),
        };
        let deleted = Change::DeleteMessage {
            queue: OutboxQueue::Stops,
            number: 1,
        };
        let mut store = MemoryStore::new();
        let mut reader = store.reader().expect("a reader");
        for change in &changes {
            let one = std::slice::from_ref(change);
            assert_eq!(is_applied(&mut *reader, one), Ok(false), "{change:?}");
            store.commit(one).expect("it is committed");
            assert_eq!(is_applied(&mut *reader, one), Ok(true), "{change:?}");
        }
        store.commit(&[sent]).expect("it is committed");
        let deleted = [deleted];
        assert_eq!(is_applied(&mut *reader, &deleted), Ok(false));
        store.commit(&deleted).expect("it is committed");
        assert_eq!(is_applied(&mut *reader, &deleted), Ok(true));
    }

    #[test]
    fn a_start_of_another_execution_with_the_same_name_is_no_proof() {
        let mut store = MemoryStore::new();
        store.commit(&[start(1, "e")]).expect("it is committed");
        let mut reader = store.reader().expect("a reader");
        assert_eq!(is_applied(&mut *reader, &[start(2, "e")]), Ok(false));
    }
}
