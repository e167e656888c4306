import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { EngineGraph, EngineOptions, FeatureBlock, InferenceEngine, LoadedGraph } from '../inference-engine.js';
import { loadTfjsBackend, type PackageLoader, type TfjsBackend } from './tfjs-backend.js';
import { loadTfjsLayer, type TfjsLayer, toChannelsFirst, toChannelsLast } from './tfjs-layers.js';

/**
 * Loads TensorFlow.js with a backend.
 *
 * @param load instead of `require`, for tests.
 * @throws DT_ENGINE_LOAD when the wanted backend cannot be loaded here.
 */
export async function createTfjsEngine(options: EngineOptions, load?: PackageLoader): Promise<InferenceEngine> {
  return new TfjsEngine(await loadTfjsBackend(options, load));
}

class TfjsEngine implements InferenceEngine {
  readonly name = 'tfjs';
  readonly version: string;
  readonly backend: string;
  readonly threads: number;
  readonly remark: string | null;
  readonly loadGraph = null;
  readonly #backend: TfjsBackend;

  constructor(backend: TfjsBackend) {
    this.#backend = backend;
    this.version = backend.tfjs.version_core;
    this.backend = backend.name;
    this.threads = backend.threads;
    this.remark = backend.remark;
  }

  async load(graph: EngineGraph): Promise<LoadedGraph> {
    await select(this.#backend);
    const layers = graph.layers.map((layer, offset) =>
      loadTfjsLayer(this.#backend.tfjs, graph, layer, graph.firstLayer + offset),
    );
    return new TfjsGraph(this.#backend, graph.firstLayer, layers);
  }
}

class TfjsGraph implements LoadedGraph {
  readonly #backend: TfjsBackend;
  readonly #firstLayer: number;
  readonly #layers: readonly TfjsLayer[];
  /** By layer: the maps that no later layer reads. */
  readonly #spent: readonly (readonly number[])[];

  constructor(backend: TfjsBackend, firstLayer: number, layers: readonly TfjsLayer[]) {
    this.#backend = backend;
    this.#firstLayer = firstLayer;
    this.#layers = layers;
    this.#spent = spentMaps(firstLayer, layers);
  }

  async run(block: FeatureBlock): Promise<FeatureBlock> {
    const { tfjs } = this.#backend;
    await select(this.#backend);
    const output = tfjs.tidy(() => this.#compute(block));
    const [, channels, height, width] = output.shape;
    const data = output.dataSync() as Float32Array;
    output.dispose();
    return { data, shape: { channels, height, width } };
  }

  async release(): Promise<void> {
    for (const layer of this.#layers) layer.dispose();
  }

  /** @returns the output, channels first. */
  #compute({ data, shape: { channels, height, width } }: FeatureBlock): Tensor4D {
    const { tfjs } = this.#backend;
    const maps = new Map<number, Tensor4D>();
    const first = this.#firstLayer;
    maps.set(
      first,
      tfjs.tidy(() => toChannelsLast(tfjs, tfjs.tensor4d(data, [1, channels, height, width]))),
    );
    for (const [offset, layer] of this.#layers.entries()) {
      const inputs = layer.sources.map((source) => maps.get(source)!);
      maps.set(
        first + offset + 1,
        tfjs.tidy(() => layer.run(inputs)),
      );
      // A map takes megabytes, and there are dozens of them.
      for (const map of this.#spent[offset]!) maps.get(map)!.dispose();
    }
    return toChannelsFirst(tfjs, maps.get(first + this.#layers.length)!);
  }
}

/** Which maps can go after each layer: those that it was the last to read, and its own output where nobody reads that. */
function spentMaps(firstLayer: number, layers: readonly TfjsLayer[]): readonly (readonly number[])[] {
  const lastReader = new Map<number, number>([[firstLayer, 0]]);
  for (const [offset, { sources }] of layers.entries()) {
    lastReader.set(firstLayer + offset + 1, offset);
    for (const source of sources) lastReader.set(source, offset);
  }
  lastReader.delete(firstLayer + layers.length);
  return layers.map((_, offset) => [...lastReader].filter(([, reader]) => reader === offset).map(([map]) => map));
}

/** A thread has one TensorFlow.js, and that one backend at a time. */
async function select({ tfjs, registeredName }: TfjsBackend): Promise<void> {
  while (tfjs.getBackend() !== registeredName) await tfjs.setBackend(registeredName);
}
