import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import { MEMORY_SETTINGS } from '../../server/supervision/memory-settings.js';

const CLI = createRequire(import.meta.url).resolve('#cli');

export interface TestNodeStart {
  /** `gateway`, or the id of a device. */
  readonly node: string;
  /** Its cluster.yaml. */
  readonly file: string;
  /** Where what it prints is added; null for nowhere, or here with `TEST_LOG`. */
  readonly logFile: string | null;
  /** For Node, before the program's name. */
  readonly nodeArguments?: readonly string[];
}

/**
 * Starts a node with the memory settings of nodes. Without them it would run itself again in a second process, which a
 * SIGSTOP or a debugging hook meant for the node does not reach.
 */
export function spawnTestNode({ node, file, logFile, nodeArguments = [] }: TestNodeStart): ChildProcess {
  const command = node === 'gateway' ? ['gateway'] : ['edge', node];
  const { environment, nodeArguments: memoryArguments } = MEMORY_SETTINGS;
  const log = logFile === null ? null : openSync(logFile, 'a');
  const child = spawn(process.execPath, [...memoryArguments, ...nodeArguments, CLI, ...command, '-c', file], {
    env: { ...environment, ...process.env },
    stdio: ['ignore', log ?? 'ignore', log ?? (process.env.TEST_LOG === undefined ? 'ignore' : 'inherit')],
  });
  if (log !== null) closeSync(log);
  return child;
}
