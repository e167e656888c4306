import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { loadSharp } from '../../server/imaging/sharp-library.js';

const imaging = new URL('../../server/imaging/', import.meta.url);

it('loadSharp is asked only when there is a picture: importing what uses sharp does not load it', () => {
  const source = (name: string) => JSON.stringify(fileURLToPath(new URL(name, imaging)));
  const program = `
    import { runnerImport } from 'vite';
    await runnerImport(${source('letterbox.ts')});
    await runnerImport(${source('annotate/annotate.ts')});
    const loaded = () => process.report.getReport().sharedObjects.some((path) => path.includes('libvips'));
    process.report.excludeNetwork = true;
    const before = loaded();
    await (await runnerImport(${source('sharp-library.ts')})).module.loadSharp();
    console.log(before, loaded());`;
  const said = execFileSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' });
  expect(said.trim()).toBe('false true');
});

it('loadSharp gives one library, with one thread a picture and no cache', async () => {
  const sharp = await loadSharp();
  expect(await loadSharp()).toBe(sharp);
  expect(sharp.concurrency()).toBe(1);
  expect(sharp.cache()).toMatchObject({ memory: { max: 0 }, items: { max: 0 } });
});
