import { describe, expect, it } from 'vitest';
import { type BoundedNeeds, gangWithin } from '../../../server/scheduling/gang/gang-within.js';

const SIX = ['e0', 'e1', 'e2', 'e3', 'e4', 'e5'];
/** Measured on test hosts (docs/gangs.md). */
const forecast = { sizesMs: [3120, 2010, 1450, 1250, 1120, 1040], speeds: new Map<string, number>() };

const sizeOf = (needs: Partial<BoundedNeeds>) =>
  gangWithin({ forecast, running: [], free: SIX, most: 6, leftMs: 5000, ...needs })?.length ?? null;

describe('the gang for a frame that is to be answered within a time', () => {
  it('is the smallest that is in time, with a tenth to spare', () => {
    expect(sizeOf({ leftMs: 5000 })).toBe(1);
    expect(sizeOf({ leftMs: 3200 })).toBe(2);
    expect(sizeOf({ leftMs: 1700 })).toBe(3);
    expect(sizeOf({ leftMs: 1200 })).toBe(6);
  });

  it('is the fastest where none is in time', () => {
    expect(sizeOf({ leftMs: 300 })).toBe(6);
    expect(sizeOf({ leftMs: 300, most: 2 })).toBe(2);
    const crowded = { sizesMs: [500, 400, 380, 390, 420, 450], speeds: new Map<string, number>() };
    expect(sizeOf({ leftMs: 100, forecast: crowded })).toBe(3);
  });

  it('has the fastest devices', () => {
    const speeds = new Map([
      ['e0', 0.5],
      ['e1', 1],
      ['e2', 2],
    ]);
    const needs = { forecast: { ...forecast, speeds }, running: [], free: ['e0', 'e1', 'e2'], most: 6 };
    expect(gangWithin({ ...needs, leftMs: 1800 })).toEqual(['e2']);
    expect(gangWithin({ ...needs, leftMs: 1600 })).toEqual(['e2', 'e1']);
  });

  it('waits for devices that are free in time, and for no others', () => {
    const running = (endsInMs: number) => [{ devices: SIX.slice(1), endsInMs }];
    expect(sizeOf({ leftMs: 2000, free: ['e0'], running: running(500) })).toBeNull();
    expect(sizeOf({ leftMs: 2000, free: ['e0'], running: running(-1) })).toBe(1);
    expect(sizeOf({ leftMs: 2000, free: ['e0'], running: running(2600) })).toBe(1);
    expect(sizeOf({ leftMs: 4000, free: ['e0'], running: running(500) })).toBe(1);
  });

  it('waits where it is late in every case, but earlier with more devices', () => {
    const running = [{ devices: SIX.slice(1), endsInMs: 500 }];
    expect(sizeOf({ leftMs: 1000, free: ['e0'], running })).toBeNull();
    // It may have no more devices than it has now.
    expect(sizeOf({ leftMs: 1000, free: ['e0'], running, most: 1 })).toBe(1);
  });

  it('waits for several gangs that end one after the other', () => {
    const running = [
      { devices: ['e1'], endsInMs: 300 },
      { devices: ['e2'], endsInMs: 200 },
    ];
    expect(sizeOf({ leftMs: 2000, free: ['e0'], running })).toBeNull();
  });
});
