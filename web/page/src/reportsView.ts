// The view "Reports": what the commands print about the definition.

import type { BrowserDocument } from "./browserDocument";
import { element } from "./element";
import { ModuleWorker } from "./moduleWorker";
import { pretty } from "./testStateCalls";
import type { Method } from "./workerMessages";

/** A definition of the text. */
interface Definition {
  /** The name of its state machine in a template. */
  name: string | null;
  type: string;
  /** In JSON: a parsed value would have rounded numbers. */
  definition: string;
}

/** Calls a function of the module. */
type Call = (method: Method, ...texts: string[]) => Promise<string>;

/** The report about a definition. The second definition is that of the file. */
type Report = (
  call: Call,
  now: Definition,
  saved: Definition | undefined,
  file: string,
) => Promise<string>;

/** The seconds of a search. The button Stop ends it earlier. */
const EXPLORE_SECONDS = 60;

const REPORTS: Record<string, Report> = {
  explore: (call, { definition, type }) =>
    textOf(call, "explore", definition, { machineType: type, timeLimit: EXPLORE_SECONDS }),
  estimate: (call, { definition }) => textOf(call, "estimate", definition, {}),
  policy: (call, { definition, name }) =>
    textOf(call, "policy", definition, name === null ? {} : { name }),
  rust: (call, { definition, name, type }) => call("importRust", definition, name ?? "", type),
  ts: (call, now, _, file) => types(call, now, file, "ts"),
  python: (call, now, _, file) => types(call, now, file, "python"),
  jsonata: async (call, { definition }) => pretty(await call("convert", definition)),
  changes: async (call, now, saved) => {
    if (saved === undefined) {
      return "The file has no definition with this name.";
    }
    return textIn(await call("diff", saved.definition, now.definition));
  },
};

/** The types for a language, with the names that the command gives them. */
function types(
  call: Call,
  { definition, name }: Definition,
  file: string,
  language: string,
): Promise<string> {
  const stem = file.replace(/(\.asl)?(\.(jsonc?|json5|ya?ml))?$/, "");
  const origin = name === null ? file : `${file}#${name}`;
  return call("types", definition, name ?? stem, origin, language);
}

export class ReportsView {
  private readonly report = element("report", HTMLSelectElement);
  private readonly machine = element("report-machine", HTMLSelectElement);
  private readonly output = element("report-text", HTMLElement);
  private worker: ModuleWorker | undefined;
  /** The number of the newest update: an older one shows nothing. */
  private newest = 0;

  constructor(
    private readonly edited: () => BrowserDocument | undefined,
    /** Called with whether a report takes long. */
    private readonly busy: (isLong: boolean) => void,
  ) {
    for (const choice of [this.report, this.machine]) {
      choice.addEventListener("change", () => void this.update());
    }
  }

  /** Shows the report about the text as it is now. */
  async update(): Promise<void> {
    this.newest += 1;
    const own = this.newest;
    this.stop();
    this.show("The report is being written.", false);
    let [text, isAlarm] = ["", false];
    try {
      text = await this.written();
    } catch (error) {
      [text, isAlarm] = [error instanceof Error ? error.message : String(error), true];
    }
    if (own === this.newest) {
      this.show(text, isAlarm);
    }
  }

  /** Ends the running report. The next one uses a new worker. */
  stop(): void {
    this.worker?.end("You stopped the report. Choose a report to start again.");
    this.worker = undefined;
  }

  private async written(): Promise<string> {
    const edited = this.edited();
    const report = REPORTS[this.report.value];
    if (!edited || !report) {
      return "Open a definition first.";
    }
    this.worker = new ModuleWorker({ busy: this.busy, broken: () => {} });
    const worker = this.worker;
    const call: Call = (method, ...texts) => worker.call(method, ...texts);
    const { path } = edited;
    const definitions = async (text: string) =>
      JSON.parse(await call("definitions", text, path)) as Definition[];
    const now = await definitions(edited.text());
    this.offer(now);
    const chosen = now[Number(this.machine.value)];
    if (!chosen) {
      return "The text has no definition.";
    }
    const saved = await definitions(edited.work().saved ?? "");
    return report(
      call,
      chosen,
      saved.find(({ name }) => name === chosen.name),
      path.slice(path.lastIndexOf("/") + 1),
    );
  }

  /** Offers the state machines of a template. A chosen one remains chosen. */
  private offer(definitions: Definition[]): void {
    const names = definitions.map(({ name }) => name ?? "");
    const before = this.machine.selectedOptions[0]?.text;
    this.machine.replaceChildren(...names.map((name, index) => new Option(name, String(index))));
    this.machine.value = String(Math.max(names.indexOf(before ?? ""), 0));
    element("report-machine-label", HTMLElement).hidden = names.length < 2;
  }

  private show(text: string, isAlarm: boolean): void {
    this.output.textContent = text;
    this.output.classList.toggle("alarm", isAlarm);
  }
}

async function textOf(
  call: Call,
  method: Method,
  definition: string,
  more: object,
): Promise<string> {
  const [first, rest] = ['{"definition":', JSON.stringify(more).slice(1)];
  return textIn(await call(method, first + definition + (rest === "}" ? rest : `,${rest}`)));
}

/** Returns the text of a report in JSON. */
function textIn(report: string): string {
  return (JSON.parse(report) as { text: string }).text;
}
