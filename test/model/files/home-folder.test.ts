import { homedir } from 'node:os';
import { expect, test, vi } from 'vitest';
import { expandHome, homeFolder } from '../../../server/model/files/home-folder.js';

vi.mock('node:os', () => ({ homedir: vi.fn(() => '/home/known') }));

test('the home folder is what HOME says, else what the system knows', () => {
  expect(homeFolder({ HOME: '/home/me' })).toBe('/home/me');
  expect(homeFolder({ HOME: '' })).toBe('/home/known');
  expect(homeFolder({})).toBe('/home/known');
});

test('a user whom the system does not know has none', () => {
  vi.mocked(homedir).mockImplementation(() => {
    throw new Error('ENOENT: uv_os_homedir');
  });
  expect(homeFolder({})).toBeNull();
  expect(expandHome('/srv/x', {})).toBe('/srv/x');
  expect(() => expandHome('~/x', {})).toThrow(expect.objectContaining({ code: 'DT_HOME_UNKNOWN' }));
});

test.each([
  ['~/models/a.cfg', '/home/me/models/a.cfg'],
  ['~', '/home/me'],
  ['a/~/b', 'a/~/b'],
  ['~other/a', '~other/a'],
  ['rtsp://camera/~x', 'rtsp://camera/~x'],
])('%s is %s', (path, expanded) => {
  expect(expandHome(path, { HOME: '/home/me' })).toBe(expanded);
});
