// Links with a text or an expression: their fragment has it compressed, and browsers send it to no
// server.

import type { Work } from "./browserDocument";

const TEXT = "#text=";
const EXPRESSION = "#expression=";

/** The most bytes of a text in a link: a small fragment can expand to a text that fills the memory. */
const MOST_BYTES = 16_000_000;

export interface SharedWork extends Work {
  /** The fields of the panel Test. */
  tests?: { input?: string; mocks?: string };
}

export interface SharedExpression {
  language: "JSONata" | "JSONPath";
  expression: string;
  input: string;
}

/** Returns the fragment of a link to a text, with the input of its run if there is one. */
export function shareFragment({ name, text, tests }: SharedWork): Promise<string> {
  return fragmentOf(TEXT, tests?.input === undefined ? [name, text] : [name, text, tests.input]);
}

/** Returns the fragment of a link to an expression. */
export function expressionFragment(shared: SharedExpression): Promise<string> {
  return fragmentOf(EXPRESSION, [shared.language, shared.expression, shared.input]);
}

/** Returns the text of a fragment, or nothing if it is no link with a text. */
export async function sharedWork(fragment: string): Promise<SharedWork | undefined> {
  const parts = await partsOf(fragment, TEXT);
  if (!parts) {
    return undefined;
  }
  const [name, text, input] = parts;
  if (name === undefined || text === undefined || parts.length > 3) {
    throw new Error("The link has no name and text. Ask for a new link.");
  }
  return input === undefined ? { name, text } : { name, text, tests: { input } };
}

/** Returns the expression of a fragment, or nothing if it is no link with an expression. */
export async function sharedExpression(fragment: string): Promise<SharedExpression | undefined> {
  const parts = await partsOf(fragment, EXPRESSION);
  if (!parts) {
    return undefined;
  }
  const [language, expression, input] = parts;
  const isLanguage = language === "JSONata" || language === "JSONPath";
  if (!isLanguage || expression === undefined || input === undefined || parts.length > 3) {
    throw new Error("The link has no language, expression and input. Ask for a new link.");
  }
  return { language, expression, input };
}

async function fragmentOf(prefix: string, parts: string[]): Promise<string> {
  const json = new Blob([JSON.stringify(parts)]);
  const compressed = json.stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(compressed).arrayBuffer());
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return prefix + btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Returns the texts of a fragment: none if they are no list of texts. */
async function partsOf(fragment: string, prefix: string): Promise<string[] | undefined> {
  if (!fragment.startsWith(prefix)) {
    return undefined;
  }
  let value: unknown;
  try {
    const base64url = fragment.slice(prefix.length);
    const binary = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    value = JSON.parse(await inflated(bytes));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The text of the link cannot be read: ${reason}. Copy the whole link again.`);
  }
  return Array.isArray(value) && value.every((part) => typeof part === "string") ? value : [];
}

async function inflated(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const reader = stream.getReader();
  let [text, size] = ["", 0];
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    size += part.value.length;
    if (size > MOST_BYTES) {
      await reader.cancel();
      throw new Error(`it has more than ${MOST_BYTES / 1_000_000} MB`);
    }
    text += decoder.decode(part.value, { stream: true });
  }
  return text + decoder.decode();
}
