//! The stores of accounts: with `--accounts any`, `--store` is a folder with a store for each
//! account.

use std::fs;
use std::path::{Path, PathBuf};

use stepwright_engine::Status;
use stepwright_engine::store::{OutboxQueue, SqliteReader, StoreError, StoreReader as _};
use stepwright_server::is_account;

use crate::failure::Failure;

/// The ending of a store's file name, after the account.
const ENDING: &str = ".db";

/// A folder with a store for each account.
#[derive(Debug, Clone)]
pub(super) struct AccountStores {
    folder: PathBuf,
    /// The accounts that have a store.
    known: Vec<String>,
}

impl AccountStores {
    /// Opens a folder, and creates it if there is none.
    ///
    /// # Errors
    ///
    /// If it is a file, or cannot be created or read.
    pub(super) fn open(folder: &Path) -> Result<AccountStores, Failure> {
        let shown = folder.display();
        if folder.is_file() {
            return Err(Failure::Usage(format!(
                "{shown} is a file; with `--accounts any`, `--store` is a folder with a store for each account: name another path"
            )));
        }
        let unusable =
            |error| Failure::Usage(format!("cannot use the folder {shown} of stores: {error}"));
        fs::create_dir_all(folder).map_err(unusable)?;
        let mut known = Vec::new();
        for entry in fs::read_dir(folder).map_err(unusable)? {
            let name = entry.map_err(unusable)?.file_name();
            let account = name.to_str().and_then(|name| name.strip_suffix(ENDING));
            known.extend(
                account
                    .filter(|account| is_account(account))
                    .map(str::to_owned),
            );
        }
        // The same order in each start.
        known.sort_unstable();
        Ok(AccountStores {
            folder: folder.to_owned(),
            known,
        })
    }

    /// The accounts that had a store when the folder was opened.
    pub(super) fn accounts(&self) -> Vec<String> {
        self.known.clone()
    }

    /// Whether an account has executions that continue, or messages that are not delivered. The
    /// server of an account whose store cannot be read says why.
    pub(super) fn has_open_executions(&self, account: &str) -> bool {
        let read = || -> Result<bool, StoreError> {
            let mut reader = SqliteReader::open(self.path(account))?;
            let counts = reader.counts()?;
            if counts.iter().any(|count| count.status == Status::Running) {
                return Ok(true);
            }
            for queue in [OutboxQueue::Stops, OutboxQueue::Statuses] {
                if reader.outbox_length(queue)? > 0 {
                    return Ok(true);
                }
            }
            Ok(false)
        };
        read().unwrap_or(true)
    }

    /// The store of an account.
    pub(super) fn path(&self, account: &str) -> PathBuf {
        self.folder.join(format!("{account}{ENDING}"))
    }
}
