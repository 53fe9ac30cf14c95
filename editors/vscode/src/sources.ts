// The states of emitted ASL that lines of Rust declare, by `stepwright.sources.json`.

/** The name of the file that Stepwright emits next to the definitions. */
export const SOURCES = "stepwright.sources.json";

/**
 * Returns the state of an emitted file that the line of a Rust file declares, or the last one
 * before that line. `line` counts from 1.
 */
export function stateAtLine(
  sources: unknown,
  emitted: string,
  rust: string,
  line: number,
): string | undefined {
  if (!isRecord(sources) || !isRecord(sources[emitted])) {
    return undefined;
  }
  let found: { name: string; line: number } | undefined;
  for (const [name, location] of Object.entries(sources[emitted])) {
    const parts = typeof location === "string" ? /^(.+):(\d+):\d+$/.exec(location) : null;
    const [, file, number] = parts ?? [];
    if (file === undefined || !isSameFile(rust, file)) {
      continue;
    }
    const declared = Number(number);
    if (declared <= line && (found === undefined || declared > found.line)) {
      found = { name, line: declared };
    }
  }
  return found?.name;
}

/** Returns the offset of the key of a state in emitted ASL. */
export function offsetOfState(asl: string, state: string): number | undefined {
  const key = JSON.stringify(state);
  for (let at = asl.indexOf(key); at !== -1; at = asl.indexOf(key, at + 1)) {
    if (/^\s*:\s*\{/.test(asl.slice(at + key.length))) {
      return at;
    }
  }
  return undefined;
}

/** The compiler names a file relative to the folder in which it was started. */
function isSameFile(path: string, relative: string): boolean {
  const [one, other] = [path, relative].map((text) => text.replaceAll("\\", "/"));
  return one === other || (one ?? "").endsWith(`/${other}`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
