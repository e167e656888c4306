// Devices and cameras of bench/gateway.mjs, in one process: devices that register, take blocks of frames and answer with boxes at once, computing
// nothing; cameras that submit their next frame when the one before it has ended. Asked over the channel, it says how many frames have ended.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { bodyDigest, DIGEST_HEADER, EMPTY_DIGEST, TENSOR_TYPE } from '../client/body-digest.ts';
import { packCandidates } from '../server/heads/packed-candidates.ts';
import { decodeBlockTask } from '../server/node/wire/block-body.ts';
import { encodeBlockResult } from '../server/node/wire/block-result.ts';
import { PROTOCOL_VERSION } from '../server/node/wire/plan-digest.ts';

/** Times that a stub says its stages took: the gateway's forecasts want some. */
const STAGE_MS = 50;
const STAGE_MACS = 1e8;
/** Of a frame, in all. */
const BOXES = 8;
/** A camera that is refused or whose frame has failed goes on after this time. */
const RETRY_MS = 100;

const JSON_TYPE = 'application/json';
// As many connections as there are requests: submissions that wait hold one each.
const agent = new Agent({ pipelining: 1 });
const startedAt = Date.now();
const counts = { ended: 0, refused: 0, failed: 0, tasks: 0 };
const latenciesMs = [];
let isOver = false;

