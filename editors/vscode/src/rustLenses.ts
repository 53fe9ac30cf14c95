// The lens `Picture` on workflows in Rust source. It shows the picture of the emitted file.

import * as vscode from "vscode";
import { SHOW_PICTURE } from "./client";
import { rustWorkflows, stem } from "./rust";

/** The argument of the lens: the file that Stepwright emitted for the workflow. */
export interface EmittedTarget {
  emitted: string;
}

/** Returns whether a value is the argument of the lens. */
export function isEmittedTarget(value: unknown): value is EmittedTarget {
  return (
    typeof value === "object" &&
    value !== null &&
    "emitted" in value &&
    typeof value.emitted === "string"
  );
}

/** Offers a lens on each workflow that has an emitted file in the workspace. */
export class RustLenses implements vscode.CodeLensProvider {
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly watcher = vscode.workspace.createFileSystemWatcher(
    "**/*.asl.json",
    false,
    true,
    false,
  );
  readonly onDidChangeCodeLenses = this.changed.event;

  constructor() {
    this.watcher.onDidCreate(() => this.changed.fire());
    this.watcher.onDidDelete(() => this.changed.fire());
  }

  async provideCodeLenses(
    document: vscode.TextDocument,
    token: vscode.CancellationToken,
  ): Promise<vscode.CodeLens[]> {
    const lenses: vscode.CodeLens[] = [];
    for (const workflow of rustWorkflows(document.getText())) {
      const file = await emittedFile(document, workflow.name, token);
      if (!file) {
        continue;
      }
      const position = document.positionAt(workflow.offset);
      lenses.push(
        new vscode.CodeLens(new vscode.Range(position, position), {
          title: "Picture",
          tooltip: `The picture of ${vscode.workspace.asRelativePath(file)}`,
          command: SHOW_PICTURE,
          arguments: [{ emitted: file.toString() } satisfies EmittedTarget],
        }),
      );
    }
    return lenses;
  }

  dispose(): void {
    this.watcher.dispose();
    this.changed.dispose();
  }
}

/** Finds the emitted file; of several, the one that shares most folders with the source. */
async function emittedFile(
  source: vscode.TextDocument,
  workflow: string,
  token: vscode.CancellationToken,
): Promise<vscode.Uri | undefined> {
  const pattern = `**/${stem(workflow)}.asl.json`;
  const files = await vscode.workspace.findFiles(pattern, "**/{target,node_modules}/**", 20, token);
  const shared = (file: vscode.Uri) => {
    const [one, other] = [file.path.split("/"), source.uri.path.split("/")];
    const end = one.findIndex((folder, index) => folder !== other[index]);
    return end === -1 ? one.length : end;
  };
  files.sort((one, other) => shared(other) - shared(one) || (one.path < other.path ? -1 : 1));
  return files[0];
}
