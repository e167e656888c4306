/**
 * What happened on a device's task board, and how many tasks its queue has after that.
 *
 * - `queued`, `stolen`, `shared`: tasks came, to be computed here; `opened`: work goes on, also with what waited before.
 * - `begun`: a task is computed here; `from` says where it waited.
 * - `handed-out`, `handed-back`: a thief took a task from the queue, or gave one back uncomputed.
 * - `finished`: the device is done with a task that had begun.
 * - `returned`: tasks wait for the gateway to hear that others are to run them; `taken-out`: stolen ones are on their way
 *   back to their victims.
 * - `dropped`: what is past of a frame is gone.
 */
export type BoardChange<Tile, Block> = { readonly pending: number } & BoardEvent<Tile, Block>;

export type BoardEvent<Tile, Block> =
  | { readonly kind: 'queued' | 'taken-out'; readonly tasks: readonly Tile[] }
  | { readonly kind: 'returned'; readonly tasks: readonly (Tile | Block)[] }
  | { readonly kind: 'stolen'; readonly task: Tile }
  | { readonly kind: 'shared' | 'finished'; readonly task: Tile | Block }
  | { readonly kind: 'begun'; readonly task: Tile | Block; readonly from: 'queue' | 'stolen' | 'shared' }
  | { readonly kind: 'handed-out' | 'handed-back'; readonly task: Tile; readonly thief: string }
  | { readonly kind: 'dropped'; readonly frame: string }
  | { readonly kind: 'opened' };
