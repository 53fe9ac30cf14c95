// Workflows in Rust source, and the names of the files that Stepwright emits for them.

/** A workflow in Rust source. */
export interface RustWorkflow {
  name: string;
  /** The offset of the item in the text. */
  offset: number;
}

const COMMENT_OR_STRING = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|r(#*)"[\s\S]*?"\1|"(?:\\[\s\S]|[^"\\])*"/g;
const MACRO_ITEM =
  /\bworkflow!\s*[{([]\s*(?:#\[[^\]]*\]\s*)*(?:pub(?:\([^)]*\))?\s+)?(?:express\s+)?workflow\s+([A-Za-z_]\w*)/g;
const FUNCTION_ITEM =
  /#\[(?:[A-Za-z_]\w*::)*workflow\b[^\]]*\]\s*(?:#\[[^\]]*\]\s*)*(?:pub(?:\([^)]*\))?\s+)?async\s+fn\s+([A-Za-z_]\w*)/g;

/** Finds the items `workflow! { .. }` and `#[workflow] async fn`, in the order of the text. */
export function rustWorkflows(text: string): RustWorkflow[] {
  // Blanks keep the offsets.
  const code = text.replace(COMMENT_OR_STRING, (part) => " ".repeat(part.length));
  const items = [MACRO_ITEM, FUNCTION_ITEM].flatMap((pattern) =>
    [...code.matchAll(pattern)].map((match) => ({ name: match[1] ?? "", offset: match.index })),
  );
  return items.sort((one, other) => one.offset - other.offset);
}

/** Returns the file name prefix of a workflow, as `stepwright::emit::stem` does. */
export function stem(workflow: string): string {
  const characters = [...workflow];
  let result = "";
  let before = "-";
  for (const [index, original] of characters.entries()) {
    const character = original === "_" ? "-" : original;
    const endsCapitals = isUpper(before) && isLower(characters[index + 1] ?? "");
    if (isUpper(character) && before !== "-" && (!isUpper(before) || endsCapitals)) {
      result += "-";
    }
    result += character.toLowerCase();
    before = character;
  }
  return result;
}

function isUpper(character: string): boolean {
  return /^\p{Lu}$/u.test(character);
}

function isLower(character: string): boolean {
  return /^\p{Ll}$/u.test(character);
}
