import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useWidth } from '../components/use-width.js';
import { useTheme } from './use-theme.js';

const HEIGHT_PX = 170;
const DOT_PX = 6;
const DASHES = [6, 4];

export interface ChartSeries {
  readonly name: string;
  readonly values: readonly (number | null)[];
  /** Number of a colour in `charts.css`. */
  readonly colour: 1 | 2;
  /** `dots`: each value by itself; `line`: joined across times without a value, dashed. */
  readonly look: 'area' | 'dots' | 'line';
}

interface TimeChartProps {
  /** What is drawn, for those who do not see it. */
  readonly description: string;
  /** Epoch seconds. */
  readonly times: readonly number[];
  readonly series: readonly ChartSeries[];
  /** The axis reaches at least so far: small values are shown small. */
  readonly least: number;
  readonly format: (value: number) => string;
  /** On the axis, where the title says the unit; as `format` without it. */
  readonly formatAxis?: (value: number) => string;
}

/** Values over the last minutes. */
export function TimeChart({ description, times, series, least, format, formatAxis = format }: TimeChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const theme = useTheme();
  const width = useWidth(box, 480);

  useEffect(() => {
    const made = new uPlot(
      optionsOf(box.current!, series, { least, format, formatAxis }, width),
      dataOf(times, series),
      box.current!,
    );
    chart.current = made;
    return () => {
      chart.current = null;
      made.destroy();
    };
    // Colours are the theme's when the chart is made.
  }, [theme, series.map(({ name }) => name).join()]);
  useEffect(() => chart.current?.setSize({ width, height: HEIGHT_PX }), [width]);
  useEffect(() => chart.current?.setData(dataOf(times, series)), [times]);

  return <div ref={box} class="time-chart" role="img" aria-label={description} />;
}

function clock(seconds: number): string {
  return new Date(seconds * 1000).toLocaleTimeString(undefined, { hour: 'numeric', minute: '2-digit' });
}

function dataOf(times: readonly number[], series: readonly ChartSeries[]): uPlot.AlignedData {
  return [[...times], ...series.map(({ values }) => [...values])];
}

function optionsOf(
  element: Element,
  series: readonly ChartSeries[],
  { format, formatAxis, least }: Required<Pick<TimeChartProps, 'format' | 'formatAxis' | 'least'>>,
  width: number,
): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const axis = {
    stroke: colour('--muted'),
    font: `12px ${style.fontFamily}`,
    grid: { stroke: colour('--grid'), width: 1 },
    ticks: { show: false },
  };
  return {
    width,
    height: HEIGHT_PX,
    padding: [8, 4, 0, 0],
    legend: { live: true, markers: { width: 2 } },
    cursor: { y: false, points: { size: 6 } },
    scales: { y: { range: (_chart, _low, high) => [0, Math.max(high * 1.1, least)] } },
    axes: [
      { ...axis, space: 70, size: 28, values: (_chart, seconds) => seconds.map(clock) },
      { ...axis, size: 60, space: 36, values: (_chart, values) => values.map(formatAxis) },
    ],
    series: [
      { value: (_chart, seconds) => (seconds === null ? '–' : new Date(seconds * 1000).toLocaleTimeString()) },
      ...series.map(({ name, colour: number, look }) => ({
        label: name,
        stroke: colour(`--chart-${number}`),
        width: look === 'dots' ? 0 : 2,
        spanGaps: look === 'line',
        points: { show: look === 'dots', size: DOT_PX, fill: colour(`--chart-${number}`) },
        ...(look === 'line' && { dash: DASHES }),
        ...(look === 'area' && { fill: colour(`--chart-${number}-fill`) }),
        value: (_chart: uPlot, value: number | null) => (value === null ? '–' : format(value)),
      })),
    ],
  };
}
