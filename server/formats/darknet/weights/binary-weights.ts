/**
 * Makes a kernel binary as Darknet does before it convolves: each number of a filter becomes the mean of the filter's magnitudes, positive
 * where it was above zero, else negative.
 *
 * @param weights of all filters, one after another; changed in place.
 */
export function binarize(weights: Float32Array, filters: number): void {
  const perFilter = weights.length / filters;
  for (let filter = 0; filter < filters; filter++) {
    const kernel = weights.subarray(filter * perFilter, (filter + 1) * perFilter);
    const mean = kernel.reduce((sum, weight) => sum + Math.abs(weight), 0) / perFilter;
    for (let i = 0; i < perFilter; i++) kernel[i] = kernel[i]! > 0 ? mean : -mean;
  }
}
