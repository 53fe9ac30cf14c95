// The extension: starts `stepwright lsp`, and connects the commands and the picture to it.

import { accessSync, constants, statSync } from "node:fs";
import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { findBinary } from "./binary";
import { createClient, followedDocument, ServerPictures, SHOW_PICTURE } from "./client";
import { isLensTarget } from "./commandLines";
import { PictureFollower } from "./picture/follower";
import { PicturePanel } from "./picture/panel";
import { isEmittedTarget, OPEN_ASL, openAsl, RustLenses } from "./rustLenses";
import { StudioEditors } from "./studio/provider";
import { registerTerminalCommands } from "./terminal";

let client: LanguageClient | undefined;

/** Called by the editor when a file of one of the languages is opened. */
export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const server = new Server(context);
  const pictures = new Pictures(context);
  const studio = new StudioEditors(context.globalStorageUri, () => server.binary());
  const restart = async () => {
    studio.restart();
    await server.restart();
  };
  context.subscriptions.push(
    pictures,
    studio,
    ...registerTerminalCommands(() => server.binary()),
    vscode.languages.registerCodeLensProvider({ language: "rust" }, new RustLenses()),
    vscode.commands.registerCommand(SHOW_PICTURE, (target: unknown) => pictures.open(target)),
    vscode.commands.registerCommand(OPEN_ASL, openAsl),
    vscode.commands.registerCommand("stepwright.restart", restart),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("stepwright.path")) {
        void restart();
      }
    }),
  );
  await server.restart();
}

/** Called by the editor before it ends. */
export async function deactivate(): Promise<void> {
  await client?.stop();
  client = undefined;
}

/** The process of the language server. */
class Server {
  constructor(private readonly context: vscode.ExtensionContext) {}

  /** Returns the path of the command. Without one, shows a message that says what to do. */
  binary(): string | undefined {
    const found = findBinary({
      setting: vscode.workspace.getConfiguration("stepwright").get("path", ""),
      extensionFolder: this.context.extensionPath,
      workspaceFolder: vscode.workspace.workspaceFolders?.[0]?.uri.fsPath,
      path: process.env.PATH ?? "",
      platform: process.platform,
      isExecutable,
    });
    if ("path" in found) {
      return found.path;
    }
    void offerSettings(found.problem);
    return undefined;
  }

  async restart(): Promise<void> {
    await deactivate();
    const path = this.binary();
    if (path === undefined) {
      return;
    }
    const started = createClient(path);
    client = started;
    try {
      await started.start();
    } catch (error) {
      client = undefined;
      const reason = error instanceof Error ? error.message : String(error);
      void offerSettings(`\`${path} lsp\` did not start: ${reason}`);
    }
  }
}

/** The panel of the picture, and the text that it follows. */
class Pictures implements vscode.Disposable {
  private current: { panel: PicturePanel; follower: PictureFollower } | undefined;
  private readonly subscriptions: vscode.Disposable[];

  constructor(private readonly context: vscode.ExtensionContext) {
    this.subscriptions = [
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        const editor = vscode.window.visibleTextEditors.find((one) => one.document === document);
        if (editor) {
          this.current?.follower.textChanged(followedDocument(editor));
        }
      }),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => {
        if (this.current?.follower.uri === textEditor.document.uri.toString()) {
          void this.current.follower.cursorMoved(followedDocument(textEditor));
        }
      }),
    ];
  }

  /** Shows the picture of a lens, or of the definition under the cursor. */
  async open(target: unknown): Promise<void> {
    if (isEmittedTarget(target)) {
      const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(target.emitted));
      const cursor = { line: 0, character: 0 };
      const uri = document.uri.toString();
      await this.follower().open({ uri, version: document.version, cursor }, 0);
      return;
    }
    const editor = isLensTarget(target)
      ? vscode.window.visibleTextEditors.find(
          (one) => one.document.uri.toString() === vscode.Uri.parse(target.uri).toString(),
        )
      : vscode.window.activeTextEditor;
    if (!editor) {
      void vscode.window.showInformationMessage(
        "Open a file with a definition, and show its picture again.",
      );
      return;
    }
    const definition = isLensTarget(target) ? target.definition : undefined;
    await this.follower().open(followedDocument(editor), definition);
  }

  dispose(): void {
    this.current?.panel.dispose();
    for (const subscription of this.subscriptions) {
      subscription.dispose();
    }
  }

  private follower(): PictureFollower {
    if (this.current) {
      this.current.panel.bringToFront();
      return this.current.follower;
    }
    const panel = new PicturePanel(this.context.extensionUri, {
      ready: () => follower.repeat(),
      selected: (state) => void follower.selected(state),
      closed: () => {
        follower.dispose();
        this.current = undefined;
      },
    });
    const follower = new PictureFollower(new ServerPictures(() => client), panel, later);
    this.current = { panel, follower };
    return follower;
  }
}

function later(run: () => void, milliseconds: number): () => void {
  const timer = setTimeout(run, milliseconds);
  return () => clearTimeout(timer);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

async function offerSettings(problem: string): Promise<void> {
  const choice = await vscode.window.showErrorMessage(problem, "Open Settings");
  if (choice) {
    await vscode.commands.executeCommand("workbench.action.openSettings", "stepwright.path");
  }
}
