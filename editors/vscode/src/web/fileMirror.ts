// Sends the files of the workspace to the server in the module, which has no disk.

import {
  EXCLUDED_GLOB,
  isMirrored,
  isSettings,
  namesRust,
  RUST_GLOB,
  TEXTS_GLOB,
} from "./mirroredNames";

/** The files of the workspace. URIs are those of the protocol. */
export interface MirroredWorkspace {
  find(glob: string, excluded: string): Promise<string[]>;
  /** Returns the path of a file relative to its folder of the workspace. */
  relativePath(uri: string): string;
  /** Returns the size in bytes; `undefined` if the file does not exist. */
  size(uri: string): Promise<number | undefined>;
  read(uri: string): Promise<string>;
}

/** A file in the notification `stepwright/files`. */
export type MirroredFile =
  /** `null` is a file whose text the server does not need. */
  { uri: string; text: string | null } | { uri: string; deleted: true };

export const MOST_FILES = 1_000;
export const MOST_BYTES = 1_048_576;
/** The files that are read at the same time. */
const READS = 8;
/** The files of one notification. */
const BATCH = 64;

/** Sends files, and their changes in the order of their events. */
export class FileMirror {
  /** The files whose text the server has. */
  private readonly sent = new Set<string>();
  private readonly changed = new Set<string>();
  private queue = Promise.resolve();

  constructor(
    private readonly workspace: MirroredWorkspace,
    private readonly send: (files: MirroredFile[]) => Promise<void>,
    private readonly log: (line: string) => void,
  ) {}

  /** Sends all files to a server that has none. */
  sendAll(): Promise<void> {
    return this.inOrder(async () => {
      this.sent.clear();
      const paths = new Map<string, string>();
      for (const uri of await this.workspace.find(TEXTS_GLOB, EXCLUDED_GLOB)) {
        paths.set(uri, this.workspace.relativePath(uri));
      }
      // If there are too many files, those with settings are sent.
      const rank = (path: string) => (isSettings(path) ? 0 : 1);
      const files = [...paths].sort(
        ([, one], [, other]) => rank(one) - rank(other) || (one < other ? -1 : 1),
      );
      await this.sendTexts(files.map(([uri]) => uri));
    });
  }

  /** Sends a file that was created, changed or deleted, if the server needs it. */
  async fileChanged(uri: string): Promise<void> {
    if (!isMirrored(this.workspace.relativePath(uri))) {
      return;
    }
    this.changed.add(uri);
    // The first of several calls sends all changes until then.
    await this.inOrder(async () => {
      const uris = [...this.changed];
      this.changed.clear();
      await this.sendTexts(uris);
    });
  }

  private inOrder(work: () => Promise<void>): Promise<void> {
    const done = this.queue.then(work);
    // The caller gets the error.
    this.queue = done.catch(() => undefined);
    return done;
  }

  private async sendTexts(uris: string[]): Promise<void> {
    const leftOut = new LeftOutFiles();
    for (const batch of batches(uris, BATCH)) {
      const files: MirroredFile[] = [];
      for (const group of batches(batch, READS)) {
        const read = await Promise.all(group.map((uri) => this.file(uri, leftOut)));
        files.push(...read.filter((file) => file !== undefined));
      }
      if (files.length > 0) {
        await this.send(files);
      }
    }
    if (uris.some((uri) => namesRust(this.workspace.relativePath(uri)))) {
      await this.sendRustNames();
    }
    const line = leftOut.line();
    if (line !== undefined) {
      this.log(line);
    }
  }

  /** Returns a file as it is sent; `undefined` if the server needs no message about it. */
  private async file(uri: string, leftOut: LeftOutFiles): Promise<MirroredFile | undefined> {
    const text = await this.text(uri, leftOut);
    if (text !== undefined) {
      return { uri, text };
    }
    return this.sent.delete(uri) ? { uri, deleted: true } : undefined;
  }

  /** Returns the text of a file; `undefined` if it does not exist or is left out. */
  private async text(uri: string, leftOut: LeftOutFiles): Promise<string | undefined> {
    const isNew = !this.sent.has(uri);
    try {
      const size = await this.workspace.size(uri);
      if (size === undefined) {
        return undefined;
      }
      if (size > MOST_BYTES) {
        leftOut.tooLarge += 1;
        return undefined;
      }
      if (isNew && this.sent.size >= MOST_FILES) {
        leftOut.tooMany += 1;
        return undefined;
      }
      // Files that are read at the same time count.
      this.sent.add(uri);
      return await this.workspace.read(uri);
    } catch (error) {
      if (isNew) {
        this.sent.delete(uri);
      }
      leftOut.unreadable.push(`${uri}: ${error instanceof Error ? error.message : error}`);
      return undefined;
    }
  }

  private async sendRustNames(): Promise<void> {
    const uris = await this.workspace.find(RUST_GLOB, EXCLUDED_GLOB);
    for (const batch of batches(uris, MOST_FILES)) {
      await this.send(batch.map((uri) => ({ uri, text: null })));
    }
  }
}

/** The files that are not sent, although the server needs them. */
class LeftOutFiles {
  tooMany = 0;
  tooLarge = 0;
  /** The URI and the reason of each file. */
  readonly unreadable: string[] = [];

  /** Returns a line for the user; `undefined` if there is no file. */
  line(): string | undefined {
    const [first] = this.unreadable;
    const parts = [
      this.tooMany > 0 ? `${this.tooMany} beyond the first ${MOST_FILES} files` : "",
      this.tooLarge > 0 ? `${this.tooLarge} larger than 1 MiB` : "",
      first === undefined ? "" : `${this.unreadable.length} that cannot be read (${first})`,
    ].filter((part) => part !== "");
    return parts.length === 0
      ? undefined
      : `Files that are not checked until you open them: ${parts.join("; ")}.`;
  }
}

/** Splits a list into lists of a size at most. */
function batches<T>(list: readonly T[], size: number): T[][] {
  const starts = Array.from({ length: Math.ceil(list.length / size) }, (_, index) => index * size);
  return starts.map((start) => list.slice(start, start + size));
}
