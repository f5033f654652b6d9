// When an element comes near to what is seen.

/** So far from what is seen, what it needs begins to come. */
const MARGIN = '300px';

/**
 * @param {Element} element
 * @param {() => void} act called once
 * @returns {() => void} forgets about it
 */
export function whenNear(element, act) {
  const observer = new IntersectionObserver((entries) => {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
    observer.disconnect();
    act();
  }, { rootMargin: MARGIN });
  observer.observe(element);
  return () => observer.disconnect();
}
