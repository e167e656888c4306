import type { DeepThingsClient, Schemas } from '../../../client/client.js';
import { loadClusterConfig } from '../../config/load.js';
import { DeepThingsError } from '../../errors.js';
import { median } from '../../evaluation/statistics/statistics.js';
import { describeModel } from '../../model-files/describe-model.js';
import { candidateOf } from '../../planner/candidate.js';
import { predict } from '../../planner/search.js';
import { isPaperStrategy, PAPER_STRATEGIES } from '../../scheduling/strategies/strategy.js';
import { type GatewayChoice, openGateway } from '../gateway/gateway-access.js';
import { explainFailure } from '../terminal/explain-failure.js';
import { formatBytes, formatCount, formatDuration } from '../terminal/quantities.js';
import { printJson, printLine, printNote } from '../terminal/terminal.js';
import { right, textTable } from '../terminal/text-table.js';
import { type EnvironmentOptions, plannedCluster } from './planned-cluster.js';

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

/** `deepthings plan --compare`: what was predicted of the present plan beside what the running cluster did. */
export async function runCompare(options: CompareOptions): Promise<void> {
  const declared = await loadClusterConfig(options.config);
  const { frames, measured, pictureSize, strategy } = await measuredFigures(options);
  if (!isPaperStrategy(strategy)) {
    const known = PAPER_STRATEGIES.join(', ');
    throw new DeepThingsError('DT_PLAN_NONE', `${strategy} cannot be predicted: submit frames with one of ${known}`);
  }
  const model = await describeModel(declared.model);
  const cluster = await plannedCluster(declared, model, options, pictureSize);
  const { partition, wire } = declared;
  const choice = { grid: partition.grid, depth: partition.fusedDepth, strategy, maps: wire.maps };
  const candidate = candidateOf(model, choice, declared.devices.length);
  const predicted = predict(cluster, candidate, cluster.sources.slice(0, 1));
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
  const percent = (value: number) => `${value >= 0 ? '+' : ''}${(100 * value).toFixed(1)} %`;
  const bytes = (value: number) => formatBytes(Math.round(value));
  printLine(
    textTable(
      [{ title: '' }, right('predicted'), right('measured'), right('deviation')],
      [
        [
          'fused layers',
          formatDuration(predicted.fusedMs),
          formatDuration(measured.fusedMs),
          percent(deviation.fusedMs),
        ],
        [
          'bytes a frame',
          bytes(predicted.bytesPerFrame),
          bytes(measured.bytesPerFrame),
          percent(deviation.bytesPerFrame),
        ],
        [
          'MACs over needed',
          predicted.macsRatio.toFixed(2),
          measured.macsRatio.toFixed(2),
          percent(deviation.macsRatio),
        ],
      ],
    ),
  );
}

/** Of the latest complete frames; of those, the ones that were computed by the latest one's strategy. */
async function measuredFigures(gateway: GatewayChoice) {
  const { client, close } = await openGateway(gateway);
  try {
    const { json } = await client.call('listFrames', { query: { state: 'complete', limit: FRAMES } });
    const latest = json!.frames[0];
    if (latest === undefined) {
      throw new DeepThingsError('DT_NO_FRAMES', 'the cluster has completed no frame yet: submit some, then compare');
    }
    const alike = json!.frames.filter(({ strategy }) => strategy === latest.strategy);
    const all = await Promise.all(alike.map((frame) => figuresOf(client, frame)));
    const middle = (of: (figures: Figures) => number) => median(all.map(of));
    return {
      frames: all.length,
      strategy: latest.strategy,
      pictureSize: latest.picture,
      measured: {
        fusedMs: middle(({ fusedMs }) => fusedMs),
        bytesPerFrame: middle(({ bytesPerFrame }) => bytesPerFrame),
        macsRatio: middle(({ macsRatio }) => macsRatio),
      },
    };
  } catch (error) {
    if (error instanceof DeepThingsError) throw error;
    throw new DeepThingsError('DT_GATEWAY', explainFailure(error, client.baseUrl), { cause: error });
  } finally {
    await close();
  }
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
