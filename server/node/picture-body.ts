import { Buffer } from 'node:buffer';
import type { OperationRequest } from './operations.js';
import { HttpProblem } from './problem.js';

const EXPECTED =
  'expected a JPEG, PNG or WebP picture: curl -F image=@photo.jpg, or --data-binary @photo.jpg with ' +
  "-H 'content-type: image/jpeg'";

/**
 * The picture of a submission, however it was sent.
 *
 * @throws HttpProblem 415 when the body is no picture, 422 when a form has none.
 */
export async function readPictureBody(request: OperationRequest<'submitFrame'>): Promise<Buffer> {
  if (request.isMultipart()) {
    const file = await request.file();
    if (file === undefined) throw new HttpProblem(422, 'DT_PICTURE_MISSING', `the form has no file; ${EXPECTED}`);
    return file.toBuffer();
  }
  const body: unknown = request.body;
  if (!Buffer.isBuffer(body)) throw new HttpProblem(415, 'DT_MEDIA_TYPE', EXPECTED);
  return body;
}
