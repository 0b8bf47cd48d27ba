// Bundles the app's pages into `site`, as Vite and its like do for an app under development: React's
// StrictMode doubles effects only there.

import { build } from 'esbuild';

await build({
  entryPoints: ['app.jsx', 'choices.jsx'],
  outdir: 'site',
  bundle: true,
  format: 'esm',
  jsx: 'automatic',
  define: { 'process.env.NODE_ENV': '"development"' },
});
