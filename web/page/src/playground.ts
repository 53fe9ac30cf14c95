// The page of the playground: opens texts, and shows them in the studio.

import { type Connection, StudioServer } from "../../../editors/vscode/src/studio/server";
import { BrowserDocument, type FileHandle } from "./browserDocument";
import { element } from "./element";
import { ExpressionsView } from "./expressionsView";
import { ModuleWorker } from "./moduleWorker";
import { ReportsView } from "./reportsView";
import { type SharedWork, sharedExpression, sharedWork, shareFragment } from "./shareLink";
import { STUDIO_STATE, TEST_FIELDS } from "./storageKeys";
import { WorkStore } from "./storedWork";
import { StudioPane } from "./studioPane";

/** Some programs cut longer links. */
const LONG_LINK = 8_000;

const EMPTY = `{
  "QueryLanguage": "JSONata",
  "StartAt": "First",
  "States": {
    "First": { "Type": "Pass", "End": true }
  }
}
`;

const VIEWS = ["studio", "expressions", "reports"] as const;
type View = (typeof VIEWS)[number];

interface Example extends SharedWork {
  title: string;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Reports a message to the user. */
function report(text: string, isAlarm = false): void {
  const status = element("status", HTMLElement);
  status.textContent = text;
  status.classList.toggle("alarm", isAlarm);
}

class Playground {
  private readonly server: StudioServer;
  private readonly expressions: ExpressionsView;
  private readonly reports: ReportsView;
  private edited: BrowserDocument | undefined;
  private pane: StudioPane | undefined;
  private examples: Example[] = [];
  /** The views in which a call takes long. */
  private readonly long = new Set<View>();

  constructor(private readonly store: WorkStore) {
    this.server = new StudioServer((events) => this.connect(events), Date.now, {
      name: "the module",
      advice: "Reload the page to try again.",
    });
    this.expressions = new ExpressionsView((isLong) => this.busy("expressions", isLong));
    this.reports = new ReportsView(
      () => this.edited,
      (isLong) => this.busy("reports", isLong),
    );
  }

  /** Shows the text of the link, the stored text, or an example. */
  async start(): Promise<void> {
    this.listen();
    const stored = await this.store.load();
    if (stored) {
      this.show(stored, false);
    }
    this.examples = await fetchExamples();
    const choice = element("example", HTMLSelectElement);
    choice.append(...this.examples.map(({ title }, index) => new Option(title, String(index))));
    if (!stored) {
      this.show(this.examples[0] ?? { name: "new.asl.json", text: EMPTY }, true);
    }
    report("Nothing leaves your machine.");
    await this.openLink();
  }

  /** Runs an action of the user, and reports why it failed. */
  run(action: () => Promise<void> | void): void {
    Promise.resolve()
      .then(action)
      .catch((error: unknown) => {
        // The user closed a file dialog.
        if (!(error instanceof DOMException && error.name === "AbortError")) {
          report(reasonOf(error), true);
        }
      });
  }

  private connect(events: { line(text: string): void; ended(reason: string): void }): Connection {
    const worker = new ModuleWorker({
      busy: (isLong) => this.busy("studio", isLong),
      broken: events.ended,
    });
    return {
      send: (line) => {
        worker.call("studio", line).then(events.line, (error: Error) => {
          const { id } = JSON.parse(line) as { id: number };
          const answer = { id, status: 503, kind: "text/plain", body: error.message };
          events.line(JSON.stringify(answer));
        });
      },
      close: () => worker.end("the worker has ended"),
    };
  }

  private listen(): void {
    const click = (id: string, action: () => Promise<void> | void) =>
      element(id, HTMLButtonElement).addEventListener("click", () => this.run(action));
    click("new", () => this.replace({ name: "new.asl.json", text: EMPTY }));
    click("open", () => this.choose());
    click("download", () => {
      this.edited?.download();
      report(`${this.edited?.path} is downloaded.`);
    });
    click("share", () => this.share());
    click("stop", () => this.stop());
    for (const view of VIEWS) {
      click(`show-${view}`, () => this.showView(view));
    }
    click("open-example", () => {
      const example = this.examples[Number(element("example", HTMLSelectElement).value)];
      return example && this.replace(example);
    });
    const input = element("file", HTMLInputElement);
    input.addEventListener("change", () => {
      const [file] = input.files ?? [];
      input.value = "";
      if (file) {
        this.run(() => this.open(file));
      }
    });
    addEventListener("hashchange", () => this.run(() => this.openLink()));
    document.addEventListener("paste", (event) => this.paste(event));
    this.acceptDrops(document);
  }

  /** A file can be dropped on the page and on the frame of the studio. */
  private acceptDrops(target: Document): void {
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    target.addEventListener("dragover", (event) => {
      if (hasFiles(event)) {
        event.preventDefault();
      }
    });
    target.addEventListener("drop", (event) => {
      if (hasFiles(event)) {
        event.preventDefault();
        const file = event.dataTransfer?.files[0];
        if (file) {
          this.run(() => this.open(file));
        }
      }
    });
  }

