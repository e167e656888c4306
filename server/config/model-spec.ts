import { resolve } from 'node:path';
import { expandHome } from '../model/files/home-folder.js';
import { findPulledWeights } from '../model/model-cache.js';
import type { ModelSpec } from '../model/model-source.js';
import type { Draft } from './draft.js';
import type { Environment } from './source/environment.js';

/** The model that a file asks for, its paths made absolute; weights that are not named are those that were pulled. */
export function modelSpecOf({ given }: Draft, baseDirectory: string, env: Environment): ModelSpec {
  const { name, cfg, weights, labels, width, height } = given.model ?? {};
  const pulled = name === undefined ? undefined : findPulledWeights(name, env);
  const absolute = (path: string) => resolve(baseDirectory, expandHome(path.replace(/^file:(\/\/)?/, ''), env));
  return Object.freeze({
    ...(name === undefined ? {} : { name }),
    ...(cfg === undefined ? {} : { cfg: absolute(cfg) }),
    ...(weights === undefined ? {} : { weights: isSynthetic(weights) ? weights : absolute(weights) }),
    ...(weights === undefined && pulled !== undefined ? { weights: pulled } : {}),
    ...(labels === undefined ? {} : { labels: absolute(labels) }),
    ...(width === undefined ? {} : { width }),
    ...(height === undefined ? {} : { height }),
  });
}

/** Whether `weights:` asks for made-up weights; a file of that name is written `./synthetic`. */
export function isSynthetic(weights: string): boolean {
  return weights === 'synthetic' || weights.startsWith('synthetic:');
}
