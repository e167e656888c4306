/** One JPEG segment. */
export function jpegSegment(marker: number, data: Buffer | string): Buffer {
  const bytes = Buffer.from(data as string, 'latin1');
  return Buffer.concat([Buffer.from([0xff, marker, (bytes.length + 2) >> 8, (bytes.length + 2) & 255]), bytes]);
}

/** A JPEG with something after its first two bytes. */
export function withSegments(jpeg: Buffer, ...segments: readonly Buffer[]): Buffer {
  return Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)]);
}

/** The markers of a JPEG's segments up to its first scan, as hex. */
export function markersOf(jpeg: Buffer): string[] {
  const markers: string[] = [];
  for (let at = 2; jpeg[at] === 0xff; at += 2 + jpeg.readUInt16BE(at + 2)) {
    markers.push(jpeg[at + 1]!.toString(16));
    if (jpeg[at + 1] === 0xda) break;
  }
  return markers;
}

/** The types of a PNG's chunks. */
export function chunkTypes(png: Buffer): string[] {
  const types: string[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) types.push(png.toString('latin1', at + 4, at + 8));
  return types;
}

/** The types of a WebP's chunks. */
export function riffTypes(webp: Buffer): string[] {
  const types: string[] = [];
  for (let at = 12; at < webp.length; ) {
    const length = webp.readUInt32LE(at + 4);
    types.push(webp.toString('latin1', at, at + 4));
    at += 8 + length + (length & 1);
  }
  return types;
}

/** A WebP with further chunks at its end. */
export function withRiffChunk(webp: Buffer, type: string, data: Buffer): Buffer {
  const head = Buffer.from(`${type}\0\0\0\0`, 'latin1');
  head.writeUInt32LE(data.length, 4);
  const grown = Buffer.concat([webp, head, data, Buffer.alloc(data.length & 1)]);
  grown.writeUInt32LE(grown.length - 8, 4);
  return grown;
}
