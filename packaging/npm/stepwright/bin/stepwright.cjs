#!/usr/bin/env node
"use strict";

const { spawn } = require("node:child_process");
const { constants } = require("node:os");
const { findBinary } = require("../binary.cjs");

let binary;
try {
  binary = findBinary();
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exit(2);
}
const command = spawn(binary, process.argv.slice(2), { stdio: "inherit" });
// The command ends this process: a terminal sends Ctrl-C to both of them.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => signal !== "SIGINT" && command.kill(signal));
}
command.on("error", (error) => {
  console.error(`error: cannot run ${binary}: ${error.message}`);
  process.exit(2);
});
command.on("exit", (status, signal) => process.exit(status ?? 128 + constants.signals[signal]));
