import { Type } from 'typebox';
import { CLUSTER_DEFAULTS } from '../defaults.js';
import { flag, text } from './schema-fields.js';

const CLOSED = { additionalProperties: false } as const;
const optional = Type.Optional;

/** `tls:` of cluster.yaml. */
export const tls = Type.Object(
  {
    certificate: text("A node's certificate and those between it and the authority (PEM), a path from this file.", {
      examples: ['tls/{node}.crt'],
    }),
    key: text("The certificate's private key (PEM, without a passphrase), a path from this file.", {
      examples: ['tls/{node}.key'],
    }),
    ca: optional(
      text(
        'The authority, or several in one file (PEM), whose certificates are taken. Without it those that Node.js knows.',
        { examples: ['tls/ca.crt'] },
      ),
    ),
    mutual: optional(
      flag('Whether who connects has to show a certificate of ca as well.', CLUSTER_DEFAULTS.tls.mutual),
    ),
  },
  {
    ...CLOSED,
    description:
      'Nodes speak https; every address has to start with it. {node} in a path stands for the id of the node that reads ' +
      'it, for client with commands that only ask (docs/security.md).',
  },
);
