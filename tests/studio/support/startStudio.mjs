// The studio of a test: that of the command, or with PLAYGROUND that of the playground.

import { PlaygroundStudio } from "./playgroundStudio.mjs";
import { Studio } from "./studio.mjs";

const { PLAYGROUND } = process.env;

/** Starts a studio with one file. */
export const startStudio = (files) => (PLAYGROUND ? PlaygroundStudio : Studio).start(files);

/** The options of a test that needs files on the disk, two pages of one file, or requests that arrive late. */
export const NEEDS_SERVER = { skip: PLAYGROUND ? "the playground has one page, no disk and no requests" : false };
