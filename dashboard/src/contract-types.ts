import type { Schemas } from '../../client/client.js';

export type ClassScore = Schemas['ClassScore'];
export type ClusterState = Schemas['ClusterState'];
export type Detection = Schemas['Detection'];
export type DeviceState = Schemas['DeviceState'];
export type EngineInfo = Schemas['EngineInfo'];
export type Frame = Schemas['Frame'];
export type FrameState = Schemas['FrameState'];
export type FrameTrace = Schemas['FrameTrace'];
export type Notice = Schemas['Failure'];
export type Plan = Schemas['Plan'];
export type Strategy = Schemas['Strategy'];
export type TileEvent = Schemas['TileEvent'];
export type TileTrace = Schemas['TileTrace'];
