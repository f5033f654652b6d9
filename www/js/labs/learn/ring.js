// A ring around a place on the page that follows it; it takes no click and changes nothing of what it surrounds.

import { h } from '../../dom.js';

/** Pixels between the place and the ring. */
const MARGIN = 6;

/**
 * @param {string} className how it looks
 * @param {(box: import('./placing.js').Box) => void} [moved] told of the ring's box whenever it has moved
 */
export function createRing(className, moved) {
  const ring = h('div', { class: `ring ${className}`, 'aria-hidden': 'true', hidden: true });
  document.body.append(ring);
  /** @type {HTMLElement | null} */
  let target = null;
  let framed = 0;

  const follow = () => {
    framed = 0;
    const box = target?.getBoundingClientRect();
    ring.hidden = !box || box.width === 0;
    if (!box || ring.hidden) return;
    const around = { left: box.left - MARGIN, top: box.top - MARGIN, width: box.width + 2 * MARGIN, height: box.height + 2 * MARGIN };
    ring.style.translate = `${around.left}px ${around.top}px`;
    ring.style.width = `${around.width}px`;
    ring.style.height = `${around.height}px`;
    moved?.(around);
  };
  const soon = () => {
    framed ||= requestAnimationFrame(follow);
  };
  const sizes = new ResizeObserver(soon);
  addEventListener('resize', soon);
  addEventListener('scroll', soon, { capture: true, passive: true });

  return {
    follow,
    /** @param {HTMLElement | null} element what to surround from now on */
    surround(element) {
      sizes.disconnect();
      target = element;
      if (element) sizes.observe(element);
      sizes.observe(document.body);
      follow();
    },
    remove() {
      cancelAnimationFrame(framed);
      sizes.disconnect();
      removeEventListener('resize', soon);
      removeEventListener('scroll', soon, { capture: true });
      ring.remove();
    },
  };
}
