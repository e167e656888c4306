import { afterEach, expect, test, vi } from 'vitest';
import { WatchReport } from '../../../server/cli/watch/watch-report.js';
import { aCompleteFrame } from '../../dashboard/contract-examples.js';

afterEach(() => void vi.restoreAllMocks());

test('pictures that were dropped while the cluster could take none do not make it a slow one', () => {
  const said: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const report = new WatchReport('the camera', false);
  report.cannotTake(true);
  for (let picture = 0; picture < 3; picture++) report.drop();
  report.cannotTake(false);
  report.result('a', aCompleteFrame(1), null);
  report.end();
  report.drop();
  report.result('b', aCompleteFrame(2), null);
  report.end();
  expect(said).toEqual([
    '3 pictures dropped so far, while the cluster could take none\n',
    'the camera: 1 picture, 3 dropped, while the cluster could take none\n',
    '1 picture dropped so far: the cluster is slower than the source\n',
    'the camera: 2 pictures, 1 dropped, since the cluster is slower than the source, 3 dropped, while the cluster could take none\n',
  ]);
});
