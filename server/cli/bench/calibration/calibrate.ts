import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { createEngine } from '../../../engine/engines.js';
import type { Calibration } from '../../../evaluation/calibration.js';
import { letterboxPicture } from '../../../imaging/letterbox.js';
import { samplePhotoPath } from '../../../imaging/sample-photos.js';
import type { LoadedModel } from '../../../model/model-source.js';
import { networkName } from '../simulate-command.js';
import { leastCpuMs } from './cpu-time.js';
import { measureEngine } from './engine-costs.js';
import { measureRequests } from './request-costs.js';

/** Measures what layers, tiles, requests and pictures take on one core of this machine. @param onStep told what is next. */
export async function calibrate(
  model: LoadedModel,
  depth: number,
  engineName: string,
  onStep: (what: string) => void,
): Promise<Calibration> {
  const engine = await createEngine(engineName, { threads: 1 });
  const engineCosts = await measureEngine(engine, model, depth, onStep);
  onStep('pictures');
  const picture = readFileSync(samplePhotoPath('sample1.jpg'));
  const letterboxMs = await leastCpuMs(5, () => letterboxPicture(picture, model.network));
  const request = await measureRequests(onStep);
  return {
    version: 1,
    model: networkName(model.network),
    machine: { processor: cpus()[0]?.model ?? '', architecture: process.arch, node: process.version },
    engine: { name: engine.name, version: engine.version },
    costs: { ...engineCosts, segments: [...engineCosts.segments], letterboxMs, request },
  };
}
