// The studio of one document.
//
// The document of the editor is the only text that is edited, so undo, redo, saving, reverting and
// hot exit are the editor's. A page's action becomes edits that the editor makes in its document;
// the process gets each new text, and the pages get the changes from the process. No change
// returns to its source, so there are no echoes. Edits are for one version of the document: if it
// has changed since then, the page gets the changes and repeats its action.

import type { Schedule } from "../picture/follower";
import type { PageRequest } from "./messages";
import type { Answer, StudioServer } from "./server";

/** A change of the document, in UTF-16 units. */
export interface OffsetEdit {
  start: number;
  end: number;
  text: string;
}

/** A file that an action creates next to the document. */
export interface NewFile {
  name: string;
  text: string;
  /** The `DefinitionSubstitutions` that its state machine needs in the template. */
  needs?: string;
}

/** The document of the editor. */
export interface EditedDocument {
  readonly path: string;
  readonly version: number;
  readonly isDirty: boolean;
  readonly isReadOnly: boolean;
  text(): string;
  /**
   * Makes edits as one step that can be undone. Returns the path of the new file, or an empty text
   * without one; `undefined` if the document has changed since the version.
   */
  apply(version: number, edits: OffsetEdit[], created?: NewFile): Promise<string | undefined>;
  undo(): Promise<void>;
  redo(): Promise<void>;
  save(): Promise<void>;
  /** Asks where to save a picture, and writes it. */
  exportPicture(kind: string, content: Uint8Array): Promise<void>;
}

/** A page that shows the document. */
export interface StudioPage {
  changed(isRestarted: boolean): void;
}

/** The delay between a change of the document and its picture: typing is collected. */
export const DELAY_MS = 30;

const STALE = "the text has changed since then; look at the new picture and repeat the edit";

/** Connects a document with the process and with its pages. */
export class StudioSession {
  /** The pages, with the start of the process whose text each shows. Revisions are those of one start. */
  private readonly pages = new Map<StudioPage, number | undefined>();
  /** The document in the process of a start. */
  private opened: { start: number; number: Promise<number> } | undefined;
  private sent: { version: number; isDirty: boolean } | undefined;
  private cancelTimer: (() => void) | undefined;
  private readonly removeListener: () => void;

  constructor(
    private readonly document: EditedDocument,
    private readonly server: StudioServer,
    private readonly schedule: Schedule,
  ) {
    this.removeListener = server.onEnd(() => void this.reopen());
  }

  /** Adds a page. The result removes it, and returns whether it was the last one. */
  add(page: StudioPage): () => boolean {
    this.pages.set(page, undefined);
    return () => {
      this.pages.delete(page);
      return this.pages.size === 0;
    };
  }

  /** The document, or whether it is saved, has changed. */
  changed(): void {
    this.cancelTimer ??= this.schedule(() => {
      this.cancelTimer = undefined;
      // If the process has ended, `reopen` sends the text.
      this.sync().catch(() => undefined);
    }, DELAY_MS);
  }

