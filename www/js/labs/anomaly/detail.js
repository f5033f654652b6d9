// One picture and its score: what the model makes of it, and what that costs.

import { h, showNumber, translate } from '../../dom.js';
import { picture, show } from '../shared/picture.js';
import { attempt } from '../shared/while-open.js';

const NUMBERS = /** @type {const} */ (['recon', 'kl', 'total']);

/** @param {{ store: import('../../store.js').Store, engine: import('../../engine/engine.js').Engine }} page */
export function detail({ store, engine }) {
  const shown = picture({ label: 'anomaly.picture', 'data-testid': 'anomaly-picture' });
  const back = picture({ label: 'anomaly.reconstruction', class: 'back', 'data-testid': 'anomaly-reconstruction' });
  const title = h('h2', { 'data-testid': 'anomaly-name', hidden: true });
  const verdict = h('p', { class: 'verdict', 'data-testid': 'anomaly-beyond', 'aria-live': 'polite' });
  const numbers = Object.fromEntries(NUMBERS.map((name) => [name, h('dd', { 'data-testid': `anomaly-${name}` })]));

  /** @type {{ one: import('./index.js').Scored, beyond: number } | null} */
  let current = null;

  const words = () => {
    if (!current) return;
    const { lang } = store.state;
    const { one, beyond } = current;
    title.hidden = false;
    title.textContent = translate(lang, `anomaly.odd.${one.name}`);
    showNumber(verdict, beyond, (share) => translate(lang, 'anomaly.verdict', { percent: (100 * (1 - share)).toFixed(1) }));
    for (const name of NUMBERS) showNumber(numbers[name], one[name], (value) => value.toFixed(1));
  };
  store.watch(['lang'], words);

  return {
    element: h(
      'div', { class: 'told-box' },
      h(
        'div', { class: 'told-head' }, shown, back,
        h(
          'div', {}, title, verdict,
          h('dl', { class: 'costs' }, ...NUMBERS.map((name) => h('div', {}, h('dt', { text: `anomaly.${name}` }), numbers[name]))),
        ),
      ),
      h('p', { class: 'caption', text: 'anomaly.text' }),
      h('p', { class: 'caption', text: 'anomaly.fails' }),
    ),
    /**
     * @param {import('./index.js').Scored} one
     * @param {number} beyond share of test digits that score higher
     */
    show(one, beyond) {
      const again = one.pixels === current?.one.pixels && one.total === current.one.total;
      current = { one, beyond };
      words();
      if (again) return;
      show(shown, one.pixels);
      void attempt(engine, async () => {
        const labels = Uint8Array.of(one.label);
        const { mu } = await engine.model.encode(one.pixels, labels);
        const decoded = await engine.model.decode(mu, labels);
        if (current?.one === one) show(back, decoded);
      });
    },
  };
}
