// The next visits work without a network: a worker of the browser keeps the site's files (sw.js). Only where the build has made one.

/** Opening the page comes first. */
const LATER_MS = 2_000;

export function keepForOffline() {
  const { offline } = document.documentElement.dataset;
  if (!offline || !('serviceWorker' in navigator)) return;
  // A browser that refuses, in a private window for one, takes nothing else away.
  setTimeout(() => void navigator.serviceWorker.register(new URL(offline, document.baseURI)).catch(() => {}), LATER_MS);
}
