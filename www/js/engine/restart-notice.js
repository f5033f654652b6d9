// What is said once another worker has taken the place of one that failed.

/** @param {Pick<import('../api/vae.js').Vae, 'backend'> | null} vae as it is now */
export function restartNotice(vae) {
  return vae?.backend.reasonCode === 'gpu-failed' ? 'notice.gpu' : 'notice.worker';
}
