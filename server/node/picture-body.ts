import type { Buffer } from 'node:buffer';
import type { OperationRequest } from './operations.js';
import { HttpProblem } from './problem.js';

const EXPECTED =
  'expected a JPEG, PNG or WebP picture: curl -F image=@photo.jpg, or --data-binary @photo.jpg with ' +
  "-H 'content-type: image/jpeg'";

/**
 * The picture of a submission, however it was sent.
 *
 * @throws HttpProblem 422 when a form has no picture, several or too much else, 400 when it is malformed.
 */
export async function readPictureBody(request: OperationRequest<'submitFrame'>): Promise<Buffer> {
  if (!request.isMultipart()) return request.body as Buffer;
  const picture = await readForm(request);
  if (picture !== null) return picture;
  throw new HttpProblem(422, 'DT_PICTURE_MISSING', `the form has no file; ${EXPECTED}`);
}

/** Reads a form to its end, so that one that is cut off behind the picture is found out as well. */
async function readForm(request: OperationRequest<'submitFrame'>): Promise<Buffer | null> {
  let picture: Buffer | null = null;
  try {
    for await (const file of request.files()) picture = await file.toBuffer();
  } catch (cause) {
    throw formProblem(cause as Error & { readonly code?: string });
  }
  return picture;
}

function formProblem(cause: Error & { readonly code?: string }): Error {
  switch (cause.code) {
    case 'FST_FILES_LIMIT':
      return new HttpProblem(422, 'DT_FORM', 'expected one file in the form, got more: send each by itself', { cause });
    case 'FST_FIELDS_LIMIT':
    case 'FST_PARTS_LIMIT':
      return new HttpProblem(422, 'DT_FORM', `the form has too many parts; ${EXPECTED}`, { cause });
    case undefined:
      return new HttpProblem(400, 'DT_FORM', `malformed multipart/form-data (${cause.message}); ${EXPECTED}`, {
        cause,
      });
    default:
      return cause;
  }
}
