import { formatGrid, type Grid, parseGrid } from '../../../server/geometry/grid.js';
import type { FrameState } from '../contract-types.js';

/** What History is narrowed to; times are ISO times. */
export interface HistoryFilter {
  readonly state?: FrameState;
  readonly source?: string;
  readonly label?: string;
  /** A share from 0 to 1, as text. */
  readonly minScore?: string;
  readonly from?: string;
  readonly to?: string;
}

/** What the Plan view shows; what is absent is as the cluster has it. */
export interface PlanChoice {
  readonly grid?: Grid;
  readonly depth?: number;
  readonly tile?: number;
  /** The paper's tiles, or the blocks of a gang. */
  readonly parts?: 'tiles' | 'blocks';
  /** Of the gang, */
  readonly members?: number;
  /** and the one whose blocks are shown, from 0. */
  readonly member?: number;
}

export type Route =
  | { readonly view: 'overview' }
  | { readonly view: 'submit' }
  | { readonly view: 'frame'; readonly frame: string }
  | { readonly view: 'history'; readonly filter: HistoryFilter; readonly before: string | null }
  | { readonly view: 'plan'; readonly choice: PlanChoice }
  | { readonly view: 'devices' }
  | { readonly view: 'unknown'; readonly path: string };

const STATES: readonly string[] = [
  'queued',
  'running',
  'finishing',
  'complete',
  'failed',
  'dropped',
] satisfies FrameState[];

/** Reads the part of the address after `#`. */
export function parseRoute(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#/, '').split('?', 2);
  const query = new URLSearchParams(search);
  const parts = path.split('/').filter((part) => part !== '');
  const [first, second] = parts;
  if (first === undefined) return { view: 'overview' };
  if (first === 'frames' && second !== undefined && parts.length === 2) {
    return { view: 'frame', frame: decoded(second) };
  }
  if (parts.length === 1) {
    if (first === 'submit') return { view: 'submit' };
    if (first === 'history') return { view: 'history', filter: filterOf(query), before: query.get('before') };
    if (first === 'plan') return { view: 'plan', choice: choiceOf(query) };
    if (first === 'devices') return { view: 'devices' };
  }
  return { view: 'unknown', path };
}

/** The inverse of `parseRoute`, with the `#`. */
export function formatRoute(route: Route): string {
  switch (route.view) {
    case 'overview':
      return '#/';
    case 'submit':
    case 'devices':
      return `#/${route.view}`;
    case 'frame':
      return `#/frames/${encodeURIComponent(route.frame)}`;
    case 'history':
      return `#/history${queryText({ ...route.filter, before: route.before ?? undefined })}`;
    case 'plan': {
      const { depth, grid, member, members, parts, tile } = route.choice;
      const text = (value: number | undefined) => value?.toString();
      const tiles = { grid: grid && formatGrid(grid), depth: text(depth), tile: text(tile) };
      return `#/plan${queryText({ parts, ...tiles, members: text(members), member: text(member) })}`;
    }
    case 'unknown':
      return `#${route.path}`;
  }
}

function filterOf(query: URLSearchParams): HistoryFilter {
  const filter: Record<string, string> = {};
  for (const name of ['source', 'label', 'from', 'to'] as const) {
    const value = query.get(name);
    if (value !== null && value !== '') filter[name] = value;
  }
  const minScore = query.get('minScore');
  if (minScore !== null && /^(0(\.\d{1,4})?|1)$/.test(minScore)) filter.minScore = minScore;
  const state = query.get('state');
  return state !== null && STATES.includes(state) ? { ...filter, state: state as FrameState } : filter;
}

function choiceOf(query: URLSearchParams): PlanChoice {
  const depth = wholeOf(query.get('depth'));
  const tile = wholeOf(query.get('tile'));
  const parts = query.get('parts');
  const members = wholeOf(query.get('members'));
  const member = wholeOf(query.get('member'));
  return {
    ...gridOf(query.get('grid')),
    ...(depth !== null && depth > 0 ? { depth } : {}),
    ...(tile !== null ? { tile } : {}),
    ...(parts === 'tiles' || parts === 'blocks' ? { parts } : {}),
    ...(members !== null && members > 0 ? { members } : {}),
    ...(member !== null ? { member } : {}),
  };
}

function gridOf(text: string | null): { grid?: Grid } {
  return text !== null && /^[1-9]\d?x[1-9]\d?$/.test(text) ? { grid: parseGrid(text) } : {};
}

function wholeOf(text: string | null): number | null {
  return text !== null && /^\d{1,5}$/.test(text) ? Number(text) : null;
}

function queryText(values: Readonly<Record<string, string | undefined>>): string {
  const entries = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return entries.length === 0 ? '' : `?${new URLSearchParams(entries).toString()}`;
}

/** What nobody could have linked to is shown as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
