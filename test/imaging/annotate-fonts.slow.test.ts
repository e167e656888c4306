import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { annotatePicture } from '../../server/imaging/annotate/annotate.js';
import { painted } from './pictures.js';

/** A dog whose box goes from (100, 120) to (300, 220). */
const DOG = { label: 'dog', classIndex: 0, score: 0.93, pixels: { x: 100, y: 120, width: 200, height: 100 } };

it('annotatePicture writes the same letters on a machine without fonts', async () => {
  const bytes = await (await painted(400, 300, () => [128, 128, 128])).png().toBuffer();
  const source = fileURLToPath(new URL('../../server/imaging/annotate/annotate.ts', import.meta.url));
  const program = `
    import { runnerImport } from 'vite';
    const { annotatePicture } = (await runnerImport(${JSON.stringify(source)})).module;
    const bytes = Buffer.from(process.argv[1], 'base64');
    process.stdout.write(await annotatePicture(bytes, [${JSON.stringify(DOG)}]));`;
  const withoutFonts = execFileSync(
    process.execPath,
    ['--input-type=module', '--eval', program, bytes.toString('base64')],
    { env: { FONTCONFIG_PATH: '/nonexistent', FONTCONFIG_FILE: '/nonexistent/fonts.conf', HOME: '/nonexistent' } },
  );
  expect(withoutFonts.equals(await annotatePicture(bytes, [DOG]))).toBe(true);
});
