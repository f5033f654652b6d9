import * as api from 'vae-playground';
import * as inline from 'vae-playground/inline';
import { tryOut } from './try-out.js';

const [report, within] = [await tryOut(api), await tryOut(inline)];
console.log(JSON.stringify({ report, within }));
