import { DeepThingsError } from '../../../errors.js';
import { SNIFFED_BYTES, sniffFile } from '../../../model/files/file-kind.js';
import type { Remark } from '../../../model/remark.js';
import type { DarknetNetwork } from '../darknet-network.js';
import { parseWeightsHeader, type WeightsHeader, weightsFileBytes, weightsSpans } from './darknet-weights.js';

/** How many of a weights file's first bytes `checkWeightsFile` looks at. */
export const CHECKED_BYTES = SNIFFED_BYTES;

const SHORTEST_HEADER_BYTES = 16;
/** No Darknet writes a higher one; its first versions, which wrote other headers, give four digits and more. */
const HIGHEST_VERSION = 2000;

/**
 * Checks that a weights file belongs to the network, by its first bytes and its length. Darknet itself goes on with zeros
 * when a file is short and takes no notice of what is left over: both mean that file and cfg are not of one model.
 *
 * A file whose length fits the other form of the header (programs that convert weights mix the two up) is taken, with a
 * remark.
 *
 * @param start the file's first `CHECKED_BYTES` bytes, or all of a shorter file.
 * @returns the header, in the form that fits the length.
 * @throws DT_WEIGHTS_LENGTH with both sizes and the layer at which a short file ends; DT_WEIGHTS_FORMAT when the file is
 * of another format, which the message names, or has connected layers transposed, as only Darknet's first versions did.
 */
export function checkWeightsFile(
  network: DarknetNetwork,
  start: Uint8Array,
  fileBytes: number,
  remark: Remark,
): WeightsHeader {
  if (fileBytes < SHORTEST_HEADER_BYTES) throw notDarknet(start) ?? shorterThanHeader(fileBytes);
  const header = parseWeightsHeader(start);
  const other = { ...header, byteLength: header.byteLength === 20 ? 16 : 20 } as const;
  const fitting = [header, other].find(({ byteLength }) => weightsFileBytes(network, byteLength) === fileBytes);
  if (fitting === undefined) throw notDarknet(start) ?? lengthError(network, header, fileBytes);
  checkOrder(network, header);
  if (fitting === other) {
    remark(
      `the weights file says version ${header.major}.${header.minor}, which has a header of ${header.byteLength} bytes, and ` +
        `its length fits one of ${other.byteLength}: it was read so`,
    );
  }
  return fitting;
}

/** @returns undefined for what begins as Darknet weights do. */
function notDarknet(start: Uint8Array): DeepThingsError | undefined {
  const kind = sniffFile(start);
  if (kind !== undefined) {
    return new DeepThingsError(
      'DT_WEIGHTS_FORMAT',
      `the weights file is ${kind.name}, and Darknet weights are expected: ${kind.remedy}`,
    );
  }
  if (start.byteLength < SHORTEST_HEADER_BYTES) return undefined;
  const versions = [parseWeightsHeader(start).major, parseWeightsHeader(start).minor];
  if (versions.every((version) => version >= 0 && version <= HIGHEST_VERSION)) return undefined;
  return new DeepThingsError(
    'DT_WEIGHTS_FORMAT',
    'the weights file does not begin with the version of Darknet that wrote it, as Darknet weights do: give the .weights ' +
      'file that belongs to the cfg',
  );
}

function shorterThanHeader(fileBytes: number): DeepThingsError {
  return new DeepThingsError(
    'DT_WEIGHTS_LENGTH',
    `the weights file has ${fileBytes} bytes, which is less than its header: fetch it again`,
  );
}

function lengthError(network: DarknetNetwork, header: WeightsHeader, fileBytes: number): DeepThingsError {
  const expected = weightsFileBytes(network, header.byteLength);
  const sizes = `model ${network.name} needs ${expected} bytes of weights, the file has ${fileBytes}`;
  const detail =
    fileBytes > expected
      ? `${fileBytes - expected} bytes too many, so the file belongs to another model; give the cfg that it was trained with`
      : describeShort(network, header, fileBytes, expected);
  return new DeepThingsError('DT_WEIGHTS_LENGTH', `${sizes}: ${detail}`);
}

/** Tells a download that broke off from the first layers only, which `darknet partial` writes for a training to begin with. */
function describeShort(network: DarknetNetwork, header: WeightsHeader, fileBytes: number, expected: number): string {
  const percent = ((100 * fileBytes) / expected).toFixed(1);
  const nameOf = (layer: number) => `layer ${layer} [${network.layers[layer]!.kind}]`;
  for (const headerBytes of [header.byteLength, header.byteLength === 20 ? 16 : 20]) {
    const last = weightsSpans(network, headerBytes).find((span) => span.byteOffset + span.byteLength === fileBytes);
    if (last === undefined) continue;
    return (
      `it is partial (${percent} %) and ends right after ${nameOf(last.layer)}, as weights do that a training begins ` +
      'with; give the weights of all layers'
    );
  }
  const end = weightsSpans(network, header.byteLength).find((span) => span.byteOffset + span.byteLength > fileBytes)!;
  return (
    `it is partial (${percent} %) and ends within ${nameOf(end.layer)}, which needs ${end.byteLength} bytes from byte ` +
    `${end.byteOffset} on; fetch the file again, or give the cfg that it was trained with`
  );
}

function checkOrder({ name, layers }: DarknetNetwork, { major, minor }: WeightsHeader): void {
  if (major <= 1000 && minor <= 1000) return;
  const index = layers.findIndex(({ kind }) => kind === 'connected');
  if (index < 0) return;
  throw new DeepThingsError(
    'DT_WEIGHTS_FORMAT',
    `the weights file is of version ${major}.${minor}, in which layer ${index} [connected] of model ${name} lies ` +
      'transposed: write it again with a newer Darknet',
  );
}
