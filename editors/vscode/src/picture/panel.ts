// The panel next to the text, with the page of the picture.

import * as vscode from "vscode";
import type { Picture, PictureView, Range } from "./follower";
import { pageHtml } from "./html";
import { isFromPage, type ToPage } from "./messages";

/** What the panel reports. */
export interface PanelEvents {
  ready(): void;
  selected(state: string): void;
  closed(): void;
}

/** The panel of the picture. */
export class PicturePanel implements PictureView {
  private readonly panel: vscode.WebviewPanel;

  constructor(extensionUri: vscode.Uri, events: PanelEvents) {
    const folders = ["dist", "media"].map((name) => vscode.Uri.joinPath(extensionUri, name));
    this.panel = vscode.window.createWebviewPanel(
      "stepwright.picture",
      "Picture",
      { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
      { enableScripts: true, localResourceRoots: folders, retainContextWhenHidden: false },
    );
    const { webview } = this.panel;
    webview.onDidReceiveMessage((message: unknown) => {
      if (!isFromPage(message)) {
        return;
      }
      if (message.kind === "ready") {
        events.ready();
      } else {
        events.selected(message.state);
      }
    });
    this.panel.onDidDispose(() => events.closed());
    const fileOf = (folder: string, name: string) =>
      webview.asWebviewUri(vscode.Uri.joinPath(extensionUri, folder, name)).toString();
    webview.html = pageHtml(
      { script: fileOf("dist", "page.js"), style: fileOf("media", "page.css") },
      crypto.randomUUID(),
    );
  }

  show(picture: Picture): void {
    this.panel.title = picture.name ? `Picture of ${picture.name}` : "Picture";
    this.post({ kind: "picture", svg: picture.svg });
  }

  highlight(state: string | undefined): void {
    this.post({ kind: "cursor", state: state ?? null });
  }

  notice(text: string | undefined): void {
    this.post({ kind: "notice", text: text ?? null });
  }

  reveal(uri: string, range: Range): void {
    const target = vscode.Uri.parse(uri);
    const shown = vscode.window.visibleTextEditors.find(
      (editor) => editor.document.uri.toString() === target.toString(),
    );
    const position = new vscode.Position(range.start.line, range.start.character);
    void vscode.window.showTextDocument(target, {
      viewColumn: shown?.viewColumn ?? vscode.ViewColumn.One,
      selection: new vscode.Range(position, position),
    });
  }

  bringToFront(): void {
    this.panel.reveal(undefined, true);
  }

  dispose(): void {
    this.panel.dispose();
  }

  private post(message: ToPage): void {
    void this.panel.webview.postMessage(message);
  }
}
