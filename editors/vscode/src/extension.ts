// The extension: connects the commands, the picture and the studio to the language server.
//
// The entries `desktop/main.ts` and `web/main.ts` activate it with their platform. Everything outside
// of `desktop` also runs in a browser.

import * as vscode from "vscode";
import type { BaseLanguageClient } from "vscode-languageclient";
import { followedDocument, ServerPictures, SHOW_PICTURE } from "./client";
import { isLensTarget } from "./lensTarget";
import { PictureFollower } from "./picture/follower";
import { PicturePanel } from "./picture/panel";
import type { Platform } from "./platform";
import { isEmittedTarget, OPEN_ASL, openAsl, RustLenses } from "./rustLenses";
import { StudioEditors } from "./studio/provider";
import { StudioServer } from "./studio/server";

/** The command that starts the language server and the studio again. */
export const RESTART = "stepwright.restart";

let server: Server | undefined;

/** Activates the extension when a file of one of the languages is opened. */
export async function activateWith(
  context: vscode.ExtensionContext,
  platform: Platform,
): Promise<void> {
  const languageServer = new Server(platform);
  server = languageServer;
  const pictures = new Pictures(context, languageServer);
  const studio = new StudioEditors(
    context.globalStorageUri,
    new StudioServer(platform.connectStudio, Date.now, platform.studioWords),
  );
  context.subscriptions.push(
    pictures,
    studio,
    ...platform.register(),
    vscode.languages.registerCodeLensProvider({ language: "rust" }, new RustLenses()),
    vscode.commands.registerCommand(SHOW_PICTURE, (target: unknown) => pictures.open(target)),
    vscode.commands.registerCommand(OPEN_ASL, openAsl),
    vscode.commands.registerCommand(RESTART, async () => {
      studio.restart();
      await languageServer.restart();
    }),
  );
  await languageServer.restart();
}

/** Called by the editor before it ends. */
export async function deactivate(): Promise<void> {
  await server?.stop();
}

/** The language server, with its client. */
class Server {
  private client: BaseLanguageClient | undefined;
  private started = Promise.resolve();

  constructor(private readonly platform: Platform) {}

  /** Returns the client of the server. Fails if the server did not start. */
  running(): BaseLanguageClient {
    if (!this.client) {
      throw new Error("The language server is not running.");
    }
    return this.client;
  }

  /** Starts the server again. A client that is still starting cannot be stopped, so the next start waits for it. */
  restart(): Promise<void> {
    this.started = this.started.then(() => this.stop()).then(() => this.start());
    return this.started;
  }

  async stop(): Promise<void> {
    const { client } = this;
    this.client = undefined;
    // The client logs why it could not stop. The server ends in any case.
    await client?.stop().catch(() => undefined);
  }

  private async start(): Promise<void> {
    try {
      this.client = this.platform.createClient();
      await this.client?.start();
    } catch (error) {
      this.client = undefined;
      this.platform.startFailed(error instanceof Error ? error.message : String(error));
    }
  }
}

/** The panel of the picture, and the text that it follows. */
class Pictures implements vscode.Disposable {
  private current: { panel: PicturePanel; follower: PictureFollower } | undefined;
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly server: Server,
  ) {
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
      ? this.editorOf(target.uri)
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

  /** Returns the editor of a document that the server names. */
  private editorOf(protocolUri: string): vscode.TextEditor | undefined {
    const uri = this.server.running().protocol2CodeConverter.asUri(protocolUri).toString();
    return vscode.window.visibleTextEditors.find((one) => one.document.uri.toString() === uri);
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
    const pictures = new ServerPictures(() => this.server.running());
    const follower = new PictureFollower(pictures, panel, later);
    this.current = { panel, follower };
    return follower;
  }
}

function later(run: () => void, milliseconds: number): () => void {
  const timer = setTimeout(run, milliseconds);
  return () => clearTimeout(timer);
}
