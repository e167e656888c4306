import type { TestbedSettings } from '../../server/evaluation/measure/run-matrix.js';

/** A small run of the face detector, but for what a test wants otherwise. */
export function settings(wanted: Partial<TestbedSettings> = {}): TestbedSettings {
  return {
    devices: [2],
    cpu: [0.5],
    gatewayCpu: 0.5,
    linkBitsPerSecond: 100e6,
    memoryBytes: null,
    gatewayMemoryBytes: null,
    grids: ['2x2'],
    strategies: ['ftp-wst-s', 'ftp-wst', 'ftp-wsh', 'modnn'],
    sources: [1],
    frames: 1,
    warmup: 0,
    atOnce: 'several-sources',
    repeat: 1,
    disturbance: null,
    model: { name: 'face-detector' },
    depth: 8,
    maps: 'f32',
    sections: {},
    ...wanted,
  };
}
