import { describe, expect, it } from 'vitest';
import { clusterSettings } from '../../../../server/cli/bench/cluster/cluster-options.js';
import { CELLS } from '../../../../server/evaluation/cluster/cells.js';

describe('the options of bench cluster', () => {
  it('are all cells as they are, without any', () => {
    const { cells, out } = clusterSettings({});
    expect(cells).toEqual(CELLS);
    expect(out).toMatch(/bench-results\/cluster$/);
  });

  it('choose cells, in the order of their value, and how much is done of each', () => {
    const { cells } = clusterSettings({ cells: 'nanodet-1gbit-one,yolov2-1gbit-one', rounds: '2', warmup: '0' });
    expect(cells.map(({ id, rounds, warmup }) => [id, rounds, warmup])).toEqual([
      ['yolov2-1gbit-one', 2, 0],
      ['nanodet-1gbit-one', 2, 0],
    ]);
  });

  it.each([
    [{ cells: 'yolov3' }, /--cells must be of yolov2-1gbit-one/],
    [{ rounds: '0' }, /--rounds must be a whole number from 1/],
    [{ warmup: 'some' }, /--warmup must be a whole number from 0/],
  ])('are refused: %j', (options, message) => {
    expect(() => clusterSettings(options)).toThrow(message);
  });
});
