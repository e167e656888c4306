import { CALLS } from '../../node/contract/calls.js';
import type { CircuitChange } from '../../node/peers/peer-circuits.js';
import type { PeerClient } from '../../node/peers/peer-client.js';
import type { PeerClients } from '../../node/peers/peer-clients.js';
import type { LedgerSink } from '../../scheduling/ledger/ledger-events.js';
import type { DeviceRegistry } from './device-registry.js';
import type { ProblemNotices } from './problem-notices.js';

/** Opens clients of nodes; the listener hears when the circuit of one opens or closes. */
export type OpenPeers = (onCircuit: (change: CircuitChange) => void) => PeerClients;

export interface DeviceLinksParts {
  readonly openPeers: OpenPeers;
  readonly registry: DeviceRegistry;
  readonly notices: ProblemNotices;
  readonly ledger: LedgerSink;
}

/** Reaches devices by their ids. A device that keeps failing is suspended: the ledger and the people who watch are told. */
export class DeviceLinks {
  readonly #parts: DeviceLinksParts;
  readonly #peers: PeerClients;

  constructor(parts: DeviceLinksParts) {
    this.#parts = parts;
    this.#peers = parts.openPeers((change) => this.#changed(change));
  }

  /** Where a device is reached. */
  addressOf(device: string): string {
    return this.#parts.registry.addressOf(device);
  }

  /** @throws DeepThingsError `DT_ADDRESS_UNDECLARED` */
  client(device: string): PeerClient {
    return this.#peers.client(this.addressOf(device));
  }

  /** Whether a device gets no work for a while, because calls to it keep failing. */
  isSuspended(device: string): boolean {
    return this.#peers.suspendedUntilMs(this.#parts.registry.addressOf(device)) !== null;
  }

  /** Gives a device that says that it is back another chance at once. */
  forgive(device: string): void {
    this.#peers.forgive(this.#parts.registry.addressOf(device));
  }

  /** Has devices that run already register at once instead of at their next try; never fails. */
  async announce(devices: readonly string[], epoch: string): Promise<void> {
    const json = { kind: 'gateway', epoch } as const;
    await Promise.allSettled(devices.map((device) => this.client(device).call(CALLS.announce, { json })));
  }

  close(): Promise<void> {
    return this.#peers.close();
  }

  #changed({ address, circuit, untilMs, reason }: CircuitChange): void {
    const { ledger, notices, registry } = this.#parts;
    const device = registry.deviceAt(address);
    if (device === null || circuit !== 'work') return;
    ledger.apply({ kind: 'device-suspended', device, untilMs: untilMs ?? 0 });
    const text = untilMs === null ? null : suspensionText(device, address, reason);
    registry.warn(device, 'unreachable', text);
    if (text !== null) notices.report('DT_PEER_SUSPENDED', text);
  }
}

function suspensionText(device: string, address: string, reason: string | null): string {
  return (
    `device ${device} is suspended for a while: it says that it is there, but what the gateway asks at ${address} keeps ` +
    `failing (${reason ?? 'no answer'}): check that the gateway reaches that address`
  );
}
