"use strict";

/** Whether this Linux has musl instead of glibc. */
function isMusl() {
  const report = process.report.getReport();
  return !report.header.glibcVersionRuntime;
}

/** Returns the path of the command. */
function findBinary() {
  if (process.env.STEPWRIGHT_BINARY) {
    return process.env.STEPWRIGHT_BINARY;
  }
  const suffix = process.platform === "linux" && isMusl() ? "-musl" : "";
  const name = `@stepwright/cli-${process.platform}-${process.arch}${suffix}`;
  const file = process.platform === "win32" ? "stepwright.exe" : "stepwright";
  try {
    return require.resolve(`${name}/${file}`);
  } catch {
    throw new Error(
      `the package ${name} is missing; install stepwright again without --omit=optional, or set STEPWRIGHT_BINARY to the path of the command`,
    );
  }
}

module.exports = { findBinary };
