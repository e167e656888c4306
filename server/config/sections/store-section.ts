import { Type } from 'typebox';
import { CLUSTER_DEFAULTS } from '../defaults.js';
import { byteSize, duration, flag, text, whole } from './schema-fields.js';

const CLOSED = { additionalProperties: false } as const;
const optional = Type.Optional;
const defaults = CLUSTER_DEFAULTS.store;

/** `store:` of cluster.yaml. */
export const store = Type.Object(
  {
    path: optional(
      text(
        'The folder that the gateway keeps frames in, from this file; or memory, for what need not survive a restart. ' +
          'By default deepthings/NAME in $XDG_STATE_HOME or ~/.local/state.',
        { examples: ['/var/lib/deepthings', 'memory'] },
      ),
    ),
    keepPictures: optional(
      flag(
        "Whether a frame's picture is kept once the frame has ended, or only what was found.",
        defaults.keepPictures,
      ),
    ),
    age: optional(duration('Ended frames that are older are forgotten.', defaults.age)),
    bytes: optional(byteSize('Room for the pictures of ended frames; the oldest are forgotten.', defaults.bytes)),
    frames: optional(
      whole('Ended frames that can still be looked at; the oldest are forgotten.', {
        minimum: 1,
        maximum: 100_000,
        default: defaults.frames,
      }),
    ),
  },
  { ...CLOSED, description: 'Where and how long the gateway keeps frames (docs/reliability.md).' },
);
