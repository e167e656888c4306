import { resolveClusterConfig } from '../../server/config/load.js';
import { ConfigError } from '../../server/config/source/problem.js';

/** The parts that every cluster.yaml must have. */
export const REQUIRED = `model: { name: face-detector }
gateway: { address: 'http://127.0.0.1:8080' }
devices:
  - { id: e0, address: 'http://127.0.0.1:8081' }
`;

export interface Surroundings {
  readonly env?: Readonly<Record<string, string>>;
  readonly baseDirectory?: string;
}

export function resolveText(text: string, { env = {}, baseDirectory = '/nowhere' }: Surroundings = {}) {
  return resolveClusterConfig(text, { file: 'cluster.yaml', baseDirectory, env });
}

/** What is wrong with a text, as the user reads it, a line each; none when it is right. */
export async function problemLines(text: string, surroundings?: Surroundings): Promise<string[]> {
  try {
    await resolveText(text, surroundings);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
}
