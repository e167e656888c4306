import fc from 'fast-check';

/**
 * What property tests try is the same each time, so that whoever runs them sees what others saw; `PROPERTY_SEED=2` tries
 * something else, `PROPERTY_SEED=random` something else each time. fast-check prints the seed with a failure.
 */
const { PROPERTY_SEED = '1' } = process.env;
if (PROPERTY_SEED !== 'random') {
  const seed = Number(PROPERTY_SEED);
  if (!Number.isInteger(seed)) throw new Error(`PROPERTY_SEED is a whole number or "random", not "${PROPERTY_SEED}"`);
  fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });
}
