import type { ComputeResult } from '../../compute/messages.js';
import { encodeResultBody } from '../../node/wire/result-body.js';
import { allFinite } from '../../tensor/all-finite.js';
import type { EdgeDevice } from '../device/edge-device.js';
import type { OfferKeeper } from './offer-keeper.js';
import type { ResultSender } from './result-sender.js';
import type { RunningTile } from './tile-preparer.js';

export interface TileOutputsParts {
  readonly edge: EdgeDevice;
  readonly keeper: OfferKeeper;
  readonly sender: ResultSender;
  /** Whether results say whose strips they used, for those who compare them. */
  readonly namesStrips: boolean;
}

const NOT_FINITE =
  "this device computed values that are not finite (NaN or infinite): check its memory and its model's files";

/** Takes the outputs of computed tiles: keeps their borders for neighbours, and sends the results to the gateway. */
export class TileOutputs {
  readonly #parts: TileOutputsParts;

  constructor(parts: TileOutputsParts) {
    this.#parts = parts;
  }

  finish(tile: RunningTile, { outputs, computeMs, macs }: ComputeResult<'tile'>): void {
    const { edge, keeper, namesStrips, sender } = this.#parts;
    const { events, log, metrics, self, wirePlan } = edge;
    const { costs, task } = tile;
    const { device } = self;
    const facts = { frame: task.frame, tile: task.tile, attempt: task.attempt };
    const areFinite = [...outputs, ...tile.kept.map(({ data }) => data)].every(allFinite);
    // The gateway refuses the result and names this device; neighbours get nothing of it.
    if (!areFinite) log.error(facts, NOT_FINITE);
    const offered = areFinite ? tile : { ...tile, kept: [] };
    const noticeBytes = keeper.keep(task, offered);
    metrics.tileWait.observe(costs.waitMs / 1000);
    metrics.tileCompute.observe(computeMs / 1000);
    events.publish('tile', { ...facts, event: 'done', device });
    log.debug({ ...facts, computeMs, waitMs: costs.waitMs }, 'tile computed');
    const result = {
      ...facts,
      ...costs,
      generation: task.generation,
      device,
      inputDigest: task.inputDigest,
      outputs,
      transferMs: task.transferMs,
      computeMs,
      inputBytes: task.inputBytes,
      controlBytes: task.controlBytes + noticeBytes,
      macs,
      strips: namesStrips ? [...new Set(tile.cut.strips.map(({ producer }) => producer))] : null,
    };
    sender.send(task, () => encodeResultBody(wirePlan, result, wirePlan.maps));
  }
}
