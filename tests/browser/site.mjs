// Where the built site is.

import { fileURLToPath } from 'node:url';

/** Another folder may be named, to try the page without building it. */
export const SITE = process.env.SITE ?? fileURLToPath(new URL('../../dist', import.meta.url));
