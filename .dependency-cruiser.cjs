/**
 * Arrows point inward (docs/architecture.md): cli -> evaluation, supervision, roles -> cameras, node, compute, config,
 * imaging, engine -> scheduling, geometry, model, tensor. Each rule below names who may not look at whom.
 */
const outer = '^server/(cli|edge|evaluation|gateway|supervision)/';
const middle = '^server/(cameras|node|compute|config|imaging|engine)/';

module.exports = {
  forbidden: [
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
      from: { path: '^server/(geometry|scheduling|simulation|model|tensor)/' },
      to: { path: `${outer}|${middle}|^client/|^dashboard/` },
    },
    {
      name: 'geometry-is-pure',
      comment: 'It runs in the browser as well, and in any test without a clock, a socket or an engine.',
      severity: 'error',
      from: { path: '^server/geometry/' },
      to: { pathNot: '^server/(geometry/|errors\\.ts$)' },
    },
    {
      name: 'scheduling-is-pure',
      severity: 'error',
      from: { path: '^server/scheduling/' },
      to: { pathNot: '^server/(scheduling|geometry)/|^server/errors\\.ts$' },
    },
    {
      name: 'simulation-is-pure',
      comment: 'It drives the scheduling and geometry that the nodes run, under a clock and a randomness of its own.',
      severity: 'error',
      from: { path: '^server/simulation/' },
      to: { pathNot: '^server/(simulation|scheduling|geometry|model)/|^server/errors\\.ts$' },
    },
    {
      name: 'planner-is-pure',
      comment: 'It compares simulations; how long it may take is for its caller to say.',
      severity: 'error',
      from: { path: '^server/planner/' },
      to: { pathNot: '^server/(planner|simulation|scheduling|geometry|model|tensor)/|^server/errors\\.ts$' },
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
      comment: 'The gateway and the edge devices know each other through the contract only.',
      severity: 'error',
      from: { path: '^server/(edge|gateway)/' },
      to: { path: '^server/(edge|gateway|cli|evaluation|supervision)/', pathNot: '^server/$1/' },
    },
    {
      name: 'only-the-command-line-evaluates',
      comment: 'Measuring and simulating look at a cluster from outside; no node needs them.',
      severity: 'error',
      from: { pathNot: '^(server/(cli|evaluation)|test)/' },
      to: { path: '^server/evaluation/' },
    },
    {
      name: 'evaluation-stays-outside',
      comment: 'It starts nodes as processes and talks to them as any client does.',
      severity: 'error',
      from: { path: '^server/evaluation/' },
      to: { path: '^server/(cli|edge|gateway)/|^dashboard/' },
    },
    {
      name: 'figures-are-pure',
      comment: 'The same results give the same page: no clock, file or process.',
      severity: 'error',
      from: { path: '^server/evaluation/(paper|charts)/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'supervision-knows-no-role',
      comment: 'It starts processes and asks them whether they are ready.',
      severity: 'error',
      from: { path: '^server/supervision/' },
      to: { path: '^server/(cli|edge|evaluation|gateway)/|^dashboard/' },
    },
    {
      name: 'client-stands-alone',
      severity: 'error',
      from: { path: '^client/' },
      to: { path: '^server/|^dashboard/' },
    },
    {
      name: 'dashboard-uses-the-client',
      comment: 'Data through the generated client; of the server only the pure geometry.',
      severity: 'error',
      from: { path: '^dashboard/' },
      to: { path: '^server/', pathNot: '^server/(geometry/|errors\\.ts$)' },
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
      from: { pathNot: '^server/gateway/archive/lmdb-tables\\.ts$' },
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
