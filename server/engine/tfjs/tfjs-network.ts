import type { Tensor as TfjsTensor } from '@tensorflow/tfjs-core';
import type { LoadedNetwork, Tensor } from '../inference-engine.js';
import { fromTfjs, toTfjs } from './tensors.js';
import { selectBackend, type Tfjs, type TfjsBackend } from './tfjs-backend.js';
import type { TfjsProgram } from './tfjs-program.js';

/** A program that is ready to run on a backend. */
export class TfjsNetwork implements LoadedNetwork {
  readonly #backend: TfjsBackend;
  readonly #program: TfjsProgram;

  constructor(backend: TfjsBackend, program: TfjsProgram) {
    this.#backend = backend;
    this.#program = program;
  }

  async run(inputs: ReadonlyMap<string, Tensor>): Promise<ReadonlyMap<string, Tensor>> {
    const { tfjs } = this.#backend;
    await selectBackend(this.#backend);
    const outputs = tfjs.tidy(() => compute(tfjs, this.#program, inputs));
    const foreign = new Set([...inputs.values()].map(({ data }) => data.buffer));
    const read = this.#program.outputs.map(
      ({ name, type }, i) => [name, fromTfjs(outputs[i]!, type, foreign)] as const,
    );
    tfjs.dispose(outputs);
    return new Map(read);
  }

  async release(): Promise<void> {
    this.#backend.tfjs.dispose([...this.#program.kept]);
  }
}

/** @returns the outputs, in the program's order. */
function compute(tfjs: Tfjs, program: TfjsProgram, inputs: ReadonlyMap<string, Tensor>): TfjsTensor[] {
  const tensors = new Map(program.constants);
  for (const { name, slot, type } of program.inputs) tensors.set(slot, toTfjs(tfjs, inputs.get(name)!, type));
  for (const { reads, run, spent, writes } of program.steps) {
    const results = tfjs.tidy(() => [...run(reads.map((slot) => tensors.get(slot)!))]);
    for (const [i, slot] of writes.entries()) {
      if (slot === null) results[i]!.dispose();
      else tensors.set(slot, results[i]!);
    }
    // A map takes megabytes, and there are hundreds of them.
    for (const slot of spent) {
      tensors.get(slot)!.dispose();
      tensors.delete(slot);
    }
  }
  // An input that is an output as it is must not be disposed of twice; two outputs may be one value.
  return program.outputs.map(({ slot }) => tfjs.clone(tensors.get(slot)!));
}
