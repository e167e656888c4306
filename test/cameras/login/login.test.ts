import { describe, expect, test } from 'vitest';
import { Login } from '../../../server/cameras/login/login.js';

const newLogin = () => new Login({ name: 'viewer', password: 'ge/heim' }, () => 'c');
const digest = (rest: string) => `Digest realm="cam", qop="auth", ${rest}`;

describe('a login', () => {
  test('sends nothing before it is asked, then counts the uses of a nonce', () => {
    const login = newLogin();
    expect(login.authorize('GET', '/')).toBeNull();
    expect(login.challenge([digest('nonce=a')])).toEqual({ kind: 'again' });
    expect(login.authorize('GET', '/')).toContain('nc=00000001');
    login.accepted(undefined);
    expect(login.authorize('GET', '/')).toContain('nc=00000002');
  });

  test('prefers Digest to Basic, and the strongest hash', () => {
    const login = newLogin();
    login.challenge(['Basic realm="cam"', digest('nonce=a, algorithm=MD5'), digest('nonce=b, algorithm=SHA-256')]);
    expect(login.authorize('GET', '/')).toContain('algorithm=SHA-256');
    const other = newLogin();
    other.challenge([digest('nonce=a, algorithm=UNHEARD-OF'), 'Basic realm="cam"']);
    expect(other.authorize('GET', '/')).toBe(`Basic ${Buffer.from('viewer:ge/heim').toString('base64')}`);
  });

  test('is refused when a fresh nonce does not help, and begins without authorization then', () => {
    const login = newLogin();
    login.challenge([digest('nonce=a')]);
    expect(login.challenge([digest('nonce=b')])).toEqual({ kind: 'refused', scheme: 'digest' });
    expect(login.authorize('GET', '/')).toBeNull();
    login.challenge(['Basic realm="cam"']);
    expect(login.challenge(['Basic realm="cam"'])).toEqual({ kind: 'refused', scheme: 'basic' });
  });

  test('goes on when a nonce that was good has run out, stale or not', () => {
    const login = newLogin();
    login.challenge([digest('nonce=a')]);
    login.accepted(undefined);
    expect(login.challenge([digest('nonce=b')])).toEqual({ kind: 'again' });
    expect(login.challenge([digest('nonce=c, stale=TRUE')])).toEqual({ kind: 'again' });
    expect(login.challenge([digest('nonce=d')])).toMatchObject({ kind: 'refused' });
  });

  test('does not follow a server whose every nonce is stale', () => {
    const login = newLogin();
    const steps = Array.from({ length: 6 }, (_, i) => login.challenge([digest(`nonce=${i}, stale=true`)]).kind);
    expect(steps.slice(0, 4)).toEqual(['again', 'again', 'again', 'refused']);
  });

  test('takes the next nonce that an answer names', () => {
    const login = newLogin();
    login.challenge([digest('nonce=a')]);
    login.accepted('qop=auth, nextnonce="b", rspauth="x"');
    expect(login.authorize('GET', '/')).toMatch(/nonce="b".*nc=00000001/);
  });

  test('without credentials, with an unknown scheme, and with a 401 that does not say what it wants', () => {
    expect(new Login(null, () => 'c').challenge([digest('nonce=a')])).toEqual({ kind: 'none' });
    expect(newLogin().challenge(['Negotiate', 'Bearer'])).toEqual({
      kind: 'unknown',
      schemes: ['negotiate', 'bearer'],
    });
    const login = newLogin();
    expect(login.challenge([])).toEqual({ kind: 'again' });
    expect(login.authorize('GET', '/')).toMatch(/^Basic /);
    expect(login.challenge([])).toEqual({ kind: 'refused', scheme: 'basic' });
  });
});
