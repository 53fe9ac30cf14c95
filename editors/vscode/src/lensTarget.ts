// The argument of the server's code lenses.

/** The argument of a code lens, as the language server sends it. */
export interface LensTarget {
  /** A URI of the protocol, which the client converts. */
  uri: string;
  /** The index of the definition in its file. */
  definition: number;
  /** The name of the definition in a template; absent if the file is one definition. */
  name?: string | null;
  /** The path of the state, as a JSON Pointer. */
  pointer?: string;
  /** The name of the state. */
  state?: string;
}

/** Returns whether a value is the argument of a lens. */
export function isLensTarget(value: unknown): value is LensTarget {
  return (
    typeof value === "object" &&
    value !== null &&
    "uri" in value &&
    typeof value.uri === "string" &&
    "definition" in value &&
    typeof value.definition === "number"
  );
}
