// The files of the page, which a webview reads from a folder of the extension.

import * as vscode from "vscode";
import { loadedFiles } from "./html";

/** Answers with a file of the page. */
export type ReadFile = (name: string) => Promise<string>;

/** Copies the files that a page loads to a folder. Returns the folder. */
export async function storeFiles(
  page: string,
  read: ReadFile,
  storage: vscode.Uri,
): Promise<vscode.Uri> {
  const files = new Map<string, string>();
  const open = loadedFiles(page);
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (!files.has(name)) {
      const text = await read(`assets/${name}`);
      files.set(name, text);
      open.push(...(name.endsWith(".js") ? loadedFiles(text) : []));
    }
  }
  // Each version of the command has a folder: two windows may use different ones.
  const folder = vscode.Uri.joinPath(storage, "studio", await digest([...files].sort()));
  await vscode.workspace.fs.createDirectory(folder);
  for (const [name, text] of files) {
    await vscode.workspace.fs.writeFile(
      vscode.Uri.joinPath(folder, name),
      new TextEncoder().encode(text),
    );
  }
  return folder;
}

/** Returns the start of a hash of files, as a name. */
async function digest(files: [name: string, text: string][]): Promise<string> {
  const content = files.map(([name, text]) => `${name}\0${text}\0`).join("");
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(content));
  const bytes = new Uint8Array(hash, 0, 8);
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
