import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** Gateways whose cluster.yaml says nothing of a store keep frames here, not in the home of whoever runs the tests. */
const folder = mkdtempSync(join(tmpdir(), 'deepthings-state-'));
process.env.XDG_STATE_HOME = folder;
afterAll(() => rmSync(folder, { recursive: true, force: true }));
