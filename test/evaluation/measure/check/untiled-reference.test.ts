import { expect, it } from 'vitest';
import type { DeepThingsClient, Schemas } from '../../../../client/client.js';
import { UntiledReference } from '../../../../server/evaluation/measure/check/untiled-reference.js';
import { runUntiled } from '../../../../server/evaluation/measure/untiled.js';
import { planCluster } from '../../../../server/node/cluster-plan.js';
import { encodeSafetensors, type Tensor } from '../../../../server/tensor/safetensors.js';
import { testConfig } from '../../../support/test-cluster.js';

const SIZE = 96;
const INPUT = Uint8Array.from({ length: 3 * SIZE * SIZE }, (_, i) => (37 * i) % 251);
const FRAME = { id: 'f', strategy: 'ftp-wst-s', inputDigest: 'd'.repeat(64) } as Schemas['Frame'];

/** A gateway that keeps these maps of a frame. */
function clientWith(maps: Readonly<Record<string, Tensor>>): DeepThingsClient {
  const answers = new Map<string, object>([
    ['getPlan', { json: { stages: [{ maps: [{ width: SIZE, height: SIZE }] }] } }],
    ['getFrameInput', { bytes: encodeSafetensors({ input: { type: 'U8', shape: [3, SIZE, SIZE], data: INPUT } }, {}) }],
    ['getFrameOutput', { bytes: encodeSafetensors(maps, {}) }],
  ]);
  return { call: async (operation: string) => answers.get(operation) } as unknown as DeepThingsClient;
}

it('a picture is compared with the part of the network that its tiles are of', { timeout: 60_000 }, async () => {
  const reference = new UntiledReference();
  for (const depth of [4, 8]) {
    const model = `model: { name: face-detector, width: ${SIZE}, height: ${SIZE} }`;
    const yaml = `${model}\npartition: { grid: 2x2, fusedDepth: ${depth} }`;
    const config = await testConfig(yaml, 2, 'http://127.0.0.1:65535');
    const { maps, outputs } = (await planCluster(config)).plan;
    const merged = (await runUntiled(config, INPUT)).map((data, i): [string, Tensor] => {
      const { channels, height, width } = maps[outputs[i]!]!;
      return [`map ${i}`, { type: 'F32', shape: [channels, height, width], data }];
    });
    const difference = await reference.compare(clientWith(Object.fromEntries(merged)), config, FRAME);
    expect(difference).toEqual({ absolute: 0, relative: 0 });
  }
});
