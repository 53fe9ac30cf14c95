// The client of `stepwright lsp`.

import type * as vscode from "vscode";
import { LanguageClient, type LanguageClientOptions } from "vscode-languageclient/node";
import { TERMINAL_COMMANDS } from "./commandLines";
import type { DefinitionStart, Picture, PictureSource } from "./picture/follower";

/** The command of the extension that shows a picture. */
export const SHOW_PICTURE = "stepwright.showPicture";

/** The command of the server that returns a picture. */
const SERVER_PICTURE = "stepwright.picture";

/** The server finds the files with definitions, and does not answer for others. */
const DOCUMENTS = [
  ...["json", "jsonc", "json5", "yaml", "terraform", "asl", "asl-yaml"].map((language) => ({
    scheme: "file",
    language,
  })),
  { scheme: "file", pattern: "**/*.{asl,tf,template,json5}" },
];

/** Returns a client that starts the command at a path. */
export function createClient(path: string): LanguageClient {
  const options: LanguageClientOptions = {
    documentSelector: DOCUMENTS,
    // The server offers a code lens only if the client has its command.
    initializationOptions: { commands: [SHOW_PICTURE, ...TERMINAL_COMMANDS] },
  };
  return new LanguageClient("stepwright", "Stepwright", { command: path, args: ["lsp"] }, options);
}

/** Pictures from the language server. */
export class ServerPictures implements PictureSource {
  constructor(private readonly client: () => LanguageClient | undefined) {}

  async definitions(uri: string): Promise<DefinitionStart[]> {
    // Each definition has one lens for its picture, at its start.
    const lenses = await this.running().sendRequest<ServerLens[] | null>("textDocument/codeLens", {
      textDocument: { uri },
    });
    return (lenses ?? [])
      .filter((lens) => lens.command?.command === SHOW_PICTURE)
      .map((lens) => ({
        definition: lens.command?.arguments?.[0]?.definition ?? 0,
        start: lens.range.start,
      }));
  }

  picture(uri: string, definition: number): Promise<Picture> {
    return this.running().sendRequest<Picture>("workspace/executeCommand", {
      command: SERVER_PICTURE,
      arguments: [{ uri, definition }],
    });
  }

  private running(): LanguageClient {
    const client = this.client();
    if (!client) {
      throw new Error("The language server is not running.");
    }
    return client;
  }
}

interface ServerLens {
  range: { start: { line: number; character: number } };
  command?: { command: string; arguments?: { definition?: number }[] };
}

/** The text and the cursor of an editor, for the picture. */
export function followedDocument(editor: vscode.TextEditor) {
  const { line, character } = editor.selection.active;
  return {
    uri: editor.document.uri.toString(),
    version: editor.document.version,
    cursor: { line, character },
  };
}
