'use client';

import { useEffect, useState } from 'react';
import * as api from 'vae-playground';
import { tryOut } from './try-out.js';

export function Report() {
  const [report, setReport] = useState('');
  useEffect(() => {
    tryOut(api).then((made) => setReport(JSON.stringify(made)));
  }, []);
  return <output id="report">{report}</output>;
}
