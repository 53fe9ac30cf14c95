// The messages between the extension and the page of the picture.

export type ToPage =
  | { kind: "picture"; svg: string }
  | { kind: "cursor"; state: string | null }
  | { kind: "notice"; text: string | null };

export type FromPage = { kind: "ready" } | { kind: "select"; state: string };

/** Returns whether a value is a message of the page. */
export function isFromPage(value: unknown): value is FromPage {
  if (typeof value !== "object" || value === null || !("kind" in value)) {
    return false;
  }
  return (
    value.kind === "ready" ||
    (value.kind === "select" && "state" in value && typeof value.state === "string")
  );
}
