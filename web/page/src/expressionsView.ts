// The view "Expressions": the value of an expression, and the data flow of a state.

import { element } from "./element";
import { ModuleWorker } from "./moduleWorker";
import type { SharedExpression } from "./shareLink";
import { EXPRESSIONS } from "./storageKeys";
import {
  expressionTest,
  expressionValue,
  pretty,
  STEPS,
  stateTest,
  type TestData,
  type TestStateRequest,
  type TestStateResponse,
} from "./testStateCalls";

/** The delay between typing and the test. */
const DELAY_MS = 150;

const EXAMPLES = {
  expression: {
    JSONata: "$sum($states.input.lines.(price * quantity))",
    JSONPath: "$.lines[*].price",
  },
  input: {
    lines: [
      { price: 79.5, quantity: 2 },
      { price: 4.25, quantity: 6 },
    ],
  },
  state: {
    Type: "Task",
    Resource: "arn:aws:states:::lambda:invoke",
    Parameters: { FunctionName: "charge", "Payload.$": "$.lines" },
    ResultSelector: { "id.$": "$.Payload.id" },
    ResultPath: "$.charge",
    End: true,
  },
  result: { Payload: { id: "ch-1" }, StatusCode: 200 },
};

/** What a test shows: its response, or the reason why there is none. */
type Outcome = { response: TestStateResponse } | { refusal: string };

export class ExpressionsView {
  private readonly expressionForm = element("expression-form", HTMLFormElement);
  private readonly stateForm = element("state-form", HTMLFormElement);
  private worker: ModuleWorker | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isRunning = false;
  private isChanged = false;

  constructor(
    /** Called with whether a test takes long. */
    private readonly busy: (isLong: boolean) => void,
  ) {
    const data = this.expressionForm;
    field(data, "expression").value = EXAMPLES.expression.JSONata;
    field(data, "input").value = JSON.stringify(EXAMPLES.input, null, 2);
    field(this.stateForm, "state").value = JSON.stringify(EXAMPLES.state, null, 2);
    field(this.stateForm, "result").value = JSON.stringify(EXAMPLES.result, null, 2);
    this.restore();
    data.addEventListener("change", () => this.followLanguage());
    for (const form of [this.expressionForm, this.stateForm]) {
      form.addEventListener("submit", (event) => event.preventDefault());
      form.addEventListener("input", () => {
        this.store();
        clearTimeout(this.timer);
        this.timer = setTimeout(() => void this.update(), DELAY_MS);
      });
    }
  }

  /** Shows an expression with its input, without variables and without a context object. */
  open(shared: SharedExpression): void {
    fill(this.expressionForm, { ...shared, variables: "", context: "" });
    this.store();
  }

  /** Computes the results of all fields. Changes during a test are tested after it. */
  async update(): Promise<void> {
    this.isChanged = true;
    if (this.isRunning) {
      return;
    }
    this.isRunning = true;
    while (this.isChanged) {
      this.isChanged = false;
      await this.showValue();
      await this.showFlow();
    }
    this.isRunning = false;
  }

  /** Ends the running test. The next test uses a new worker. */
  stop(): void {
    const { worker } = this;
    this.worker = undefined;
    worker?.end("You stopped the test. Change a field to test again.");
  }

  private async showValue(): Promise<void> {
    const language = this.language();
    const expression = field(this.expressionForm, "expression").value;
    const value = element("value", HTMLElement);
    if (expression.trim() === "") {
      show(value, "Write an expression.", false);
      return;
    }
    const outcome = await this.test(expressionTest(language, expression, this.data()));
    const result = "response" in outcome && expressionValue(language, outcome.response);
    if (result) {
      show(value, pretty(result), false);
    } else {
      show(value, failure(outcome), true);
    }
  }

