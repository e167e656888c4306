import type { Command } from './host-plan.js';

/** Joins groups, then becomes the command after `--`. */
const JOIN_AND_BECOME = 'while [ "$1" != -- ]; do echo $$ > "$1" || exit 1; shift; done; shift; exec "$@"';

/**
 * The command line that a process is run within to be in control groups from its start on.
 *
 * @param joinFiles as `ControlGroups` names them.
 */
export function joiningGroups(joinFiles: readonly string[]): Command {
  return ['sh', '-c', JOIN_AND_BECOME, 'sh', ...joinFiles, '--'];
}
