import { resolve } from 'node:path';
import type { InputSettings } from '../heads/input-settings.js';
import { expandHome } from '../model/files/home-folder.js';
import { findPulledWeights } from '../model/model-cache.js';
import type { ModelSpec } from '../model-files/model-spec.js';
import type { Draft } from './draft.js';
import type { Environment } from './source/environment.js';

/** The model that a file asks for, its paths made absolute; weights that are not named are those that were pulled. */
export function modelSpecOf({ given }: Draft, baseDirectory: string, env: Environment): ModelSpec {
  const { name, onnx, cfg, weights, labels, head, input, width, height } = given.model ?? {};
  const pulled = name === undefined ? undefined : findPulledWeights(name, env);
  const absolute = (path: string) => resolve(baseDirectory, expandHome(path.replace(/^file:(\/\/)?/, ''), env));
  return Object.freeze({
    ...(name === undefined ? {} : { name }),
    ...(onnx === undefined ? {} : { onnx: absolute(onnx) }),
    ...(cfg === undefined ? {} : { cfg: absolute(cfg) }),
    ...(weights === undefined ? {} : { weights: isSynthetic(weights) ? weights : absolute(weights) }),
    ...(weights === undefined && pulled !== undefined ? { weights: pulled } : {}),
    ...(labels === undefined ? {} : { labels: absolute(labels) }),
    ...(head === undefined ? {} : { head }),
    ...(input === undefined ? {} : { input: inputSettings(input) }),
    ...(width === undefined ? {} : { width }),
    ...(height === undefined ? {} : { height }),
  });
}

type GivenInput = NonNullable<NonNullable<Draft['given']['model']>['input']>;

function inputSettings({ fill, mean, order, place, scale, std }: GivenInput): Partial<InputSettings> {
  const triple = (numbers: readonly (number | undefined)[]) => numbers as [number, number, number];
  return {
    ...(order === undefined ? {} : { order }),
    ...(place === undefined ? {} : { anchor: place }),
    ...(scale === undefined ? {} : { scale }),
    ...(fill?.length === 3 ? { fill: triple(fill) } : {}),
    ...(mean?.length === 3 ? { mean: triple(mean) } : {}),
    ...(std?.length === 3 ? { deviation: triple(std) } : {}),
  };
}

/** Whether `weights:` asks for made-up weights; a file of that name is written `./synthetic`. */
export function isSynthetic(weights: string): boolean {
  return weights === 'synthetic' || weights.startsWith('synthetic:');
}
