import type { Schemas } from '../../client/client.js';

export type ClusterState = Schemas['ClusterState'];
export type Detection = Schemas['Detection'];
export type DeviceState = Schemas['DeviceState'];
export type Frame = Schemas['Frame'];
