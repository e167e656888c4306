import { CLUSTER_CODES } from './error-codes/cluster-codes.js';
import { COMMAND_CODES } from './error-codes/command-codes.js';
import { ENGINE_CODES } from './error-codes/engine-codes.js';
import { FRAME_CODES } from './error-codes/frame-codes.js';
import { MODEL_CODES } from './error-codes/model-codes.js';
import { PICTURE_CODES } from './error-codes/picture-codes.js';
import { REQUEST_CODES } from './error-codes/request-codes.js';
import { SETUP_CODES } from './error-codes/setup-codes.js';

interface ErrorCodeFacts {
  /** Of the answer that has this code; several: it depends on the request; null: no node answers with it. */
  readonly status: number | readonly number[] | null;
  /** One sentence. */
  readonly meaning: string;
  /** What the reader does. */
  readonly remedy: string;
}

/** Every stable code that DeepThings raises. `npm run generate` writes docs/errors.md from it. */
export const ERROR_CODES = {
  ...CLUSTER_CODES,
  ...COMMAND_CODES,
  ...ENGINE_CODES,
  ...FRAME_CODES,
  ...MODEL_CODES,
  ...PICTURE_CODES,
  ...REQUEST_CODES,
  ...SETUP_CODES,
} as const satisfies Readonly<Record<`DT_${string}`, ErrorCodeFacts>>;

export type ErrorCode = keyof typeof ERROR_CODES;

interface CodeGroup {
  readonly title: string;
  /** One sentence. */
  readonly about: string;
  readonly codes: Partial<Record<ErrorCode, ErrorCodeFacts>>;
}

/** The codes as docs/errors.md has them. */
export const CODE_GROUPS: readonly CodeGroup[] = [
  {
    title: 'Requests',
    about: 'A node refuses the request: its sender, its address or its body.',
    codes: REQUEST_CODES,
  },
  {
    title: 'Pictures',
    about: 'A node refuses the picture, or a command does before it sends it.',
    codes: PICTURE_CODES,
  },
  { title: 'Frames', about: 'A frame failed, or a part of it is not there.', codes: FRAME_CODES },
  { title: 'The cluster', about: 'Nodes, or the store, cannot do it now or refuse each other.', codes: CLUSTER_CODES },
  {
    title: 'Setup',
    about: 'To correct in the command line, the environment, `cluster.yaml` or its certificates; commands end with 2.',
    codes: SETUP_CODES,
  },
  {
    title: 'Models',
    about: 'To correct in the files of a model, or by another model; commands end with 2.',
    codes: MODEL_CODES,
  },
  { title: 'Commands', about: 'A command did not do what it was told; it ends with 1.', codes: COMMAND_CODES },
  {
    title: 'Computing',
    about: 'The engine, its machine or a mistake in DeepThings stops a node from computing.',
    codes: ENGINE_CODES,
  },
];

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERROR_CODES, text);
}

/** Whether the user corrects it in the command line, the environment, `cluster.yaml` or the files it names. */
export function isUsersToCorrect(code: ErrorCode): boolean {
  return code in SETUP_CODES || code in MODEL_CODES;
}
