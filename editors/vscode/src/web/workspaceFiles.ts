// The files of the workspace of VS Code.

import * as vscode from "vscode";
import type { MirroredWorkspace } from "./fileMirror";
import type { UriMapping } from "./uriMapping";

/** Reads the files of the file system that the URIs of the protocol name. */
export class VsCodeWorkspace implements MirroredWorkspace {
  constructor(private readonly uris: UriMapping) {}

  async find(glob: string, excluded: string): Promise<string[]> {
    const found = await vscode.workspace.findFiles(glob, excluded);
    // The server cannot read folders of another file system.
    return found.map((uri) => this.uris.toFile(uri.toString())).filter(isFile);
  }

  relativePath(uri: string): string {
    return vscode.workspace.asRelativePath(this.uri(uri), false);
  }

  async size(uri: string): Promise<number | undefined> {
    try {
      return (await vscode.workspace.fs.stat(this.uri(uri))).size;
    } catch (error) {
      if (error instanceof vscode.FileSystemError && error.code === "FileNotFound") {
        return undefined;
      }
      throw error;
    }
  }

  async read(uri: string): Promise<string> {
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(this.uri(uri)));
  }

  private uri(protocolUri: string): vscode.Uri {
    return vscode.Uri.parse(this.uris.fromFile(protocolUri));
  }
}

function isFile(uri: string): boolean {
  return uri.startsWith("file:");
}
