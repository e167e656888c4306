/** How commands end that did not do what they were told, although their arguments are right. */
export const COMMAND_CODES = {
  DT_CALIBRATION: { status: null, meaning: 'Measuring this machine failed.', remedy: 'Do what the message says.' },
  DT_CGROUP: {
    status: null,
    meaning: 'Control groups cannot be used on this machine.',
    remedy: 'Run it as root with cgroup v1 or v2 mounted, or without `--cpu`.',
  },
  DT_DEMO: {
    status: null,
    meaning: 'The sample photograph was not finished in time.',
    remedy: 'Look at the log of the nodes.',
  },
  DT_DOCS: {
    status: null,
    meaning: 'The results are not to stand in docs/evaluation.md.',
    remedy: 'Do what the message says, and run the command again.',
  },
  DT_DRAIN: { status: null, meaning: 'The node could not be told to drain.', remedy: 'Do what the message says.' },
  DT_GATEWAY: {
    status: null,
    meaning: 'The gateway could not be asked.',
    remedy: 'Start the cluster, or name its gateway with `--gateway`.',
  },
  DT_INTERRUPTED: { status: null, meaning: 'The command was told to stop.', remedy: 'Run it again.' },
  DT_NO_FRAMES: {
    status: null,
    meaning: 'The cluster has completed no frame to compare with.',
    remedy: 'Submit some pictures first.',
  },
  DT_NOT_CALIBRATED: {
    status: null,
    meaning: 'This machine has not been measured.',
    remedy: 'Run `deepthings bench calibrate`.',
  },
  DT_OUT_FILE: {
    status: null,
    meaning: 'A file cannot be written.',
    remedy: 'Correct its path or permissions, or make room.',
  },
  DT_PULL_FAILED: {
    status: null,
    meaning: 'The weights could not be fetched.',
    remedy: 'Do what the message says for each address that was tried.',
  },
  DT_PULL_FAILED_CHECK: {
    status: null,
    meaning: 'The weights that are there have another SHA-256.',
    remedy: 'Pull with `--force`.',
  },
  DT_PULL_FOLDER: {
    status: null,
    meaning: 'Weights cannot be kept in the folder for them.',
    remedy: 'Set `XDG_CACHE_HOME` to a folder that this user can write.',
  },
  DT_PULL_INTERRUPTED: {
    status: null,
    meaning: 'Fetching the weights was interrupted.',
    remedy: 'Pull again: it goes on from what has come.',
  },
  DT_PULL_RUNS: {
    status: null,
    meaning: 'Another process pulls the same weights.',
    remedy: 'Wait for it; remove the file that the message names if there is none.',
  },
  DT_PULL_SPACE: {
    status: null,
    meaning: 'The disk has no room for the weights.',
    remedy: 'Make room and pull again.',
  },
  DT_QUARANTINE: {
    status: null,
    meaning: 'The device could not be released from quarantine.',
    remedy: 'Do what the message says.',
  },
  DT_TESTBED: {
    status: null,
    meaning: 'A command of the system that makes test hosts failed.',
    remedy: 'Do what the message says.',
  },
  DT_TESTBED_FRAME: {
    status: null,
    meaning: 'A frame on the test hosts did not end in time.',
    remedy: 'Look at what the nodes printed.',
  },
  DT_TESTBED_NODE: { status: null, meaning: 'A node on a test host ended.', remedy: 'Look at what it printed.' },
  DT_TESTBED_UNAVAILABLE: {
    status: null,
    meaning: 'Test hosts cannot be made on this machine.',
    remedy: 'Run it as root on Linux, with the programs that the message names.',
  },
  DT_WATCH_CAMERA: {
    status: null,
    meaning: 'The camera does not answer as a camera.',
    remedy: 'Check its address, login and certificate.',
  },
  DT_WATCH_SOURCE: {
    status: null,
    meaning: 'What is to be watched cannot be read.',
    remedy: 'Do what the message says.',
  },
  DT_WATCH_STREAM: {
    status: null,
    meaning: 'What the camera streams is no MJPEG that can be read.',
    remedy: 'Use an address of single pictures or of an MJPEG stream.',
  },
} as const;
