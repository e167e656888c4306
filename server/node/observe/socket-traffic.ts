import type { Socket } from 'node:net';

/** Bytes over all sockets of one node, those that it accepted and those that it opened, since the start. */
export class SocketTraffic {
  readonly #open = new Set<Socket>();
  #received = 0;
  #sent = 0;

  watch(socket: Socket): void {
    this.#open.add(socket);
    socket.once('close', () => {
      this.#open.delete(socket);
      this.#received += socket.bytesRead;
      this.#sent += socket.bytesWritten;
    });
  }

  get received(): number {
    return [...this.#open].reduce((sum, { bytesRead }) => sum + bytesRead, this.#received);
  }

  get sent(): number {
    return [...this.#open].reduce((sum, { bytesWritten }) => sum + bytesWritten, this.#sent);
  }
}
