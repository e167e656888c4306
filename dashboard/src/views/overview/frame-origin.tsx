import { DeviceMark } from '../../components/device-mark.js';
import type { Origin } from '../../state/results.js';

/** A camera by its name, a device by its mark. */
export function FrameOrigin({ kind, name }: Pick<Origin, 'kind' | 'name'>) {
  return kind === 'camera' ? <span class="camera-name">{name}</span> : <DeviceMark device={name} />;
}
