import type { TestbedSettings } from '../../measure/run-matrix.js';

/** The command that measures the same cluster again. */
export function testbedWords(settings: TestbedSettings): string {
  const { cpu, depth, devices, frames, grids, linkBitsPerSecond, maps, repeat, sources, strategies, warmup } = settings;
  return [
    'sudo npx deepthings bench testbed',
    `--devices ${devices.join(',')} --cpu ${cpu.join(',')}`,
    linkBitsPerSecond === null ? '--link max' : `--link ${linkBitsPerSecond / 1e6}mbit`,
    `--grid ${grids.join(',')} --depth ${depth}`,
    `--strategy ${strategies.join(',')}`,
    ...(sources.some((count) => count > 1) ? [`--sources ${sources.join(',')} --repeat ${repeat}`] : []),
    ...(maps === 'f16' ? ['--maps f16'] : []),
    `--frames ${frames} --warmup ${warmup}`,
  ].join(' ');
}
