import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadSharp } from '../../server/imaging/sharp-library.js';
import { jpegSegment, withRiffChunk, withSegments } from './picture-parts.js';
import { paint, speckled } from './pictures.js';
import { PACKED_BOMBS, pngOf, withChunks } from './png-chunks.js';

/** Reads each picture as a node does, and says what that took beyond what a first ordinary picture did. */
const PROGRAM = `
  import { readFileSync } from 'node:fs';
  import { runnerImport } from 'vite';
  const [imaging, ordinary, ...files] = process.argv.slice(1);
  const load = async (name) => (await runnerImport(imaging + name)).module;
  const { inspectPicture } = await load('picture-header.ts');
  const { letterboxPicture } = await load('letterbox.ts');
  const { shrinkPicture } = await load('shrink.ts');
  const { annotatePicture } = await load('annotate/annotate.ts');
  const network = {
    input: { channels: 3, width: 416, height: 416 },
    preprocessing: { anchor: 'centre', fill: [0, 0, 0] },
  };
  const peak = () => process.resourceUsage().maxRSS / 1024;
  async function read(file) {
    const start = process.cpuUsage();
    const before = peak();
    const bytes = readFileSync(file);
    let code = 'taken';
    try {
      await inspectPicture(bytes, { pictureBytes: 20 * 2 ** 20, pictureMegapixels: 50 });
      await letterboxPicture(bytes, network);
      await shrinkPicture(bytes, 320);
      await annotatePicture(bytes, []);
    } catch (error) {
      code = error.code;
    }
    const { user, system } = process.cpuUsage(start);
    return { code, cpuMs: (user + system) / 1000, grownMiB: peak() - before };
  }
  await read(ordinary);
  const readings = [];
  for (const file of files) readings.push(await read(file));
  console.log(JSON.stringify(readings));`;

interface Reading {
  readonly code: string;
  readonly cpuMs: number;
  /** Of the highest resident memory. */
  readonly grownMiB: number;
}

const folder = mkdtempSync(join(tmpdir(), 'deepthings-bombs-'));
const bombs = new Map<string, Buffer>();
let readings: ReadonlyMap<string, Reading>;

