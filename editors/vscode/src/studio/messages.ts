// The messages between the extension and the page of the studio (`studio/src/assets/host.js`).

import type { Answer } from "./server";

/** A request of the page. */
export interface PageRequest {
  kind: "ask";
  id: number;
  /** The name of the address. */
  name: string;
  /** The parameters, in the form of a URL. */
  query: string;
  /** A body in JSON; absent for a question. */
  body?: string;
}

export type ToStudioPage =
  | { kind: "answer"; id: number; response: Answer }
  /** The text has changed. After a restart of the process, the page loads everything. */
  | { kind: "changed"; isRestarted: boolean };

/** Returns whether a value is a request of the page. */
export function isPageRequest(value: unknown): value is PageRequest {
  return (
    typeof value === "object" &&
    value !== null &&
    "kind" in value &&
    value.kind === "ask" &&
    "id" in value &&
    typeof value.id === "number" &&
    "name" in value &&
    typeof value.name === "string" &&
    "query" in value &&
    typeof value.query === "string" &&
    (!("body" in value) || typeof value.body === "string")
  );
}
