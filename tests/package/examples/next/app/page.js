import { presets } from 'vae-playground';
import { Report } from './report.js';

// Rendered on the server: importing the package must touch nothing.
export default function Page() {
  return (
    <main>
      <ul>
        {presets.map(({ name }) => (
          <li key={name}>{name}</li>
        ))}
      </ul>
      <vae-playground view="draw" backend="cpu" />
      <Report />
    </main>
  );
}
