// Giving way to messages that wait, without the 4 ms that nested timers are clamped to.

/**
 * Resolves in a later task, behind the messages that are already queued.
 * @returns {Promise<void>}
 */
export function macrotask() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
