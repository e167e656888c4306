import { Type } from 'typebox';
import { CLUSTER_DEFAULTS as defaults } from '../defaults.js';
import { nodeEngine } from './engine-section.js';
import { autoOrFlag, decimal, flag, text } from './schema-fields.js';

const MOST_DEVICES = 1024;
const CLOSED = { additionalProperties: false } as const;
const optional = Type.Optional;

const address = text('Where the other nodes reach it: http://host:port, https:// with tls.', {
  examples: ['http://192.168.1.10:8080'],
});
const listen = optional(
  text('Where it listens, host:port, when that differs from the address.', {
    pattern: '^.+:[0-9]{1,5}$',
    patternErrorMessage: 'host:port',
    examples: ['0.0.0.0:8080'],
  }),
);

/** The gateway. */
export const gateway = Type.Object(
  {
    address,
    listen,
    engine: optional(nodeEngine),
    compute: optional(
      autoOrFlag(
        'The gateway computes frames too: auto, whole ones when no device is there to take work; true, also when it is idle ' +
          'and no device is free, and it is a member of gangs; false, never.',
        defaults.gateway.compute,
      ),
    ),
  },
  { ...CLOSED, description: 'The node that takes pictures in, hands out work and merges the results.' },
);

const device = Type.Object(
  {
    id: text('Its name: what `deepthings edge <id>` is started with.', {
      pattern: '^[a-z0-9][a-z0-9-]{0,31}$',
      patternErrorMessage: 'at most 32 lower-case letters, digits and hyphens, not starting with a hyphen',
      examples: ['e0', 'kitchen-pi'],
    }),
    address,
    listen,
    engine: optional(nodeEngine),
    speed: optional(
      decimal('How fast it computes, compared with the others; modnn cuts rows by it. Without it, as measured.', {
        minimum: 0.001,
        maximum: 1000,
        examples: [1, 0.5],
      }),
    ),
    source: optional(
      flag(
        'Whether frames may start on it. One that only steals never decodes a picture, and needs less memory.',
        defaults.device.source,
      ),
    ),
  },
  { ...CLOSED, description: 'An edge device.' },
);

/** The edge devices. */
export const devices = Type.Array(device, {
  description: 'The edge devices; where there are none, the gateway computes by itself.',
  minItems: 0,
  maxItems: MOST_DEVICES,
});
