// Which picture is shown, and which of its states the cursor is in.

/** A position in a text, as in the Language Server Protocol. */
export interface Position {
  line: number;
  character: number;
}

export interface Range {
  start: Position;
  end: Position;
}

/** The result of the server's command `stepwright.picture`. */
export interface Picture {
  svg: string;
  name: string | null;
  /** Whether the text has syntax errors, so that the picture shows an earlier text. */
  isStale: boolean;
  version: number;
  states: { name: string; pointer: string; range: Range }[];
}

/** The start of a definition in a file. */
export interface DefinitionStart {
  definition: number;
  start: Position;
}

/** The document that the picture follows. */
export interface FollowedDocument {
  uri: string;
  version: number;
  cursor: Position;
}

/** The language server. */
export interface PictureSource {
  definitions(uri: string): Promise<DefinitionStart[]>;
  picture(uri: string, definition: number): Promise<Picture>;
}

/** The page that shows the picture, and the editor next to it. */
export interface PictureView {
  show(picture: Picture): void;
  /** Marks the state of the cursor; `undefined` if the cursor is in no state. */
  highlight(state: string | undefined): void;
  /** Keeps the picture, and shows above it why it is out of date; `undefined` removes the text. */
  notice(text: string | undefined): void;
  reveal(uri: string, range: Range): void;
}

/** Runs a function later; the result cancels it. */
export type Schedule = (run: () => void, milliseconds: number) => () => void;

/** The delay between a change of the text and its picture. */
export const DELAY_MS = 150;

export const STALE_NOTICE =
  "The text has errors. The picture shows the last text that could be read.";
export const NO_DEFINITION_NOTICE = "This file has no definition of a state machine.";

/** Follows a document: its text, its cursor, and the definition under the cursor. */
export class PictureFollower {
  private document: FollowedDocument | undefined;
  private starts: { uri: string; version: number; starts: DefinitionStart[] } | undefined;
  private shown: { uri: string; definition: number; picture: Picture } | undefined;
  /** Only the answer to the latest request is shown. */
  private request = 0;
  private cancelTimer: (() => void) | undefined;
  private noticeText: string | undefined;

  constructor(
    private readonly source: PictureSource,
    private readonly view: PictureView,
    private readonly schedule: Schedule,
  ) {}

  /** The document that the picture shows. */
  get uri(): string | undefined {
    return this.document?.uri;
  }

  /** Shows the definition under the cursor of a document, or the definition with an index. */
  async open(document: FollowedDocument, definition?: number): Promise<void> {
    this.document = document;
    await this.refresh(definition);
  }

  /** Draws the picture again after a pause of the typing. */
  textChanged(document: FollowedDocument): void {
    if (document.uri !== this.document?.uri) {
      return;
    }
    this.document = document;
    this.cancelTimer?.();
    this.cancelTimer = this.schedule(() => void this.refresh(), DELAY_MS);
  }

  /** Marks the state of the cursor, and shows another definition if the cursor entered one. */
  async cursorMoved(document: FollowedDocument): Promise<void> {
    const isOther = document.uri !== this.document?.uri;
    this.document = document;
    if (isOther || this.definitionUnderCursor() !== this.shown?.definition) {
      await this.refresh();
    } else {
      this.highlight();
    }
  }

  /** Moves the cursor to a state that was chosen in the picture. */
  async selected(state: string): Promise<void> {
    if (this.document && this.shown && this.shown.picture.version !== this.document.version) {
      await this.refresh(this.shown.definition);
    }
    const range = this.shown?.picture.states.find((one) => one.name === state)?.range;
    if (this.shown && range) {
      this.view.reveal(this.shown.uri, range);
    }
  }

  /** Shows the current picture again, in a page that was loaded again. */
  repeat(): void {
    if (this.shown) {
      this.view.show(this.shown.picture);
      this.highlight();
    }
    this.view.notice(this.noticeText);
  }

  dispose(): void {
    this.cancelTimer?.();
    this.request += 1;
  }

  private async refresh(chosen?: number): Promise<void> {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    const document = this.document;
    if (!document) {
      return;
    }
    this.request += 1;
    const request = this.request;
    try {
      const { uri, version } = document;
      const starts = await this.source.definitions(uri);
      if (request !== this.request) {
        return;
      }
      this.starts = { uri, version, starts };
      const definition = chosen ?? this.definitionUnderCursor();
      if (definition === undefined) {
        this.notice(NO_DEFINITION_NOTICE);
        return;
      }
      const picture = await this.source.picture(uri, definition);
      if (request !== this.request) {
        return;
      }
      this.shown = { uri, definition, picture };
      this.show(picture);
    } catch (error) {
      if (request === this.request) {
        this.notice(error instanceof Error ? error.message : String(error));
      }
    }
  }

  private show(picture: Picture): void {
    this.view.show(picture);
    this.notice(picture.isStale ? STALE_NOTICE : undefined);
    this.highlight();
  }

  private notice(text: string | undefined): void {
    this.noticeText = text;
    this.view.notice(text);
  }

  private highlight(): void {
    const cursor = this.document?.cursor;
    const isShown = this.shown?.uri === this.document?.uri;
    this.view.highlight(cursor && isShown ? stateAt(this.shown?.picture, cursor) : undefined);
  }

  /** The last definition that starts at or before the cursor, else the first one. */
  private definitionUnderCursor(): number | undefined {
    const { document, starts } = this;
    if (!document || starts?.uri !== document.uri) {
      return undefined;
    }
    const before = starts.starts.filter((one) => compare(one.start, document.cursor) <= 0);
    return (before.at(-1) ?? starts.starts[0])?.definition;
  }
}

/** Returns the name of the innermost state at a position. */
export function stateAt(picture: Picture | undefined, position: Position): string | undefined {
  const around = (picture?.states ?? []).filter(
    ({ range }) => compare(range.start, position) <= 0 && compare(position, range.end) <= 0,
  );
  // Ranges are nested or disjoint, so the innermost one starts last.
  around.sort((one, other) => compare(one.range.start, other.range.start));
  return around.at(-1)?.name;
}

/** Orders two positions as `sort` expects it. */
export function compare(one: Position, other: Position): number {
  return one.line - other.line || one.character - other.character;
}
