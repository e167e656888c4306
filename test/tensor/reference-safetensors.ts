/** safetensors read by its description, a value at a time: what the codec is compared with. */
export interface ReferenceTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** F16 as its bits. */
  readonly values: readonly number[];
}

export function readReference(bytes: Uint8Array): {
  metadata: Map<string, string>;
  tensors: Map<string, ReferenceTensor>;
} {
  let headerBytes = 0;
  for (let i = 7; i >= 0; i--) headerBytes = headerBytes * 256 + bytes[i]!;
  const header: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes)));
  const metadata = new Map<string, string>();
  const tensors = new Map<string, ReferenceTensor>();
  for (const [name, entry] of Object.entries(header as object)) {
    if (name === '__metadata__') {
      for (const [key, value] of Object.entries(entry)) metadata.set(key, value as string);
      continue;
    }
    const { dtype, shape, data_offsets } = entry as { dtype: string; shape: number[]; data_offsets: [number, number] };
    const values: number[] = [];
    const width = { U8: 1, F16: 2, F32: 4 }[dtype]!;
    for (let at = data_offsets[0]; at < data_offsets[1]; at += width) {
      values.push(readValue(bytes, 8 + headerBytes + at, dtype));
    }
    tensors.set(name, { dtype, shape, values });
  }
  return { metadata, tensors };
}

function readValue(bytes: Uint8Array, at: number, dtype: string): number {
  if (dtype === 'U8') return bytes[at]!;
  if (dtype === 'F16') return bytes[at]! + 256 * bytes[at + 1]!;
  const value = new DataView(new ArrayBuffer(4));
  for (let i = 0; i < 4; i++) value.setUint8(3 - i, bytes[at + i]!);
  return value.getFloat32(0);
}

/** A document with this header and data, whether or not they make sense. */
export function documentOf(header: unknown, data: readonly number[] = []): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Array.from({ length: 8 }, (_, i) => Math.floor(text.length / 256 ** i) % 256);
  return Uint8Array.from([...length, ...text, ...data]);
}
