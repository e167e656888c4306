import { once } from 'node:events';
import { calibrate } from '../../calibration/calibrate.js';
import type { CalibrationMessage, CalibrationOrder } from '../../calibration/calibration-process.js';
import { DeepThingsError } from '../../errors.js';
import { ProcessEnd } from '../process-end.js';

/** `deepthings bench measure-costs`: told over its channel what to measure, and ends when that breaks. */
export async function runMeasureCosts(): Promise<void> {
  new ProcessEnd({ supervised: true });
  const [order] = (await once(process, 'message')) as [CalibrationOrder];
  const say = (message: CalibrationMessage, then = () => {}) => process.send?.(message, then);
  const end = () => process.disconnect();
  try {
    const calibration = await calibrate(order, (what) => say({ kind: 'step', what }));
    say({ kind: 'done', calibration }, end);
  } catch (error) {
    const code = error instanceof DeepThingsError ? error.code : 'DT_CALIBRATION';
    say({ kind: 'failed', code, message: error instanceof Error ? error.message : String(error) }, end);
  }
}
