// The client of the language server.

import * as vscode from "vscode";
import type { BaseLanguageClient, LanguageClientOptions } from "vscode-languageclient";
import type { DefinitionStart, Picture, PictureSource } from "./picture/follower";

/** The id of the client, which is the prefix of its settings, and the name of its output channel. */
export const CLIENT_ID = "stepwright";
export const CLIENT_NAME = "Stepwright";

/** The command of the extension that shows a picture. */
export const SHOW_PICTURE = "stepwright.showPicture";

/** The command of the server that returns a picture. */
const SERVER_PICTURE = "stepwright.picture";

const LANGUAGES = ["json", "jsonc", "json5", "yaml", "terraform", "asl", "asl-yaml"];

/** Returns the options of a client for documents of some URI schemes. `commands` are the further commands of code lenses. */
export function clientOptions(
  schemes: readonly string[],
  commands: readonly string[],
): LanguageClientOptions {
  return {
    // The server finds the files with definitions, and does not answer for others.
    documentSelector: schemes.flatMap((scheme) => [
      ...LANGUAGES.map((language) => ({ scheme, language })),
      { scheme, pattern: "**/*.{asl,tf,template,json5}" },
    ]),
    // The server offers a code lens only if the client has its command.
    initializationOptions: { commands: [SHOW_PICTURE, ...commands] },
  };
}

/** Pictures from the language server. */
export class ServerPictures implements PictureSource {
  /** `client` returns the running client, and throws an error without one. */
  constructor(private readonly client: () => BaseLanguageClient) {}

  async definitions(uri: string): Promise<DefinitionStart[]> {
    const client = this.client();
    // Each definition has one lens for its picture, at its start.
    const lenses = await client.sendRequest<ServerLens[] | null>("textDocument/codeLens", {
      textDocument: { uri: protocolUri(client, uri) },
    });
    return (lenses ?? [])
      .filter((lens) => lens.command?.command === SHOW_PICTURE)
      .map((lens) => ({
        definition: lens.command?.arguments?.[0]?.definition ?? 0,
        start: lens.range.start,
      }));
  }

  async picture(uri: string, definition: number): Promise<Picture> {
    const client = this.client();
    return client.sendRequest<Picture>("workspace/executeCommand", {
      command: SERVER_PICTURE,
      arguments: [{ uri: protocolUri(client, uri), definition }],
    });
  }
}

/** The server may have other URIs than the editor. */
function protocolUri(client: BaseLanguageClient, uri: string): string {
  return client.code2ProtocolConverter.asUri(vscode.Uri.parse(uri));
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
