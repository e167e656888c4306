import { hash, timingSafeEqual } from 'node:crypto';

/** What lets in to a cluster. None is empty. */
export interface Tokens {
  /** Shown to other nodes. */
  readonly sent: string;
  /** Each opens everything: `sent`, and while it is being replaced another one. */
  readonly accepted: readonly string[];
  /** Each opens what can be read by people and programs. */
  readonly reading: readonly string[];
}

/** Tokens that may change while a node runs. */
export interface TokenSource {
  current(): Tokens;
}

/** One that stays as it is, or a source. */
export type ClusterToken = string | TokenSource;

export type Access = 'full' | 'reading' | 'none';

export function tokenSource(token: ClusterToken): TokenSource {
  if (typeof token !== 'string') return token;
  const tokens: Tokens = { sent: token, accepted: [token], reading: [] };
  return { current: () => tokens };
}

/** Says what a given token opens. How long that takes says nothing of the tokens. */
export function accessCheck(source: TokenSource): (given: string) => Access {
  let known: Tokens | undefined;
  const shown = Buffer.alloc(BLOCK_BYTES);
  let accepted: readonly Buffer[] = [];
  let reading: readonly Buffer[] = [];
  return (given) => {
    const tokens = source.current();
    if (tokens !== known) {
      known = tokens;
      accepted = tokens.accepted.map((token) => writeBlock(token, Buffer.alloc(BLOCK_BYTES)));
      reading = tokens.reading.map((token) => writeBlock(token, Buffer.alloc(BLOCK_BYTES)));
    }
    writeBlock(given, shown);
    const isFull = isAmong(accepted, shown);
    const isReading = isAmong(reading, shown);
    return isFull ? 'full' : isReading ? 'reading' : 'none';
  };
}

/** Blocks have one length, so that the comparison tells nothing of the tokens'; it goes to the end. */
function isAmong(expected: readonly Buffer[], given: Buffer): boolean {
  return expected.filter((one) => timingSafeEqual(one, given)).length > 0;
}

/** Texts with fewer bytes stand in their blocks themselves: a digest of each request's token takes longer than all of its hooks. */
const BLOCK_BYTES = 256;

/** Makes of each text another block: its length and the text, or the digest of a long one. */
function writeBlock(text: string, block: Buffer): Buffer {
  const bytes = Buffer.byteLength(text);
  const isShort = bytes <= BLOCK_BYTES - 2;
  block.fill(0);
  block.writeUInt16LE(isShort ? bytes : BLOCK_BYTES, 0);
  if (isShort) block.write(text, 2);
  else hash('sha256', text, 'buffer').copy(block, 2);
  return block;
}
