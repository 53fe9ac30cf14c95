// A document of the playground: a text with its steps of undo.

import type {
  EditedDocument,
  NewFile,
  OffsetEdit,
} from "../../../editors/vscode/src/studio/session";
import { download } from "./download";

/** A file on the disk, which the File System Access API can write. TypeScript does not know it. */
export interface FileHandle {
  readonly name: string;
  getFile(): Promise<File>;
  createWritable(): Promise<{ write(text: string): Promise<void>; close(): Promise<void> }>;
}

/** The text of a document, as it is stored and shared. */
export interface Work {
  name: string;
  text: string;
  /** The text of the file; absent if the text has never been saved. */
  saved?: string;
}

/** The most characters of all texts in the steps of undo. */
const MOST_UNDO = 20_000_000;

export class BrowserDocument implements EditedDocument {
  readonly path: string;
  readonly isReadOnly = false;
  version = 1;
  private content: string;
  private saved: string;
  private undoable: string[] = [];
  private redoable: string[] = [];

  constructor(
    { name, text, saved = text }: Work,
    private readonly handle: FileHandle | undefined,
    /** Called after each change of the text, and after saving. */
    private readonly changed: () => void,
  ) {
    this.path = name;
    // A message cannot contain half of a character.
    this.content = text.replace(/\p{Surrogate}/gu, "\ufffd");
    this.saved = saved;
  }

  get isDirty(): boolean {
    return this.content !== this.saved;
  }

  text(): string {
    return this.content;
  }

  work(): Work {
    return { name: this.path, text: this.content, saved: this.saved };
  }

  async apply(
    version: number,
    edits: OffsetEdit[],
    created?: NewFile,
  ): Promise<string | undefined> {
    if (version !== this.version) {
      return undefined;
    }
    this.undoable.push(this.content);
    for (let size = total(this.undoable); size > MOST_UNDO; ) {
      size -= this.undoable.shift()?.length ?? size;
    }
    this.redoable = [];
    let [text, position] = ["", 0];
    for (const edit of edits) {
      text += this.content.slice(position, edit.start) + edit.text;
      position = edit.end;
    }
    this.replace(text + this.content.slice(position));
    if (created) {
      download(created.name, created.text);
    }
    return created?.name ?? "";
  }

  async undo(): Promise<void> {
    this.step(this.undoable, this.redoable);
  }

  async redo(): Promise<void> {
    this.step(this.redoable, this.undoable);
  }

  /** Writes the file that was opened, or downloads the text. */
  async save(): Promise<void> {
    if (!this.handle) {
      this.download();
      return;
    }
    const text = this.content;
    const writable = await this.handle.createWritable();
    await writable.write(text);
    await writable.close();
    this.saved = text;
    this.changed();
  }

  /** Downloads the text, so that it is in a file. */
  download(): void {
    download(this.path, this.content);
    this.saved = this.content;
    this.changed();
  }

  async exportPicture(kind: string, content: Uint8Array<ArrayBuffer>): Promise<void> {
    download(`${this.path.replace(/\.asl\.\w+$|\.\w+$/, "")}.${kind}`, content);
  }

  private step(from: string[], to: string[]): void {
    const text = from.pop();
    if (text !== undefined) {
      to.push(this.content);
      this.replace(text);
    }
  }

  private replace(text: string): void {
    this.content = text;
    this.version += 1;
    this.changed();
  }
}

function total(texts: string[]): number {
  return texts.reduce((sum, text) => sum + text.length, 0);
}
