/**
 * Arrows point inward (docs/architecture.md): cli -> calibration, evaluation, supervision, roles -> cameras, node,
 * compute, config, imaging, engine -> scheduling, geometry, model, tensor. Each rule below names a forbidden import.
 */
const { readdirSync } = require('node:fs');

const outer = '^server/(calibration|cli|edge|evaluation|gateway|supervision)/';
const middle = '^server/(cameras|node|compute|config|imaging|engine|model-files)/';

/**
 * Folders with rooms: which of its siblings a room looks into, `.` for the files of the folder itself. The folder's own
 * files look into all of them. A room that is not here is an error, and so is a look that is not.
 */
const ROOMS = {
  'server/cameras': {
    http: ['.', 'login'],
    login: [],
  },
  'server/cli': {
    bench: ['.', 'terminal', 'up'],
    commands: ['.', 'gateway', 'terminal'],
    gateway: ['.', 'terminal'],
    model: ['.', 'submit', 'terminal', 'up'],
    plan: ['.', 'bench', 'gateway', 'terminal'],
    submit: ['.', 'gateway', 'terminal'],
    terminal: [],
    up: ['.', 'gateway', 'terminal'],
    watch: ['.', 'gateway', 'submit', 'terminal', 'up'],
  },
  'server/cli/bench': {
    cluster: ['.', 'results', 'simulate', 'testbed'],
    paper: ['.', 'results', 'simulate', 'testbed'],
    results: ['testbed'],
    simulate: ['.', 'testbed'],
    testbed: ['.'],
  },
  'server/cli/model': {
    onnx: [],
    pull: ['.'],
  },
  'server/cli/watch': {
    folder: [],
  },
  'server/compute': {
    gang: ['.'],
  },
  'server/config': {
    checks: ['.', 'generated', 'source'],
    generated: [],
    sections: ['.'],
    source: ['.'],
  },
  'server/edge': {
    api: ['.', 'device', 'frames', 'gang', 'tasks'],
    device: [],
    frames: ['device'],
    gang: ['device', 'frames', 'tasks'],
    tasks: ['device', 'frames', 'gang'],
  },
  'server/engine': {
    onnxruntime: ['.'],
    tfjs: ['.'],
  },
  'server/engine/tfjs': {
    operators: ['.'],
  },
  'server/evaluation': {
    charts: [],
    cluster: ['charts', 'experiments', 'hosts', 'measure', 'simulate', 'statistics', 'tables'],
    experiments: ['hosts', 'tables'],
    hosts: [],
    measure: ['hosts', 'statistics'],
    paper: ['charts', 'experiments', 'hosts', 'measure', 'simulate', 'statistics', 'tables'],
    simulate: ['statistics'],
    statistics: [],
    tables: [],
  },
  'server/evaluation/cluster': {
    page: ['.'],
  },
  'server/evaluation/measure': {
    check: ['.'],
    disturbance: ['.'],
  },
  'server/evaluation/paper': {
    experiments: ['.', 'figures', 'page'],
    figures: ['.', 'experiments', 'page', 'statements'],
    page: ['.', 'experiments', 'figures', 'statements'],
    statements: ['page'],
  },
  'server/formats': {
    darknet: [],
    onnx: [],
  },
  'server/formats/darknet': {
    cfg: ['.'],
    weights: ['.'],
  },
  'server/formats/onnx': {
    canonical: ['file'],
    file: [],
  },
  'server/gateway': {
    api: ['devices', 'dispatch', 'frames', 'intake', 'results'],
    archive: [],
    devices: ['archive'],
    dispatch: ['archive', 'devices', 'frames', 'results'],
    frames: ['archive'],
    intake: ['archive', 'devices', 'dispatch', 'frames'],
    results: ['frames'],
  },
  'server/gateway/archive': {
    lmdb: ['.'],
  },
  'server/geometry': {
    gang: ['.'],
    modnn: ['.'],
    reuse: ['.'],
  },
  'server/heads': {
    decode: ['.'],
    recognise: ['.'],
  },
  'server/imaging': {
    annotate: ['.', 'container'],
    container: [],
    foreign: [],
    jpeg: ['.', 'container'],
  },
  'server/model-files': { synthetic: ['.'] },
  'server/model': {
    'built-in': ['.'],
    files: ['.'],
  },
  'server/node': {
    bodies: ['contract', 'observe', 'problems'],
    contract: ['problems'],
    http: ['.', 'bodies', 'contract', 'observe', 'peers', 'problems', 'tls', 'wire'],
    observe: [],
    peers: ['.', 'contract', 'observe', 'tls'],
    problems: ['contract', 'observe'],
    tls: ['observe', 'problems'],
    wire: ['.', 'problems'],
  },
  'server/scheduling': {
    device: ['.', 'ledger', 'policy', 'reuse', 'strategies'],
    gang: ['.'],
    ledger: ['.', 'gang', 'policy'],
    order: ['.', 'reuse'],
    policy: [],
    reuse: ['.', 'device', 'policy', 'strategies'],
    strategies: ['ledger'],
  },
  'server/simulation': {
    device: ['.', 'gang', 'machine'],
    gang: ['.', 'machine'],
    gateway: ['.', 'gang', 'machine'],
    machine: [],
  },
};

