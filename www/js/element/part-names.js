// What a page may dress from outside: `::part` names, beside the classes that are the element's own affair.

/** @type {Readonly<Record<string, string>>} selectors and the parts that they are */
export const PART_NAMES = Object.freeze({
  '.node': 'section',
  '.panel': 'section',
  h2: 'title',
  '.draw': 'draw', '.encoder': 'encoder', '.space': 'latent', '.decoder': 'decoder', '.output': 'output', '.console': 'console',
  '.pad': 'pad',
  '.x-box': 'input',
  '.xhat-box': 'reconstruction',
  '.map-canvas': 'map',
  '.quality': 'numbers',
  '.chart': 'chart',
  '.sheet': 'samples',
  '.run, .quiet, .tool, .digit': 'button',
  '.run.train': 'train-button',
});

/** @param {ParentNode} root */
export function nameParts(root) {
  for (const [selector, name] of Object.entries(PART_NAMES)) {
    for (const element of root.querySelectorAll(selector)) element.part.add(name);
  }
}
