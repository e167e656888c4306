import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { OperationId } from '../../../client/client.js';
import { createClient } from '../../../client/client.js';
import type { Transport } from '../../../client/transport.js';
import { createUndiciTransport } from '../../../client/undici-transport.js';
import { GATEWAY_ID } from '../../config/defaults.js';
import { DeepThingsError } from '../../errors.js';
import { prepareAnswerChecks } from '../contract/answer-check.js';
import { CALLS, type CallRule, CONNECT_MS } from '../contract/calls.js';
import { NODE_HEADER } from '../contract/node-header.js';
import type { Logger } from '../observe/logger.js';
import type { NodeMetrics } from '../observe/metrics.js';
import { RepeatGate } from '../observe/repeat-gate.js';
import type { TlsSource } from '../tls/node-tls.js';
import { tlsFailureText } from '../tls/tls-failure.js';
import { type ClusterToken, tokenSource } from '../tokens.js';
import { isDeclaredAddress } from './declared-address.js';
import { nameFailureText } from './name-failure.js';
import { type CircuitChange, PeerCircuits } from './peer-circuits.js';
import { type PeerClient, peerClient } from './peer-client.js';

/** Clients of other nodes by address, over one set of keep-alive connections. */
export interface PeerClients {
  /** @throws DeepThingsError `DT_ADDRESS_UNDECLARED` */
  client(address: string): PeerClient;
  /** Until when a peer is not asked for work, by `performance.now()`; null when it can be asked. */
  suspendedUntilMs(address: string): number | null;
  /** A peer that says of itself that it is there again gets another chance at once. */
  forgive(address: string): void;
  close(): Promise<void>;
}

/** More addresses than a cluster has devices are not remembered. */
const CLIENTS_LIMIT = 1_024;

/** Answers that no node gave are logged this often, for each peer and operation. */
const TELL_EVERY_MS = 60_000;

export interface PeerClientsOptions {
  /** Id of this node: named in each request, for a log that says who was refused. */
  readonly self: string;
  readonly token: ClusterToken | null;
  /** The declared ones: requests, and the token with them, go to no other address. */
  readonly nodes: readonly { readonly id: string; readonly address: string }[];
  /** Null: nodes speak http. */
  readonly tls: TlsSource | null;
  /** The way to a node in this process, by its address; null for others, all of which are reached over the network when absent. */
  readonly local?: ((address: string) => Transport | null) | undefined;
  readonly metrics: NodeMetrics;
  readonly log: Logger;
  /** Told when a peer is suspended from now on, or is asked again. */
  readonly onCircuit?: (change: CircuitChange) => void;
}

export function createPeerClients(options: PeerClientsOptions): PeerClients {
  const { self, token, nodes, tls, metrics, log, onCircuit, local } = options;
  prepareAnswerChecks(Object.values(CALLS) as CallRule<OperationId>[]);
  const onSocket = (socket: Socket) => metrics.traffic.watch(socket);
  const { transport, renewTls, close } = createUndiciTransport({
    ...{ onSocket, connectTimeoutMs: CONNECT_MS, requiresDigests: true },
    ...(tls !== null && { tls: tls.current() }),
  });
  tls?.onRenewed(renewTls);
  const nowMs = () => performance.now();
  const random = () => Math.random();
  const circuits = new PeerCircuits({
    nowMs,
    random,
    onChange(change) {
      reportOf(change, nowMs(), metrics, log);
      onCircuit?.(change);
    },
  });
  const tokens = token === null ? null : tokenSource(token);
  const sent = tokens === null ? undefined : () => tokens.current().sent;
  const repeats = new RepeatGate(TELL_EVERY_MS);
  const clients = new Map<string, PeerClient>();
  return {
    client(address) {
      const known = clients.get(address);
      if (known !== undefined) return known;
      const node = nodes.find((one) => isDeclaredAddress(one.address, address));
      if (node === undefined) {
        throw new DeepThingsError('DT_ADDRESS_UNDECLARED', `cluster.yaml declares no node at ${address.slice(0, 200)}`);
      }
      if (clients.size >= CLIENTS_LIMIT) clients.clear();
      const plain = createClient({
        baseUrl: address,
        transport: explained(local?.(address) ?? transport, node.id, address),
        token: sent,
        // Nothing is granted for it.
        headers: { [NODE_HEADER]: self },
      });
      const client = peerClient(plain, { circuits, nowMs, random, metrics, repeats, log });
      clients.set(address, client);
      return client;
    },
    suspendedUntilMs: (address) => circuits.suspendedUntilMs('work', address),
    forgive: (address) => circuits.forgive(address),
    close,
  };
}

/** Says of a connection that did not come about, for its TLS or its name, which node is to be looked at, and what for. */
function explained(transport: Transport, id: string, address: string): Transport {
  const name = id === GATEWAY_ID ? 'the gateway' : id;
  return async (request) => {
    try {
      return await transport(request);
    } catch (error) {
      const text = tlsFailureText(error, { name, address }) ?? nameFailureText(error, address);
      throw text === null ? error : new Error(text, { cause: error });
    }
  };
}

/** Said once when a peer is suspended and once when it is asked again, not at each time that it fails in between. */
function reportOf(change: CircuitChange, nowMs: number, { suspended, suspendedNow }: NodeMetrics, log: Logger): void {
  const { address: peer, circuit: calls, untilMs, again, reason } = change;
  suspendedNow.set({ peer, calls }, untilMs === null ? 0 : 1);
  if (untilMs === null) {
    log.info({ peer, calls }, 'peer answers: it is asked again');
    return;
  }
  suspended.inc({ peer, calls });
  const facts = { peer, calls, forMs: Math.round(untilMs - nowMs), reason };
  log[again ? 'debug' : 'warn'](facts, `peer keeps failing: it is ${again ? 'still ' : ''}suspended for a while`);
}
