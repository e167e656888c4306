import { createReadStream } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { checkCluster } from './checks/cluster-check.js';
import { checkModel } from './checks/model-check.js';
import { checkPartition } from './checks/partition-check.js';
import { checkSchema } from './checks/schema-check.js';
import { type ClusterConfig, resolveCluster } from './cluster-config.js';
import type { ClusterFile } from './cluster-file.js';
import { draftOf } from './draft.js';
import { modelSpecOf } from './model-spec.js';
import type { Environment } from './source/environment.js';
import { ConfigError, fileProblem } from './source/problem.js';
import { readYaml } from './source/yaml-source.js';

const LARGEST_FILE_BYTES = 2 ** 20;

export interface ConfigOrigin {
  /** The file's name, for messages. */
  readonly file: string;
  /** The folder that paths in it start from. */
  readonly baseDirectory: string;
  readonly env: Environment;
}

/**
 * Reads, expands, checks and resolves a cluster.yaml.
 *
 * @param path as messages shall name it; paths inside the file start from its folder.
 * @throws ConfigError (`DT_CONFIG`) with every problem that was found.
 */
export async function loadClusterConfig(path: string, env: Environment = process.env): Promise<ClusterConfig> {
  const text = decode(await readBounded(path), path);
  return resolveClusterConfig(text, { file: path, baseDirectory: dirname(resolve(path)), env });
}

/**
 * The same of a text. Besides the text only the model's files are looked at.
 *
 * @throws ConfigError (`DT_CONFIG`) with every problem that was found.
 */
export async function resolveClusterConfig(text: string, origin: ConfigOrigin): Promise<ClusterConfig> {
  const { file, baseDirectory, env } = origin;
  if (text.length > LARGEST_FILE_BYTES) throw tooLarge(file);
  const source = readYaml(text, file, env);
  if (source.value === undefined || source.value === null) {
    throw new ConfigError([fileProblem(file, 'is empty', 'write at least model, gateway and devices')]);
  }
  checkSchema(source);
  const draft = draftOf(source);
  checkCluster(draft);
  const spec = modelSpecOf(draft, baseDirectory, env);
  const remarks = new Set<string>();
  const network = await checkModel(draft, spec, (said) => remarks.add(said));
  if (network !== undefined) checkPartition(draft, network);
  if (!draft.problems.isEmpty || network === undefined) throw new ConfigError(draft.problems.sorted());
  return resolveCluster(source.value as ClusterFile, {
    ...{ file, spec, limits: network.limits, remarks: [...remarks] },
    ...{ baseDirectory: resolve(baseDirectory), env },
  });
}

async function readBounded(path: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  try {
    // One byte more than is allowed tells a file that is too large.
    for await (const chunk of createReadStream(path, { end: LARGEST_FILE_BYTES })) chunks.push(chunk as Buffer);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const message = code === 'ENOENT' ? 'there is no such file' : `cannot be read: ${code ?? String(cause)}`;
    throw new ConfigError([fileProblem(path, message, 'name the right file with -c')], { cause });
  }
  const bytes = Buffer.concat(chunks);
  if (bytes.byteLength > LARGEST_FILE_BYTES) throw tooLarge(path);
  return bytes;
}

function decode(bytes: Buffer, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ConfigError([fileProblem(file, 'is not UTF-8 text', 'save it as UTF-8')], { cause });
  }
}

function tooLarge(file: string): ConfigError {
  const message = `has more than ${LARGEST_FILE_BYTES} bytes`;
  return new ConfigError([fileProblem(file, message, 'name the right file with -c')]);
}
