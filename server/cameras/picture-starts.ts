/** The first bytes of JPEG, PNG and WebP. */
export const PICTURE_STARTS: readonly Buffer[] = [
  Buffer.from([0xff, 0xd8, 0xff]),
  Buffer.from('\x89PNG', 'latin1'),
  Buffer.from('RIFF', 'latin1'),
];
