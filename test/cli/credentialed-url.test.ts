import { expect, test } from 'vitest';
import { readCredentialedUrl } from '../../server/cli/credentialed-url.js';

test('credentials are taken out of the address, and out of what others say', () => {
  const { credentials, plain, redact } = readCredentialedUrl('rtsp://a:p%40ss@cam:554/1', 'it', ['rtsp']);
  expect([plain, credentials]).toEqual(['rtsp://cam:554/1', { name: 'a', password: 'p@ss' }]);
  expect(redact('rtsp://a:p%40ss@cam/1: refused, p@ss')).toBe('rtsp://cam/1: refused, ***');
  expect(readCredentialedUrl('http://cam/', 'it', ['http']).credentials).toBeNull();
});