  private async showFlow(): Promise<void> {
    const [rows, line] = [element("flow", HTMLElement), element("flow-outcome", HTMLElement)];
    const state = field(this.stateForm, "state").value;
    if (state.trim() === "") {
      rows.replaceChildren();
      show(line, "Write a state in JSON.", false);
      return;
    }
    const result = field(this.stateForm, "result").value;
    const outcome = await this.test(stateTest(state, result, this.data()));
    rows.replaceChildren();
    if ("refusal" in outcome) {
      show(line, outcome.refusal, true);
      return;
    }
    const { status, output, nextState, inspectionData = {} } = outcome.response;
    const next = nextState === undefined ? "" : ` The next state is ${nextState}.`;
    const hasError = outcome.response.error !== undefined;
    show(line, `${hasError ? failure(outcome) : status}${next}`, hasError);
    for (const [member, title] of STEPS) {
      const step = inspectionData[member];
      if (typeof step === "string") {
        rows.append(row(title, pretty(step)));
      }
    }
    if (output !== undefined) {
      rows.append(row("Output", pretty(output)));
    }
  }

  private async test(request: TestStateRequest): Promise<Outcome> {
    this.worker ??= new ModuleWorker({
      busy: this.busy,
      broken: () => {
        this.worker = undefined;
      },
    });
    try {
      const answer = await this.worker.call("testState", JSON.stringify(request));
      return { response: JSON.parse(answer) as TestStateResponse };
    } catch (error) {
      return { refusal: error instanceof Error ? error.message : String(error) };
    }
  }

  private language(): "JSONata" | "JSONPath" {
    return new FormData(this.expressionForm).get("language") === "JSONPath"
      ? "JSONPath"
      : "JSONata";
  }

  /** The example of one language becomes that of the other. A text of the user remains. */
  private followLanguage(): void {
    const expression = field(this.expressionForm, "expression");
    const examples = Object.values(EXAMPLES.expression);
    if (examples.includes(expression.value)) {
      expression.value = EXAMPLES.expression[this.language()];
    }
  }

  private data(): TestData {
    const text = (name: string) => field(this.expressionForm, name).value;
    return { input: text("input"), variables: text("variables"), context: text("context") };
  }

  private store(): void {
    const entries = [this.expressionForm, this.stateForm].flatMap((form) => [
      ...new FormData(form).entries(),
    ]);
    localStorage.setItem(EXPRESSIONS, JSON.stringify(Object.fromEntries(entries)));
  }

  private restore(): void {
    let stored: Record<string, string>;
    try {
      stored = JSON.parse(localStorage.getItem(EXPRESSIONS) ?? "{}");
    } catch {
      // Another program has written there.
      return;
    }
    fill(this.expressionForm, stored);
    fill(this.stateForm, stored);
  }
}

function fill(form: HTMLFormElement, values: Record<string, string>): void {
  for (const [name, value] of Object.entries(values)) {
    const control = form.elements.namedItem(name);
    if (control instanceof HTMLTextAreaElement || control instanceof RadioNodeList) {
      control.value = value;
    }
  }
}

function field(form: HTMLFormElement, name: string): HTMLTextAreaElement {
  const control = form.elements.namedItem(name);
  if (!(control instanceof HTMLTextAreaElement)) {
    throw new Error(`the form has no field \`${name}\``);
  }
  return control;
}

function show(target: HTMLElement, text: string, isAlarm: boolean): void {
  target.textContent = text;
  target.classList.toggle("alarm", isAlarm);
}

function failure(outcome: Outcome): string {
  if ("refusal" in outcome) {
    return outcome.refusal;
  }
  const { status, error = status, cause } = outcome.response;
  return cause === undefined ? error : `${error}: ${cause}`;
}

function row(title: string, value: string): HTMLTableRowElement {
  const [line, head, cell] = [
    document.createElement("tr"),
    document.createElement("th"),
    document.createElement("td"),
  ];
  head.scope = "row";
  head.textContent = title;
  cell.textContent = value;
  line.append(head, cell);
  return line;
}
