// The lenses `Picture` and `Open ASL` on workflows in Rust source. They show the emitted file.

import * as vscode from "vscode";
import { SHOW_PICTURE } from "./client";
import { rustWorkflows, stem } from "./rust";
import { offsetOfState, SOURCES, stateAtLine } from "./sources";

/** The command of the lens `Open ASL`. */
export const OPEN_ASL = "stepwright.openAsl";

/** The argument of a lens: the file that Stepwright emitted for the workflow. */
export interface EmittedTarget {
  emitted: string;
}

/** The argument of the lens `Open ASL`: also the line of Rust with the workflow. */
interface DeclaredTarget extends EmittedTarget {
  source: string;
  line: number;
}

/** Returns whether a value is the argument of a lens. */
export function isEmittedTarget(value: unknown): value is EmittedTarget {
  return (
    typeof value === "object" &&
    value !== null &&
    "emitted" in value &&
    typeof value.emitted === "string"
  );
}

/** Offers lenses on each workflow that has an emitted file in the workspace. */
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
      const range = new vscode.Range(position, position);
      const name = vscode.workspace.asRelativePath(file);
      const target: EmittedTarget = { emitted: file.toString() };
      lenses.push(
        new vscode.CodeLens(range, {
          title: "Picture",
          tooltip: `The picture of ${name}`,
          command: SHOW_PICTURE,
          arguments: [target],
        }),
      );
      if (await exists(sourcesOf(file))) {
        lenses.push(
          new vscode.CodeLens(range, {
            title: "Open ASL",
            tooltip: `The state of the cursor in ${name}`,
            command: OPEN_ASL,
            arguments: [{ ...target, source: document.uri.toString(), line: position.line }],
          }),
        );
      }
    }
    return lenses;
  }

  dispose(): void {
    this.watcher.dispose();
    this.changed.dispose();
  }
}

/** Opens an emitted file at the state that the line of the cursor in Rust source declares. */
export async function openAsl(target: unknown): Promise<void> {
  if (!isDeclaredTarget(target)) {
    return;
  }
  // The editor of the lens need not be the active one yet.
  const rust = vscode.window.visibleTextEditors.find(
    (editor) => editor.document.uri.toString() === target.source,
  );
  const line = rust?.selection.active.line ?? target.line;
  const file = vscode.Uri.parse(target.emitted);
  const document = await vscode.workspace.openTextDocument(file);
  const state = await declaredState(file, vscode.Uri.parse(target.source).fsPath, line);
  const offset = state === undefined ? undefined : offsetOfState(document.getText(), state);
  const position = document.positionAt(offset ?? 0);
  await vscode.window.showTextDocument(document, {
    selection: new vscode.Range(position, position),
  });
}

function isDeclaredTarget(value: unknown): value is DeclaredTarget {
  return (
    isEmittedTarget(value) &&
    "source" in value &&
    typeof value.source === "string" &&
    "line" in value &&
    typeof value.line === "number"
  );
}

async function declaredState(
  file: vscode.Uri,
  source: string,
  line: number,
): Promise<string | undefined> {
  const name = file.path.slice(file.path.lastIndexOf("/") + 1);
  try {
    const bytes = await vscode.workspace.fs.readFile(sourcesOf(file));
    const sources: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return stateAtLine(sources, name, source, line + 1);
  } catch {
    // The file is gone or broken: the definition opens at its start.
    return undefined;
  }
}

function sourcesOf(file: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(file, "..", SOURCES);
}

async function exists(file: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(file);
    return true;
  } catch {
    return false;
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
