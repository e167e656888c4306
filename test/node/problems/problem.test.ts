import { describe, expect, it } from 'vitest';
import { DeepThingsError } from '../../../server/errors.js';
import { HttpProblem, problemOf } from '../../../server/node/problems/problem.js';

const SECRET = '/home/someone/secret.weights';

describe('problemOf', () => {
  it('tells what an error that has its status says', () => {
    expect(problemOf(new HttpProblem('DT_PLAN_MISMATCH', 'expected another plan'))).toEqual({
      type: '/docs/errors#DT_PLAN_MISMATCH',
      title: 'Conflict',
      status: 409,
      code: 'DT_PLAN_MISMATCH',
      detail: 'expected another plan',
    });
  });

  it.each([
    ['DT_PICTURE_EMPTY', 415],
    ['DT_PICTURE_FORMAT', 415],
    ['DT_PICTURE_BROKEN', 422],
    ['DT_PICTURE_SIZE', 422],
    ['DT_PICTURE_TOO_LARGE', 413],
    ['DT_PICTURE_DIMENSIONS', 413],
    ['DT_TENSOR_BODY', 422],
    ['DT_TASK_BODY', 422],
    ['DT_RESULT_BODY', 422],
    ['DT_REGION', 422],
    ['DT_INPUT_DIFFERS', 409],
  ] as const)('gives %s, raised where HTTP is not known, status %i', (code, status) => {
    expect(problemOf(new DeepThingsError(code, 'expected a tile'))).toMatchObject({
      status,
      code,
      detail: 'expected a tile',
    });
  });

  it.each([
    ['an error that nobody meant', new TypeError(`cannot read ${SECRET}`)],
    ['one of the system', Object.assign(new Error(`ENOENT ${SECRET}`), { code: 'ENOENT' })],
    ['one of ours that is no client’s fault', new DeepThingsError('DT_MODEL_FILE', SECRET)],
    ['one with a server’s status', Object.assign(new Error(SECRET), { statusCode: 502 })],
    ['one with no HTTP status', Object.assign(new Error(SECRET), { statusCode: 7 })],
    ['a text', SECRET],
  ])('tells the client nothing of %s', (_name, error) => {
    const problem = problemOf(error);
    expect(problem).toMatchObject({ status: 500, code: 'DT_INTERNAL' });
    expect(JSON.stringify(problem)).not.toContain(SECRET);
  });

  it('names each mistake that validation found, once', () => {
    const validation = [
      { keyword: 'type', instancePath: '/wait', params: {}, parentSchema: { type: 'number', minimum: 0, maximum: 9 } },
      {
        keyword: 'minimum',
        instancePath: '/wait',
        params: {},
        parentSchema: { type: 'number', minimum: 0, maximum: 9 },
      },
      { keyword: 'required', instancePath: '', params: { missingProperty: 'source' } },
    ];
    const problem = problemOf(Object.assign(new Error(), { validation, validationContext: 'querystring' }));
    expect(problem).toMatchObject({ status: 400, code: 'DT_REQUEST' });
    expect(problem.errors).toEqual([
      { in: 'query', name: 'wait', detail: 'expected a number from 0 to 9' },
      { in: 'query', name: 'source', detail: 'missing' },
    ]);
    expect(problem.detail).toBe('query parameter wait: expected a number from 0 to 9; query parameter source: missing');
  });

  it.each([
    ['FST_ERR_CTP_BODY_TOO_LARGE', 413, 'DT_BODY_TOO_LARGE'],
    ['FST_REQ_FILE_TOO_LARGE', 413, 'DT_PICTURE_TOO_LARGE'],
    ['FST_ERR_CTP_INVALID_MEDIA_TYPE', 415, 'DT_MEDIA_TYPE'],
    ['FST_ERR_CTP_INVALID_JSON_BODY', 400, 'DT_REQUEST'],
  ])('has a code of our own for %s', (code, status, ours) => {
    expect(problemOf(Object.assign(new Error('No.'), { code, statusCode: 499 }))).toMatchObject({ status, code: ours });
  });
});
