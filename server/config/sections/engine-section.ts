import { Type } from 'typebox';
import { backendsOf, ENGINE_NAMES } from '../../engine/engines.js';
import { CLUSTER_DEFAULTS } from '../defaults.js';
import { choice, whole } from './schema-fields.js';

const { name, threads } = CLUSTER_DEFAULTS.engine;
const backends = ENGINE_NAMES.flatMap((engine) => backendsOf(engine));
const bounds = { minimum: 1, maximum: 64, examples: [1] };
const optional = Type.Optional;

const about = {
  name: 'The inference library.',
  backend: 'What tfjs computes with: auto takes tfjs-node where it is installed, else wasm.',
  threads: 'Threads it computes with; wasm and cpu have one.',
};

/** `engine` of the cluster. */
export const engine = Type.Object(
  {
    name: optional(choice(about.name, ENGINE_NAMES, name)),
    backend: optional(choice(about.backend, backends, backends[0])),
    threads: optional(whole(about.threads, { ...bounds, default: threads })),
  },
  { additionalProperties: false, description: 'What computes the layers, on every node that says nothing else.' },
);

/** `engine` of one node: what it leaves out is as the cluster's. */
export const nodeEngine = Type.Object(
  {
    name: optional(choice(about.name, ENGINE_NAMES)),
    backend: optional(choice(about.backend, backends)),
    threads: optional(whole(about.threads, bounds)),
  },
  { additionalProperties: false, description: 'What computes the layers on this node.' },
);
