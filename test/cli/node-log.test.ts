import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { NodeLog } from '../../server/cli/up/node-log.js';
import { temporaryFolder } from './running-cli.js';

test('begins its file anew and reads lines however they are cut', () => {
  const path = join(temporaryFolder(), 'logs', 'e0.log');
  const lines: string[] = [];
  const first = new NodeLog(path, () => {});
  first.take(Buffer.from('of the last run\n'));
  first.close();

  const log = new NodeLog(path, ({ text }) => lines.push(text));
  const bytes = Buffer.from('one\nzwei ä\n\nthree');
  for (const byte of bytes) log.take(Buffer.of(byte));
  expect(lines).toEqual(['one', 'zwei ä']);
  log.endLine();
  log.close();
  expect(lines).toEqual(['one', 'zwei ä', 'three']);
  expect(readFileSync(path)).toEqual(bytes);
});

test('keeps the last lines only', () => {
  const log = new NodeLog(join(temporaryFolder(), 'e0.log'), () => {});
  log.take(Buffer.from(Array.from({ length: 100 }, (_, number) => `line ${number}\n`).join('')));
  expect(log.last).toHaveLength(12);
  expect(log.last.at(-1)!.text).toBe('line 99');
  log.close();
});

test('is bounded, in its lines and in its file', () => {
  const path = join(temporaryFolder(), 'e0.log');
  writeFileSync(path, '');
  const lengths: number[] = [];
  const log = new NodeLog(path, ({ text }) => lengths.push(text.length));
  const chunk = Buffer.alloc(1024 * 1024, 'x');
  for (let megabytes = 0; megabytes < 18; megabytes++) log.take(chunk);
  log.close();
  expect(Math.max(...lengths)).toBeLessThanOrEqual(1024 * 1024);
  expect(readFileSync(`${path}.old`).byteLength).toBe(17 * 1024 * 1024);
  expect(readFileSync(path).byteLength).toBe(1024 * 1024);
});
