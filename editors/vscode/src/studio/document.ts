// A document of VS Code, as the studio edits it.

import * as vscode from "vscode";
import type { EditedDocument, NewFile, OffsetEdit } from "./session";

/** The document of a custom editor. */
export class VsCodeDocument implements EditedDocument {
  constructor(
    private readonly document: vscode.TextDocument,
    /** Makes the custom editor the active one, which undo and redo are for. */
    private readonly activate: () => void,
  ) {}

  get path(): string {
    return pathOf(this.document.uri);
  }

  get version(): number {
    return this.document.version;
  }

  get isDirty(): boolean {
    return this.document.isDirty;
  }

  get isReadOnly(): boolean {
    return vscode.workspace.fs.isWritableFileSystem(this.document.uri.scheme) === false;
  }

  text(): string {
    // A message cannot contain half of a character. The replacement has the same length.
    return this.document.getText().replace(/\p{Surrogate}/gu, "\ufffd");
  }

  async apply(
    version: number,
    edits: OffsetEdit[],
    created?: NewFile,
  ): Promise<string | undefined> {
    const { document } = this;
    const edit = new vscode.WorkspaceEdit();
    let path = "";
    if (created) {
      const uri = vscode.Uri.joinPath(document.uri, "..", created.name);
      if (await exists(uri)) {
        throw new Error(`cannot create ${created.name}: it exists`);
      }
      edit.createFile(uri, { contents: new TextEncoder().encode(created.text) });
      path = pathOf(uri);
    }
    if (document.version !== version) {
      return undefined;
    }
    for (const { start, end, text } of edits) {
      const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
      edit.replace(document.uri, range, text);
    }
    // VS Code refuses edits if its text has changed, and this process does not have the change yet.
    return (await vscode.workspace.applyEdit(edit)) ? path : undefined;
  }

  async undo(): Promise<void> {
    this.activate();
    await vscode.commands.executeCommand("undo");
  }

  async redo(): Promise<void> {
    this.activate();
    await vscode.commands.executeCommand("redo");
  }

  async save(): Promise<void> {
    await this.document.save();
  }

  async exportPicture(kind: string, content: Uint8Array): Promise<void> {
    const { uri } = this.document;
    const stem = uri.path.replace(/^.*\/|\.asl\.\w+$|\.\w+$/g, "");
    const target = await vscode.window.showSaveDialog({
      defaultUri: vscode.Uri.joinPath(uri, "..", `${stem}.${kind}`),
      filters: { Pictures: [kind] },
    });
    if (target) {
      await vscode.workspace.fs.writeFile(target, content);
    }
  }
}

/** Returns the path of a file. That of a virtual file would start with its authority. */
function pathOf(uri: vscode.Uri): string {
  return uri.scheme === "file" ? uri.fsPath : uri.path;
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}
