// What is chosen in a lab stands in the link: a control begins with what that says, and tells it of changes.

/** @typedef {import('../../store.js').Store} Store */

/**
 * @param {Store} store
 * @param {string} name in the link
 * @param {string | null} value null where the link need not say it
 */
export function tell(store, name, value) {
  const { [name]: before, ...labs } = store.state.labs;
  if ((before ?? null) !== value) store.set({ labs: value === null ? labs : { ...labs, [name]: value } });
}

/**
 * @param {HTMLInputElement | HTMLSelectElement} control
 * @param {string} value
 * @returns {boolean} whether a person could have chosen it; the control has it then
 */
export function take(control, value) {
  const before = control.value;
  control.value = value;
  // A select has no value where no option has it; a range moves what is outside of it to its end.
  const taken = control.value === value && value !== '' && control.validity.valid;
  if (!taken) control.value = before;
  return taken;
}

/**
 * @param {Store} store
 * @param {HTMLInputElement | HTMLSelectElement} control whose value now is the usual one, and whose listeners are in place
 * @param {string} [name] in the link, with a hyphen; the control's id
 * @returns {() => void} to be called where the value was changed by other means than the control
 */
export function kept(store, control, name = control.id) {
  const usual = control.value;
  const changed = () => {
    if (control.validity.valid) tell(store, name, control.value === usual ? null : control.value);
  };
  for (const type of ['input', 'change']) control.addEventListener(type, changed);
  store.watch(['labs'], ({ labs }) => {
    const asked = labs[name] ?? usual;
    if (asked === control.value || !take(control, asked)) return;
    for (const type of ['input', 'change']) control.dispatchEvent(new Event(type));
  });
  return changed;
}
