// The network as a list that can be changed: layers, latent size, likelihood. The engine says what each change would give.

import { h, translate, translateTree } from '../dom.js';
import { inserted, places } from './draft.js';
import { makeDialog } from './dialog.js';
import { layerRow } from './layer-row.js';

/** @typedef {import('../api/types.js').VaeSpec} VaeSpec */

/** What is drafted stays while the window is closed. @type {WeakMap<HTMLElement, { show: () => void }>} */
const editors = new WeakMap();

/**
 * @param {HTMLElement} element whose window it is
 * @param {import('../store.js').Store} store
 * @param {import('../engine/engine.js').Engine} engine
 */
export function open(element, store, engine) {
  const editor = editors.get(element) ?? build(element, store, engine);
  editors.set(element, editor);
  editor.show();
}

/**
 * @param {HTMLElement} element
 * @param {import('../store.js').Store} store
 * @param {import('../engine/engine.js').Engine} engine
 */
function build(element, store, engine) {
  const { dialog, body, show } = makeDialog(element, store, 'editor.title', 'layer-editor');
  const first = store.state.spec;
  if (!first) throw new Error('there is no model yet');
  let draft = first;
  /** Asked last; an answer to an older question is not shown. */
  let asked = 0;

  const lists = { encoder: h('ol', { class: 'layers' }), decoder: h('ol', { class: 'layers' }) };
  /** @type {Record<'encoder' | 'decoder', ReturnType<typeof layerRow>[]>} */
  const rows = { encoder: [], decoder: [] };
  const latent = h('input', { type: 'number', min: 1, max: 4096, step: 1, id: 'latent-size', 'data-testid': 'latent-size', 'data-at': 'latent' });
  const likelihood = h('select', { id: 'likelihood', 'data-testid': 'likelihood' }, h('option', { value: 'bernoulli', text: 'editor.bernoulli' }), h('option', { value: 'gaussian', text: 'editor.gaussian' }));
  const sigma = h('input', { type: 'number', min: 0.001, max: 1000, step: 'any', id: 'likelihood-sigma', 'data-at': 'likelihood.sigma', label: 'editor.sigma' });
  const count = h('strong', { 'data-testid': 'draft-parameters' });
  const problem = h('p', { class: 'wrong', role: 'alert', 'data-testid': 'draft-problem' });
  const apply = h('button', { type: 'button', class: 'run train', text: 'editor.apply', 'data-testid': 'apply-spec' });
  const back = h('button', { type: 'button', class: 'quiet', text: 'editor.back', 'data-testid': 'undo-spec' });

  const side = (/** @type {'encoder' | 'decoder'} */ name) => {
    const add = h('button', { type: 'button', class: 'quiet', text: 'editor.add', 'data-testid': `add-${name}` });
    add.addEventListener('click', () => {
      change(inserted(draft, name, draft[name].length), true);
      lists[name].lastElementChild?.querySelector('select')?.focus();
    });
    return h('section', { class: 'editor-side', 'data-at': name }, h('h3', { text: `${name}.title` }), lists[name], add);
  };
  body.append(
    h('p', { class: 'caption', text: 'editor.words' }),
    h(
      'div', { class: 'editor-sides' }, side('encoder'),
      h(
        'section', { class: 'editor-middle' }, h('h3', { text: 'latent.title' }),
        h('div', { class: 'field' }, h('label', { for: 'latent-size', text: 'editor.latent' }), h('div', { class: 'control' }, latent)),
        h('div', { class: 'field' }, h('label', { for: 'likelihood', text: 'editor.likelihood' }), h('div', { class: 'control' }, likelihood, sigma)),
      ),
      side('decoder'),
    ),
    problem,
    h('div', { class: 'dialog-foot' }, h('span', {}, count, ' ', h('span', { class: 'caption', text: 'editor.applyWords' })), back, apply),
  );

  const fill = () => {
    for (const name of /** @type {const} */ (['encoder', 'decoder'])) {
      rows[name] = draft[name].map((layer, i) => layerRow({
        layer, name, i,
        get: () => draft,
        set: change,
        removed: () => {
          const left = lists[name].children;
          const next = left[Math.min(i, left.length - 1)]?.querySelector('select') ?? lists[name].nextElementSibling;
          /** @type {HTMLElement | null} */ (next)?.focus();
        },
      }));
      lists[name].replaceChildren(...rows[name].map(({ row }) => row));
    }
    translateTree(dialog, store.state.lang);
  };

  /**
   * @param {VaeSpec} next
   * @param {boolean} [structural] the list itself is another
   */
  const change = (next, structural = false) => {
    draft = next;
    if (structural) fill();
    void ask();
  };

  const ask = async () => {
    const question = ++asked;
    const spec = draft;
    const { description, at, problem: told } = await engine.describe(spec);
    if (question !== asked) return;
    for (const name of /** @type {const} */ (['encoder', 'decoder'])) rows[name].forEach(({ tell }) => tell(spec, description));
    for (const marked of dialog.querySelectorAll('[aria-invalid="true"], .refused')) {
      marked.removeAttribute('aria-invalid');
      marked.classList.remove('refused');
    }
    const { lang } = store.state;
    apply.disabled = description === null || JSON.stringify(spec) === JSON.stringify(store.state.spec);
    count.textContent = description ? translate(lang, 'weights.parameters', { count: description.parameterCount.toLocaleString(lang) }) : '';
    count.dataset.value = description ? String(description.parameterCount) : '';
    problem.textContent = told ? translate(lang, 'editor.refused', { place: at ?? '', problem: told }) : '';
    const found = at === undefined ? null : places(at).map((place) => dialog.querySelector(`[data-at="${place}"]`)).find((element) => element !== null);
    if (!found) return;
    if (found instanceof HTMLInputElement || found instanceof HTMLSelectElement) found.setAttribute('aria-invalid', 'true');
    else found.classList.add('refused');
    // At the field, where the eye is.
    (found.closest('li, .field') ?? found).append(problem);
  };

  latent.addEventListener('input', () => change({ ...draft, latent: Number.isFinite(latent.valueAsNumber) ? latent.valueAsNumber : 0 }));
  const chooseLikelihood = () => {
    sigma.hidden = likelihood.value !== 'gaussian';
    change({ ...draft, likelihood: likelihood.value === 'gaussian' ? { type: 'gaussian', sigma: Number.isFinite(sigma.valueAsNumber) ? sigma.valueAsNumber : 0 } : { type: 'bernoulli' } });
  };
  likelihood.addEventListener('change', chooseLikelihood);
  sigma.addEventListener('input', chooseLikelihood);
  const begin = () => {
    const { spec } = store.state;
    if (!spec) return;
    draft = spec;
    latent.value = String(spec.latent);
    likelihood.value = spec.likelihood.type;
    sigma.value = spec.likelihood.type === 'gaussian' ? String(spec.likelihood.sigma) : '0.7071';
    sigma.hidden = spec.likelihood.type !== 'gaussian';
    fill();
    void ask();
  };
  back.addEventListener('click', begin);
  apply.addEventListener('click', async () => {
    apply.disabled = true;
    if (await engine.applySpec(draft)) dialog.close();
    else void ask();
  });

  return {
    show() {
      begin();
      show();
    },
  };
}
