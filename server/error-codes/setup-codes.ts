/** What the user corrects in the command line, the environment, `cluster.yaml` or its certificates. */
export const SETUP_CODES = {
  DT_CONFIG: {
    status: null,
    meaning: '`cluster.yaml` has mistakes.',
    remedy: 'Correct the lines that the message names.',
  },
  DT_DEVICE_UNKNOWN: {
    status: [404, 409, 422],
    meaning: '`cluster.yaml` declares no device of this name.',
    remedy: 'Name a device that `GET /cluster` lists, or declare it in `cluster.yaml` on every machine.',
  },
  DT_GRID_INVALID: {
    status: null,
    meaning: 'A grid of tiles needs whole numbers of rows and columns.',
    remedy: 'Give a grid such as 3x3.',
  },
  DT_HOME_UNKNOWN: {
    status: null,
    meaning: 'The user has no home folder in which weights could be kept.',
    remedy: 'Set `HOME` or `XDG_CACHE_HOME`, or name the files themselves.',
  },
  DT_PLAN_DEPTH: {
    status: null,
    meaning: 'The model has fewer layers than are to be fused.',
    remedy: 'Set `partition.fusedDepth` in `cluster.yaml` to at most what the message says.',
  },
  DT_PLAN_GRID: {
    status: null,
    meaning: 'The grid has more rows or columns than the map at the end of the fused layers.',
    remedy: 'Choose a smaller grid, or fuse fewer layers.',
  },
  DT_PLAN_NONE: {
    status: null,
    meaning: 'No plan that was simulated completes its frames.',
    remedy: 'Give devices more memory, or take a smaller model.',
  },
  DT_STORE_PATH: {
    status: null,
    meaning: 'The folder of the store cannot be used.',
    remedy: 'Change its permissions, or set `store.path` in `cluster.yaml` to another.',
  },
  DT_TLS_CERTIFICATE: {
    status: null,
    meaning: 'A file has no certificate that can be used.',
    remedy: 'Give a PEM file with the certificate, its chain after it.',
  },
  DT_TLS_FILE: {
    status: null,
    meaning: 'A file of the `tls` section cannot be read.',
    remedy: 'Correct the path or the permissions of the file.',
  },
  DT_TLS_FILES: {
    status: null,
    meaning: 'Nodes cannot start with their certificates.',
    remedy: 'Correct every file that the message names.',
  },
  DT_TLS_KEY: {
    status: null,
    meaning: 'A key cannot be used, or does not belong to its certificate.',
    remedy: 'Give the unencrypted PEM key of this certificate.',
  },
  DT_TOKEN_MISSING: {
    status: null,
    meaning: 'A node that other machines reach would have no token.',
    remedy: 'Set `DEEPTHINGS_TOKEN` or `DEEPTHINGS_TOKEN_FILE`, or listen on 127.0.0.1 only.',
  },
  DT_TOKEN_UNUSABLE: {
    status: null,
    meaning: 'The token, or the file with it, cannot be used.',
    remedy: 'Do what the message says; `deepthings token` makes a new one.',
  },
  DT_USAGE: {
    status: null,
    meaning: 'An option or argument is not usable.',
    remedy: 'Correct what the message names; `--help` lists the options.',
  },
} as const;
