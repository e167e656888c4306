import { DeepThingsError } from '../../errors.js';

/** What decides whether test hosts can be made here. */
export interface HostCapabilities {
  readonly platform: NodeJS.Platform;
  /** Null where there are none. */
  readonly userId: number | null;
  readonly hasProgram: (name: string) => boolean;
}

const PACKAGE_OF = {
  ip: 'iproute2 (Debian, Ubuntu, Alpine, Arch) or iproute (Fedora)',
  bridge: 'iproute2 (Debian, Ubuntu, Alpine, Arch) or iproute (Fedora)',
  tc: 'iproute2 (Debian, Ubuntu, Arch), iproute2-tc (Alpine) or iproute-tc (Fedora)',
} as const;

/** @throws DeepThingsError `DT_TESTBED_UNAVAILABLE` saying what is missing and how to get it. */
export function requireTestHosts({ platform, userId, hasProgram }: HostCapabilities): void {
  const refuse = (message: string) => new DeepThingsError('DT_TESTBED_UNAVAILABLE', message);
  if (platform !== 'linux') {
    throw refuse(`test hosts are network namespaces and control groups of Linux, and this is ${platform}`);
  }
  if (userId !== 0)
    throw refuse('test hosts take root, to make network namespaces and control groups: run it with sudo');
  for (const [program, name] of Object.entries(PACKAGE_OF)) {
    if (!hasProgram(program)) throw refuse(`the program "${program}" is not installed: it is in the package ${name}`);
  }
}
