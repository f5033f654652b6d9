// As much of W3C WebDriver as the tests need: one session, scripts and a mouse. https://www.w3.org/TR/webdriver2/

/** A browser under automation. */
export class Session {
  #url;

  /**
   * @param {string} url of the session
   * @param {string} version of the browser
   */
  constructor(url, version) {
    this.#url = url;
    this.version = version;
  }

  /**
   * @param {string} driver its address
   * @param {object} capabilities
   */
  static async begin(driver, capabilities) {
    const { sessionId, capabilities: found } = await call('POST', `${driver}/session`, { capabilities: { alwaysMatch: capabilities } });
    return new Session(`${driver}/session/${sessionId}`, found.browserVersion);
  }

  /** @param {number} width @param {number} height of the window */
  size(width, height) {
    return call('POST', `${this.#url}/window/rect`, { width, height });
  }

  /** @param {string} url */
  goto(url) {
    return call('POST', `${this.#url}/url`, { url });
  }

  /** @param {number} ms how long a script may take */
  patience(ms) {
    return call('POST', `${this.#url}/timeouts`, { script: ms, pageLoad: ms });
  }

  /**
   * @param {string} script an expression for a value or a promise of one
   * @returns {Promise<any>}
   */
  async evaluate(script) {
    const body = `const done = arguments[0];
      Promise.resolve().then(() => (${script})).then((value) => done({ value }), (error) => done({ error: String(error?.stack ?? error) }));`;
    const answer = await call('POST', `${this.#url}/execute/async`, { script: body, args: [] });
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.value;
  }

  /**
   * Presses the mouse at the first point, drags it through the others and lets go.
   * @param {[number, number][]} points in the viewport
   */
  async drag(points) {
    const move = ([x, y] = [0, 0]) => ({ type: 'pointerMove', duration: 20, x: Math.round(x), y: Math.round(y), origin: 'viewport' });
    const [first, ...others] = points;
    const actions = [move(first), { type: 'pointerDown', button: 0 }, ...others.map(move), { type: 'pointerUp', button: 0 }];
    await call('POST', `${this.#url}/actions`, { actions: [{ type: 'pointer', id: 'mouse', parameters: { pointerType: 'mouse' }, actions }] });
  }

  async end() {
    await call('DELETE', this.#url);
  }
}

/**
 * @param {'POST' | 'DELETE'} method
 * @param {string} url
 * @param {object} [body]
 * @returns {Promise<any>}
 */
async function call(method, url, body) {
  const response = await fetch(url, { method, body: body && JSON.stringify(body), headers: { 'Content-Type': 'application/json' } });
  const { value } = /** @type {{ value: any }} */ (await response.json());
  if (!response.ok) throw new Error(`${method} ${new URL(url).pathname}: ${value?.error}: ${value?.message}`);
  return value;
}
