import type { DeepThingsClient, Schemas } from '../../../client/client.js';
import { loadClusterConfig } from '../../config/load.js';
import { DeepThingsError } from '../../errors.js';
import { median } from '../../evaluation/statistics/statistics.js';
import type { Network } from '../../model/network.js';
import { describeModel } from '../../model-files/describe-model.js';
import { fusedCandidate } from '../../planner/fused-candidate.js';
import { predict } from '../../planner/prediction.js';
import { isPaperStrategy, type PaperStrategy } from '../../scheduling/strategies/strategy.js';
import { type GatewayChoice, openGateway } from '../gateway/gateway-access.js';
import { explainFailure } from '../terminal/explain-failure.js';
import { formatBytes, formatCount, formatDeviation, formatDuration } from '../terminal/quantities.js';
import { printJson, printLine, printNote } from '../terminal/terminal.js';
import { right, textTable } from '../terminal/text-table.js';
import { compareGangs, type GangFrame, gangFrameOf, gangTable } from './compare-gangs.js';
import { type EnvironmentOptions, type PlannedCluster, plannedCluster } from './planned-cluster.js';

export interface CompareOptions extends EnvironmentOptions, GatewayChoice {
  readonly json?: boolean;
}

/** Latest frames that are looked at. */
const FRAMES = 20;

interface Figures {
  readonly fusedMs: number;
  readonly bytesPerFrame: number;
  readonly macsRatio: number;
}

/** Figures of the running cluster: of gangs the time of frames by number of devices, of tiles medians. */
type Measured =
  | { readonly kind: 'gangs'; readonly frames: readonly GangFrame[]; readonly predictedMs: readonly number[] }
  | { readonly kind: 'fused'; readonly frames: number; readonly strategy: PaperStrategy; readonly figures: Figures };

/** `deepthings plan --compare`: what was predicted of the present plan beside what the running cluster did. */
export async function runCompare(options: CompareOptions): Promise<void> {
  const declared = await loadClusterConfig(options.config);
  const { measured, pictureSize, strategy } = await askCluster(options);
  const model = await describeModel(declared.model);
  const cluster = await plannedCluster(declared, model, options, pictureSize);
  if (measured.kind === 'fused') {
    compareFused(cluster, model, measured, options);
    return;
  }
  const { frames, predictedMs } = measured;
  const sizes = compareGangs(cluster, { frames, predictedMs, maps: declared.wire.maps });
  if (options.json) {
    printJson({ frames: frames.length, strategy, sizes });
    return;
  }
  printNote(`costs: ${cluster.costs.origin}`);
  printLine(`${formatCount(frames.length, 'frame')} computed with ${strategy}, medians by the number of devices`);
  printLine(gangTable(sizes));
}

function compareFused(
  cluster: PlannedCluster,
  model: Network,
  { figures: measured, frames, strategy }: Extract<Measured, { kind: 'fused' }>,
  options: CompareOptions,
): void {
  const { config, settingsOf, sources } = cluster;
  const { partition, wire } = config;
  const choice = { grid: partition.grid, depth: partition.fusedDepth, strategy, maps: wire.maps };
  const candidate = fusedCandidate(model, { kind: 'fused', ...choice }, config.devices.length);
  const predicted = predict(settingsOf, candidate, sources[0]!);
  if (predicted === null)
    throw new DeepThingsError('DT_PLAN_NONE', 'the simulated cluster fails its frames with this plan');
  const deviation = {
    fusedMs: predicted.fusedMs / measured.fusedMs - 1,
    bytesPerFrame: predicted.bytesPerFrame / measured.bytesPerFrame - 1,
    macsRatio: predicted.macsRatio / measured.macsRatio - 1,
  };
  if (options.json) {
    const { bytesPerFrame, fusedMs, macsRatio } = predicted;
    printJson({ frames, strategy, predicted: { fusedMs, bytesPerFrame, macsRatio }, measured, deviation });
    return;
  }
  printNote(`costs: ${cluster.costs.origin}`);
  printLine(`${formatCount(frames, 'frame')} computed with ${strategy}, medians`);
  const bytes = (value: number) => formatBytes(Math.round(value));
  printLine(
    textTable(
      [{ title: '' }, right('predicted'), right('measured'), right('deviation')],
      [
        [
          'fused layers',
          formatDuration(predicted.fusedMs),
          formatDuration(measured.fusedMs),
          formatDeviation(deviation.fusedMs),
        ],
        [
          'bytes a frame',
          bytes(predicted.bytesPerFrame),
          bytes(measured.bytesPerFrame),
          formatDeviation(deviation.bytesPerFrame),
        ],
        [
          'MACs over needed',
          predicted.macsRatio.toFixed(2),
          measured.macsRatio.toFixed(2),
          formatDeviation(deviation.macsRatio),
        ],
      ],
    ),
  );
}

/** Looks at the latest complete frames; of those, at the ones that were computed by the latest one's strategy. */
async function askCluster(gateway: GatewayChoice) {
  const { client, close } = await openGateway(gateway);
  try {
    const { json } = await client.call('listFrames', { query: { state: ['complete'], limit: FRAMES } });
    const latest = json!.frames[0];
    if (latest === undefined) {
      throw new DeepThingsError('DT_NO_FRAMES', 'the cluster has completed no frame yet: submit some, then compare');
    }
    const { picture: pictureSize, strategy } = latest;
    const alike = json!.frames.filter((frame) => frame.strategy === strategy);
    return { strategy, pictureSize, measured: await measuredOf(client, strategy, alike) };
  } catch (error) {
    if (error instanceof DeepThingsError) throw error;
    throw new DeepThingsError('DT_GATEWAY', explainFailure(error, client.baseUrl), { cause: error });
  } finally {
    await close();
  }
}

async function measuredOf(
  client: DeepThingsClient,
  strategy: Schemas['Strategy'],
  frames: readonly Schemas['Frame'][],
): Promise<Measured> {
  if (!isPaperStrategy(strategy)) {
    const { json: plan } = await client.call('getPlan', {});
    // A frame that the gateway computed alone is of no gang.
    const ofGangs = frames.map(gangFrameOf).filter((frame) => frame !== null);
    return { kind: 'gangs', frames: ofGangs, predictedMs: plan!.gang.predictedMs ?? [] };
  }
  const all = await Promise.all(frames.map((frame) => figuresOf(client, frame)));
  const middle = (of: (figures: Figures) => number) => median(all.map(of));
  const figures = {
    fusedMs: middle(({ fusedMs }) => fusedMs),
    bytesPerFrame: middle(({ bytesPerFrame }) => bytesPerFrame),
    macsRatio: middle(({ macsRatio }) => macsRatio),
  };
  return { kind: 'fused', frames: all.length, strategy, figures };
}

async function figuresOf(client: DeepThingsClient, { id, timing }: Schemas['Frame']): Promise<Figures> {
  const { json: trace } = await client.call('getFrameTrace', { path: { frame: id } });
  const { frame, input, overlap, result } = trace!.bytes;
  return {
    fusedMs: timing.fusedMs ?? 0,
    bytesPerFrame: frame + input + overlap + result,
    macsRatio: trace!.macs.executed / trace!.macs.needed,
  };
}
