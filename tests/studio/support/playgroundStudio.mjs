// The studio in the page of the playground, which needs no server: PLAYGROUND is the folder of its files.

import { Playground } from "./playground.mjs";
import { serve } from "./staticServer.mjs";
import { EditorPage } from "./studio.mjs";

/** Takes the place of a running `stepwright studio` with one file. Each page is a browser of its own. */
export class PlaygroundStudio {
  static async start(files) {
    const server = await serve(process.env.PLAYGROUND);
    return Object.assign(new PlaygroundStudio(), { server, files: Object.entries(files) });
  }

  async open(browser, options) {
    const [[name, text]] = this.files;
    const playground = await Playground.open(browser, this.server, options);
    await playground.openFile(name, text);
    const frame = await playground.studio();
    // Positions in the frame are those in the window.
    await playground.page.$eval("#studio iframe", (iframe) => Object.assign(iframe.style, { position: "fixed", inset: "0", width: "100vw", height: "100vh", zIndex: 9 }));
    this.page = playground.page;
    const page = new EditorPage();
    // As in an editor, the page does not know what can be undone.
    const canUndo = async () => (await page.text()) !== text;
    return Object.assign(page, { tab: playground.tab, page: inFrame(playground.page, frame), canUndo });
  }

  /** The text that was opened or saved last. */
  read() {
    return this.page.evaluate(() => JSON.parse(localStorage.getItem("stepwright-playground:work")).saved);
  }

  stop() {
    return this.server.stop();
  }
}

/** A page whose elements are those of a frame; it has the mouse and the keyboard of the window. */
function inFrame(page, frame) {
  return new Proxy(page, {
    get(_, name) {
      const owner = name in frame ? frame : page;
      const value = owner[name];
      return typeof value === "function" ? value.bind(owner) : value;
    },
  });
}
