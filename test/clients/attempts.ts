import { execFile } from 'node:child_process';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { runnerImport } from 'vite';

/** What a client is made from and used at. */
export interface ClientFacts {
  /** Of the gateway. */
  readonly address: string;
  readonly token: string;
  readonly picture: Buffer;
  /** File with the contract as the gateway serves it to people. */
  readonly contract: string;
}

/** What a client found when it submitted a picture and looked at what became of it. */
export interface Seen {
  readonly frame: string;
  readonly state: string;
  readonly listed: readonly string[];
  readonly pictureBytes: number;
  /** The frame that the events tell is complete. */
  readonly completed: string;
  /** Of the problem that an unknown frame is answered with. */
  readonly refusedCode: string;
}

/** A generator, and a program that uses what it makes. */
export interface Attempt {
  readonly name: string;
  make(folder: string, facts: ClientFacts): Promise<void>;
  use(folder: string, facts: ClientFacts): Promise<Seen>;
}

const PROGRAM_MS = 180_000;

/** Of what a program printed so much is shown. */
const LONGEST_TEXT = 3_000;

/** The generator knows few media types; of these it is told that they are bytes. */
const BYTES = Object.fromEntries(
  ['image/jpeg', 'image/png', 'image/webp'].map((type) => [type, 'application/octet-stream']),
);

const programs = fileURLToPath(new URL('./programs/', import.meta.url));
const root = fileURLToPath(new URL('../../', import.meta.url));

/** @throws Error with what the program printed, where it fails. */
async function run(command: string, args: readonly string[], options: { cwd: string; env?: NodeJS.ProcessEnv }) {
  try {
    const { stdout } = await promisify(execFile)(command, args, { timeout: PROGRAM_MS, ...options });
    return stdout;
  } catch (error) {
    const { message, stdout = '' } = error as Error & { readonly stdout?: string };
    throw new Error(`${message.slice(0, LONGEST_TEXT)}\n${stdout.slice(-LONGEST_TEXT)}`);
  }
}

/** Installs packages in a folder of their own, with a program and what checks its types. */
async function typescriptFolder(folder: string, program: string, packages: readonly string[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "type": "module", "private": true }');
  const quiet = ['--no-audit', '--no-fund', '--loglevel', 'error', '--ignore-scripts'];
  await run('npm', ['install', ...quiet, ...packages], { cwd: folder });
  // Not a `.ts` file here: it imports what is generated.
  await cp(join(programs, `${program}.ts.txt`), join(folder, 'program.ts'));
  const compilerOptions = {
    ...{
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      types: [],
      lib: ['es2023', 'dom', 'dom.iterable', 'dom.asynciterable'],
    },
    ...{ module: 'esnext', moduleResolution: 'bundler', target: 'es2023' },
  };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }));
}

async function useTypescript(folder: string, { address, picture, token }: ClientFacts): Promise<Seen> {
  await run(join(root, 'node_modules/.bin/tsc'), ['-p', folder], { cwd: folder });
  const { module } = await runnerImport<{ attempt(address: string, token: string, picture: Blob): Promise<Seen> }>(
    join(folder, 'program.ts'),
    { root: folder, logLevel: 'error' },
  );
  return module.attempt(address, token, new Blob([new Uint8Array(picture)], { type: 'image/jpeg' }));
}

export const attempts: readonly Attempt[] = [
  {
    name: 'Python: openapi-python-client 0.26.2',
    async make(folder, { contract }) {
      const site = join(folder, 'site');
      await mkdir(site, { recursive: true });
      const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--target', site];
      await run('python3', [...pip, 'openapi-python-client==0.26.2'], { cwd: folder });
      const config = { package_name_override: 'deepthings_client', post_hooks: [], content_type_overrides: BYTES };
      await writeFile(join(folder, 'config.json'), JSON.stringify(config));
      const generate = [
        'generate',
        '--path',
        contract,
        '--config',
        'config.json',
        '--meta',
        'none',
        '--fail-on-warning',
      ];
      await run(
        'python3',
        ['-m', 'openapi_python_client', ...generate, '--output-path', join(site, 'deepthings_client')],
        {
          cwd: folder,
          env: { ...process.env, PYTHONPATH: site },
        },
      );
    },
    async use(folder, { address, picture, token }) {
      const file = join(folder, 'picture.jpg');
      await writeFile(file, picture);
      const text = await run('python3', [join(programs, 'python_client.py'), address, token, file], {
        cwd: folder,
        env: { ...process.env, PYTHONPATH: join(folder, 'site') },
      });
      return JSON.parse(text);
    },
  },
  {
    name: 'TypeScript: openapi-fetch 0.17.0',
    async make(folder, { contract }) {
      await typescriptFolder(folder, 'openapi-fetch', ['openapi-fetch@0.17.0']);
      const generator = join(root, 'node_modules/.bin/openapi-typescript');
      await run(generator, [contract, '--output', join(folder, 'contract.ts')], { cwd: folder });
    },
    use: useTypescript,
  },
  {
    name: 'TypeScript: @hey-api/openapi-ts 0.99.0',
    async make(folder, { contract }) {
      await typescriptFolder(folder, 'hey-api', ['@hey-api/openapi-ts@0.99.0', 'typescript@5.9']);
      const generator = join(folder, 'node_modules/.bin/openapi-ts');
      await run(generator, ['--input', contract, '--output', join(folder, 'client'), '--silent'], { cwd: folder });
    },
    use: useTypescript,
  },
];