  /** Answers a page. */
  async ask(request: PageRequest, page: StudioPage): Promise<Answer> {
    const { name, query, body } = request;
    try {
      switch (name) {
        case "apply":
          return await this.apply(page, query, body ?? "");
        case "save":
          await this.document.save();
          return await this.withView(page, query, { isSaved: !this.document.isDirty });
        case "export":
          await this.exportPicture(query, body ?? "");
          return json(200, {});
        case "view":
          return await this.repeated(() => this.view(page, query));
        default:
          return body === undefined
            ? await this.repeated(() => this.forward(name, query))
            : await this.forward(name, query, body);
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { status: 503, kind: "text/plain", body: reason };
    }
  }

  /** Closes the document in the process. */
  async dispose(): Promise<void> {
    this.removeListener();
    this.cancelTimer?.();
    const opened = this.opened;
    this.opened = undefined;
    if (opened) {
      const document = await opened.number.catch(() => undefined);
      if (document !== undefined) {
        // A process that has ended has no document.
        await this.server.request(opened.start, "close", { document }).catch(() => undefined);
      }
    }
  }

  private async apply(page: StudioPage, query: string, body: string): Promise<Answer> {
    const { actions } = JSON.parse(body) as { actions: { do: string }[] };
    const [first] = actions;
    if (actions.length === 1 && (first?.do === "undo" || first?.do === "redo")) {
      await (first.do === "undo" ? this.document.undo() : this.document.redo());
      return this.withView(page, query, { select: [] });
    }
    const { start } = await this.sync();
    if (this.pages.get(page) !== start) {
      // A revision of another process may be equal, and its text is not.
      return this.stale(page, query);
    }
    const planned = await this.forward("apply", query, body);
    if (planned.status !== 200) {
      return planned;
    }
    const { version, edits, select, extracted } = JSON.parse(planned.body) as Plan;
    let created = "";
    if (edits.length > 0) {
      const applied = await this.document.apply(version, edits, extracted ?? undefined);
      if (applied === undefined) {
        return this.stale(page, query);
      }
      created = applied;
    }
    return this.withView(page, query, {
      select,
      ...(created !== "" && { created, needs: extracted?.needs }),
    });
  }

  /** The view of a page, with further members. */
  private async withView(page: StudioPage, query: string, members: object): Promise<Answer> {
    const view = await this.repeated(() => this.view(page, query));
    return view.status === 200 ? json(200, { view: JSON.parse(view.body), ...members }) : view;
  }

  /** The page shows an old text: it gets the changes, and repeats its action. */
  private async stale(page: StudioPage, query: string): Promise<Answer> {
    const answer = await this.withView(page, query, { error: STALE });
    return { ...answer, status: answer.status === 200 ? 409 : answer.status };
  }

  /** The changes since the text that a page shows, or everything if that is of another process. */
  private async view(page: StudioPage, query: string): Promise<Answer> {
    const { start } = await this.sync();
    const parameters = new URLSearchParams(query);
    if (this.pages.get(page) !== start) {
      parameters.delete("since");
      parameters.delete("tag");
    }
    const view = await this.forward("view", parameters.toString());
    if (this.pages.has(page)) {
      this.pages.set(page, start);
    }
    return view;
  }

  /** Asks a question again if the process ends before its answer. */
  private async repeated(ask: () => Promise<Answer>): Promise<Answer> {
    try {
      return await ask();
    } catch {
      return ask();
    }
  }

  private async exportPicture(query: string, body: string): Promise<void> {
    const kind = new URLSearchParams(query).get("kind") === "png" ? "png" : "svg";
    const { href } = JSON.parse(body) as { href: string };
    const comma = href.indexOf(",");
    const data = href.slice(comma + 1);
    const content = href.slice(0, comma).endsWith(";base64")
      ? Uint8Array.from(atob(data), (character) => character.charCodeAt(0))
      : new TextEncoder().encode(decodeURIComponent(data));
    await this.document.exportPicture(kind, content);
  }

  /** Passes a request to the process, after the current text. */
  private async forward(name: string, query: string, body?: string): Promise<Answer> {
    const { start, document } = await this.sync();
    return this.server.request(start, "ask", {
      document,
      name,
      query,
      ...(body !== undefined && { body }),
    });
  }

  /** Sends the current text if the process does not have it. */
  private async sync(): Promise<{ start: number; document: number }> {
    const start = this.server.start();
    if (this.opened?.start !== start) {
      this.opened = { start, number: this.open(start) };
    }
    const document = await this.opened.number;
    const { version, isDirty } = this.document;
    if (this.sent?.version !== version || this.sent.isDirty !== isDirty) {
      this.sent = { version, isDirty };
      // Messages have an order, so later requests need not wait for the answer.
      this.server
        .request(start, "change", { document, text: this.document.text(), version, isDirty })
        .then(() => this.notify(false))
        .catch(() => undefined);
    }
    return { start, document };
  }

  private async open(start: number): Promise<number> {
    const { path, version, isDirty, isReadOnly } = this.document;
    this.sent = { version, isDirty };
    const text = this.document.text();
    const answer = await this.server.request(start, "open", {
      path,
      text,
      version,
      isDirty,
      isReadOnly,
    });
    if (answer.status !== 200) {
      this.opened = undefined;
      throw new Error(answer.body);
    }
    return (JSON.parse(answer.body) as { document: number }).document;
  }

  /** Opens the document in a new process. Without one, the next request of a page reports why. */
  private async reopen(): Promise<void> {
    try {
      await this.sync();
    } catch {
      return;
    }
    this.notify(true);
  }

  private notify(isRestarted: boolean): void {
    for (const page of this.pages.keys()) {
      page.changed(isRestarted);
    }
  }
}

/** The answer of the process to an action. */
interface Plan {
  version: number;
  edits: OffsetEdit[];
  select: string[];
  extracted?: NewFile | null;
}

function json(status: number, body: object): Answer {
  return { status, kind: "application/json", body: JSON.stringify(body) };
}
