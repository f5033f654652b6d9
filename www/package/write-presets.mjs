// Writes what the engine says of its presets into a module: `node write-presets.mjs GLUE WASM MODULE`.

import { readFile, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';

const [glue, wasm, module] = process.argv.slice(2);
const engine = await import(pathToFileURL(glue).href);
await engine.default({ module_or_path: await WebAssembly.compile(await readFile(wasm)) });
const presets = engine.presets();

await writeFile(module, `// Every named model with the recipe that its source trains it by, in the order of menus. Made by the engine.

/** Every named model: \`Vae.create({ model: name })\`. @type {readonly import('./types.js').Preset[]} */
export const presets = Object.freeze(${JSON.stringify(presets, null, 2)});
`);
