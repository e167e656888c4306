import type { Chart, PanelRow } from './chart.js';
import { chartStyle } from './chart-style.js';
import { drawLegend, layOutLegend, legendHeight } from './legend.js';
import { drawPanel, mostOf } from './panel.js';
import { type Attributes, element, escapeXml, label } from './svg.js';

const WIDTH = 960;
const EDGE = 12;
const HEADING_HEIGHT = 30;
const PANEL_HEIGHT = 236;
const ROW_GAP = 10;

/** A chart as one SVG element; its style is on the page, or in the file with `alone`. */
export function chartSvg(chart: Chart, { alone }: { readonly alone: boolean }): string {
  const legend = layOutLegend(chart.legend, WIDTH - 2 * EDGE);
  const parts: string[] = [drawLegend(legend, EDGE, EDGE)];
  let y = EDGE + legendHeight(legend) + ROW_GAP;
  for (const row of chart.rows) {
    parts.push(label(row.heading, { x: EDGE, y: y + 18, class: 'heading' }), drawRow(row, y + HEADING_HEIGHT));
    y += HEADING_HEIGHT + PANEL_HEIGHT + ROW_GAP;
  }
  const height = y;
  const style = alone ? element('style', {}, escapeXml(chartStyle(true)).replaceAll('&quot;', '"')) : '';
  const file: Attributes = alone ? { xmlns: 'http://www.w3.org/2000/svg', width: WIDTH, height } : {};
  return element(
    'svg',
    {
      ...file,
      class: 'chart',
      viewBox: `0 0 ${WIDTH} ${height}`,
      role: 'img',
      'aria-label': chart.title,
    },
    element('title', {}, escapeXml(chart.title)),
    style,
    element('rect', { class: 'back', x: 0, y: 0, width: WIDTH, height }),
    ...parts,
  );
}

function drawRow({ panels, sharedScale }: PanelRow, y: number): string {
  const width = (WIDTH - 2 * EDGE) / panels.length;
  const shared = Math.max(...panels.map(mostOf));
  return panels
    .map((panel, index) => {
      const frame = { x: EDGE + width * index, y, width, height: PANEL_HEIGHT };
      return drawPanel(panel, frame, sharedScale ? shared : mostOf(panel));
    })
    .join('');
}
