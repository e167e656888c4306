import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { createClient, type DeepThingsClient, type Schemas } from '../../client/client.js';
import { createUndiciTransport } from '../../client/undici-transport.js';
import { frameInput, frameOutputs } from '../../server/evaluation/measure/frame-tensors.js';
import { relativeDifference, TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import { runUntiled } from '../../server/evaluation/measure/untiled.js';
import { EventReader } from '../node/event-reader.js';
import { SMALL } from '../node/small-cluster.js';
import { samplePhoto, submit } from '../support/frames.js';
import { type ProcessCluster, startProcessCluster } from '../support/process-cluster.js';
import { waitUntil } from '../support/test-cluster.js';

/** Patient: on a busy machine a process may stand still for seconds, which is not what is looked for here. */
const YAML =
  `${SMALL}\nschedule: { heartbeat: { intervalMs: 2000, lostAfterMs: 60000 }, drain: { timeoutMs: 60000 }, ` +
  'lease: { floorMs: 60000, waitingMs: 60000 } }\n' +
  'limits: { keptOutputs: 100, eventsKept: 100000, frameTimeoutMs: 240000 }';
const STRATEGIES = ['ftp-wst-s', 'ftp-wst', 'ftp-wsh', 'modnn'] as const;
/** Programs that submit a picture as soon as they have heard of the one before. */
const PROGRAMS = 4;
const PICTURE = samplePhoto('sample5.jpg');

/** Pictures are submitted without a pause, to the gateway and to the devices themselves. */
class Load {
  #stopped = false;
  readonly #programs: Promise<void>[];

  constructor(nodes: readonly DeepThingsClient[]) {
    this.#programs = Array.from({ length: PROGRAMS }, (_, i) => this.#run(nodes, i));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#programs);
  }

  async #run(nodes: readonly DeepThingsClient[], program: number): Promise<void> {
    for (let n = program; !this.#stopped; n++) {
      const query = { wait: 30, strategy: STRATEGIES[n % STRATEGIES.length]! };
      const body = { mediaType: 'image/jpeg', bytes: PICTURE };
      // Whoever is being restarted refuses it, or is not there: what was accepted all the same the gateway lists.
      await nodes[n % nodes.length]!.call('submitFrame', { query, body }).catch(
        () => new Promise((resolve) => setTimeout(resolve, 50)),
      );
    }
  }
}

/** Follows what the gateway tells: states of devices, and the output of each frame as soon as it is complete. */
class Witness {
  readonly states = new Set<string>();
  /** By frame, how far its output is from the untiled one. */
  readonly differences = new Map<string, number>();
  readonly #events: EventReader;
  readonly #done: Promise<void>;

  constructor(events: EventReader, client: DeepThingsClient, whole: readonly Float32Array[]) {
    this.#events = events;
    this.#done = this.#follow(client, whole).catch(() => {});
  }

  async stop(): Promise<void> {
    this.#events.close();
    await this.#done;
  }

  async #follow(client: DeepThingsClient, whole: readonly Float32Array[]): Promise<void> {
    for (let event = await this.#events.next(); event !== null; event = await this.#events.next()) {
      if (event.event === 'device') this.states.add((event.data as Schemas['DeviceState']).state);
      const { id, state } = event.data as Partial<Schemas['Frame']>;
      if (event.event !== 'frame' || state !== 'complete') continue;
      this.differences.set(id!, relativeDifference(await frameOutputs(client, id!), whole));
    }
  }
}

async function allFrames(client: DeepThingsClient): Promise<Schemas['Frame'][]> {
  const frames: Schemas['Frame'][] = [];
  for (let before: string | null | undefined; before !== null; ) {
    const { json } = await client.call('listFrames', { query: { limit: 200, ...(before && { before }) } });
    frames.push(...json!.frames);
    before = json!.nextBefore;
  }
  return frames;
}

describe('every device is told to stop and started again, one after another, under load', () => {
  let cluster: ProcessCluster | undefined;
  afterEach(() => cluster?.stop());

  test('and nothing is lost', { timeout: 240_000 }, async () => {
    cluster = await startProcessCluster(YAML);
    const { client, config } = cluster;
    const first = await submit(client, PICTURE);
    const whole = await runUntiled(config, await frameInput(client, first.id, 96));
    const witness = new Witness(await EventReader.open(config.gateway.address), client, whole);
    const { transport, close } = createUndiciTransport();
    const devices = config.devices.map(({ id, address }) => ({
      id,
      client: createClient({ baseUrl: address, transport }),
    }));
    const complete = async () => (await client.call('getCluster')).json!.frames.complete;
    const load = new Load([client, client, ...devices.map((device) => device.client)]);
    for (const { id } of devices) {
      const before = await complete();
      await waitUntil(async () => (await complete()) >= before + 8, 60_000);
      const process = cluster.process(id);
      const ended = once(process, 'exit');
      process.kill('SIGTERM');
      expect(await ended, id).toEqual([0, null]);
      const meanwhile = await complete();
      await waitUntil(async () => (await complete()) >= meanwhile + 4, 60_000);
      cluster.start(id);
      await waitUntil(async () => {
        const state = (await client.call('getCluster')).json!;
        return state.devices.every((device) => device.state === 'live');
      }, 30_000);
    }
    await load.stop();
    await waitUntil(async () => (await client.call('getCluster')).json!.frames.open === 0, 30_000);

    const frames = await allFrames(client);
    expect(frames.length).toBeGreaterThan(36);
    expect(frames.filter(({ state }) => state !== 'complete')).toEqual([]);
    const troubled: string[] = [];
    for (const { id } of frames) {
      const { strategy, tiles } = (await client.call('getFrameTrace', { path: { frame: id } })).json!;
      for (const { tile, history } of tiles) {
        const story = history.map(
          ({ atMs, event, device, attempt }) => `${atMs.toFixed(0)} ${event} ${device}#${attempt}`,
        );
        if (/expired|lost/.test(story.join())) troubled.push(`${id} ${strategy} ${tile}: ${story.join(', ')}`);
      }
    }
    expect(troubled).toEqual([]);
    await waitUntil(() => witness.differences.size === frames.length - 1, 30_000);
    expect(Math.max(...witness.differences.values())).toBeLessThanOrEqual(TOLERANCE.f32);
    expect([...witness.states]).not.toContain('lost');
    expect([...witness.states]).toEqual(expect.arrayContaining(['drained', 'left', 'live']));
    await witness.stop();

    for (const { client: device } of devices) {
      const itself = async () => (await device.call('getCluster')).json!;
      await waitUntil(async () => (await itself()).frames.open === 0);
      expect((await itself()).devices[0]).toMatchObject({ state: 'live', pending: 0, running: 0 });
    }
    await close();
  });
});
