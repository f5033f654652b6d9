// The equations with the drawing's numbers in them.

import { h, translate, translateTree } from '../../dom.js';
import { latest } from '../../latest.js';
import { TERMS, formulas } from './formulas.js';
import { lightWith } from './lights.js';
import { klPerDimension, loudest, show, sum } from './numbers.js';
import { typesetter } from './typeset.js';

/**
 * @param {HTMLElement} element
 * @param {import('../../store.js').Store} store
 * @param {import('../../engine/engine.js').Engine} engine
 * @param {ReturnType<typeof import('./lights.js').createLights>} lights
 */
export async function mountEquations(element, store, engine, lights) {
  const typeset = await typesetter();
  /** @type {{ formula: import('./formulas.js').Formula, numbers: HTMLElement, of: HTMLElement }[]} */
  let parts = [];

  store.watch(['spec'], ({ spec, lang }) => {
    if (!spec) return;
    parts = formulas(spec).map((formula) => ({ formula, numbers: h('div', { class: 'eq-numbers' }), of: h('span', { class: 'caption' }) }));
    element.replaceChildren(...parts.map(({ formula, numbers, of }) => {
      const line = h('div', { class: 'eq-line' });
      typeset(formula.latex, line);
      if (formula.numbers) typeset(formula.numbers, numbers, 'html');
      const chips = formula.terms.map((term) => {
        const { sign, tint, place } = TERMS[term];
        const chip = h('button', { type: 'button', class: 'chip' }, h('i', { class: `var ${tint}` }, sign), ' ', h('span', { text: `term.${term}` }));
        lightWith(chip, lights, place, tint);
        return chip;
      });
      for (const spot of [line, numbers].flatMap((box) => [...box.querySelectorAll('[data-term]')])) {
        const { place, tint } = TERMS[/** @type {import('./formulas.js').Term} */ (/** @type {HTMLElement} */ (spot).dataset.term)];
        lightWith(/** @type {HTMLElement} */ (spot), lights, place, tint);
      }
      return h('section', { class: 'eq' }, h('h3', { text: formula.title }), line, ...(formula.numbers ? [numbers, of] : []), h('div', { class: 'chips' }, ...chips));
    }));
    translateTree(element, lang);
  });

  const count = latest(async (/** @type {null} */ _) => {
    const { mu, sigma, z, input, beta, lang, spec } = store.state;
    const known = mu && sigma && z && input && mu.length === z.length ? { mu, sigma, z, input } : null;
    const found = known && (await engine.latentGradient(known.z, known.input));
    const j = known ? loudest(known.mu, known.sigma)[0] : 0;
    const kl = known && sum(klPerDimension(known.mu, known.sigma));
    const recon = found?.recon ?? null;
    /** @type {Record<string, string>} */
    const values = {
      mu: show(known?.mu[j]), sigma: show(known?.sigma[j]), z: show(known?.z[j]),
      eps: show(known && (known.z[j] - known.mu[j]) / known.sigma[j]),
      recon: show(recon, 1), kl: show(kl, 2), beta: String(beta), loss: show(recon !== null && kl !== null ? recon + beta * kl : null, 1),
    };
    for (const { formula, numbers, of } of parts) {
      for (const slot of numbers.querySelectorAll('[data-slot]')) fill(/** @type {HTMLElement} */ (slot), values);
      of.textContent = !known ? translate(lang, 'eq.draw') : formula.of ? translate(lang, formula.of, { dim: j + 1, latent: spec?.latent ?? 0 }) : '';
      // What is set without MathML is said in words.
      numbers.setAttribute('role', 'img');
      numbers.setAttribute('aria-label', numbers.textContent ?? '');
    }
  });
  // While another lab is open no one sees them.
  store.watch(['mu', 'sigma', 'z', 'input', 'beta', 'lang', 'spec', 'weightsVersion', 'tab'], ({ tab }) => {
    if (tab === 'learn') void count(null);
  });
}

/**
 * Puts a number into its slot, below the elements that give it its colour.
 * @param {HTMLElement} slot
 * @param {Record<string, string>} values
 */
function fill(slot, values) {
  let inner = slot;
  while (inner.firstElementChild instanceof HTMLElement) inner = inner.firstElementChild;
  const text = values[slot.dataset.slot ?? ''];
  if (text !== undefined && inner.textContent !== text) inner.textContent = text;
}
