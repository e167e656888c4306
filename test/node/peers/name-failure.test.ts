import { describe, expect, it } from 'vitest';
import { nameFailureText } from '../../../server/node/peers/name-failure.js';

function failure(code: string): Error {
  const lowest = Object.assign(new Error(`getaddrinfo ${code}`), { code });
  return new TypeError('fetch failed', { cause: lowest });
}

describe('nameFailureText', () => {
  it.each([
    [
      'ENOTFOUND',
      'http://kitchen.local:8080',
      /finds no kitchen.local \(ENOTFOUND\): .*mDNS.*avahi-daemon.*IP address/,
    ],
    ['EAI_AGAIN', 'https://Kitchen.LOCAL.:8080', /finds no kitchen.local. .*mDNS/],
    ['ENOTFOUND', 'http://kitchen:8080', /no machine called kitchen \(ENOTFOUND\): correct the name/],
    ['EAI_AGAIN', 'http://kitchen.example:8080', /no name server answers for kitchen.example/],
  ])('%s of %s', (code, address, text) => {
    expect(nameFailureText(failure(code), address)).toMatch(text);
  });

  it('has nothing to say of another failure', () => {
    expect(nameFailureText(failure('ECONNREFUSED'), 'http://kitchen.local:8080')).toBeNull();
    expect(nameFailureText(undefined, 'http://kitchen.local:8080')).toBeNull();
  });
});
