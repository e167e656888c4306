import { describe, expect, it } from 'vitest';
import { latestResults, origins } from '../../dashboard/src/state/results.js';
import { aCompleteFrame, aFrame } from './contract-examples.js';

describe('latestResults', () => {
  it('has what ended, failed frames too, and neither open nor dropped ones', () => {
    const frames = [
      aFrame(5, { state: 'running' }),
      aFrame(4, { state: 'dropped' }),
      aCompleteFrame(3),
      aFrame(2, { state: 'failed' }),
    ];
    expect(latestResults(frames)).toEqual([frames[2], frames[3]]);
  });

  it('has open frames while nothing has ended', () => {
    const frames = [aFrame(2, { state: 'dropped' }), aFrame(1, { state: 'running' })];
    expect(latestResults(frames)).toEqual([frames[1]]);
  });
});

describe('origins', () => {
  it('has the newest frame of each camera, then of each device for frames of no camera, by name', () => {
    const frames = [
      aCompleteFrame(6, { source: 'e1' }),
      aCompleteFrame(5, { camera: 'yard', source: 'e1' }),
      aCompleteFrame(4, { camera: 'door', source: 'e0' }),
      aCompleteFrame(3, { camera: 'yard', source: 'e0' }),
      aCompleteFrame(2, { source: 'e0' }),
      aCompleteFrame(1, { source: 'e1' }),
    ];
    expect(origins(frames)).toEqual([
      { kind: 'camera', name: 'door', latest: frames[2] },
      { kind: 'camera', name: 'yard', latest: frames[1] },
      { kind: 'device', name: 'e0', latest: frames[4] },
      { kind: 'device', name: 'e1', latest: frames[0] },
    ]);
  });

  it('takes a camera of a device’s name for another origin', () => {
    expect(origins([aCompleteFrame(2, { camera: 'e0' }), aCompleteFrame(1, { source: 'e0' })])).toHaveLength(2);
  });
});
