import { tryElement, tryOut } from './try-out.js';

// A page would write the address of its CDN here; the test says which port plays one.
const origin = new URLSearchParams(location.search).get('cdn');
const report = await tryOut(await import(`${origin}/js/api/index.js`));
await import(`${origin}/js/element/index.js`);
report.element = await tryElement(document.querySelector('vae-playground'));
document.getElementById('report').textContent = JSON.stringify(report);
