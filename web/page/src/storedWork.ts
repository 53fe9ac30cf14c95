// The document in the storage of the browser: it returns when the page is loaded again.

import type { Work } from "./browserDocument";
import { WORK } from "./storageKeys";

/** Longer texts are in IndexedDB, because local storage has room for 5 million characters. */
const MOST_LOCAL = 1_000_000;
const STORE = "work";

/** A tab that gets no lock in this time is a further one. A tab that is loaded again gets it soon. */
const LOCK_MS = 1_000;

/**
 * Stores the document. The tab that holds the lock uses local storage; further tabs use the
 * storage of their session, so that two tabs do not overwrite each other's text.
 */
export class WorkStore {
  private count = 0;

  private constructor(private readonly storage: Storage) {}

  static async open(): Promise<WorkStore> {
    const isFirst = await new Promise<boolean>((resolve) => {
      navigator.locks
        .request(WORK, { signal: AbortSignal.timeout(LOCK_MS) }, () => {
          resolve(true);
          // The lock is held until the tab is closed.
          return new Promise<never>(() => undefined);
        })
        .catch(() => resolve(false));
    });
    return new WorkStore(isFirst ? localStorage : sessionStorage);
  }

  async load(): Promise<Work | undefined> {
    const text = this.storage.getItem(WORK);
    if (text === null) {
      return undefined;
    }
    if (text === STORE) {
      const value = await database<unknown>("readonly", (store) => store.get(WORK));
      return isWork(value) ? value : undefined;
    }
    try {
      const value: unknown = JSON.parse(text);
      return isWork(value) ? value : undefined;
    } catch {
      // Another program has written there.
      return undefined;
    }
  }

  async store(work: Work): Promise<void> {
    const isLarge = work.text.length + (work.saved?.length ?? 0) > MOST_LOCAL;
    if (isLarge && this.storage === sessionStorage) {
      throw new Error("another tab of the playground is open; close it, and load this page again");
    }
    this.count += 1;
    const { count } = this;
    if (isLarge) {
      await database("readwrite", (store) => store.put(work, WORK));
      if (count !== this.count) {
        // A later text has been stored.
        return;
      }
    }
    this.storage.setItem(WORK, isLarge ? STORE : JSON.stringify(work));
  }
}

function isWork(value: unknown): value is Work {
  return (
    typeof value === "object" &&
    value !== null &&
    "name" in value &&
    typeof value.name === "string" &&
    "text" in value &&
    typeof value.text === "string"
  );
}

/** Runs a request of IndexedDB. */
async function database<T>(
  mode: IDBTransactionMode,
  request: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const opening = indexedDB.open(WORK, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const opened = await result(opening);
  try {
    return await result(request(opened.transaction(STORE, mode).objectStore(STORE)));
  } finally {
    opened.close();
  }
}

function result<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("IndexedDB is not available"));
  });
}