/** Sends the gateway a body with its digest, and reads the answer. */
async function call(gateway, path, { type = JSON_TYPE, body, headers = {} }) {
  const { statusCode, body: answer } = await request(`${gateway}${path}`, {
    method: 'POST',
    dispatcher: agent,
    headers: { 'content-type': type, [DIGEST_HEADER]: bodyDigest(body), ...headers },
    body,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return { status: statusCode, text: await answer.text() };
}

async function read(request) {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** A device that computes nothing. */
class StubDevice {
  #facts;
  #number = 0;
  #tasks = new Map();
  /** Waits of this device's cameras, by frame. */
  #waits = new Map();
  /** Frames whose end was told before their submission was answered. */
  #early = new Map();

  constructor(facts) {
    this.#facts = facts;
  }

  async start() {
    const { listen } = this.#facts;
    const server = createServer((request, response) => void this.#answer(request, response));
    server.keepAliveTimeout = 72_000;
    server.listen(listen.port, listen.host);
    await once(server, 'listening');
    await this.#register();
    const beat = async () => {
      while (!isOver) {
        await sleep(this.#facts.heartbeatMs);
        await this.#register().catch(() => {});
      }
    };
    void beat();
  }

  async #register() {
    const { address, device, digest, engine, gateway, model } = this.#facts;
    const counters = { tilesRun: 0, tilesStolen: 0, tilesGiven: 0, tileMs: 0, resultMs: 0, rssBytes: 0 };
    const tasks = [...this.#tasks.values()];
    const facts = { kind: 'device', device, address, startedAt, number: ++this.#number, protocol: PROTOCOL_VERSION };
    const registration = { ...facts, model, plan: digest, engine, pending: 0, tasks, handedOut: [], counters };
    const { status, text } = await call(gateway, '/register', { body: JSON.stringify(registration) });
    if (status !== 200) throw new Error(`${device} is not taken: ${text}`);
  }

  async #answer(request, response) {
    const path = request.url.split('?', 1)[0];
    const body = await read(request);
    if (request.method === 'GET' && path === '/cluster') return this.#say(response, 200, this.#state());
    if (path === '/tasks') {
      this.#say(response, 202, { status: 'queued' });
      return this.#compute(body);
    }
    if (path === '/results') this.#ended(JSON.parse(body));
    else if (path === '/register') return this.#say(response, 200, { epoch: '', heartbeatMs: 0, ended: [] });
    response.writeHead(204, { [DIGEST_HEADER]: EMPTY_DIGEST }).end();
  }

  #say(response, status, json) {
    const text = JSON.stringify(json);
    const headers = { 'content-type': JSON_TYPE, 'content-length': Buffer.byteLength(text) };
    response.writeHead(status, { ...headers, [DIGEST_HEADER]: bodyDigest(text) }).end(text);
  }

  #state() {
    const { cluster, device } = this.#facts;
    const own = cluster.devices.find((one) => one.device === device);
    return { ...cluster, role: 'edge', devices: [{ ...own, startedAt }] };
  }

  async #compute(bytes) {
    const { device, digest, gateway, maps, stages } = this.#facts;
    const { attempt, bands, boxesAbove, frame, generation, member, members } = decodeBlockTask(digest, bytes);
    if (boxesAbove === null) throw new Error('the gateway asks for maps: stubs have boxes only');
    counts.tasks++;
    this.#tasks.set(frame, { frame, tile: member, generation, attempt, state: 'running' });
    const count = members.length;
    const boxes = Array.from({ length: member === 0 ? BOXES : 0 }, (_, i) => {
      const box = { cx: (i + 0.5) / BOXES, cy: (bands.rows[member] + 1) / 10_001, width: 0.05, height: 0.1 };
      return { box, classIndex: i, score: 0.9 };
    });
    const computeMs = STAGE_MS / count;
    const times = Array.from({ length: stages }, (_, i) => {
      return { stripsMs: 0, beganMs: i * computeMs, endedMs: (i + 1) * computeMs, computeMs, sent: [] };
    });
    const costs = { prepareMs: 5, totalMs: stages * computeMs + 5, afterMs: 0, waitMs: 0, overlapBytes: 0 };
    const taskBytes = bytes.byteLength;
    const result = {
      ...{ frame, member, generation, attempt, device, gang: 'stages', taskBytes, ...costs, stages: times },
      ...{
        computeMs: stages * computeMs,
        macs: (stages * STAGE_MACS) / count,
        outputs: [],
        boxes: packCandidates(boxes),
      },
    };
    const body = encodeBlockResult(digest, maps, result, 'F32');
    const { status, text } = await call(gateway, '/results', { type: TENSOR_TYPE, body });
    this.#tasks.delete(frame);
    if (status !== 200) throw new Error(`a result is refused: ${text}`);
  }

  #ended({ frame, state }) {
    const wait = this.#waits.get(frame);
    this.#waits.delete(frame);
    if (wait !== undefined) wait(state);
    else this.#early.set(frame, state);
  }

  /** Submits a picture of this device's camera, and waits for the word that its frame has ended. */
  async submit(picture, query) {
    const { device, gateway } = this.#facts;
    const { status, text } = await call(gateway, `/devices/${device}/frames?${query}`, {
      type: 'image/jpeg',
      body: picture,
      headers: { 'idempotency-key': randomUUID() },
    });
    if (status !== 202) return { status, text };
    const { id } = JSON.parse(text);
    const early = this.#early.get(id);
    this.#early.delete(id);
    const state = early ?? (await new Promise((resolve) => this.#waits.set(id, resolve)));
    return { status: state === 'complete' ? 200 : 500, text: state };
  }
}

/** Submits a picture as `deepthings watch` does: the answer is held until the frame has ended. */
function watch(gateway, picture, camera) {
  const headers = { 'idempotency-key': randomUUID() };
  const path = `/frames?wait=60&camera=${camera}&queue=latest`;
  return call(gateway, path, { type: 'image/jpeg', body: picture, headers });
}

async function film(submit) {
  while (!isOver) {
    const beganMs = performance.now();
    const { status, text } = await submit();
    if (isOver) return;
    if (status === 200) {
      counts.ended++;
      latenciesMs.push(performance.now() - beganMs);
      continue;
    }
    counts[status === 429 || status === 503 ? 'refused' : 'failed']++;
    counts.lastProblem = `${status} ${text.slice(0, 300)}`;
    await sleep(RETRY_MS);
  }
}

async function start({ cameras, cluster, devices, from, gateway, pictures, plan }) {
  const shared = { cluster, gateway, model: cluster.model.digest, engine: cluster.engine, digest: plan.digest };
  const stubs = devices.map((facts) => {
    return new StubDevice({ ...shared, ...facts, maps: [], stages: plan.stages, heartbeatMs: plan.heartbeatMs });
  });
  for (const stub of stubs) await stub.start();
  const images = pictures.map((text) => Buffer.from(text, 'base64'));
  for (let i = 0; i < cameras; i++) {
    const picture = images[i % images.length];
    const device = stubs[i % stubs.length];
    const submit =
      from === 'devices'
        ? () => device.submit(picture, `strategy=${plan.strategy}`)
        : () => watch(gateway, picture, `cam${i}`);
    void film(submit).catch(fail);
  }
}

function fail(error) {
  process.send({ error: error.stack });
}

process.on('unhandledRejection', (error) => {
  if (!isOver) fail(error);
});
/** By the word that they are asked by. */
const ANSWERS = {
  start: async (facts) => {
    await start(facts);
  },
  counts: async () => {
    return { ...counts, latenciesMs: latenciesMs.splice(0), atMs: performance.now(), cpu: process.cpuUsage() };
  },
  end: async () => {
    isOver = true;
  },
};

process.on('message', (question) => {
  const { kind = question } = question;
  ANSWERS[kind](question).then((answer) => process.send({ of: kind, answer: answer ?? null }), fail);
});
