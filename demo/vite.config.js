// The demo page, built into build/demo as static files that work under any path.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const fromRoot = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

export default defineConfig({
  root: fromRoot('demo'),
  base: './',
  publicDir: fromRoot('build/demo-public'),
  // The package as it is published.
  resolve: { alias: { 'crop64/pool': fromRoot('dist/pool.js') } },
  worker: { format: 'es' },
  build: {
    outDir: fromRoot('build/demo'),
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: false,
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  logLevel: 'warn',
});
