import { type ForeignFormat, REMEDY } from './format-names.js';

/** Brands of ISO media files (`ftyp` boxes), the telling ones first: a file names several. */
const BRANDS: readonly (readonly [brands: RegExp, name: string, remedy: string])[] = [
  [/^crx $/, 'a Canon raw picture (CR3)', REMEDY.raw],
  [/^jxl $/, 'JPEG XL', REMEDY.convert],
  [/^avis$/, 'AVIF (a sequence)', REMEDY.convert],
  [/^(avif|avio|MA1A|MA1B)$/, 'AVIF', REMEDY.convert],
  [/^(hevc|hevx|hevm|hevs)$/, 'HEIC (a sequence)', REMEDY.convertPhone],
  [/^(heic|heix|heim|heis)$/, 'HEIC', REMEDY.convertPhone],
  [/^(jp2 |jpx |jpm |mjp2|j2ki|j2is)$/, 'JPEG 2000', REMEDY.convert],
  [/^(vvic|vvis|evbi|evbs)$/, 'HEIF with a newer coding', REMEDY.convert],
  [/^msf1$/, 'HEIC (a sequence)', REMEDY.convertPhone],
  [/^(mif1|mif2|miaf|pred)$/, 'HEIC or another HEIF picture', REMEDY.convertPhone],
];

/** First boxes of QuickTime files that are older than `ftyp`. */
const QUICKTIME = new Set(['moov', 'mdat', 'wide', 'free', 'skip', 'pnot']);
/** Major and compatible brands that are looked at. */
const MOST_BRANDS = 32;

/** Names files made of boxes: AVIF, HEIC, Canon's raw pictures, films. The major brand counts before the others. */
export function nameMediaFile(head: Buffer): ForeignFormat | null {
  const box = head.toString('latin1', 4, 8);
  const film = { name: 'an MP4 or QuickTime film', remedy: REMEDY.film };
  if (QUICKTIME.has(box) && head[0] === 0) return film;
  if (box !== 'ftyp') return null;
  const end = Math.min(head.length, head.readUInt32BE(0), 16 + 4 * MOST_BRANDS);
  const [major, ...compatible] = [8, ...range(16, end)].map((at) => head.toString('latin1', at, at + 4));
  const isGeneral = /^(mif1|mif2|miaf|msf1|pred)$/.test(major!);
  const ofMajor = isGeneral ? undefined : BRANDS.find(([brands]) => brands.test(major!));
  const isFilm =
    !isGeneral && ofMajor === undefined && /^(isom|iso\d|mp4\d|avc1|qt {2}|M4V|M4A|3g|dash|MSNV)/.test(major!);
  if (isFilm) return film;
  const found = ofMajor ?? BRANDS.find(([brands]) => [major!, ...compatible].some((brand) => brands.test(brand)));
  return found === undefined ? film : { name: found[1], remedy: found[2] };
}

/** Every fourth number. */
function range(from: number, end: number): number[] {
  return Array.from({ length: Math.max(0, Math.floor((end - from) / 4)) }, (_, index) => from + 4 * index);
}
