// The names of the files that the server in the module reads.

import { SOURCES } from "../sources";

/** The ends of the names of definitions and templates. */
const ENDS = [
  ".asl",
  ".tf",
  ".template",
  ...["json", "jsonc", "json5", "yaml", "yml"].map((format) => `.asl.${format}`),
  ...["json", "yaml", "yml"].map((format) => `template.${format}`),
];

/** The files of settings. */
const SETTINGS = ["stepwright.toml", SOURCES];

const NAMES = ["serverless.yaml", "serverless.yml", ...SETTINGS];

const EXCLUDED_FOLDERS = ["target", "node_modules"];

/** The glob of the files with texts. */
export const TEXTS_GLOB = `**/{${[...ENDS.map((end) => `*${end}`), ...NAMES].join(",")}}`;

/** The glob of files of which only the existence matters: emitted ASL names lines of Rust. */
export const RUST_GLOB = "**/*.rs";

/** The glob of folders with the files of tools. */
export const EXCLUDED_GLOB = `**/{${EXCLUDED_FOLDERS.join(",")}}/**`;

/** Returns whether the text of a file is mirrored. `path` is relative to its folder of the workspace. */
export function isMirrored(path: string): boolean {
  const folders = path.split("/");
  const name = folders.pop() ?? "";
  return (
    (NAMES.includes(name) || ENDS.some((end) => name.endsWith(end))) &&
    !folders.some((folder) => EXCLUDED_FOLDERS.includes(folder))
  );
}

/** Returns whether a file has settings, without which other files are checked in a wrong way. */
export function isSettings(path: string): boolean {
  return SETTINGS.some((name) => path === name || path.endsWith(`/${name}`));
}

/** Returns whether a file names lines of Rust. */
export function namesRust(path: string): boolean {
  return path === SOURCES || path.endsWith(`/${SOURCES}`);
}
