'use client';

import { useEffect, useState } from 'react';
import * as api from 'vae-playground';
import 'vae-playground/element';
import { tryElement, tryOut } from './try-out.js';

export function Report() {
  const [report, setReport] = useState('');
  useEffect(() => {
    const tryBoth = async () => ({ ...(await tryOut(api)), element: await tryElement(document.querySelector('vae-playground')) });
    tryBoth().then((made) => setReport(JSON.stringify(made)));
  }, []);
  return <output id="report">{report}</output>;
}
