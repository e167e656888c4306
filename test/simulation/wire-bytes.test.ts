import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { simulationSettingsOf } from '../../server/evaluation/simulate/simulation-settings-of.js';
import { wholeMap } from '../../server/geometry/region.js';
import { planCluster } from '../../server/node/cluster-plan.js';
import { wireSizes } from '../../server/node/wire/wire-sizes.js';
import type { StrategyName } from '../../server/scheduling/strategies/strategy.js';
import { simulate } from '../../server/simulation/simulate.js';
import { samplePhoto, submit } from '../support/frames.js';
import { startTestCluster, type TestCluster } from '../support/test-cluster.js';
import { bareSettings } from './small-simulation.js';

const DEVICES = 2;
const CPU = { share: 0.3, periodMs: 0, cores: 1 };
const digest = `sha256:${'0'.repeat(64)}`;

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startTestCluster({
    yaml: 'model: { name: face-detector }\npartition: { grid: 3x3, fusedDepth: 8 }',
    devices: DEVICES,
    // Else they follow what was measured, once heartbeats have told it, and so do shares.
    deviceKeys: Array.from({ length: DEVICES }, () => 'speed: 1'),
  });
});
afterAll(() => cluster.stop());

async function measured(strategy: StrategyName) {
  const frame = await submit(cluster.client, samplePhoto('sample1.jpg'), { source: 'e0', strategy });
  const { json } = await cluster.client.call('getFrameTrace', { path: { frame: frame.id } });
  return json!;
}

/** The same cluster, simulated, with addresses as long as the real ones. */
async function simulated(strategy: StrategyName) {
  const { config } = cluster;
  const devices = config.devices.map((device) => ({ ...device, address: cluster.devices.get(device.id)!.address }));
  const planned = await planCluster(config);
  const { costs, network } = bareSettings(planned.plan, 1);
  const settings = simulationSettingsOf({ ...config, devices }, planned, {
    ...{ costs: { ...costs, engine: { callMs: 0.123, macsPerMs: 1_234_567 } }, network, strategy, seed: 1 },
    ...{ pictureSize: { width: 1920, height: 1280 }, warmUp: 0, gatewayCpu: CPU, cpus: devices.map(() => CPU) },
    arrivals: { kind: 'one-by-one', sources: ['e0'], frames: 1, pictureBytes: samplePhoto('sample1.jpg').byteLength },
  });
  return simulate(settings).frames[0]!;
}

describe('bodies as the simulator reckons them', () => {
  /** Times in a result have up to so many digits more or less. */
  const DIGITS = 80;

  it.each(['ftp-wsh', 'modnn'] as const)('are as long as those of a real cluster: %s', async (strategy) => {
    const { bytes, macs } = await measured(strategy);
    const frame = await simulated(strategy);
    expect(frame.bytes.frame).toBe(bytes.frame);
    expect(frame.macs).toBe(macs.executed);
    const bodies = strategy === 'modnn' ? DEVICES * 8 : 9;
    expect(frame.bytes.input).toBe(bytes.input);
    expect(Math.abs(frame.bytes.result - bytes.result)).toBeLessThan(bodies * DIGITS);
    expect(Math.abs(frame.bytes.overlap - bytes.overlap)).toBeLessThan(bodies * DIGITS);
    expect(frame.bytes.control).toBe(bytes.control);
  });

  it.each(['gang', 'whole'] as const)('are as long as those of a real gang: %s', async (strategy) => {
    const { bytes, gang, macs } = await measured(strategy);
    const frame = await simulated(strategy);
    expect(frame.parts.size).toBe(gang!.at(-1)!.blocks.length);
    expect([frame.bytes.frame, frame.bytes.overlap]).toEqual([bytes.frame, bytes.overlap]);
    expect(frame.macs).toBe(macs.executed);
    // A real device starts with another share when it has computed something.
    expect(frame.bytes.input).toBe(bytes.input);
    // It finds other boxes than a simulated one.
    expect(Math.abs(frame.bytes.result - bytes.result)).toBeLessThan(DEVICES * (4 * DIGITS + 48 * 10));
  });

  it.each(['ftp-wst-s', 'ftp-wst', 'ftp-wsh'] as const)(
    'follow from what happened to each tile, to the byte: %s',
    async (strategy) => {
      const trace = await measured(strategy);
      const { network, plan } = await planCluster(cluster.config);
      const wirePlan = { plan, digest, fill: network.preprocessing.fill };
      const sizes = wireSizes(wirePlan, 'f32', '0'.repeat(64), wholeMap(network.input));
      for (const tile of trace.tiles) {
        const { attempt, controlBytes, inputBytes, overlapBytes, resultBytes } = tile;
        const frame = `00000000-${'1'.repeat(trace.frame.split('-')[1]!.length)}`;
        const facts = { frame, tile: tile.tile, generation: 1, attempt };
        const times = { waitMs: tile.waitMs!, transferMs: tile.transferMs!, overlapMs: tile.overlapMs! };
        const cost = { computeMs: tile.computeMs!, inputBytes, overlapBytes, controlBytes, macs: tile.macs! };
        expect(sizes.result({ ...facts, device: tile.device!, ...times, ...cost })).toBe(resultBytes);
      }
    },
  );

  it('are of the same kinds with work stealing', async () => {
    const { bytes } = await measured('ftp-wst-s');
    const frame = await simulated('ftp-wst-s');
    expect(frame.bytes.frame).toBe(bytes.frame);
    expect(Math.abs(frame.bytes.result - bytes.result)).toBeLessThan(9 * DIGITS);
    expect(frame.bytes.input).toBeGreaterThan(0);
    expect(frame.bytes.control).toBeGreaterThan(0);
  });
});
