import { expect, it } from 'vitest';
import { requireTestHosts } from '../../../server/evaluation/hosts/host-requirements.js';
import { hasProgram, runSystemCommand } from '../../../server/evaluation/hosts/system-command.js';

const capable = { platform: 'linux' as const, userId: 0, hasProgram: () => true };

it('says what test hosts lack, and how to get it', () => {
  expect(() => requireTestHosts(capable)).not.toThrow();
  expect(() => requireTestHosts({ ...capable, platform: 'darwin' })).toThrow(/of Linux, and this is darwin/);
  expect(() => requireTestHosts({ ...capable, userId: 1000 })).toThrow(/root.*sudo/);
  expect(() => requireTestHosts({ ...capable, hasProgram: (name) => name !== 'tc' })).toThrow(/"tc".*iproute2/);
});

it('finds programs, and tells why a command failed', () => {
  expect(hasProgram('sh')).toBe(true);
  expect(hasProgram('no-such-program-at-all')).toBe(false);
  expect(runSystemCommand(['sh', '-c', 'echo done'])).toBe('done\n');
  expect(() => runSystemCommand(['sh', '-c', 'echo broken >&2; exit 3'])).toThrow(/failed: broken/);
  expect(() => runSystemCommand(['no-such-program-at-all'])).toThrow(/ENOENT/);
});
