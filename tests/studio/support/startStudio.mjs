// The studio of a test: that of the command, or with PLAYGROUND that of the playground.

import { Studio } from "./studio.mjs";

const { PLAYGROUND } = process.env;
// `.ci/studio` has no support of the playground.
const Started = PLAYGROUND ? (await import("./playgroundStudio.mjs")).PlaygroundStudio : Studio;

/** Starts a studio with one file. */
export const startStudio = (files) => Started.start(files);

/** The options of a test that needs files on the disk, two pages of one file, or requests that arrive late. */
export const NEEDS_SERVER = { skip: PLAYGROUND ? "the playground has one page, no disk and no requests" : false };
