// The lab of repair: a digit is damaged, and its code is searched for by gradient descent through the decoder.

import { h } from '../../dom.js';
import { loadStyles } from '../shared/style.js';
import { whileOpen } from '../shared/while-open.js';
import { comparison } from './comparison.js';
import { damager } from './damager.js';
import { searcher } from './searcher.js';

/** @type {import('../../views/tabs.js').Mount} */
export const mount = async (element, store, engine) => {
  await loadStyles(element, ['labs.css', 'repair.css']);
  const page = { store, engine };
  const damaged = damager(store, () => again());
  const compared = comparison();
  const search = searcher(page, compared.restored);

  /** What is searched for, and in which model. @type {import('../../engine/damage.js').Damaged | null} */
  let searched = null;
  /** @type {import('../../api/types.js').VaeSpec | null} */
  let of = null;

  const again = whileOpen(page, 'repair', ['weightsVersion', 'spec'], async () => {
    const { model } = engine;
    const problem = damaged.problem();
    // Weights that are being trained never rest: a search follows them to its end, and only then begins anew.
    if (problem && problem === searched && search.busy && store.state.run === 'running' && engine.model.spec === of) return;
    searched = problem;
    of = engine.model.spec;
    if (!problem) {
      compared.begin(null);
      search.begin(null);
      return;
    }
    // The repairer is not told the class: a conditional model guesses it from what is left.
    const labels = await model.classesOf([{ pixels: problem.shown, label: null }]);
    const { mu } = await model.encode(problem.shown, labels);
    compared.begin({ problem, original: damaged.original(), onePass: await model.decode(mu, labels) });
    search.begin({ problem, mu, label: labels[0] });
  }, { heavy: true });

  element.classList.add('sized', 'repair');
  element.append(
    damaged.element, search.element,
    h('section', { class: 'panel compared' }, h('h2', { text: 'repair.compare.title' }), compared.element, h('p', { class: 'caption', text: 'repair.compare.text' })),
  );
};
