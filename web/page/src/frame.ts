// The editor around the page of the studio (`studio/src/assets/host.js`): passes its messages to
// the playground, and stores its data.

import { STUDIO_STATE } from "./storageKeys";

Object.assign(globalThis, {
  acquireVsCodeApi: () => ({
    postMessage: (message: unknown) => parent.postMessage(message, parent.origin),
    getState: (): unknown => JSON.parse(localStorage.getItem(STUDIO_STATE) ?? "{}"),
    setState: (state: unknown) => localStorage.setItem(STUDIO_STATE, JSON.stringify(state)),
  }),
});
