// Keeps the site for when there is no network. The build writes the list of files, with what each of them holds, in front of this.
//
// A page goes on with the build that it was opened with: every page, and every worker of a page, is served from one build's files alone,
// and what another build put in their place on the host is refused. A page that is opened or loaded again gets the newest build.

(() => {
  const scope = /** @type {any} */ (globalThis);
  /** @type {{ build: string, files: Record<string, { sha256: string, early: boolean }> }} */
  const { build, files } = scope.SITE;
  const base = new URL('./', scope.location.href);
  const PREFIX = `${base.pathname}#`;
  const INDEX = 'index.html';
  /** What each client was opened with, for a worker that is ended in between. */
  const CLIENTS = `${PREFIX}clients`;

  /** @param {string} url @returns {string} the file that it stands for */
  const fileOf = (url) => {
    const { origin, pathname } = new URL(url);
    return origin === base.origin && pathname.startsWith(base.pathname) ? decodeURIComponent(pathname.slice(base.pathname.length)) || INDEX : '';
  };

  /** @param {Response} response @returns {Promise<string>} */
  const digestOf = async (response) => {
    const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', await response.clone().arrayBuffer()));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  };

  /**
   * A file as its build has it. Nothing else is kept: no error, and nothing of another build.
   * @param {Cache} cache
   * @param {string} file
   * @param {string} sha256
   * @returns {Promise<Response>}
   */
  const fetchInto = async (cache, file, sha256) => {
    // What the browser has may be older than what the host has.
    for (const mode of /** @type {const} */ (['default', 'reload'])) {
      const response = await fetch(new URL(file, base), { cache: mode });
      if (response.status !== 200 || (await digestOf(response)) !== sha256) continue;
      await cache.put(new URL(file, base), response.clone());
      return response;
    }
    throw new Error(`${file} is not of build ${build}`);
  };

  const install = async () => {
    const cache = await caches.open(PREFIX + build);
    const early = Object.entries(files).filter(([, file]) => file.early);
    await cache.put(new URL('files', base), new Response(JSON.stringify(files)));
    // A few at a time: the page may be fetching too.
    for (let at = 0; at < early.length; at += 4) {
      await Promise.all(early.slice(at, at + 4).map(async ([file, { sha256 }]) => (await cache.match(new URL(file, base))) ?? fetchInto(cache, file, sha256)));
    }
    await scope.skipWaiting();
  };

  /** A client that is still being opened is in no list: what was noted of it lately stays. */
  const OPENING_MS = 5_000;

  /** Builds that no page is open with go. */
  const tidy = async () => {
    const notes = await caches.open(CLIENTS);
    const used = new Set([build]);
    const open = new Set((await scope.clients.matchAll({ type: 'all', includeUncontrolled: true })).map((/** @type {{ id: string }} */ { id }) => id));
    for (const request of await notes.keys()) {
      const id = new URL(request.url).searchParams.get('client');
      const { its, at } = (await (await notes.match(request))?.json()) ?? { its: build, at: 0 };
      if (open.has(id) || Date.now() - at < OPENING_MS) used.add(its);
      else await notes.delete(request);
    }
    const kept = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CLIENTS);
    await Promise.all(kept.filter((name) => !used.has(name.slice(PREFIX.length))).map((name) => caches.delete(name)));
  };

  const activate = async () => {
    const first = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CLIENTS).length === 1;
    await tidy();
    // The page that was open before there was a worker is of this very build.
    if (first) await scope.clients.claim();
  };

  /** @param {string} client */
  const note = (client) => new URL(`client?client=${client}`, base);

  /** @param {string} client @returns {Promise<string>} the build that it was opened with */
  const buildOf = async (client) => {
    const noted = client ? await (await caches.open(CLIENTS)).match(note(client)) : undefined;
    return noted ? (await noted.json()).its : build;
  };

  /** @param {string} client @param {string} its */
  const remember = async (client, its) => (await caches.open(CLIENTS)).put(note(client), new Response(JSON.stringify({ its, at: Date.now() })));

  /**
   * @param {{ request: Request, clientId: string, resultingClientId: string }} event
   * @param {string} file
   */
  const answer = async ({ request, clientId, resultingClientId }, file) => {
    const opens = request.mode === 'navigate';
    const its = opens ? build : await buildOf(clientId);
    if (resultingClientId) await remember(resultingClientId, its);
    const cache = await caches.open(PREFIX + its);
    const kept = await cache.match(new URL(file, base));
    if (kept) return kept;
    const known = its === build ? files : await (await cache.match(new URL('files', base)))?.json();
    if (!known?.[file]) return fetch(request);
    return fetchInto(cache, file, known[file].sha256).catch(() => Response.error());
  };

  /** A host that has no such worker any more wants none. */
  const leaveIfUnwanted = async () => {
    const { status } = await fetch(scope.location.href, { cache: 'no-cache' });
    if (status !== 404 && status !== 410) return;
    await Promise.all((await caches.keys()).filter((name) => name.startsWith(PREFIX)).map((name) => caches.delete(name)));
    await scope.registration.unregister();
  };

  scope.addEventListener('install', (/** @type {any} */ event) => event.waitUntil(install()));
  scope.addEventListener('activate', (/** @type {any} */ event) => event.waitUntil(activate()));
  scope.addEventListener('fetch', (/** @type {any} */ event) => {
    const file = fileOf(event.request.url);
    if (event.request.method !== 'GET' || !Object.hasOwn(files, file) && event.request.mode === 'navigate') return;
    if (file === '' || file === 'sw.js') return;
    event.respondWith(answer(event, file));
    if (event.request.mode === 'navigate') event.waitUntil(leaveIfUnwanted().catch(() => {}).then(tidy));
  });
})();
