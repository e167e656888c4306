import { useMemo } from 'preact/hooks';
import { TimeChart } from '../../charts/time-chart.js';
import { Panel } from '../../components/panel.js';
import { useNow } from '../../components/use-now.js';
import { framesPerSecond, milliseconds } from '../../format.js';
import { type Pace, paceSeries, SLOT_MS } from '../../state/pace.js';

/** Throughput and latency of the last five minutes. */
export function PaceCharts({ pace }: { pace: Pace }) {
  const now = useNow(SLOT_MS);
  const series = useMemo(() => paceSeries(pace, now), [now]);
  return (
    <div class="pair">
      <Panel title="Throughput, frames/s">
        <TimeChart
          description="Frames a second over the last five minutes"
          times={series.times}
          series={[{ name: 'Complete', values: series.framesPerSecond, colour: 1, filled: true }]}
          format={framesPerSecond}
          formatAxis={String}
        />
      </Panel>
      <Panel title="Latency">
        <TimeChart
          description="Latency of frames over the last five minutes, median and 95th percentile"
          times={series.times}
          series={[
            { name: 'Median', values: series.p50Ms, colour: 1 },
            { name: 'p95', values: series.p95Ms, colour: 2, dash: [6, 4] },
          ]}
          format={milliseconds}
        />
      </Panel>
    </div>
  );
}
