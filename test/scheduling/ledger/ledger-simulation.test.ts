import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  calm,
  calmDown,
  chaos,
  type Happening,
  happen,
  orderly,
  settle,
  settlingMs,
  setups,
  unhurried,
} from '../simulation/happenings.js';
import { type ClusterSetup, SimulatedCluster } from '../simulation/simulated-cluster.js';

/** For all properties together; `.ci/run` gives them more. */
const SECONDS = Number(process.env.LEDGER_SECONDS ?? 3);

/** As many as fit into that share of the time; fast-check prints the seed and the shortest script that fails. */
const bounded = (share: number) => ({ numRuns: 1e9, interruptAfterTimeLimit: share * SECONDS * 1_000 });

function play(setup: ClusterSetup, script: readonly Happening[]): SimulatedCluster {
  const cluster = new SimulatedCluster(setup);
  for (const happening of script) happen(cluster, happening);
  settle(cluster, settlingMs(setup, cluster.openFrames.length));
  return cluster;
}

describe('a simulated cluster', { timeout: 30_000 + 2_000 * SECONDS }, () => {
  it('ends every frame exactly once, whatever happens, soon when it has stopped happening, and is well then', () => {
    fc.assert(
      fc.property(setups, chaos, (setup, script) => {
        const cluster = play(setup, script);
        expect(cluster.framesInLedger).toBe(0);
        calmDown(cluster, setup);
        const { submitted } = cluster;
        const before = cluster.tally.complete.length;
        cluster.submit(4, null);
        settle(cluster, settlingMs(setup, 1));
        expect(cluster.submitted).toBe(submitted + 1);
        expect(cluster.tally.complete.length, 'the frame after the storm').toBe(before + 1);
      }),
      bounded(0.6),
    );
  });

  it('completes every frame at the first attempt when nothing is wrong, however its letters cross', () => {
    fc.assert(
      fc.property(setups, calm, (setup, script) => {
        const cluster = play(unhurried(setup), script);
        const { attempts, complete, dropped, failures, notes } = cluster.tally;
        expect(complete).toHaveLength(cluster.submitted - dropped.length);
        expect(failures.size).toBe(0);
        for (const note of ['expired', 'lost'] as const) expect(notes.get(note) ?? 0).toBe(0);
        expect(attempts).toBeLessThanOrEqual(1);
      }),
      bounded(0.15),
    );
  });

  it('completes every frame when devices are drained, without a part lost or a lease run out', () => {
    fc.assert(
      fc.property(setups, orderly, (setup, script) => {
        const cluster = play(unhurried(setup), script);
        const { complete, dropped, failures, notes } = cluster.tally;
        expect(failures.size).toBe(0);
        expect(complete).toHaveLength(cluster.submitted - dropped.length);
        for (const note of ['expired', 'lost'] as const) expect(notes.get(note) ?? 0).toBe(0);
      }),
      bounded(0.25),
    );
  });

  it('comes by everything that it is there to try', () => {
    const codes = new Set<string>();
    const notes = new Set<string>();
    const verdicts = new Set<string>();
    const audits = new Set<string>();
    let complete = 0;
    let quarantines = 0;
    let reruns = 0;
    const chosen = new Set<number>();
    let local = 0;
    let dropped = 0;
    let onDevices = 0;
    for (const [setup, script] of fc.sample(fc.tuple(setups, chaos), { numRuns: 800, seed: 1 })) {
      const { tally } = play(setup, script);
      complete += tally.complete.length;
      for (const code of tally.failures.keys()) codes.add(code);
      for (const note of tally.notes.keys()) notes.add(note);
      for (const verdict of tally.verdicts.keys()) verdicts.add(verdict);
      for (const outcome of tally.audits.keys()) audits.add(outcome);
      quarantines += tally.quarantines.length;
      reruns += tally.reruns;
      for (const size of tally.chosen) chosen.add(size);
      local += tally.local.length;
      dropped += tally.dropped.length;
      onDevices += tally.onDevices.length;
    }
    expect(complete).toBeGreaterThan(600);
    expect(quarantines).toBeGreaterThan(20);
    expect([...chosen].sort()).toEqual([1, 2, 3]);
    expect(local).toBeGreaterThan(100);
    expect(dropped).toBeGreaterThan(100);
    expect(onDevices).toBeGreaterThan(10);
    expect(reruns).toBeGreaterThan(quarantines);
    expect([...audits].sort()).toEqual(['agreed', 'disagreed', 'skipped', 'undecided']);
    expect([...codes].sort()).toEqual([
      'DT_AUDIT_UNDECIDED',
      'DT_FRAME_TIMEOUT',
      'DT_NO_DEVICE',
      'DT_SOURCE_UNREACHABLE',
      'DT_TILE_ATTEMPTS',
    ]);
    expect([...notes].sort()).toEqual([
      'assigned',
      'audit',
      'audited',
      'disputed',
      'done',
      'expired',
      'lost',
      'pushed',
      'queued',
      'returned',
      'running',
    ]);
    expect([...verdicts].sort()).toEqual(['accepted', 'duplicate', 'stale', 'to-compare']);
  });
});
