// Stores the files of the playground, so that it works without a network.

/** The digest of the files, and their names; `build.mjs` writes both. */
declare const VERSION: string;
declare const FILES: string[];

const scope = self as unknown as ServiceWorkerGlobalScope;
const PREFIX = "stepwright-playground-";

scope.addEventListener("install", (event) => {
  const store = async () => {
    const cache = await caches.open(PREFIX + VERSION);
    // Files of two versions do not fit together, so each one is compared with the server's.
    await cache.addAll(FILES.map((file) => new Request(file, { cache: "no-cache" })));
  };
  event.waitUntil(store());
});

scope.addEventListener("activate", (event) => {
  const replace = async () => {
    const names = await caches.keys();
    const old = names.filter((name) => name.startsWith(PREFIX) && name !== PREFIX + VERSION);
    await Promise.all(old.map((name) => caches.delete(name)));
    // The page that registered this worker starts further workers, also without a network.
    await scope.clients.claim();
  };
  event.waitUntil(replace());
});

scope.addEventListener("fetch", (event) => {
  const answer = async () => {
    const cache = await caches.open(PREFIX + VERSION);
    return (await cache.match(event.request, { ignoreSearch: true })) ?? fetch(event.request);
  };
  event.respondWith(answer());
});
