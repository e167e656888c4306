import type { Command } from 'commander';
import { path } from '../option-values.js';

/** What every command takes that asks a running gateway; `openGateway` reads it. */
export function addGatewayOptions(command: Command): void {
  command
    .option('--gateway <url>', 'the gateway, in place of the one in cluster.yaml')
    .option('--ca <file>', 'of an https gateway: the authority that signed its certificate', path)
    .option('--cert <file>', 'the certificate to show to it, where it asks for one', path)
    .option('--key <file>', "the certificate's key, unless it is in the same file", path);
}
