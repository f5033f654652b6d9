import * as api from 'vae-playground';
import 'vae-playground/element';
import { tryElement, tryOut } from './try-out.js';

const report = await tryOut(api);
report.element = await tryElement(document.querySelector('vae-playground'));
document.getElementById('report').textContent = JSON.stringify(report);
