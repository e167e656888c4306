/** How frames end without a result (`failure.code` of a frame), and what is not there of a frame. */
export const FRAME_CODES = {
  DT_AUDIT_UNDECIDED: {
    status: null,
    meaning: 'Two devices computed different outputs, and the gateway could not find out which is wrong.',
    remedy: 'Submit the picture again; look for the device that is wrong in the log.',
  },
  DT_FRAME_DELETED: {
    status: null,
    meaning: 'The frame was deleted while it ran.',
    remedy: 'Nothing, if that was meant.',
  },
  DT_FRAME_NOT_COMPLETE: {
    status: 409,
    meaning: 'The frame has no detections to draw.',
    remedy: 'Wait until it is complete; one that failed stays without.',
  },
  DT_FRAME_SUPERSEDED: {
    status: 409,
    meaning: 'A newer frame of the same camera came before this one began, so that it was dropped.',
    remedy: 'Nothing: the newest frame counts. Send `queue=all` to have each one computed, or add devices.',
  },
  DT_FRAME_TIMEOUT: {
    status: null,
    meaning: 'The frame was not finished in time.',
    remedy: 'Add devices, send fewer pictures, or raise `limits.frameTimeoutMs` in `cluster.yaml`.',
  },
  DT_FRAME_UNKNOWN: {
    status: 404,
    meaning: 'The node has no such frame, or none that still runs.',
    remedy: 'See `GET /frames` for those that the gateway keeps.',
  },
  DT_GATEWAY_CRASHES: {
    status: null,
    meaning: 'The gateway ended several times while it had this frame.',
    remedy: 'Look into its log; submit another picture.',
  },
  DT_INPUT_DIFFERS: {
    status: 409,
    meaning: "A device's input of the frame is not the gateway's.",
    remedy: 'Run one version of DeepThings and its packages on every machine.',
  },
  DT_NOT_FINITE: {
    status: 422,
    meaning: 'An output has values that are not finite (NaN or infinite).',
    remedy: "If one device sends them, check its machine; if all do, the model's weights.",
  },
  DT_OUTPUT_NOT_KEPT: {
    status: 404,
    meaning: 'The merged output of the frame is no longer kept.',
    remedy: 'Raise `limits.keptOutputs` in `cluster.yaml`.',
  },
  DT_PICTURE_LOST: {
    status: 410,
    meaning: "The file of the frame's picture is missing or damaged.",
    remedy: 'Submit the picture again; check the disk.',
  },
  DT_PICTURE_NOT_KEPT: {
    status: 410,
    meaning: 'The cluster keeps no pictures of frames that have ended.',
    remedy: 'Set `store.keepPictures` in `cluster.yaml` if it is to keep them.',
  },
  DT_REMAINING_LAYERS: {
    status: null,
    meaning:
      'The gateway could not compute the layers after the fused ones, or the whole network where it computes by itself.',
    remedy: 'Do what the message says.',
  },
  DT_SOURCE_UNREACHABLE: {
    status: null,
    meaning: "The frame's own device could not be given the picture.",
    remedy: 'Check that device; submit the picture again.',
  },
  DT_TASK_UNKNOWN: {
    status: 404,
    meaning: 'The device has no such task from this one.',
    remedy: 'Nothing: the task has ended or went elsewhere.',
  },
  DT_TILE_ATTEMPTS: {
    status: null,
    meaning:
      'A part of the frame (a tile, or the blocks of a gang together) was tried as often as is allowed, and failed each time.',
    remedy: 'Look into the log of the devices that the message names.',
  },
  DT_TILE_OUTSIDE: {
    status: null,
    meaning: 'The grid has no such tile.',
    remedy: 'Run one `cluster.yaml` on every machine.',
  },
  DT_TILE_UNKNOWN: {
    status: 404,
    meaning: 'The plan has no such tile.',
    remedy: 'Run one `cluster.yaml` on every machine.',
  },
  DT_TRACE_LOST: {
    status: 404,
    meaning: "The frame's trace is missing or damaged.",
    remedy: 'Submit the picture again for a new one; check the disk.',
  },
  DT_GENERATION_PAST: {
    status: 409,
    meaning: 'A frame has begun again, and the request is of an older generation of it.',
    remedy: 'Nothing: the gateway gives the frame out again.',
  },
} as const;
