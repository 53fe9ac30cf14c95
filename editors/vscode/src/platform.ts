// What differs between a desktop and a browser.

import type * as vscode from "vscode";
import type { BaseLanguageClient } from "vscode-languageclient";
import type { Connect, ProcessWords } from "./studio/server";

/** Where the language server and the studio run. */
export interface Platform {
  /** Creates a client of a new language server. Returns `undefined` after a message that says why there is none. */
  createClient(): BaseLanguageClient | undefined;
  /** Shows why the last client did not start. */
  startFailed(reason: string): void;
  /** Starts the studio. */
  readonly connectStudio: Connect;
  /** What messages say about the studio. */
  readonly studioWords: ProcessWords;
  /** Registers what only this platform has. */
  register(): vscode.Disposable[];
}
