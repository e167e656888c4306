/** What was asked for did not work out. */
export const EXIT_FAILED = 1;

/** Wrong usage or configuration: the same command fails again until something is fixed. */
export const EXIT_USAGE = 2;
