import { useMemo } from 'preact/hooks';
import { TimeChart } from '../../charts/time-chart.js';
import { Panel } from '../../components/panel.js';
import { useNow } from '../../components/use-now.js';
import { framesPerSecond, milliseconds } from '../../format.js';
import { type Pace, paceSeries, SLOT_MS } from '../../state/pace.js';

/** The axes of frames a second and of latency reach at least so far. */
const LEAST_RATE = 1;
const LEAST_MS = 100;

/** Throughput and latency of the last five minutes. */
export function PaceCharts({ pace }: { pace: Pace }) {
  const now = useNow(SLOT_MS);
  const series = useMemo(() => paceSeries(pace, now), [now]);
  if (!series.framesPerSecond.some((rate) => rate !== null && rate > 0)) return <NoFrames />;
  return (
    <div class="pair">
      <Panel title="Throughput, frames/s">
        <TimeChart
          description="Frames a second over the last five minutes"
          times={series.times}
          series={[{ name: 'Complete', values: series.framesPerSecond, colour: 1, look: 'area' }]}
          least={LEAST_RATE}
          format={framesPerSecond}
          formatAxis={String}
        />
      </Panel>
      <Panel title="Latency">
        <TimeChart
          description="Latency of frames over the last five minutes, median and 95th percentile"
          times={series.times}
          series={[
            { name: 'Median', values: series.p50Ms, colour: 1, look: 'dots' },
            { name: 'p95', values: series.p95Ms, colour: 2, look: 'line' },
          ]}
          least={LEAST_MS}
          format={milliseconds}
        />
      </Panel>
    </div>
  );
}

/** As high as the charts, so that nothing moves when the first frame comes. */
function NoFrames() {
  return (
    <div class="pair">
      {['Throughput, frames/s', 'Latency'].map((title) => (
        <Panel key={title} title={title}>
          <p class="no-chart muted">No frames in the last five minutes.</p>
        </Panel>
      ))}
    </div>
  );
}
