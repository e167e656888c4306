/** Pictures that are refused, by a node or by the command line before they are sent. */
export const PICTURE_CODES = {
  DT_PICTURE_BROKEN: {
    status: 422,
    meaning: 'A part of the picture is missing or damaged.',
    remedy: 'Send it again, whole.',
  },
  DT_PICTURE_CHANGING: {
    status: null,
    meaning: 'The file of the picture does not stop changing.',
    remedy: 'Submit it when it is complete.',
  },
  DT_PICTURE_DIMENSIONS: {
    status: 413,
    meaning: 'The picture has more pixels than the node decodes.',
    remedy: 'Scale it down to the bounds that the message names.',
  },
  DT_PICTURE_EMPTY: { status: 415, meaning: 'The picture has no bytes.', remedy: 'Send a JPEG, PNG or WebP.' },
  DT_PICTURE_FILE: {
    status: null,
    meaning: 'The file of the picture cannot be read.',
    remedy: 'Correct its path or permissions.',
  },
  DT_PICTURE_FORMAT: {
    status: 415,
    meaning: 'The bytes are no picture of a supported format.',
    remedy: 'Send a JPEG of 8 bits, a PNG or a WebP.',
  },
  DT_PICTURE_MISSING: {
    status: 422,
    meaning: 'The form has no file.',
    remedy: 'Put the picture into the form as a file.',
  },
  DT_PICTURE_SIZE: { status: 422, meaning: 'The picture has no pixels.', remedy: 'Send one of at least 1 x 1.' },
  DT_PICTURE_TOO_LARGE: {
    status: 413,
    meaning: 'The picture has more bytes than the cluster accepts.',
    remedy: 'Send a smaller one, or raise `limits.pictureBytes` in `cluster.yaml`.',
  },
} as const;
