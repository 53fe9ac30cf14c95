// The messages between the extension and a worker with the module.
//
// The first message to a worker loads the module. Later messages to and from the language server are
// those of JSON-RPC, as objects. Those to and from the studio are lines.

/** What a worker runs. */
export type WorkerRole = "languageServer" | "studio";

/** The first message to a worker. */
export interface LoadMessage {
  role: WorkerRole;
  /** The compiled module, or its bytes. */
  module: WebAssembly.Module | Uint8Array;
  /** The API models of AWS services. */
  models: Uint8Array;
}

/** A message of JSON-RPC, as far as the worker reads it. */
export interface RpcMessage {
  id?: number | string | null;
  method?: string;
}

/** The last message of a worker: its module cannot be used any more. */
export interface WorkerEnd {
  kind: "ended";
  reason: string;
}

/** Returns whether a message of a worker is its last one. */
export function isWorkerEnd(value: unknown): value is WorkerEnd {
  return (
    typeof value === "object" &&
    value !== null &&
    "kind" in value &&
    value.kind === "ended" &&
    "reason" in value &&
    typeof value.reason === "string"
  );
}