beforeAll(async () => {
  const sharp = await loadSharp();
  const ordinary = await speckled(1_600, 1_200);
  const small = await speckled(64, 64);
  const png = await small.clone().png().toBuffer();
  const jpeg = await small.clone().jpeg().toBuffer();
  const webp = await small.clone().withMetadata().webp().toBuffer();
  for (const [type, chunk] of Object.entries(PACKED_BOMBS)) {
    bombs.set(`PNG with twenty ${type} of 50 MB`, withChunks(png, ...Array.from({ length: 20 }, () => chunk)));
  }
  const rows = deflateSync(Buffer.alloc(100e6));
  bombs.set('PNG whose data unpacks to more than its size', pngOf(64, 64, rows));
  bombs.set('PNG of 49,999,999 x 1', pngOf(49_999_999, 1, rows, { depth: 1, colour: 0 }));
  bombs.set('PNG of 1 x 49,999,999', pngOf(1, 49_999_999, rows, { depth: 1, colour: 0 }));
  bombs.set(
    'PNG of 100,000 x 100',
    pngOf(100_000, 100, deflateSync(Buffer.alloc(100 * 12_501)), { depth: 1, colour: 0 }),
  );
  const wide = sharp({ create: { width: 65_000, height: 1, channels: 3, background: '#135' } });
  bombs.set('JPEG of 65,000 x 1', await wide.jpeg().toBuffer());
  const profile = Array.from({ length: 250 }, (_, at) =>
    jpegSegment(0xe2, Buffer.concat([Buffer.from('ICC_PROFILE\0'), Buffer.from([at + 1, 250]), Buffer.alloc(65_000)])),
  );
  bombs.set('JPEG with a colour profile of 16 MB', withSegments(jpeg, ...profile));
  const progressive = await ordinary.clone().jpeg({ progressive: true }).toBuffer();
  const scan = progressive.subarray(progressive.lastIndexOf(Buffer.from([0xff, 0xda])), -2);
  const scans = Array.from({ length: 2_000 }, () => scan.subarray(0, 40));
  bombs.set('JPEG of 2,000 scans', Buffer.concat([progressive.subarray(0, -2), ...scans, progressive.subarray(-2)]));
  const blank = sharp({ create: { width: 8_000, height: 6_000, channels: 3, background: '#135' } });
  const few = await blank.jpeg({ progressive: true }).toBuffer();
  const lastScan = few.subarray(few.lastIndexOf(Buffer.from([0xff, 0xda])), -2);
  const more = Array.from({ length: 22 }, () => lastScan);
  bombs.set('JPEG of 48 megapixels in 32 scans', Buffer.concat([few.subarray(0, -2), ...more, few.subarray(-2)]));
  bombs.set('WebP with 16 MB of XMP', withRiffChunk(webp, 'XMP ', Buffer.alloc(16e6)));
  const frames = paint(64, 64 * 1_000, (x, y) => [x, y & 255, (x * y) & 255]);
  const film = sharp(frames, { raw: { width: 64, height: 64_000, channels: 3, pageHeight: 64 } });
  bombs.set('WebP of a thousand frames', await film.webp({ effort: 0 }).toBuffer());

  const files = [...bombs.values()].map((bytes, index) => {
    const file = join(folder, `${index}`);
    writeFileSync(file, bytes);
    return file;
  });
  const first = join(folder, 'ordinary');
  writeFileSync(first, await ordinary.jpeg().toBuffer());
  const imaging = fileURLToPath(new URL('../../server/imaging/', import.meta.url));
  const program = ['--input-type=module', '--eval', PROGRAM, imaging, first, ...files];
  const said = JSON.parse(execFileSync(process.execPath, program, { encoding: 'utf8' })) as Reading[];
  readings = new Map([...bombs.keys()].map((name, index) => [name, said[index]!]));
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true }));

describe('a bomb costs no more than any other picture', () => {
  it.each([
    ['PNG with twenty zTXt of 50 MB', 'taken'],
    ['PNG with twenty iTXt of 50 MB', 'taken'],
    ['PNG with twenty iCCP of 50 MB', 'taken'],
    ['PNG whose data unpacks to more than its size', 'taken'],
    ['PNG of 49,999,999 x 1', 'DT_PICTURE_DIMENSIONS'],
    ['PNG of 1 x 49,999,999', 'DT_PICTURE_DIMENSIONS'],
    // As wide as any that is taken; what libvips holds of a row grows with it.
    ['PNG of 100,000 x 100', 'taken', 200],
    ['JPEG of 65,000 x 1', 'DT_PICTURE_DIMENSIONS'],
    ['JPEG with a colour profile of 16 MB', 'taken'],
    ['JPEG of 2,000 scans', 'DT_PICTURE_FORMAT'],
    // The coefficients of a progressive picture are held: three bytes a pixel, whatever it shows.
    ['JPEG of 48 megapixels in 32 scans', 'DT_PICTURE_BROKEN', 250],
    ['WebP with 16 MB of XMP', 'taken'],
    ['WebP of a thousand frames', 'taken'],
  ] as [name: string, code: string, mostMiB?: number][])('%s', (name, code, mostMiB = 40) => {
    const reading = readings.get(name)!;
    expect(reading.code).toBe(code);
    // The file itself is in memory: up to 20 MiB, and once more in the reader's hands.
    expect(reading.grownMiB).toBeLessThan(mostMiB + (2 * bombs.get(name)!.length) / 2 ** 20);
    // An ordinary one takes 0.2 s on a quiet core.
    expect(reading.cpuMs).toBeLessThan(3_000);
  });
});
