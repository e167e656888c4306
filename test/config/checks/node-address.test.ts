import { describe, expect, test } from 'vitest';
import {
  type NodeAddress,
  parseListen,
  parseNodeAddress,
  socketOf,
} from '../../../server/config/checks/node-address.js';

describe('parseNodeAddress', () => {
  test.each([
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080', '127.0.0.1', 8080],
    ['HTTP://Gateway.local:8080/', 'http://gateway.local:8080', 'gateway.local', 8080],
    ['http://pi', 'http://pi', 'pi', 80],
    ['https://pi', 'https://pi', 'pi', 443],
    ['http://[::1]:8080', 'http://[::1]:8080', '::1', 8080],
  ])('%s', (text, origin, host, port) => {
    expect(parseNodeAddress(text)).toEqual({ kind: 'address', origin, host, port });
  });

  test.each([
    [
      '127.0.0.1:8080',
      "must be a URL that starts with http:// or https://, is '127.0.0.1:8080'",
      "write 'http://127.0.0.1:8080'",
    ],
    [
      'ftp://pi',
      "must be a URL that starts with http:// or https://, is 'ftp://pi'",
      "write it like 'http://192.168.1.10:8080'",
    ],
    ['http://pi:99999', "'http://pi:99999' is not a URL", "write it like 'http://192.168.1.10:8080'"],
    ['http://p i', "'http://p i' is not a URL", "write it like 'http://192.168.1.10:8080'"],
    ['http://', "'http://' is not a URL", "write it like 'http://192.168.1.10:8080'"],
    ['http://pi:1/api', "'http://pi:1/api' has more than host and port", "write 'http://pi:1'"],
    ['http://pi:1?', "'http://pi:1?' has more than host and port", "write 'http://pi:1'"],
    ['http://pi:1#x', "'http://pi:1#x' has more than host and port", "write 'http://pi:1'"],
    ['http://pi:0', 'has port 0, which nothing can connect to', 'write the port that the node listens on'],
    [
      'http://0.0.0.0:8080',
      '0.0.0.0 is where to listen, not where other nodes reach this one',
      "write the machine's own address, and listen: '0.0.0.0:8080'",
    ],
  ])('refuses %s', (text, message, remedy) => {
    expect(parseNodeAddress(text)).toEqual({ kind: 'bad', message, remedy });
  });

  test.each(['http://me:secret@pi:1', 'http://me:secret@pi:1/x', 'http://me:secret@:1', 'ftp://me:secret@pi'])(
    'does not repeat the password in %s',
    (text) => {
      const address = parseNodeAddress(text);
      expect(address.kind).toBe('bad');
      expect(JSON.stringify(address)).not.toContain('secret');
    },
  );
});

describe('parseListen', () => {
  test.each([
    ['0.0.0.0:8080', '0.0.0.0', 8080],
    ['[::]:80', '::', 80],
    ['pi-1.local:65535', 'pi-1.local', 65535],
  ])('%s', (text, host, port) => {
    expect(parseListen(text)).toEqual({ host, port });
  });

  test.each(['8080', ':8080', 'pi', 'pi:0', 'pi:65536', '::1:80', 'http://pi:80', '[pi]:80'])('refuses %s', (text) => {
    expect(parseListen(text)).toMatchObject({
      kind: 'bad',
      remedy: "write for instance '0.0.0.0:8080' or '[::]:8080'",
    });
  });
});

test('socketOf sees through the scheme, the default port and localhost', () => {
  const socket = (text: string) => socketOf(parseNodeAddress(text) as NodeAddress);
  expect(socket('http://localhost')).toBe(socket('https://127.0.0.1:80'));
  expect(socket('http://pi:1')).not.toBe(socket('http://pi:2'));
});