  /** Opens a pasted definition, unless a field has the focus. */
  private paste(event: ClipboardEvent): void {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    const isField =
      event.target instanceof Element && event.target.closest("input, textarea, select");
    if (!isField && /\bStartAt\b|\bAWSTemplateFormatVersion\b/.test(text)) {
      event.preventDefault();
      const name = /^\s*(\{|\/[/*])/.test(text) ? "pasted.asl.json" : "pasted.asl.yaml";
      const isTemplate = /^AWSTemplateFormatVersion\b/m.test(text);
      this.run(() => this.replace({ name: isTemplate ? "template.yaml" : name, text }));
    }
  }

  private async choose(): Promise<void> {
    const { showOpenFilePicker } = globalThis as {
      showOpenFilePicker?: () => Promise<FileHandle[]>;
    };
    if (!showOpenFilePicker) {
      element("file", HTMLInputElement).click();
      return;
    }
    const [handle] = await showOpenFilePicker();
    if (handle) {
      await this.open(await handle.getFile(), handle);
    }
  }

  private async open(file: File, handle?: FileHandle): Promise<void> {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    let text: string;
    try {
      text = decoder.decode(await file.arrayBuffer());
    } catch {
      throw new Error(`${file.name} cannot be opened: it is no text in UTF-8.`);
    }
    await this.replace({ name: file.name, text }, handle);
  }

  private async openLink(): Promise<void> {
    const { hash } = location;
    const work = await sharedWork(hash);
    const expression = await sharedExpression(hash);
    if (work || expression) {
      // Without this, loading the page again would replace the edits by the text of the link.
      history.replaceState(null, "", location.pathname + location.search);
    }
    if (expression) {
      this.expressions.open(expression);
      this.showView("expressions");
      report("The expression is open.");
    } else if (work && (work.tests || work.text !== this.edited?.text())) {
      await this.replace(work);
    } else if (work) {
      this.showView("studio");
    }
  }

  /** Shows another text, after a question if the text has changes that are not in a file. */
  private async replace(work: SharedWork, handle?: FileHandle): Promise<void> {
    if (this.edited?.isDirty && !(await isConfirmed(this.edited.path, work.name))) {
      return;
    }
    this.show(work, true, handle);
    await this.keep();
    report(`${work.name} is open.`);
  }

  private show(work: SharedWork, isOther: boolean, handle?: FileHandle): void {
    if (isOther) {
      const fields = work.tests ? { [TEST_FIELDS]: JSON.stringify(work.tests) } : {};
      localStorage.setItem(STUDIO_STATE, JSON.stringify(fields));
    }
    const edited = new BrowserDocument(work, handle, () => {
      this.pane?.changed();
      this.showName(edited);
      this.run(() => this.keep());
    });
    void this.pane?.dispose();
    this.edited = edited;
    this.showName(edited);
    element("link", HTMLElement).hidden = true;
    this.pane = new StudioPane(element("studio", HTMLElement), edited, this.server, (page) => {
      this.acceptDrops(page);
    });
    this.showView("studio");
  }

  /** Stores the document in the browser. */
  private async keep(): Promise<void> {
    if (this.edited) {
      await this.store.store(this.edited.work()).catch((error: unknown) => {
        const reason = reasonOf(error);
        throw new Error(`The text is not stored: ${reason}. Download it before you leave.`);
      });
    }
  }

  private showName({ path, isDirty }: BrowserDocument): void {
    element("name", HTMLElement).textContent = isDirty ? `${path} (not saved)` : path;
  }

  private async share(): Promise<void> {
    if (!this.edited) {
      return;
    }
    const url = new URL(location.href);
    url.hash = await shareFragment(this.edited.work());
    element("link", HTMLElement).hidden = false;
    const address = element("link-address", HTMLInputElement);
    address.value = url.href;
    const length =
      url.href.length > LONG_LINK
        ? ` It has ${url.href.length} characters: some programs cut long links.`
        : "";
    try {
      await navigator.clipboard.writeText(url.href);
      report(`The link is copied. It contains the text.${length}`);
    } catch {
      address.select();
      report(`The browser does not allow copying. Copy the link from its field.${length}`);
    }
  }

  private stop(): void {
    if (this.long.has("studio")) {
      // A further worker opens the text again.
      this.server.restart();
    }
    if (this.long.has("expressions")) {
      this.expressions.stop();
    }
    if (this.long.has("reports")) {
      this.reports.stop();
    }
    report("The call is stopped. The text is unchanged.");
  }

  private busy(view: View, isLong: boolean): void {
    if (isLong) {
      this.long.add(view);
      report("A call takes long. You can stop it.");
    } else if (this.long.delete(view) && this.long.size === 0) {
      report("The call has ended.");
    }
    element("stop", HTMLElement).hidden = this.long.size === 0;
  }

  private showView(shown: View): void {
    for (const view of VIEWS) {
      element(view, HTMLElement).hidden = view !== shown;
      element(`show-${view}`, HTMLElement).setAttribute("aria-pressed", String(view === shown));
    }
    if (shown === "expressions") {
      void this.expressions.update();
    } else if (shown === "reports") {
      void this.reports.update();
    }
  }
}

async function fetchExamples(): Promise<Example[]> {
  try {
    return (await (await fetch("examples.json")).json()) as Example[];
  } catch (error) {
    throw new Error(`The examples cannot be loaded: ${reasonOf(error)}. Load the page again.`);
  }
}

/** Asks whether a text with unsaved changes is replaced. */
function isConfirmed(current: string, next: string): Promise<boolean> {
  const question = element("question", HTMLDialogElement);
  element("question-text", HTMLElement).textContent =
    `${current} has changes that are not in a file. Replace it with ${next}?`;
  question.returnValue = "keep";
  question.showModal();
  return new Promise((resolve) => {
    const closed = () => {
      // The event of the question before may arrive late.
      if (!question.open) {
        question.removeEventListener("close", closed);
        resolve(question.returnValue === "replace");
      }
    };
    question.addEventListener("close", closed);
  });
}

async function main(): Promise<void> {
  await new Playground(await WorkStore.open()).start();
  await navigator.serviceWorker?.register("service-worker.js").catch((error: unknown) => {
    throw new Error(`The playground cannot be used offline: ${reasonOf(error)}`);
  });
}

main().catch((error: unknown) => report(reasonOf(error), true));
