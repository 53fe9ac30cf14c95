// The platform of a browser: the language server and the studio are workers with the module.

import * as vscode from "vscode";
import { State } from "vscode-languageclient/browser";
import { clientOptions } from "../client";
import type { Platform } from "../platform";
import { type Connect, STUDIO_COMMAND } from "../studio/server";
import { FileMirror } from "./fileMirror";
import { ModuleWorkers } from "./moduleWorkers";
import { connectTo } from "./studioConnection";
import { UriMapping } from "./uriMapping";
import { WorkerClient } from "./workerClient";
import { VsCodeWorkspace } from "./workspaceFiles";

/** Starts workers with the WebAssembly module. */
export class WebPlatform implements Platform {
  readonly studioWords = { ...STUDIO_COMMAND, name: "the studio" };
  readonly connectStudio: Connect;
  private readonly workers: ModuleWorkers;
  private client: WorkerClient | undefined;

  constructor(extension: vscode.Uri) {
    this.workers = new ModuleWorkers(vscode.Uri.joinPath(extension, "dist", "web"));
    this.connectStudio = connectTo(this.workers);
  }

  createClient(): WorkerClient {
    const root = workspaceRoot();
    const uris = new UriMapping(root.toString());
    const schemes = new Set([root.scheme, "file"]);
    const client = new WorkerClient(this.workers, {
      // Nothing runs the commands of a terminal.
      ...clientOptions([...schemes], []),
      uriConverters: {
        code2Protocol: (uri) => uris.toFile(uri.toString()),
        protocol2Code: (uri) => vscode.Uri.parse(uris.fromFile(uri)),
      },
      middleware: {
        workspace: {
          didChangeWatchedFile: async (event, next) => {
            await mirror.fileChanged(event.uri);
            await next(event);
          },
        },
      },
    });
    const mirror = new FileMirror(
      new VsCodeWorkspace(uris),
      (files) => client.sendNotification("stepwright/files", { files }),
      (line) => client.info(line, undefined, false),
    );
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Running) {
        mirror
          .sendAll()
          .catch((error: unknown) =>
            client.error("The files of the workspace are not read.", error),
          );
      }
    });
    this.client = client;
    return client;
  }

  startFailed(reason: string): void {
    const end = this.client?.abandon();
    void vscode.window.showErrorMessage(
      `The language server did not start (${end ?? reason}). Run the command "Stepwright: Restart the Language Server" to try again.`,
    );
  }

  register(): vscode.Disposable[] {
    return [];
  }
}

/** Returns the root folder of the file system with the workspace, or with the open document. */
function workspaceRoot(): vscode.Uri {
  const uri =
    vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.window.activeTextEditor?.document.uri;
  return (uri ?? vscode.Uri.file("/")).with({ path: "/", query: "", fragment: "" });
}
