// The custom editor: shows the studio of a document in a webview.

import * as vscode from "vscode";
import { VsCodeDocument } from "./document";
import { noticeHtml, studioHtml } from "./html";
import { isPageRequest, type ToStudioPage } from "./messages";
import { storeFiles } from "./pageFiles";
import type { StudioServer } from "./server";
import { type StudioPage, StudioSession } from "./session";

/** The type of the custom editor. */
export const STUDIO = "stepwright.studio";

/** The command that opens it. */
export const OPEN_STUDIO = "stepwright.openStudio";

const UNTRUSTED =
  "The studio needs a trusted workspace. Trust this folder with the command “Workspaces: Manage Workspace Trust”.";

/** All documents that are open in the studio. They share one process. */
export class StudioEditors implements vscode.CustomTextEditorProvider, vscode.Disposable {
  private readonly sessions = new Map<string, StudioSession>();
  /** The custom editor that was active last, of each document. */
  private readonly active = new Map<string, vscode.WebviewPanel>();
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly storage: vscode.Uri,
    private readonly server: StudioServer,
  ) {
    const changed = (document: vscode.TextDocument) =>
      this.sessions.get(document.uri.toString())?.changed();
    this.subscriptions = [
      vscode.window.registerCustomEditorProvider(STUDIO, this, {
        supportsMultipleEditorsPerDocument: true,
        // A hidden page keeps its inputs, mocks and selection.
        webviewOptions: { retainContextWhenHidden: true },
      }),
      vscode.commands.registerCommand(OPEN_STUDIO, (target: unknown) => openStudio(target)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => changed(document)),
      vscode.workspace.onDidSaveTextDocument(changed),
    ];
  }

  /** Starts the process again, for example after an update of the command. */
  restart(): void {
    this.server.restart();
  }

  dispose(): void {
    for (const subscription of this.subscriptions) {
      subscription.dispose();
    }
    this.server.dispose();
  }

  async resolveCustomTextEditor(
    document: vscode.TextDocument,
    panel: vscode.WebviewPanel,
  ): Promise<void> {
    if (!vscode.workspace.isTrusted) {
      panel.webview.html = noticeHtml(UNTRUSTED);
      const granted = vscode.workspace.onDidGrantWorkspaceTrust(() => {
        granted.dispose();
        void this.show(document, panel);
      });
      panel.onDidDispose(() => granted.dispose());
      return;
    }
    await this.show(document, panel);
  }

  private async show(document: vscode.TextDocument, panel: vscode.WebviewPanel): Promise<void> {
    const { webview } = panel;
    const uri = document.uri.toString();
    const session = this.session(document);
    const post = (message: ToStudioPage) => void webview.postMessage(message);
    const page: StudioPage = {
      changed: (isRestarted) => post({ kind: "changed", isRestarted }),
    };
    const remove = session.add(page);
    const subscriptions = [
      webview.onDidReceiveMessage(async (request: unknown) => {
        if (isPageRequest(request)) {
          this.active.set(uri, panel);
          post({ kind: "answer", id: request.id, response: await session.ask(request, page) });
        }
      }),
    ];
    panel.onDidDispose(() => {
      for (const subscription of subscriptions) {
        subscription.dispose();
      }
      if (this.active.get(uri) === panel) {
        this.active.delete(uri);
      }
      if (remove()) {
        this.sessions.delete(uri);
        void session.dispose();
      }
    });
    try {
      const read = async (name: string) => {
        const answer = await session.ask({ kind: "ask", id: 0, name, query: "" }, page);
        if (answer.status !== 200) {
          throw new Error(answer.body);
        }
        return answer.body;
      };
      const html = await read("");
      const folder = await storeFiles(html, read, this.storage);
      webview.options = { enableScripts: true, localResourceRoots: [folder] };
      webview.html = studioHtml(html, {
        folder: webview.asWebviewUri(folder).toString(),
        policySource: webview.cspSource,
      });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      webview.html = noticeHtml(`The studio cannot be shown: ${reason}`);
    }
  }

  private session(document: vscode.TextDocument): StudioSession {
    const uri = document.uri.toString();
    const known = this.sessions.get(uri);
    if (known) {
      return known;
    }
    const edited = new VsCodeDocument(document, () => {
      const panel = this.active.get(uri);
      if (panel && !panel.active) {
        panel.reveal(panel.viewColumn);
      }
    });
    const session = new StudioSession(edited, this.server, (run, milliseconds) => {
      const timer = setTimeout(run, milliseconds);
      return () => clearTimeout(timer);
    });
    this.sessions.set(uri, session);
    return session;
  }
}

/** Opens the file of a menu, or of the active editor, next to its text. */
async function openStudio(target: unknown): Promise<void> {
  const uri = target instanceof vscode.Uri ? target : vscode.window.activeTextEditor?.document.uri;
  if (!uri) {
    void vscode.window.showInformationMessage(
      "Open a file with a definition, and open it in the studio again.",
    );
    return;
  }
  await vscode.commands.executeCommand("vscode.openWith", uri, STUDIO, vscode.ViewColumn.Beside);
}
