import type { CostModel } from '../../simulation/cost-model.js';
import type { Environment } from './environment.js';

/** A number that the simulation of the paper's devices rests on, and where it is from. */
export interface DeviceParameter {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly origin: string;
}

export interface PaperDevice {
  readonly costs: CostModel;
  readonly environment: Environment;
  readonly parameters: readonly DeviceParameter[];
}

const MIB = 2 ** 20;
/** What a processor of a server takes less of than a core of a Raspberry Pi 3, for anything but the network's layers. */
const SLOWER = 10;

/**
 * MoDNN computes nothing twice: one device takes all of the layers' time C, six a sixth, and all that travels shares one
 * medium of rate R. Section V states the time and the bytes of six devices, the speedup, and the mean of the bytes from
 * one device to six, which grow linearly. Two equations give C and R:
 *
 *     speedup * latency6 = C     + bytes1 / R
 *               latency6 = C / 6 + bytes6 / R
 */
export const MODNN_STATED = Object.freeze({
  devices: 6,
  latencySeconds: 8.1,
  speedup: 2.1,
  mostMiB: 19.6,
  meanMiB: 14.0,
});

/** @returns C in seconds and R in MiB a second. */
export function solveDevice({ devices, latencySeconds, meanMiB, mostMiB, speedup }: typeof MODNN_STATED) {
  const leastMiB = 2 * meanMiB - mostMiB;
  const alone = speedup * latencySeconds;
  const mibPerSecond = (mostMiB - leastMiB / devices) / (latencySeconds - alone / devices);
  return { computeSeconds: alone - leastMiB / mibPerSecond, mibPerSecond };
}

/**
 * A Raspberry Pi 3 of which one core is used, on a WLAN, as far as section V tells.
 *
 * @param neededMacs of the 16 fused layers.
 */
export function paperDevice(neededMacs: number): PaperDevice {
  const { computeSeconds, mibPerSecond } = solveDevice(MODNN_STATED);
  const engine = { callMs: 0, macsPerMs: neededMacs / (1000 * computeSeconds) };
  const linkMbps = (mibPerSecond * MIB * 8) / 1e6;
  const request = { clientMs: 0.35 * SLOWER, serverMs: 0.35 * SLOWER, msPerMiB: 0.3 * SLOWER };
  const costs: CostModel = {
    engine,
    segments: [],
    inBlocks: { stages: 1, layers: 1 },
    tileMs: 0.5 * SLOWER,
    frameMs: 0,
    assemblyMsPerMiB: 0.4 * SLOWER,
    request: { ...request, questionBytes: 220, answerBytes: 180 },
    letterboxMs: 25 * SLOWER,
    remaining: engine,
  };
  const environment: Environment = { cpu: 1, gatewayCpu: 4, linkMbps, medium: 'shared', latencyMs: 1, cpuPeriodMs: 0 };
  const solved =
    'solved from section V.C (MoDNN on six devices: 8.1 s, a speedup of 2.1x) and V.B (19.6 MB on six devices, 14.0 MB ' +
    'on average over one to six, growing linearly)';
  const assumed = `not in the paper: ${SLOWER} times what a core of a server takes (server/evaluation/simulate/calibration.ts)`;
  return {
    costs,
    environment,
    parameters: [
      { name: 'the 16 layers, untiled, on one device', value: computeSeconds, unit: 's', origin: solved },
      { name: 'speed of a device', value: engine.macsPerMs / 1e6, unit: 'GMAC/s', origin: 'from the time above' },
      { name: 'rate of the WLAN, shared by all', value: linkMbps, unit: 'Mbit/s', origin: solved },
      {
        name: 'latency of a message',
        value: environment.latencyMs,
        unit: 'ms',
        origin: 'not in the paper: usual for a WLAN',
      },
      { name: 'a request, both ends', value: request.clientMs + request.serverMs, unit: 'ms', origin: assumed },
      { name: 'a body, each end', value: request.msPerMiB, unit: 'ms/MiB', origin: assumed },
      { name: 'a tile, beside its layers', value: costs.tileMs, unit: 'ms', origin: assumed },
      { name: 'putting blocks together', value: costs.assemblyMsPerMiB, unit: 'ms/MiB', origin: assumed },
      {
        name: 'cores of the gateway',
        value: 4,
        unit: '',
        origin: 'section V: only edge devices are limited to one core (simulated: one serves, one computes)',
      },
    ],
  };
}
