import { expect, test } from 'vitest';
import { cameraName } from '../../../server/cli/watch/camera-name.js';

test.each([
  ['http://192.168.1.20/snapshot.jpg', '192.168.1.20-snapshot.jpg'],
  ['rtsp://192.168.1.21:554/stream1?channel=2', '192.168.1.21-554-stream1-channel-2'],
  ['/dev/video0', 'pi-dev-video0'],
  ['http://127.0.0.1:8081/video.mjpg', 'pi-127.0.0.1-8081-video.mjpg'],
  ['http://localhost:8081', 'pi-localhost-8081'],
  ['/srv/ftp/Tür', 'pi-srv-ftp-T-r'],
])('%s is camera %s', (shown, name) => {
  expect(cameraName(shown, 'pi')).toBe(name);
});

test('a long name is cut, and stays one of its own', () => {
  const names = ['a', 'b'].map((end) => cameraName(`/srv/${'long/'.repeat(30)}${end}`, 'pi'));
  expect(names[0]).toMatch(/^pi-srv-long[A-Za-z0-9._-]{44}-[0-9a-f]{8}$/);
  expect(names[0]).toHaveLength(64);
  expect(new Set(names).size).toBe(2);
});
