import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeepThingsError, hasCode } from '../../../errors.js';
import { detectControlGroups } from '../../../evaluation/hosts/detect-control-groups.js';
import { type HostCapabilities, requireTestHosts } from '../../../evaluation/hosts/host-requirements.js';
import { checkQuotas } from '../../../evaluation/hosts/quota-check.js';
import { hasProgram, runSystemCommand } from '../../../evaluation/hosts/system-command.js';
import type { UntiledReference } from '../../../evaluation/measure/check/untiled-reference.js';
import type { TestbedSettings } from '../../../evaluation/measure/run-matrix.js';
import { hostLimits, type TestbedParts } from '../../../evaluation/measure/testbed-run.js';
import { SAMPLE_PHOTOS, samplePhotoPath } from '../../../imaging/sample-photos.js';
import { EXIT_FAILED } from '../../terminal/exit-codes.js';
import { printNote } from '../../terminal/terminal.js';
import { NodeLog } from '../../up/node-log.js';

/** @throws DeepThingsError `DT_TESTBED_UNAVAILABLE`, or `DT_USAGE` for quotas that this machine cannot give. */
export function requireTestbed(settings: TestbedSettings): void {
  requireTestHosts(capabilities());
  checkQuotas(hostLimits(settings, Math.max(...settings.devices)), availableParallelism());
}

/** Whether test hosts can be made here, and with them quotas of processor time. */
export function hasTestHosts(): boolean {
  try {
    requireTestHosts(capabilities());
    return true;
  } catch (error) {
    if (error instanceof DeepThingsError) return false;
    throw error;
  }
}

function capabilities(): HostCapabilities {
  return { platform: process.platform, userId: process.getuid?.() ?? null, hasProgram };
}

/** What every cluster on test hosts of one command shares: control groups, a folder for logs and sockets, pictures. */
export class TestbedSession {
  readonly #groups = detectControlGroups();
  readonly #folder = mkdtempSync(join(tmpdir(), 'deepthings-bench-'));
  readonly #signal: AbortSignal;

  /** @param signal aborted when the command is told to stop. */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
    // A terminal that is closed ends the process without its farewells, unless it is asked to.
    process.once('SIGHUP', () => process.exit(EXIT_FAILED));
  }

  /** @param reference of the model and depth that are measured. */
  parts(reference: UntiledReference): Omit<TestbedParts, 'progress'> {
    const photos = Array.from({ length: SAMPLE_PHOTOS }, (_, i) => samplePhotoPath(`sample${i + 1}.jpg`));
    return {
      groups: this.#groups,
      run: runSystemCommand,
      folder: this.#folder,
      outputOf: (node) => new NodeLog(join(this.#folder, `${node}.log`), () => {}),
      pictures: photos.map((path) => readFileSync(path)),
      reference,
      signal: this.#signal,
    };
  }

  /** @param keepLogs what the nodes printed may tell why something failed. */
  end(keepLogs: boolean): void {
    if (keepLogs) printNote(`what the nodes printed: ${this.#folder}`);
    else rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** What would meet every other cluster as well. */
export function isOfTheMachine(error: unknown): boolean {
  return hasCode(error, 'DT_CGROUP') || hasCode(error, 'DT_TESTBED');
}
