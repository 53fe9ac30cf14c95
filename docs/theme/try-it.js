// Adds the links "Try it" to the blocks of a page. `mdbook build` alone has no playground, and then
// there are no links.
import("../playground/try-it.js").catch(() => undefined);
