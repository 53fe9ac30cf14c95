// Starts the command of the container as a process on this machine.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export const Wait = { forHttp: (path, port) => ({ path, port }) };

export class GenericContainer {
  #files = new Map();
  #command = [];
  #exposed;
  #strategy;

  withCopyFilesToContainer(files) {
    for (const { source, target } of files) this.#files.set(target, source);
    return this;
  }

  withCommand(command) {
    this.#command = command;
    return this;
  }

  withExposedPorts(port) {
    this.#exposed = port;
    return this;
  }

  withWaitStrategy(strategy) {
    this.#strategy = strategy;
    return this;
  }

  async start() {
    const command = this.#command.map((part) => this.#files.get(part) ?? part);
    const server = spawn(process.env.STEPWRIGHT_BINARY, [...command, "--port", "0"], { stdio: ["ignore", "pipe", "ignore"] });
    const [line] = await once(createInterface(server.stdout), "line");
    const port = Number(new URL(line).port);
    const { path, port: waited } = this.#strategy;
    const ready = await fetch(`http://127.0.0.1:${port}${path}`);
    if (!ready.ok || waited !== this.#exposed) throw new Error(`status ${ready.status} of ${path} at the port ${waited}`);
    return {
      getHost: () => "127.0.0.1",
      getMappedPort: (original) => {
        if (original !== this.#exposed) throw new Error(`the port ${original} is not exposed`);
        return port;
      },
      stop: async () => {
        server.kill();
        await once(server, "exit");
      },
    };
  }
}
