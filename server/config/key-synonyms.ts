/** Other names that people give to keys of cluster.yaml, most of them from programs of the kind. In lower case, letters only. */
const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  address: ['url', 'uri', 'host', 'hostname', 'ip', 'ipaddress', 'endpoint', 'addr'],
  age: ['retention', 'retain', 'keep', 'ttl', 'maxage', 'days'],
  bytes: ['size', 'quota', 'maxbytes', 'maxsize'],
  ca: ['cacert', 'cafile', 'authority'],
  certificate: ['cert', 'crt', 'certfile', 'certpath'],
  cfg: ['config', 'cfgfile', 'configuration', 'architecture'],
  devices: ['nodes', 'edges', 'edgedevices', 'workers', 'peers', 'clients', 'hosts'],
  engine: ['backend', 'runtime', 'framework', 'inference'],
  frameTimeoutMs: ['timeout', 'timeoutms', 'frametimeout'],
  fusedDepth: ['depth', 'fuse', 'fusedlayers', 'layers'],
  gateway: ['master', 'coordinator', 'server', 'hub', 'controller'],
  grid: ['tiles', 'tiling', 'split'],
  heartbeat: ['keepalive', 'ping'],
  id: ['name', 'devicename', 'nodeid'],
  key: ['privatekey', 'keyfile', 'keypath'],
  labels: ['names', 'classes', 'classnames', 'labelmap', 'labelfile'],
  level: ['loglevel', 'verbosity', 'severity'],
  listen: ['bind', 'port', 'binding', 'interface'],
  log: ['logging', 'logger', 'logs'],
  mutual: ['mtls', 'clientauth', 'requireclientcertificate'],
  name: ['type', 'title', 'model', 'clustername'],
  nms: ['iou', 'nmsthreshold', 'iouthreshold', 'overlapthreshold'],
  padding: ['bars', 'letterbox', 'border'],
  partition: ['partitioning', 'tiling', 'split', 'ftp'],
  path: ['dir', 'directory', 'folder', 'location', 'file'],
  pictureBytes: ['maxpicturebytes', 'imagebytes', 'uploadlimit'],
  queuedFrames: ['queue', 'maxframes', 'queuesize'],
  schedule: ['scheduler', 'scheduling'],
  source: ['camera', 'issource'],
  store: ['storage', 'database', 'db', 'state', 'archive'],
  strategy: ['policy', 'mode', 'algorithm', 'scheduler'],
  threads: ['cpus', 'cores', 'numthreads', 'workers'],
  threshold: ['confidence', 'conf', 'score', 'minscore', 'thresh', 'scorethreshold', 'confidencethreshold'],
  tls: ['ssl', 'https', 'certificates'],
  weights: ['weightsfile', 'modelfile', 'checkpoint', 'parameters'],
};

/** Of these keys the one that is usually called so elsewhere; undefined when there is none. */
export function synonymOf(word: string, known: readonly string[]): string | undefined {
  const plain = word.toLowerCase().replace(/[^a-z]/g, '');
  return known.find((key) => SYNONYMS[key]?.includes(plain));
}
