// The URIs of a workspace without a disk.
//
// The server in the module only reads the URIs of files. A workspace in a browser has others, such as
// `vscode-vfs://github/owner/repository/order.asl.json`.

const FILE = "file://";

/** Maps the URIs of one file system to those of files, and back. All URIs are texts. */
export class UriMapping {
  private readonly prefix: string;

  /** `root` is the root folder of the file system. */
  constructor(root: string) {
    this.prefix = root.replace(/\/$/, "");
  }

  /** Returns the URI of a file for one of the file system; other URIs unchanged. */
  toFile(uri: string): string {
    return replacePrefix(uri, this.prefix, FILE);
  }

  /** Returns the URI of the file system for that of a file; other URIs unchanged. */
  fromFile(uri: string): string {
    return replacePrefix(uri, FILE, this.prefix);
  }
}

function replacePrefix(uri: string, prefix: string, replacement: string): string {
  const rest = uri.slice(prefix.length);
  // `memfs:` is no prefix of `memfs://host/path`.
  const isBelow = uri.startsWith(prefix) && rest.startsWith("/") && !rest.startsWith("//");
  return isBelow ? replacement + rest : uri;
}
