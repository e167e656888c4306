import { TONES, type Tone } from './look.js';

type Palette = Readonly<Record<Tone | 'text' | 'soft' | 'rule' | 'paper', string>>;

const LIGHT: Palette = {
  ...{ blue: '#0072b2', green: '#008f68', orange: '#d08600', purple: '#b8518f', grey: '#9aa0a6', ink: '#1f2328' },
  ...{ text: '#1f2328', soft: '#59636e', rule: '#d8dee4', paper: '#ffffff' },
};

const DARK: Palette = {
  ...{ blue: '#56b4e9', green: '#2dbf94', orange: '#e69f00', purple: '#e08bbd', grey: '#7d8590', ink: '#e6edf3' },
  ...{ text: '#e6edf3', soft: '#9198a1', rule: '#30363d', paper: '#0d1117' },
};

/** The style sheet of all charts. @param background whether a chart paints what lies behind it: not on a page. */
export function chartStyle(background: boolean): string {
  const fixed = [
    '.chart text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;font-size:12px}',
    '.chart .small{font-size:11px}',
    '.chart .strong{font-weight:600}',
    '.chart .heading{font-weight:600;font-size:13px}',
    '.chart path{stroke-width:1.8;stroke-linejoin:round;stroke-linecap:round}',
    '.chart .thin{stroke-width:1.1}',
    '.chart .dashed{stroke-dasharray:5 4;stroke-width:1.4}',
    '.chart .rule{stroke-width:1;shape-rendering:crispEdges}',
  ];
  return [
    ...fixed,
    ...rules(LIGHT, background),
    '@media (prefers-color-scheme:dark){',
    ...rules(DARK, background),
    '}',
  ].join('\n');
}

function rules(palette: Palette, background: boolean): readonly string[] {
  const tones = TONES.flatMap((tone) => [
    `.chart .line-${tone}{stroke:${palette[tone]};fill:none}`,
    `.chart .fill-${tone}{fill:${palette[tone]};stroke:none}`,
    `.chart .hollow-${tone}{fill:${palette.paper};stroke:${palette[tone]};stroke-width:1.3}`,
  ]);
  return [
    `.chart text{fill:${palette.text}}`,
    `.chart .soft{fill:${palette.soft}}`,
    `.chart .rule{stroke:${palette.rule};fill:none}`,
    `.chart .axis{stroke:${palette.soft};fill:none}`,
    `.chart .back{fill:${background ? palette.paper : 'none'}}`,
    ...tones,
  ];
}
