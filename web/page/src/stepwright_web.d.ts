// The WebAssembly module (`web/src`), as far as the worker uses it. wasm-bindgen writes it, and
// `build.mjs` resolves its name.

declare module "stepwright_web" {
  export class Studio {
    receive(message: string): string;
  }
  export function provideModels(content: Uint8Array): void;
  type Call = (...texts: string[]) => string;
  export const testState: Call;
  export const definitions: Call;
  export const explore: Call;
  export const estimate: Call;
  export const policy: Call;
  export const importRust: Call;
  export const types: Call;
  export const convert: Call;
  export const diff: Call;
  export default function init(options: { module_or_path: WebAssembly.Module }): Promise<unknown>;
}
