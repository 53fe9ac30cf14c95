// The WebAssembly module (`web/src`), as far as the worker uses it. wasm-bindgen writes it, and
// `build.mjs` resolves its name.

declare module "stepwright_web" {
  export class Studio {
    receive(message: string): string;
  }
  export function testState(request: string): string;
  export default function init(options: { module_or_path: WebAssembly.Module }): Promise<unknown>;
}