function subfolders(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && readdirSync(`${folder}/${entry.name}`).length > 0)
    .map(({ name }) => name);
}

/** @throws Error when a folder under `server/` has a room that `ROOMS` does not list. */
function requireListed(folder) {
  for (const room of subfolders(folder)) {
    if (ROOMS[folder]?.[room] === undefined && folder !== 'server') {
      throw new Error(`.dependency-cruiser.cjs: say what ${folder}/${room} may look into`);
    }
    requireListed(`${folder}/${room}`);
  }
}

requireListed('server');

/** One rule a room: it looks into the rooms that it names, and no other. */
const roomRules = Object.entries(ROOMS).flatMap(([folder, rooms]) =>
  Object.entries(rooms).map(([room, into]) => {
    const open = [room, ...into.filter((name) => name !== '.')].map((name) => `${folder}/${name}/`);
    const ownFiles = into.includes('.') ? [`${folder}/[^/]+$`] : [];
    return {
      name: `${folder.replace('server/', '')}/${room} looks into ${into.join(', ') || 'no other room'}`,
      severity: 'error',
      from: { path: `^${folder}/${room}/` },
      to: { path: `^${folder}/`, pathNot: `^(${[...open, ...ownFiles].join('|')})` },
    };
  }),
);

module.exports = {
  forbidden: [
    ...roomRules,
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: '(\\.d\\.ts|vite\\.config\\.ts)$' },
      to: {},
    },
    {
      name: 'core-knows-no-shell',
      severity: 'error',
      from: { path: '^server/(formats|geometry|graph|heads|model|scheduling|simulation|tensor)/' },
      to: { path: `${outer}|${middle}|^client/|^dashboard/` },
    },
    {
      name: 'geometry-is-pure',
      comment: 'It runs in the browser as well, and in any test without a clock, a socket or an engine.',
      severity: 'error',
      from: { path: '^server/geometry/' },
      to: { pathNot: '^server/((geometry|graph)/|error(s|-codes)\\.ts$)' },
    },
    {
      name: 'graph-is-pure',
      comment: 'It runs in the browser as well.',
      severity: 'error',
      from: { path: '^server/graph/' },
      to: { pathNot: '^server/(graph/|geometry/region\\.ts$|error(s|-codes)\\.ts$)' },
    },
    {
      name: 'scheduling-is-pure',
      severity: 'error',
      from: { path: '^server/scheduling/' },
      to: { pathNot: '^server/(scheduling|geometry)/|^server/error(s|-codes)\\.ts$' },
    },
    {
      name: 'simulation-is-pure',
      comment: 'It drives the scheduling and geometry that the nodes run, under a clock and a randomness of its own.',
      severity: 'error',
      from: { path: '^server/simulation/' },
      to: { pathNot: '^server/(simulation|scheduling|geometry|model)/|^server/error(s|-codes)\\.ts$' },
    },
    {
      name: 'planner-is-pure',
      comment: 'It compares simulations; how long it may take is for its caller to say.',
      severity: 'error',
      from: { path: '^server/planner/' },
      to: {
        pathNot: '^server/(planner|simulation|scheduling|geometry|graph|model|tensor)/|^server/error(s|-codes)\\.ts$',
      },
    },
    {
      name: 'middle-knows-no-role',
      severity: 'error',
      from: { path: middle },
      to: { path: outer },
    },
    {
      name: 'cameras-know-no-cluster',
      comment: 'They give pictures; the caller knows where these go.',
      severity: 'error',
      from: { path: '^server/cameras/' },
      to: { path: '^server/(compute|config|engine|scheduling)/|^client/' },
    },
    {
      name: 'engines-know-no-cluster',
      comment: 'An engine runs layers on a block; it knows nothing of tiles, frames or HTTP.',
      severity: 'error',
      from: { path: '^server/(engine|imaging)/' },
      to: { path: '^server/(node|compute|config|scheduling)/|^client/' },
    },
    {
      name: 'roles-are-strangers',
      comment:
        'The gateway and the edge devices know each other through the contract only; so does the device that a gateway has in its process.',
      severity: 'error',
      from: { path: '^server/(edge|gateway)/', pathNot: '^server/gateway/own-device\\.ts$' },
      to: { path: '^server/(calibration|cli|edge|evaluation|gateway|supervision)/', pathNot: '^server/$1/' },
    },
    {
      name: 'own-device-only-assembles',
      severity: 'error',
      from: { path: '^server/gateway/own-device\\.ts$' },
      to: { path: '^server/edge/', pathNot: '^server/edge/(edge-assembly|device/edge-device)\\.ts$' },
    },
    {
      name: 'only-the-command-line-evaluates',
      comment: 'Measuring and simulating look at a cluster from outside; no node needs them.',
      severity: 'error',
      from: { pathNot: '^(server/(calibration|cli|evaluation)|test)/' },
      to: { path: '^server/evaluation/' },
    },
    {
      name: 'evaluation-stays-outside',
      comment: 'It starts nodes as processes and talks to them as any client does.',
      severity: 'error',
      from: { path: '^server/evaluation/' },
      to: { path: '^server/(calibration|cli|edge|gateway)/|^dashboard/' },
    },
    {
      name: 'figures-are-pure',
      comment: 'The same results give the same page: no clock, file or process.',
      severity: 'error',
      from: { path: '^server/evaluation/(charts|cluster|experiments|paper|tables)/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'calibration-is-not-of-the-command-line',
      comment: 'It measures the nodes themselves, in this process; what is printed of it is for its caller.',
      severity: 'error',
      from: { path: '^server/calibration/' },
      to: { path: '^server/cli/' },
    },
    {
      name: 'supervision-knows-no-role',
      comment: 'It starts processes and asks them whether they are ready.',
      severity: 'error',
      from: { path: '^server/supervision/' },
      to: { path: '^server/(calibration|cli|edge|evaluation|gateway)/|^dashboard/' },
    },
    {
      name: 'client-stands-alone',
      severity: 'error',
      from: { path: '^client/' },
      to: { path: '^server/|^dashboard/' },
    },
    {
      name: 'dashboard-uses-the-client',
      comment: 'Data through the generated client; of the server only the pure geometry of graphs.',
      severity: 'error',
      from: { path: '^dashboard/' },
      to: { path: '^server/', pathNot: '^server/((geometry|graph)/|error(s|-codes)\\.ts$)' },
    },
    {
      name: 'sharp-in-one-place',
      severity: 'error',
      from: { pathNot: '^server/imaging/' },
      to: { path: 'node_modules/sharp' },
    },
    {
      name: 'lmdb-in-one-place',
      severity: 'error',
      from: { pathNot: '^server/gateway/archive/lmdb/lmdb-tables\\.ts$' },
      to: { path: 'node_modules/lmdb' },
    },
    {
      name: 'onnxruntime-in-one-place',
      severity: 'error',
      from: { pathNot: '^server/engine/onnxruntime/' },
      to: { path: 'node_modules/onnxruntime' },
    },
    {
      name: 'tfjs-in-one-place',
      severity: 'error',
      from: { pathNot: '^server/engine/tfjs/' },
      to: { path: 'node_modules/@tensorflow' },
    },
    {
      name: 'no-dev-dependency-at-run-time',
      severity: 'error',
      from: { path: '^(server|client)/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    { name: 'not-to-test', severity: 'error', from: { pathNot: '^test/' }, to: { path: '^test/' } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.json', '.css'],
    },
  },
};
