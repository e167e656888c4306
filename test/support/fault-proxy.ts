import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Half of a chunk of this is more than what a node says before a body. */
const LONGER_THAN_HEADERS = 4_000;

/** What happens to the bytes of one direction of one connection; offsets count from the connection's first byte. */
export interface Fault {
  /** Ends the connection after so many bytes, with a reset. */
  readonly cutAfter?: number;
  /** Flips a bit of the byte at this offset. */
  readonly flipAt?: number;
  /** Flips a bit in the middle of so many chunks that are too long to be headers alone: within bodies. */
  readonly flipBodies?: number;
  /** Lets nothing through after so many bytes, and keeps the connection. */
  readonly stallAfter?: number;
}

export interface Faults {
  /** To the node behind the proxy. */
  readonly request?: Fault;
  /** From it. */
  readonly answer?: Fault;
}

/** A TCP proxy in front of one node that does to each connection what it is told to. */
export class FaultProxy {
  readonly address: string;
  /** What happens to connections from now on, by their number from 0; null lets one through as it is. */
  faults: (connection: number) => Faults | null = () => null;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #connections = 0;

  private constructor(server: Server, target: { readonly host: string; readonly port: number }) {
    this.#server = server;
    this.address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('connection', (client) => {
      const node = connect(target);
      const { request, answer } = this.faults(this.#connections++) ?? {};
      for (const socket of [client, node]) this.#watch(socket);
      const cut = () => {
        client.resetAndDestroy();
        node.destroy();
      };
      passOn(client, node, request ?? {}, cut);
      passOn(node, client, answer ?? {}, cut);
    });
  }

  /** @param address of the node behind it, `http://host:port`. */
  static async start(address: string): Promise<FaultProxy> {
    const { hostname, port } = new URL(address);
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new FaultProxy(server, { host: hostname, port: Number(port) });
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server.close(), 'close');
  }

  #watch(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    // A peer that is gone ends the other side too, which `passOn` sees to.
    socket.on('error', () => {});
  }
}

function passOn(
  from: Socket,
  to: Socket,
  { cutAfter, flipAt, flipBodies = 0, stallAfter }: Fault,
  cut: () => void,
): void {
  let offset = 0;
  let flips = 0;
  from.on('data', (chunk: Buffer) => {
    const start = offset;
    offset += chunk.byteLength;
    if (flipAt !== undefined && flipAt >= start && flipAt < offset) chunk[flipAt - start]! ^= 1;
    if (flips < flipBodies && chunk.byteLength > LONGER_THAN_HEADERS) {
      chunk[chunk.byteLength >> 1]! ^= 1;
      flips++;
    }
    const end = Math.min(cutAfter ?? offset, stallAfter ?? offset, offset);
    if (end > start) to.write(chunk.subarray(0, end - start));
    if (cutAfter !== undefined && cutAfter <= offset) cut();
  });
  from.once('close', () => to.destroy());
}
