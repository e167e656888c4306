import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, relative } from 'node:path';
import { CameraSource } from '../../cameras/camera-source.js';
import { cameraTls } from '../../cameras/http/camera-trust.js';
import type { PictureSource } from '../../cameras/source-picture.js';
import { DeepThingsError } from '../../errors.js';
import { pathArgument } from '../argument-bytes.js';
import { type CredentialedUrl, readCredentialedUrl } from '../credentialed-url.js';
import { shownPath } from './folder/file-name.js';
import { FOLDER_PATIENCE } from './folder/file-settling.js';
import { FolderSource } from './folder/folder-source.js';
import { FolderState } from './folder/folder-state.js';
import { type VideoSettings, VideoSource } from './video-source.js';

export interface SourceOptions {
  readonly once: boolean;
  /** Seconds. */
  readonly interval?: number | undefined;
  readonly fps: number;
  /** Seconds without a picture after which a stream is opened again. */
  readonly silence: number;
  readonly state?: string | undefined;
  /** Whether a folder's sub-folders are looked into. */
  readonly recursive: boolean;
  /** Whether an http address is a stream, though its type does not say so. */
  readonly video: boolean;
  /** Of an https camera: the file with its certificate, or the authority that signed it. */
  readonly cameraCa?: string | undefined;
  /** Whether any certificate of a camera is taken. */
  readonly insecure?: boolean | undefined;
  /** Where annotated pictures go; not into the folder that is watched. */
  readonly annotated?: string | undefined;
  /** Largest picture that the cluster takes, where that is known. */
  readonly pictureBytes: number | null;
  readonly onUnreadable: (name: string, error: Error) => void;
}

export interface ChosenSource {
  readonly source: PictureSource;
  /** For people, without credentials. */
  readonly shown: string;
}

const RESCAN_SECONDS = 2;
const SNAPSHOT_SECONDS = 1;
/** Cameras on batteries wake up, and slow ones send a picture in pieces. */
const IDLE_MS = 10_000;
const WHOLE_SNAPSHOT_MS = 60_000;
/** Where the cluster does not say what it takes. */
const PICTURE_BYTES = 20 * 2 ** 20;
const STREAM_SCHEMES = ['rtsp', 'rtsps', 'rtmp', 'rtmps', 'udp', 'srt'];

/**
 * Makes a source of what was named: an http(s) address is a camera; ffmpeg reads other streams, and video files;
 * a folder is looked through.
 *
 * @throws DeepThingsError `DT_USAGE` when it is none of these, or an option has no meaning for it.
 */
export async function chooseSource(named: string, options: SourceOptions): Promise<ChosenSource> {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(named)?.[1]?.toLowerCase();
  if (scheme !== undefined) return addressSource(named, scheme, options);
  const path = pathArgument(named);
  const stats = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'ENOENT' ? 'there is no such file or folder' : cause.message;
    throw new DeepThingsError('DT_USAGE', `${named}: ${why}`, { cause });
  });
  if (stats.isDirectory()) return folderSource(Buffer.from(path), options);
  refuseFolderOptions(options, named);
  // A camera's device, such as /dev/video0, has no end.
  const kind = stats.isFile() ? 'file' : 'stream';
  const input = { input: named, shown: named, redact: (text: string) => text, kind } as const;
  return { source: new VideoSource(input, videoSettings(options)), shown: named };
}

function addressSource(named: string, scheme: string, options: SourceOptions): ChosenSource {
  const isHttp = scheme === 'http' || scheme === 'https';
  const address = readCredentialedUrl(named, 'what is watched', isHttp ? ['http', 'https'] : STREAM_SCHEMES);
  refuseFolderOptions(options, address.plain);
  const input = { input: named, shown: address.plain, redact: address.redact, kind: 'stream' } as const;
  const video = new VideoSource(input, videoSettings(options));
  return { source: isHttp ? cameraSource(address, video, options) : video, shown: address.plain };
}

function cameraSource(address: CredentialedUrl, video: PictureSource, options: SourceOptions): PictureSource {
  const { cameraCa: caFile, fps, insecure = false, interval = SNAPSHOT_SECONDS, once, silence } = options;
  return new CameraSource({
    ...{ address, video },
    tls: cameraTls({ insecure, caFile }),
    settings: {
      ...{ fps, once, isStream: options.video },
      intervalMs: interval * 1000,
      silenceMs: silence * 1000,
      idleMs: IDLE_MS,
      snapshotMs: WHOLE_SNAPSHOT_MS,
      pictureBytes: options.pictureBytes ?? PICTURE_BYTES,
    },
  });
}

async function folderSource(folder: Buffer, options: SourceOptions): Promise<ChosenSource> {
  const { annotated, interval = RESCAN_SECONDS, once, onUnreadable, pictureBytes, recursive } = options;
  const shown = shownPath(folder);
  if (annotated !== undefined && (await isWatched(annotated, folder, recursive))) {
    throw new DeepThingsError('DT_USAGE', '--annotated must be another folder: what it gets would be watched as well');
  }
  const state = await FolderState.open(options.state);
  const look = { recursive, once, rescanMs: interval * 1000, patience: FOLDER_PATIENCE };
  return { source: new FolderSource({ folder, shown, look, state, pictureBytes, onUnreadable }), shown };
}

/** Both are there, and links to them are followed. */
async function isWatched(annotated: string, folder: Buffer, recursive: boolean): Promise<boolean> {
  const inside = relative(await realpath(folder), await realpath(annotated));
  return inside === '' || (recursive && !inside.startsWith('..') && !isAbsolute(inside));
}

function videoSettings({ fps, once, pictureBytes, silence }: SourceOptions): VideoSettings {
  return { once, fps, silenceMs: silence * 1000, pictureBytes: pictureBytes ?? PICTURE_BYTES };
}

function refuseFolderOptions({ recursive, state }: SourceOptions, shown: string): void {
  const option = state !== undefined ? '--state' : '--recursive';
  if (state === undefined && !recursive) return;
  throw new DeepThingsError('DT_USAGE', `${option} is for folders, and ${shown} is none: leave it out`);
}
