// The WebAssembly module (`web/src`), as far as the worker uses it. wasm-bindgen writes it, and
// `esbuild.mjs` resolves its name.

declare module "stepwright_web" {
  /** The language server without a transport. */
  export class LanguageServer {
    /** Queues a message of the client, which is one message of JSON-RPC as text. */
    receive(message: string): void;
    /**
     * Does one step of work: answers one message, or checks one file. Returns the messages for the
     * client as a JSON array; `undefined` if there is nothing to do.
     */
    work(): string | undefined;
  }
  /** The studio, which answers lines of `stepwright studio --stdio`. */
  export class Studio {
    receive(line: string): string;
  }
  export function provideModels(content: Uint8Array): void;
  export default function init(options: {
    module_or_path: WebAssembly.Module | Uint8Array;
  }): Promise<unknown>;
}
