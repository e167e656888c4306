import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { createEngine } from '../engine/engines.js';
import type { Calibration } from '../evaluation/simulate/calibration.js';
import { networkName } from '../evaluation/simulate/calibration.js';
import { letterboxPicture } from '../imaging/letterbox.js';
import { samplePhotoPath } from '../imaging/sample-photos.js';
import { loadModel } from '../model-files/load-model.js';
import type { CalibrationOrder } from './calibration-process.js';
import { leastCpuMs } from './cpu-time.js';
import { measureEngine } from './engine-costs.js';
import { measureNode } from './node-costs.js';
import { measureRequests } from './request-costs.js';

/** Measures what layers, tiles, requests, pictures and frames take of a core here. @param onStep told what is next. */
export async function calibrate(order: CalibrationOrder, onStep: (what: string) => void): Promise<Calibration> {
  const engine = await createEngine(order.engine, { threads: 1 });
  const model = await loadModel(order.model);
  const engineCosts = await measureEngine(engine, model, order.depth, onStep);
  onStep('pictures');
  const picture = readFileSync(samplePhotoPath('sample1.jpg'));
  const letterboxMs = await leastCpuMs(5, () => letterboxPicture(picture, model.network));
  const request = await measureRequests(onStep);
  const alone = { ...engineCosts, inBlocks: { stages: 1, layers: 1 }, frameMs: 0, letterboxMs, request };
  const costs = await measureNode({ ...order, picture }, alone, onStep);
  return {
    version: 4,
    model: networkName(model.network),
    machine: { processor: cpus()[0]?.model ?? '', architecture: process.arch, node: process.version },
    engine: { name: engine.name, version: engine.version },
    costs: { ...costs, segments: costs.segments.map((segment) => ({ ...segment, nodes: [...segment.nodes] })) },
  };
}
