// How far the epoch is, and how long it and the whole run still take.

import { h, translate } from '../dom.js';

/**
 * @param {number} seconds
 * @returns {string} minutes and seconds, from an hour on hours and minutes
 */
export function duration(seconds) {
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60)];
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes % 60)} h` : `${minutes}:${two(whole % 60)}`;
}

/**
 * @param {Pick<import('../store.js').State, 'epochStep' | 'stepsInEpoch' | 'epoch' | 'epochs' | 'epochsBefore' | 'stepsPerSecond'>} state
 * @returns {{ share: number, epoch: number, run: number | null }} done of the epoch, seconds left of it, and of the run where it has an end
 */
export function remaining({ epochStep, stepsInEpoch, epoch, epochs, epochsBefore, stepsPerSecond }) {
  const share = stepsInEpoch > 0 ? epochStep / stepsInEpoch : 0;
  const left = stepsPerSecond > 0 ? (stepsInEpoch - epochStep) / stepsPerSecond : NaN;
  const more = epochs - (epoch - epochsBefore);
  return { share, epoch: left, run: epochs > 0 ? left + (more * stepsInEpoch) / stepsPerSecond : null };
}

/**
 * @param {HTMLElement} element
 * @param {import('../store.js').Store} store
 */
export function mount(element, store) {
  const bar = h('progress', { max: 1, value: 0, label: 'progress.label', 'data-testid': 'epoch-progress' });
  const words = h('span', { class: 'caption', 'data-testid': 'time-left' });
  element.append(bar, words);
  store.watch(['epochStep', 'stepsInEpoch', 'epoch', 'epochs', 'stepsPerSecond', 'run', 'lang'], (state) => {
    const { share, epoch, run } = remaining(state);
    bar.value = share;
    const told = state.run === 'running' && Number.isFinite(epoch);
    words.textContent = told
      ? [translate(state.lang, 'progress.epoch', { time: duration(epoch) }), run !== null && translate(state.lang, 'progress.run', { time: duration(run) })].filter(Boolean).join(' · ')
      : '';
    words.dataset.value = told ? String(epoch) : '';
  });
}
