// How the map is looked at: what is behind the points, and on which plane they are seen.

import { h, translate } from '../dom.js';

/** @typedef {import('../store.js').State} State */
/** @typedef {import('../dom.js').TextKey} TextKey */

/**
 * @param {HTMLElement} element
 * @param {import('../store.js').Store} store
 * @param {import('../engine/engine.js').Engine} engine
 */
export function mount(element, store, engine) {
  const option = (/** @type {string} */ value, /** @type {TextKey} */ text) => h('option', { value, text });
  const grid = h(
    'select', { class: 'quiet', 'data-testid': 'map-grid', label: 'map.grid', title: 'map.grid.title' },
    option('even', 'map.grid.even'), option('normal', 'map.grid.normal'), option('off', 'map.grid.off'),
  );
  grid.addEventListener('change', () => store.set({ mapGrid: /** @type {State['mapGrid']} */ (grid.value) }));

  const plane = h(
    'select', { class: 'quiet', 'data-testid': 'map-plane', label: 'map.plane', title: 'map.plane.title' },
    option('pca', 'map.plane.pca'), option('dimensions', 'map.plane.dimensions'),
  );
  const axes = [0, 1].map((axis) => {
    const select = h('select', { class: 'quiet axis', 'data-testid': `map-axis-${axis}`, label: axis === 0 ? 'map.axis.x' : 'map.axis.y' });
    select.addEventListener('change', () => choose());
    return select;
  });
  const choose = () => {
    const [x, y] = axes.map(({ value }) => Number(value));
    store.set({ planeChoice: plane.value === 'pca' ? { kind: 'pca' } : { kind: 'dimensions', x, y: y === x ? (x === 0 ? 1 : 0) : y } });
  };
  plane.addEventListener('change', () => {
    // The two dimensions that say most, until others are chosen.
    const { atlas } = store.state;
    if (plane.value === 'dimensions' && atlas && atlas.kl.length > 1) {
      const order = [...atlas.kl.keys()].sort((one, other) => atlas.kl[other] - atlas.kl[one]);
      axes.forEach((select, axis) => (select.value = String(order[axis])));
    }
    choose();
  });

  const label = h('select', { class: 'quiet', 'data-testid': 'map-label', label: 'map.class', title: 'map.class.choose' });
  label.append(...Array.from({ length: 10 }, (_, i) => h('option', { value: i }, `y = ${i}`)));
  label.addEventListener('change', () => void engine.setLabel(Number(label.value)));
  element.append(label, plane, ...axes, grid);

  store.watch(['spec', 'planeChoice', 'lang'], ({ spec, planeChoice, lang }) => {
    const latent = spec?.latent ?? 0;
    plane.hidden = latent <= 2;
    for (const select of axes) {
      select.hidden = latent <= 2 || planeChoice.kind === 'pca';
      if (select.options.length === latent) continue;
      select.replaceChildren(...Array.from({ length: latent }, (_, j) => h('option', { value: j }, translate(lang, 'latent.slider', { index: j + 1 }))));
    }
    label.hidden = !spec?.classes;
    plane.value = planeChoice.kind;
    // A link may name the plane before the model is there.
    if (!spec || planeChoice.kind === 'pca') return;
    // Chosen for a larger model, they are none of this one's.
    if (Math.max(planeChoice.x, planeChoice.y) >= latent) return store.set({ planeChoice: { kind: 'pca' } });
    axes[0].value = String(planeChoice.x);
    axes[1].value = String(planeChoice.y);
  });
  store.watch(['mapGrid'], ({ mapGrid }) => void (grid.value = mapGrid));
  store.watch(['label'], (state) => void (label.value = String(state.label)));
}
