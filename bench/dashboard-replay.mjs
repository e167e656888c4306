// A gateway that has a recording instead of a cluster: it serves the built dashboard and tells recorded frames anew, at any
// rate, each under an id of its own.
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PAGE = fileURLToPath(new URL('../dist/dashboard', import.meta.url));
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
/** Frames that can still be asked for. */
const KEPT = 200;

export async function startReplay(recording, framesPerSecond) {
  const watchers = new Set();
  const kept = [];
  let frames = 0;
  let events = 0;

  const tell = (event, data) => {
    const text = `id: replay-${++events}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
    for (const response of watchers) response.write(text);
  };
  const tellFrame = () => {
    const recorded = recording.frames[frames % recording.frames.length];
    const id = `replay-${(++frames).toString(36)}`;
    const beganMs = Date.now();
    const asNow = (frame) => ({
      ...frame,
      id,
      createdAt: new Date(beganMs).toISOString(),
      endedAt: frame.endedAt === null ? null : new Date(beganMs + frame.timing.totalMs).toISOString(),
    });
    kept.unshift({ frame: asNow(recorded.frame), trace: { ...recorded.trace, frame: id }, picture: recorded.picture });
    kept.length = Math.min(kept.length, KEPT);
    for (const { event, data, atMs } of recorded.events) {
      setTimeout(() => tell(event, event === 'frame' ? asNow(data) : { ...data, frame: id }), atMs);
    }
    if (recording.devices.length > 0) tell('device', recording.devices[frames % recording.devices.length]);
  };

  const json = (response, value) => response.setHeader('content-type', 'application/json').end(JSON.stringify(value));
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://replay');
    const [, first, id, part] = pathname.split('/');
    const found = kept.find(({ frame }) => frame.id === id);
    if (pathname === '/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      watchers.add(response);
      request.on('close', () => watchers.delete(response));
    } else if (pathname === '/cluster') json(response, recording.cluster);
    else if (pathname === '/plan') json(response, recording.plan);
    else if (pathname === '/frames')
      json(response, { frames: kept.slice(0, 20).map(({ frame }) => frame), next: null });
    else if (first === 'frames' && found !== undefined) {
      if (part === undefined) json(response, found.frame);
      else if (part === 'trace') json(response, found.trace);
      else response.setHeader('content-type', 'image/jpeg').end(found.picture);
    } else servePage(response, pathname === '/' ? '/index.html' : pathname);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const timer = setInterval(tellFrame, 1000 / framesPerSecond);
  return {
    address: `http://127.0.0.1:${server.address().port}`,
    told: () => ({ frames, events }),
    async stop() {
      clearInterval(timer);
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function servePage(response, path) {
  const file = join(PAGE, path);
  if (!file.startsWith(PAGE) || !existsSync(file)) {
    response.writeHead(404).end();
    return;
  }
  response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream').end(readFileSync(file));
}
