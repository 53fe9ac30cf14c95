// The links "Try it" in the pages of the book: each opens a block in the playground. A block
// `json,input` is the input of the definition or the expressions before it. A block `json,no-try` has no link: it needs
// settings that the playground does not have.

import { expressionFragment, shareFragment } from "./shareLink";

const EXPRESSIONS = { "language-jsonata": "JSONata", "language-jsonpath": "JSONPath" } as const;

const blocks = [...document.querySelectorAll("pre > code")];
for (const [index, block] of blocks.entries()) {
  const following = blocks.slice(index + 1);
  const next = languageOf(block) ? following.find((other) => !languageOf(other)) : following[0];
  const input = next?.classList.contains("input") ? (next.textContent ?? "") : undefined;
  const fragment = await fragmentOf(block, input);
  if (fragment !== undefined) {
    const link = document.createElement("a");
    link.className = "try-it";
    link.textContent = "Try it";
    link.href = new URL(`index.html${fragment}`, import.meta.url).href;
    // All links use one tab, which loads the module once.
    link.target = "stepwright-playground";
    block.parentElement?.after(link);
  }
}

/** Returns the query language of a block with an expression. */
function languageOf({ classList }: Element): "JSONata" | "JSONPath" | undefined {
  return Object.entries(EXPRESSIONS).find(([name]) => classList.contains(name))?.[1];
}

/** Returns the fragment that opens a block, or nothing if it is no definition and no expression. */
async function fragmentOf(block: Element, input?: string): Promise<string | undefined> {
  const { classList, textContent } = block;
  const text = textContent ?? "";
  const language = languageOf(block);
  if (language) {
    return expressionFragment({ language, expression: text.trim(), input: input ?? "" });
  }
  const format = ["json", "yaml"].find((name) => classList.contains(`language-${name}`));
  if (!format || classList.contains("no-try") || !isDefinition(format, text)) {
    return undefined;
  }
  const page = location.pathname.replace(/^.*\/|\.html$/g, "");
  const tests = input === undefined ? {} : { tests: { input } };
  return shareFragment({ name: `${page}.asl.${format}`, text, ...tests });
}

function isDefinition(format: string, text: string): boolean {
  if (format === "yaml") {
    return /^StartAt:/m.test(text) && /^States:/m.test(text);
  }
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && "StartAt" in value && "States" in value;
  } catch {
    // The block is a part of a definition, or has "..".
    return false;
  }
}
