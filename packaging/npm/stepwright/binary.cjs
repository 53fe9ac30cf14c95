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
  try {
    return require.resolve(`${name}/stepwright`);
  } catch {
    throw new Error(
      `the package ${name} is missing; install stepwright again without --omit=optional, or set STEPWRIGHT_BINARY to the path of the command`,
    );
  }
}

module.exports = { findBinary };
