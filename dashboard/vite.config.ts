import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // Relative, so that the page works below a path of a reverse proxy as well.
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: fileURLToPath(new URL('../dist/dashboard', import.meta.url)),
    emptyOutDir: true,
    // A Content-Security-Policy of `default-src 'self'` has no room for data: URLs or inline scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
