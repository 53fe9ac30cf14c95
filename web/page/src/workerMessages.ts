// The messages between the page and its workers.

/** A call of the module. Messages of the studio have the form of `stepwright studio --stdio`. */
export interface WorkerCall {
  id: number;
  method: "studio" | "testState";
  argument: string;
}

export type ToWorker =
  | { kind: "module"; module: WebAssembly.Module }
  | ({ kind: "call" } & WorkerCall);

export type FromWorker =
  | { kind: "ready" }
  | { kind: "value"; id: number; value: string }
  /** The module refused the call; its reason is for the user. */
  | { kind: "refused"; id: number; reason: string }
  /** The module cannot be used any more. */
  | { kind: "broken"; reason: string };
