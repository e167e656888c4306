import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

/** What a phone on a bad line is asked to load, gzip. */
const MOST_JAVASCRIPT_BYTES = 95_000;

/** Fails the build when the page's JavaScript has grown beyond its bound. */
function javascriptBound(): Plugin {
  return {
    name: 'javascript-bound',
    generateBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
      const bytes = chunks.reduce((sum, { code }) => sum + gzipSync(code).byteLength, 0);
      if (bytes > MOST_JAVASCRIPT_BYTES) {
        this.error(`the page has ${bytes} bytes of JavaScript (gzip); it may have ${MOST_JAVASCRIPT_BYTES}`);
      }
      this.info(`${bytes} bytes of JavaScript (gzip) of at most ${MOST_JAVASCRIPT_BYTES}`);
    },
  };
}

/** Puts a copy compressed with Brotli and one with gzip beside each file that becomes smaller by it; the gateway sends these. */
function compressedCopies(): Plugin {
  return {
    name: 'compressed-copies',
    apply: 'build',
    writeBundle({ dir }, bundle) {
      for (const name of Object.keys(bundle)) {
        const file = join(dir!, name);
        const bytes = readFileSync(file);
        const copies = { br: brotliCompressSync(bytes), gz: gzipSync(bytes, { level: 9 }) };
        for (const [ending, copy] of Object.entries(copies)) {
          if (copy.byteLength < bytes.byteLength) writeFileSync(`${file}.${ending}`, copy);
        }
      }
    },
  };
}

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // Relative, so that the page works below a path of a reverse proxy as well.
  base: './',
  plugins: [javascriptBound(), compressedCopies()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: fileURLToPath(new URL('../dist/dashboard', import.meta.url)),
    emptyOutDir: true,
    // A Content-Security-Policy of `default-src 'self'` has no room for data: URLs or inline scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // On a busy machine it would tell each user of `npm ci` which plugin of the build takes its time.
    rolldownOptions: { checks: { bundlerTimings: false } },
  },
});
