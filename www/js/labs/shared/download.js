// Hands a file to the person.

/**
 * @param {Blob} blob
 * @param {string} name
 */
export function download(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser has taken hold of it by the next turn; a minute is ample for the slow ones.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
