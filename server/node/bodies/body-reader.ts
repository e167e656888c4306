import type { Readable } from 'node:stream';
import { HttpProblem } from '../problems/problem.js';
import type { BodyBudget } from './body-budget.js';
import { BodyPieces } from './body-pieces.js';
import { type BodyRule, tooLarge } from './body-rules.js';

export interface BodySource {
  readonly stream: Readable;
  /** The host that sends it. */
  readonly client: string;
}

/**
 * Reads a body to its end. One that is refused on the way is read on and thrown away: else its sender might not read why.
 *
 * @throws HttpProblem 413 `DT_BODY_TOO_LARGE`, 429 `DT_UPLOADS`, 400 `DT_REQUEST` when it ends too early.
 */
export function readBody(
  { stream, client }: BodySource,
  rule: BodyRule,
  budget: BodyBudget,
): Promise<Buffer<ArrayBuffer>> {
  return new Promise((resolve, reject) => {
    const pieces = new BodyPieces();
    const end = () => {
      stream.off('data', onData).off('end', onEnd).off('close', onCut).off('error', onCut);
      hold.release();
    };
    const refuse = (error: Error) => {
      end();
      stream.on('error', () => {});
      stream.resume();
      reject(error);
    };
    const hold = budget.open(client, refuse);
    const onData = (piece: Buffer) => {
      if (pieces.bytes + piece.length > rule.limitBytes) {
        refuse(tooLarge(rule));
        return;
      }
      try {
        hold.hold(piece.length);
      } catch (error) {
        refuse(error as Error);
        return;
      }
      pieces.add(piece);
    };
    const onEnd = () => {
      end();
      resolve(pieces.join());
    };
    const onCut = () =>
      refuse(new HttpProblem({ code: 'DT_REQUEST', status: 400 }, 'the body ended too early: send it again'));
    stream.on('data', onData).on('end', onEnd).on('close', onCut).on('error', onCut);
  });
}
