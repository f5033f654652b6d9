import * as api from 'vae-playground';
import { tryOut } from './try-out.js';

const report = await tryOut(api);
document.getElementById('report').textContent = JSON.stringify(report);
