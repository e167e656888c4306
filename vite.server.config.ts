import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/**
 * Read their own files or a native one from where they are installed, or are loaded only where a node wants them: pages
 * of documentation, logs on a terminal.
 */
const INSTALLED = [
  'onnxruntime-node',
  '@tensorflow/tfjs-core',
  'sharp',
  'lmdb',
  '@fastify/swagger',
  '@fastify/swagger-ui',
  'pino-pretty',
];

/** Fastify would load them for applications that are made in another way than ours, and for tests. */
const UNUSED = ['@fastify/ajv-compiler', '@fastify/fast-json-stringify-compiler', 'light-my-request'];

/**
 * The program with its libraries in a few files: Node takes longer to find and load six hundred modules than a cluster
 * takes for its first picture (docs/decisions/0005-bundled-server.md).
 */
export default defineConfig({
  ssr: { noExternal: true, external: [...INSTALLED, ...UNUSED] },
  build: {
    ssr: true,
    target: 'node20',
    outDir: fileURLToPath(new URL('dist', import.meta.url)),
    // The dashboard is built into it afterwards.
    emptyOutDir: true,
    sourcemap: true,
    rolldownOptions: {
      // On a busy machine it would tell each user of `npm ci` which plugin of the build takes its time.
      checks: { bundlerTimings: false },
      input: {
        // As package.json names them in `bin` and `imports`.
        'server/cli/main': 'server/cli/main.ts',
        'server/compute/worker': 'server/compute/worker.ts',
        'server/gateway/archive/lmdb/lmdb-worker': 'server/gateway/archive/lmdb/lmdb-worker.ts',
        'server/gateway/archive/lmdb/lmdb-probe': 'server/gateway/archive/lmdb/lmdb-probe.ts',
        'client/index': 'client/index.ts',
      },
      output: {
        entryFileNames: '[name].js',
        chunkFileNames: 'chunks/[name].js',
        // V8 keeps a program's text. Comments are left out, and so are characters beyond Latin-1: one takes two bytes for each of the file.
        comments: { legal: true, annotation: false, jsdoc: false },
        minify: { compress: false, mangle: false, codegen: { removeWhitespace: false, asciiOnly: true } },
      },
    },
  },
});
