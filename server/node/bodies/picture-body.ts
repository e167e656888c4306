import type { OperationRequest } from '../contract/operations.js';
import { HttpProblem } from '../problems/problem.js';
import { type FormPart, looksLikeForm, readMultipartForm } from './multipart-form.js';

const EXPECTED = 'expected a JPEG, PNG or WebP picture: curl -F image=@photo.jpg, or --data-binary @photo.jpg';

/** Control characters that no text has, and every picture. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const BINARY = /[\x00-\x08\x0e-\x1f]/;

/** A form has the picture, and perhaps some texts. */
const MOST_PARTS = 9;

/**
 * The picture of a submission, however it was sent.
 *
 * @throws HttpProblem 422 when a form has no picture, several or too much else, 400 when it is malformed.
 */
export function readPictureBody(request: OperationRequest<'submitFrame'>): Buffer {
  const body = plainPicture(request);
  const contentType = request.headers['content-type'];
  const isForm = /^\s*multipart\//i.test(contentType ?? '') || looksLikeForm(body);
  if (!isForm) return body;
  const form = readMultipartForm(contentType, body);
  if (form.kind === 'malformed') {
    throw new HttpProblem({ code: 'DT_FORM', status: 400 }, `malformed multipart/form-data (${form.why}); ${EXPECTED}`);
  }
  if (form.parts.length > MOST_PARTS) {
    throw new HttpProblem({ code: 'DT_FORM', status: 422 }, `the form has more than ${MOST_PARTS} parts; ${EXPECTED}`);
  }
  const files = form.parts.filter(isFile);
  if (files.length > 1) {
    throw new HttpProblem(
      { code: 'DT_FORM', status: 422 },
      `expected one file in the form, got ${files.length}: send each by itself`,
    );
  }
  const [file] = files;
  if (file === undefined) throw new HttpProblem('DT_PICTURE_MISSING', `the form has no file; ${EXPECTED}`);
  return file.content;
}

/** The body as it is, which nodes send each other; empty where there is none. */
export function plainPicture({ body }: { readonly body: unknown }): Buffer {
  return (body as Buffer | undefined) ?? Buffer.alloc(0);
}

/** A part that names a file, or holds what is no text: not every program names the file that it sends. */
function isFile({ content, fileName, mediaType }: FormPart): boolean {
  // Browsers send that for a field in which no file was chosen.
  if (fileName === '' && content.length === 0) return false;
  if (fileName !== null || mediaType?.startsWith('image/') || mediaType === 'application/octet-stream') return true;
  return BINARY.test(content.toString('latin1'));
}
