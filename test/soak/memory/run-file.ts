import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { MemoryPlan } from './memory-run.js';
import type { MemorySample } from './node-sample.js';
import type { MemoryRun } from './verdict.js';

/** What a run was: the first line of its file. */
export interface RunFacts extends MemoryPlan {
  readonly startedAt: string;
  readonly node: string;
  readonly processors: number;
}

/** A run as its file has it. `senders` is empty while it is under way. */
export interface RecordedRun extends MemoryRun {
  readonly facts: RunFacts;
}

const FILE = 'memory.jsonl';

/**
 * Writes a run down as it goes, so that one that is broken off is not lost. A line of JSON each: the facts, every sample,
 * and last what became of the pictures.
 */
export class RunFile {
  readonly #path: string;

  /** @param folder made where it is not there; a run that it had is overwritten. */
  constructor(folder: string, { hours, perSecond, seed }: MemoryPlan) {
    mkdirSync(folder, { recursive: true });
    this.#path = join(folder, FILE);
    const facts: RunFacts = {
      ...{ hours, perSecond, seed },
      ...{ startedAt: new Date().toISOString(), node: process.version, processors: cpus().length },
    };
    writeFileSync(this.#path, `${JSON.stringify(facts)}\n`);
  }

  add(sample: MemorySample): void {
    appendFileSync(this.#path, `${JSON.stringify(sample)}\n`);
  }

  end({ senders }: MemoryRun): void {
    const plain = senders.map(({ other, ...sender }) => ({ ...sender, other: [...other] }));
    appendFileSync(this.#path, `${JSON.stringify({ senders: plain })}\n`);
  }
}

/** @returns null when the folder has no run. */
export function readRunFile(folder: string): RecordedRun | null {
  if (!existsSync(join(folder, FILE))) return null;
  const lines = readFileSync(join(folder, FILE), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
  const facts = lines[0] as RunFacts;
  const isEnd = (line: unknown): line is { senders: PlainSender[] } => Object.hasOwn(line as object, 'senders');
  const samples = lines.slice(1).filter((line) => !isEnd(line)) as MemorySample[];
  const senders = lines.filter(isEnd).flatMap((line) => line.senders);
  return { facts, samples, senders: senders.map((sender) => ({ ...sender, other: new Map(sender.other) })) };
}

type PlainSender = Omit<MemoryRun['senders'][number], 'other'> & { readonly other: readonly [string, number][] };
