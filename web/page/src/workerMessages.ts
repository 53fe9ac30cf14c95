// The messages between the page and its workers.

/** The functions of the module. Messages of the studio have the form of `stepwright studio --stdio`. */
export type Method =
  | "studio"
  | "testState"
  | "definitions"
  | "explore"
  | "estimate"
  | "policy"
  | "importRust"
  | "types"
  | "convert"
  | "diff";

/** A call of the module. */
export interface WorkerCall {
  id: number;
  method: Method;
  texts: string[];
}

export type ToWorker =
  | { kind: "module"; module: WebAssembly.Module; models: ArrayBuffer }
  | ({ kind: "call" } & WorkerCall);

export type FromWorker =
  | { kind: "ready" }
  | { kind: "value"; id: number; value: string }
  /** The module refused the call; its reason is for the user. */
  | { kind: "refused"; id: number; reason: string }
  /** The module cannot be used any more. */
  | { kind: "broken"; reason: string };
