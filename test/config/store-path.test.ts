import { homedir } from 'node:os';
import { describe, expect, test } from 'vitest';
import { storePath } from '../../server/config/store-path.js';
import { parseDuration } from '../../server/config/units.js';

const at = (given: string | undefined, name = 'attic', env = {}) =>
  storePath(given, name, { baseDirectory: '/etc/deepthings', env });

describe('the store’s folder', () => {
  test('is where programs keep their state, named after the cluster', () => {
    expect(at(undefined, 'attic', { XDG_STATE_HOME: '/state' })).toBe('/state/deepthings/attic');
    expect(at(undefined, 'attic', { HOME: '/home/me' })).toBe('/home/me/.local/state/deepthings/attic');
    expect(at(undefined, 'attic', { XDG_STATE_HOME: 'not-absolute', HOME: '/home/me' })).toMatch(/^\/home\/me/);
    expect(at(undefined)).toBe(`${homedir()}/.local/state/deepthings/attic`);
  });

  test.each(['../../etc', '..', '.', 'a/b', 'größer', ' ', '.hidden'])(
    'is one folder for a cluster named %j',
    (name) => {
      const path = at(undefined, name, { XDG_STATE_HOME: '/state' })!;
      expect(path).toMatch(/^\/state\/deepthings\/[A-Za-z0-9_-]+$/);
    },
  );

  test('is another one for another name', () => {
    const names = ['a b', 'a/b', 'a-b', 'A-b'];
    expect(new Set(names.map((name) => at(undefined, name, { HOME: '/h' }))).size).toBe(names.length);
  });

  test('is the one that is given, from the cluster file, or none', () => {
    expect(at('frames')).toBe('/etc/deepthings/frames');
    expect(at('/var/lib/deepthings')).toBe('/var/lib/deepthings');
    expect(at('memory')).toBeNull();
    expect(at('./memory')).toBe('/etc/deepthings/memory');
  });
});

test.each([
  ['30s', 30_000],
  ['5m', 300_000],
  ['12h', 43_200_000],
  ['7d', 604_800_000],
])('a duration of %s', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});
