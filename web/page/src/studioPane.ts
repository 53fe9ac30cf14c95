// The studio of one document: its page in a frame, and its session.

import { noticeHtml, studioHtml } from "../../../editors/vscode/src/studio/html";
import { isPageRequest, type ToStudioPage } from "../../../editors/vscode/src/studio/messages";
import type { StudioServer } from "../../../editors/vscode/src/studio/server";
import { type StudioPage, StudioSession } from "../../../editors/vscode/src/studio/session";
import type { BrowserDocument } from "./browserDocument";

const DARK = matchMedia("(prefers-color-scheme: dark)");

/** The class of the theme, as VS Code sets it on the body of a webview. */
function themeClass(): string {
  return DARK.matches ? "vscode-dark" : "vscode-light";
}

/** Shows a document until it is disposed. */
export class StudioPane {
  readonly frame = document.createElement("iframe");
  private readonly session: StudioSession;
  private readonly cleanup = new AbortController();

  constructor(
    container: HTMLElement,
    edited: BrowserDocument,
    server: StudioServer,
    /** Called with each new page in the frame. */
    private readonly loaded: (page: Document) => void,
  ) {
    this.session = new StudioSession(edited, server, (run, milliseconds) => {
      const timer = setTimeout(run, milliseconds);
      return () => clearTimeout(timer);
    });
    this.frame.title = "Stepwright Studio";
    container.replaceChildren(this.frame);
    const post = (message: ToStudioPage) =>
      this.frame.contentWindow?.postMessage(message, location.origin);
    const page: StudioPage = {
      changed: (isRestarted) => post({ kind: "changed", isRestarted }),
    };
    this.session.add(page);
    const { signal } = this.cleanup;
    addEventListener(
      "message",
      async ({ source, data }: MessageEvent<unknown>) => {
        if (source === this.frame.contentWindow && isPageRequest(data)) {
          post({ kind: "answer", id: data.id, response: await this.session.ask(data, page) });
        }
      },
      { signal },
    );
    DARK.addEventListener(
      "change",
      () => this.frame.contentDocument?.body.setAttribute("class", themeClass()),
      { signal },
    );
    void this.show(page);
  }

  /** The text of the document has changed. */
  changed(): void {
    this.session.changed();
  }

  async dispose(): Promise<void> {
    this.cleanup.abort();
    this.frame.remove();
    await this.session.dispose();
  }

  private async show(page: StudioPage): Promise<void> {
    const { status, body } = await this.session.ask(
      { kind: "ask", id: 0, name: "", query: "" },
      page,
    );
    this.frame.addEventListener("load", () => {
      if (this.frame.contentDocument) {
        this.loaded(this.frame.contentDocument);
      }
    });
    if (status !== 200) {
      this.frame.srcdoc = noticeHtml(`The studio cannot be shown: ${body}. Load the page again.`);
      return;
    }
    const sources = {
      folder: new URL("studio", location.href).href,
      policySource: location.origin,
    };
    this.frame.srcdoc = studioHtml(body, sources)
      // The page stores data by this number, which would be another one after a reload.
      .replace(/data-file="\d+"/, 'data-file="0"')
      .replace("<title>", '<script src="frame.js"></script><title>')
      .replace("<body>", `<body class="${themeClass()}">`);
  }
}
