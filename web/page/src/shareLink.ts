// Links with a text: their fragment has the compressed text, which browsers send to no server.

import type { Work } from "./browserDocument";

const PREFIX = "#text=";

/** The most bytes of a text in a link: a small fragment can expand to a text that fills the memory. */
const MOST_BYTES = 16_000_000;

/** Returns the fragment of a link. */
export async function shareFragment({ name, text }: Work): Promise<string> {
  const json = new Blob([JSON.stringify([name, text])]);
  const compressed = json.stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(compressed).arrayBuffer());
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  const base64url = btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return PREFIX + base64url;
}

/** Returns the text of a fragment, or nothing if it is no link with a text. */
export async function sharedWork(fragment: string): Promise<Work | undefined> {
  if (!fragment.startsWith(PREFIX)) {
    return undefined;
  }
  let value: unknown;
  try {
    const base64url = fragment.slice(PREFIX.length);
    const binary = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    value = JSON.parse(await inflated(bytes));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The text of the link cannot be read: ${reason}. Copy the whole link again.`);
  }
  if (!isNameAndText(value)) {
    throw new Error("The link has no name and text. Ask for a new link.");
  }
  const [name, text] = value;
  return { name, text };
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

function isNameAndText(value: unknown): value is [string, string] {
  return (
    Array.isArray(value) && value.length === 2 && value.every((one) => typeof one === "string")
  );
}
