import { describe, expect, it } from 'vitest';
import { runCli } from '../running-cli.js';

describe('bench calibrate', () => {
  it('ends, with what layers, tiles and requests take', { timeout: 90_000 }, async () => {
    const { code, stdout } = await runCli(['bench', 'calibrate', '--model', 'face-detector', '--json']);
    expect(code).toBe(0);
    const { costs } = JSON.parse(stdout);
    expect(costs.engine.macsPerMs).toBeGreaterThan(0);
    expect(costs.segments.length).toBeGreaterThan(1);
    expect(costs.inBlocks.layers).toBeGreaterThanOrEqual(1);
    expect(costs.inBlocks.stages).toBeGreaterThan(0.2);
    expect(costs.inBlocks.stages).toBeLessThan(5);
    expect(costs.request.clientMs).toBeGreaterThan(0);
    expect(costs.request.questionBytes).toBeGreaterThan(50);
    // Whole frames take more than their layers.
    expect(costs.frameMs + costs.tileMs).toBeGreaterThan(0);
  });

  it('says what is wrong before it measures anything', async () => {
    const none = await runCli(['bench', 'calibrate', '--cpu', '0']);
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('--cpu')]);
    const engine = await runCli(['bench', 'calibrate', '--model', 'face-detector', '--engine', 'abacus']);
    expect(engine.code).not.toBe(0);
    expect(engine.stderr).toContain('there is no engine abacus');
  });
});
