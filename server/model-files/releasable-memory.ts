/** A buffer that can shrink: the language has them since ES2024, every Node that this program runs on has them too. */
interface ResizableBuffer extends ArrayBuffer {
  resize(byteLength: number): void;
}

const Resizable = ArrayBuffer as unknown as new (
  byteLength: number,
  options: { readonly maxByteLength: number },
) => ResizableBuffer;

/** Memory for files that goes back to the system when it is released, where the garbage collector would keep it for a while. */
export class ReleasableMemory {
  #buffers: ResizableBuffer[] = [];

  allocate(byteLength: number): Uint8Array {
    const buffer = new Resizable(byteLength, { maxByteLength: byteLength });
    this.#buffers.push(buffer);
    return new Uint8Array(buffer, 0, byteLength);
  }

  /** Gives all of it back: arrays that were allocated, and views of them, are empty afterwards. */
  release(): void {
    for (const buffer of this.#buffers) buffer.resize(0);
    this.#buffers = [];
  }
}
