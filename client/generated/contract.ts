// Generated from openapi.yaml by `npm run generate`. Do not edit.
export interface paths {
    "/frames": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The frames that the gateway keeps, newest first */
        get: operations["listFrames"];
        put?: never;
        /**
         * Submit a picture
         * @description On the gateway: the picture is checked, stored and queued on a source device, and a frame id is allotted. With
         *     `wait` the answer is held until the frame ends or that many seconds have passed.
         *     On an edge device: for a camera on that device; answered only after the gateway has allotted the id and
         *     stored the picture.
         */
        post: operations["submitFrame"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/frames/{frame}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                frame: components["parameters"]["framePath"];
            };
            cookie?: never;
        };
        /** One frame and its detections */
        get: operations["getFrame"];
        /**
         * The gateway gives a frame's source the picture, to queue its tiles
         * @description On an edge device. The same attempt again is taken once.
         */
        put: operations["deliverFrame"];
        post?: never;
        /** Forget a frame and its picture; one that still runs ends as failed */
        delete: operations["deleteFrame"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/frames/{frame}/image": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                frame: components["parameters"]["framePath"];
            };
            cookie?: never;
        };
        /** The picture as it was submitted, or a small copy of it */
        get: operations["getFrameImage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/frames/{frame}/annotated": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                frame: components["parameters"]["framePath"];
            };
            cookie?: never;
        };
        /** The picture with a box and a label around everything found, or with its classes */
        get: operations["getFrameAnnotated"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/frames/{frame}/trace": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                frame: components["parameters"]["framePath"];
            };
            cookie?: never;
        };
        /** What happened to each tile of a frame */
        get: operations["getFrameTrace"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/frames/{frame}/input": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                frame: components["parameters"]["framePath"];
            };
            cookie?: never;
        };
        /**
         * A region of the letterboxed input, for a device that lacks it
         * @description On the gateway for every frame whose picture it keeps, on the source while the frame is open.
         */
        get: operations["getFrameInput"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/frames/{frame}/output": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                frame: components["parameters"]["framePath"];
            };
            cookie?: never;
        };
        /**
         * The fused stack's merged output, for those who check it
         * @description Kept for the latest `limits.keptOutputs` complete frames; none unless `cluster.yaml` asks for it.
         */
        get: operations["getFrameOutput"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cluster": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The devices and their state; on an edge device its own state */
        get: operations["getCluster"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/plan": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The Fused Tile Partitioning plan */
        get: operations["getPlan"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Everything live, as server-sent events
         * @description Each event has an `event` (its name), an `id` and `data` (JSON), as the schema `ServerEvent` has them. A client that comes back with
         *     `Last-Event-ID` gets what it missed, or first a `reset` event when that is no longer kept. An edge device tells of its own tiles only.
         *     A comment (`: heartbeat`) comes every 15 seconds: a client that hears nothing for longer has lost its connection.
         *     `types=frame` leaves out what happens to each tile: a frame comes with its detections when it is complete.
         */
        get: operations["getEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/events/tickets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A ticket for the events, for a browser's EventSource, which cannot send the token
         * @description It opens `GET /events?ticket=` of this node, and nothing else, for a minute; a stream that is open by then goes on. The token for reading
         *     is enough to get one.
         */
        post: operations["createEventTicket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A device announces itself to the gateway, or the gateway to a device
         * @description On the gateway: repeated as a heartbeat, and sent at once when `pending` goes from 0 to some or from some to
         *     0 (the paper's register and cancel). Of two registrations of one process the one with the larger `number`
         *     counts; a process that started earlier than the live one of that name is ignored. A device with another model
         *     or plan is refused (409).
         *     On an edge device: the gateway announces itself with its epoch; the device registers again at once.
         */
        post: operations["register"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/steal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask the gateway for a victim, or a victim for a task
         * @description On the gateway: a victim, round robin over the devices that have tasks pending, never the caller; with none
         *     the request is held up to `waitMs`, then 204.
         *     On an edge device: the next task in its queue's order; 204 when its queue is empty. The same `thief` and
         *     `sequence` again get the same task again. Its fact `region` is what the tile needs of the letterboxed picture;
         *     where a fact `sent` is there as well, the tensor `input` has that part of it only, and the rest is of the one
         *     colour that the model's letterbox has (with `wire.padding` all is sent).
         */
        post: operations["stealTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a device a task
         * @description The gateway pushes a tile whose lease expired or whose device was lost; such a tile can be stolen again. With
         *     work sharing it pushes every tile; those stay where they are. Tiles are as those that are stolen. The result comes by
         *     `/results`.
         *     A gang's frame is pushed to each member as a block task (fact `kind` is `block`): the tensor `picture` (U8) is the
         *     picture as submitted, with MoDNN the member's part of the letterboxed one; the facts `bands` (boundaries of rows and columns in ten-thousandths) and `members` (device and
         *     address of each) say who computes which block.
         */
        post: operations["pushTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/remaining": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Have a device compute the remaining layers of a frame
         * @description With `schedule.remaining: any` in `cluster.yaml` the gateway asks an idle device: the body has a tensor (F32 or F16
         *     [channels, height, width]) for each map that the devices hand over, by its name in the plan, and the facts `plan`, `frame` and
         *     `generation`. The device answers when it has computed them, with a tensor for each output of the network, by its name: F32 of the
         *     output's shape, or, where the output is no 32-bit float, its bytes as U8; the fact `computeMs` is the time of the layers. The first
         *     request has it load the layers. It computes one frame's at a time.
         */
        post: operations["computeRemaining"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/{frame}/{tile}/return": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                frame: components["parameters"]["framePath"];
                /** @description Tile id, row * columns + column */
                tile: components["parameters"]["tilePath"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A thief hands a task back to its victim */
        post: operations["returnTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/overlap/{frame}/{tile}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                frame: components["parameters"]["framePath"];
                /** @description Tile id, row * columns + column */
                tile: components["parameters"]["tilePath"];
            };
            cookie?: never;
        };
        /**
         * Overlap data for a tile
         * @description `tile` is the consumer. The strips that are there are sent, the missing ones named.
         */
        get: operations["getOverlap"];
        /**
         * What a finished tile offers its neighbours
         * @description `tile` is the producer. On the gateway: the strips themselves, for its pool: a tensor (F32 or F16) for each region
         *     that is offered, named like `4:0,10,20,12`. On the frame's source: only what is offered and who keeps it, which may
         *     be the gateway (`device: gateway`); the answer says which sides a tile that is not handed out yet can still use.
         *     With `stage`, `generation` and `attempt` (all three), on a device: the strips that member `tile` of a gang owes this
         *     device after that stage, in one body: a tensor (F32 or F16) for each, named like `4:0,10,20,12`. The device holds
         *     them for its block of the frame, also before that task is there. The same body again changes nothing; one of an
         *     attempt that is past is ignored. With MoDNN members send them to the gateway, with `to`, which passes the body on to
         *     that member and answers when it has it.
         *     With `answer=strips` beside these the answer has the strips that the device owes member `tile` after that stage. The
         *     device holds the request until they are computed. Where it has computed them before, or after 5 seconds, it answers
         *     204, and sends them in a request of its own. The same request again is answered as before. 404 `DT_TASK_UNKNOWN` says that the device's block of
         *     this attempt has ended, so that there will be none.
         */
        put: operations["putOverlap"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/results": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** On an edge device, the latest outcomes of the frames that it sourced, newest first */
        get: operations["getResults"];
        put?: never;
        /**
         * A tile's output to the gateway, or a frame's outcome to its source
         * @description On the gateway: one tile's output as safetensors; the first valid one of any attempt counts. Of a gang a member's part
         *     of each output map (fact `kind` is `block`), a tensor (F32 or F16) for each, named like `4:0,10,20,12`;
         *     only the present attempt counts. Its facts say what the block took, in ms: `prepareMs` until the member had its part of the
         *     picture, `totalMs` until its last stage had run, `afterMs` from then until the result was ready, and `stages`, a JSON list
         *     that has for each gang stage the wait for strips before it, when it began and ended since the block was started, the
         *     engine's time, and the bodies of strips sent after it: `[stripsMs, beganMs, endedMs, computeMs, [[member, bytes], ...]]`.
         *     On an edge device: how a frame of this source ended; its buffers are freed.
         */
        post: operations["postResult"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/drain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take nothing new, finish, then report drained
         * @description On an edge device: no new frames and tasks (503, `DT_DRAINING`), no more stealing; stolen tiles that have not begun
         *     go back to their victims, queued ones to the gateway, which gives them to others; what runs is finished. Then the
         *     device is out of the schedule, until it is resumed or ends. On the gateway: no new frames (503), until those that are
         *     open have ended. The same again changes nothing. A process that gets SIGTERM does this and ends.
         */
        post: operations["drain"];
        /** Take up work again */
        delete: operations["resume"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/devices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The devices that cluster.yaml declares, and how each is */
        get: operations["listDevices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/devices/{device}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                device: components["parameters"]["devicePath"];
            };
            cookie?: never;
        };
        /** One device and how it is */
        get: operations["getDevice"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/devices/{device}/frames": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                device: components["parameters"]["devicePath"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A device submits a picture of its own camera
         * @description On the gateway. The device is the frame's source and has the picture already; the gateway allots the id and stores the picture.
         */
        post: operations["submitOwnFrame"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/devices/{device}/drain": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                device: components["parameters"]["devicePath"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Have a device take nothing new, finish, then report drained
         * @description The gateway passes it on (`POST /drain` of the device); `GET /cluster` and `GET /events` say when it is drained.
         */
        post: operations["drainDevice"];
        /** Have a device take up work again */
        delete: operations["resumeDevice"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/devices/{device}/quarantine": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                device: components["parameters"]["devicePath"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Trust a device again that computed something wrong
         * @description A device whose result differed from what another device and the gateway computed (`audit` in `cluster.yaml`) gets
         *     nothing more to do, also when it or the gateway is started again, until this is called. On the gateway.
         */
        delete: operations["releaseDevice"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/livez": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The process runs */
        get: operations["getLive"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The node can do its work
         * @description The gateway when a picture would be taken and computed now: a device that takes frames is live and is reached, and
         *     the store can be written. A device when its layers are loaded and the gateway takes it. Neither while it is drained. Else
         *     503 with what is waited for (`DT_NOT_READY`, `DT_DRAINING`).
         */
        get: operations["getReady"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Metrics in Prometheus' text format */
        get: operations["getMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * This contract
         * @description Without the operations between nodes, which are marked `x-internal`, unless they are asked for.
         */
        get: operations["getContract"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description RFC 9457 */
        Problem: {
            /** @description Path of the node's page that explains the code */
            type: string;
            title: string;
            status: number;
            code: components["schemas"]["ErrorCode"];
            detail: string;
            instance?: string;
            /** @description The mistakes in the request, ten at the most; `detail` has them as one text */
            errors?: components["schemas"]["RequestMistake"][];
        };
        RequestMistake: {
            /**
             * @description The part of the request
             * @enum {unknown}
             */
            in: "path" | "query" | "header" | "body";
            /** @description The parameter; in a body the keys and indices that lead there, such as `tasks/0/state`; empty: the whole body */
            name: string;
            /** @description What was expected, such as `a whole number from 1 to 200` */
            detail: string;
        };
        /**
         * @description What went wrong; stable, for programs to match. A later version may have more
         * @enum {string}
         */
        ErrorCode: "DT_ADDRESS_UNDECLARED" | "DT_AUDIT_UNDECIDED" | "DT_BODY_TOO_LARGE" | "DT_CALIBRATION" | "DT_CERTIFICATE" | "DT_CFG_LAYER" | "DT_CFG_OPTION" | "DT_CFG_SHAPE" | "DT_CFG_SIZE" | "DT_CFG_SYNTAX" | "DT_CFG_VALUE" | "DT_CGROUP" | "DT_CLIENT_GONE" | "DT_COMPUTE" | "DT_COMPUTE_CLOSED" | "DT_COMPUTE_CRASHED" | "DT_CONFIG" | "DT_CONNECTIONS" | "DT_CONTENT_ENCODING" | "DT_DEMO" | "DT_DEVICE_AWAY" | "DT_DEVICE_NOT_LIVE" | "DT_DEVICE_NO_SOURCE" | "DT_DEVICE_TWICE" | "DT_DEVICE_UNKNOWN" | "DT_DIGEST" | "DT_DOCS" | "DT_DRAIN" | "DT_DRAINING" | "DT_ENDIAN" | "DT_ENGINE_BLOCK" | "DT_ENGINE_LOAD" | "DT_ENGINE_NAME" | "DT_ENGINE_RUN" | "DT_FINISH_TIMEOUT" | "DT_FORM" | "DT_FRAME_DELETED" | "DT_FRAME_NOT_COMPLETE" | "DT_FRAME_SUPERSEDED" | "DT_FRAME_TIMEOUT" | "DT_FRAME_UNKNOWN" | "DT_GATEWAY" | "DT_GATEWAY_AWAY" | "DT_GATEWAY_CRASHES" | "DT_GENERATION_PAST" | "DT_GRAPH_SHAPE" | "DT_GRID_INVALID" | "DT_HEAD_MISSING" | "DT_HEAD_OUTPUT" | "DT_HEAD_UNKNOWN" | "DT_HOME_UNKNOWN" | "DT_HOST" | "DT_IDEMPOTENCY_MISMATCH" | "DT_INPUT_DIFFERS" | "DT_INTERNAL" | "DT_INTERRUPTED" | "DT_LABELS_COUNT" | "DT_LABELS_LINE" | "DT_LISTEN" | "DT_MEDIA_TYPE" | "DT_METHOD" | "DT_MODEL_CHANGED" | "DT_MODEL_CLASS_NAMES" | "DT_MODEL_FILE" | "DT_MODEL_INPUT_SIZE" | "DT_MODEL_MISMATCH" | "DT_MODEL_NAME" | "DT_MODEL_SPEC" | "DT_MODEL_WEIGHTS" | "DT_NOT_CALIBRATED" | "DT_NOT_FINITE" | "DT_NOT_FOUND" | "DT_NOT_READY" | "DT_NO_DEVICE" | "DT_NO_FRAMES" | "DT_OFFER_INVALID" | "DT_ONNX_EXTERNAL" | "DT_ONNX_FILE" | "DT_ONNX_INPUT" | "DT_ONNX_LIMIT" | "DT_ONNX_OPERATOR" | "DT_ORIGIN" | "DT_OTHER_ROLE" | "DT_OUTPUT_NOT_KEPT" | "DT_OUT_FILE" | "DT_OVERLAP_BODY" | "DT_OVERLOADED" | "DT_PEER_SUSPENDED" | "DT_PICTURE_BROKEN" | "DT_PICTURE_CHANGING" | "DT_PICTURE_DIMENSIONS" | "DT_PICTURE_EMPTY" | "DT_PICTURE_FILE" | "DT_PICTURE_FORMAT" | "DT_PICTURE_LOST" | "DT_PICTURE_MISSING" | "DT_PICTURE_NOT_KEPT" | "DT_PICTURE_SIZE" | "DT_PICTURE_TOO_LARGE" | "DT_PLAN_DEPTH" | "DT_PLAN_GRID" | "DT_PLAN_MISMATCH" | "DT_PLAN_NONE" | "DT_PORT_TAKEN" | "DT_PROTOCOL_MISMATCH" | "DT_PULL_FAILED" | "DT_PULL_FAILED_CHECK" | "DT_PULL_FOLDER" | "DT_PULL_INTERRUPTED" | "DT_PULL_RUNS" | "DT_PULL_SPACE" | "DT_QUARANTINE" | "DT_QUARANTINED" | "DT_READ_ONLY" | "DT_REGION" | "DT_REMAINING_LAYERS" | "DT_REQUEST" | "DT_RESULT_BODY" | "DT_SOURCE_NOT_LIVE" | "DT_SOURCE_UNREACHABLE" | "DT_STORE_FAILED" | "DT_STORE_FULL" | "DT_STORE_IN_USE" | "DT_STORE_PATH" | "DT_STRATEGY" | "DT_TASK_BODY" | "DT_TASK_UNKNOWN" | "DT_TENSOR_BODY" | "DT_TESTBED" | "DT_TESTBED_FRAME" | "DT_TESTBED_NODE" | "DT_TESTBED_UNAVAILABLE" | "DT_TEXT_ENCODING" | "DT_TEXT_LINE" | "DT_TILE_ATTEMPTS" | "DT_TILE_INPUT" | "DT_TILE_OUTSIDE" | "DT_TILE_UNKNOWN" | "DT_TLS_CERTIFICATE" | "DT_TLS_FILE" | "DT_TLS_FILES" | "DT_TLS_HANDSHAKE" | "DT_TLS_KEY" | "DT_TLS_REQUIRED" | "DT_TLS_UNEXPECTED" | "DT_TOKEN" | "DT_TOKEN_MISSING" | "DT_TOKEN_UNUSABLE" | "DT_TRACE_LOST" | "DT_UNREACHABLE" | "DT_UPLOADS" | "DT_USAGE" | "DT_VERIFY_STOPPED" | "DT_VERIFY_TIMEOUT" | "DT_VERIFY_TOO_LATE" | "DT_WATCH_CAMERA" | "DT_WATCH_SOURCE" | "DT_WATCH_STREAM" | "DT_WEIGHTS_FORMAT" | "DT_WEIGHTS_LENGTH";
        /**
         * Format: binary
         * @description The bytes of a picture file
         */
        Picture: string;
        /**
         * Format: binary
         * @description The bytes of a safetensors file
         */
        Tensors: string;
        /** @example e0 */
        DeviceId: string;
        /**
         * @description Unique in the cluster, also across restarts of the gateway
         * @example mh2k7c1a-1z
         */
        FrameId: string;
        /** @description One life of the gateway */
        Epoch: string;
        /** @description 1 to 128 visible ASCII characters but quotes and backslashes, such as a UUID */
        IdempotencyKey: string;
        /** @example 2026-11-23T09:30:00Z */
        QueryTime: string;
        Attempt: number;
        /** @description The fencing token of a frame. It grows when the frame begins again; what names an older one is void */
        Generation: number;
        TileId: number;
        /**
         * @description The `Region` x0,y0,x1,y1
         * @example 0,0,64,64
         */
        RegionText: string;
        /** @description Of a feature map */
        MapShape: {
            channels: number;
            height: number;
            width: number;
        };
        /** @description Half-open rectangle on one feature map */
        Region: {
            x0: number;
            y0: number;
            x1: number;
            y1: number;
        };
        Detection: {
            label: string;
            classIndex: number;
            score: number;
            /** @description Centre and size as fractions of the picture, not clipped */
            box: {
                cx: number;
                cy: number;
                width: number;
                height: number;
            };
            /** @description Left, top and size in pixels of the picture, clipped to it */
            pixels: {
                x: number;
                y: number;
                width: number;
                height: number;
            };
        };
        /** @description How sure a classifier is of one class */
        ClassScore: {
            label: string;
            classIndex: number;
            /** @description Above 0; those of all classes add up to 1 */
            score: number;
        };
        /** @description The five best classes, best first; null until the frame is complete, and with a model that detects */
        Classification: components["schemas"]["ClassScore"][] | null;
        /**
         * @description `ftp-wst-s`: devices steal tiles and reuse overlap. `ftp-wst`: without reuse. `ftp-wsh`: the gateway shares tiles
         *     out. `modnn`: devices compute the fused layers together, in rows; the gateway passes on what they owe each other after each layer. `gang`: all devices that are free compute the frame
         *     together, a block each. `whole`: one device computes it. `auto`: as many devices compute it together as it takes for the frames that wait.
         * @enum {unknown}
         */
        Strategy: "ftp-wst-s" | "ftp-wst" | "ftp-wsh" | "modnn" | "gang" | "whole" | "auto";
        /**
         * @description The camera that a picture is of, as the client names it; the same name is the same camera, whatever client sends it
         * @example door
         */
        CameraId: string;
        /**
         * @description A word of the client's own about a picture
         * @example room:hall
         */
        Tag: string;
        /** @description Tags of a frame, as its submission gave them */
        Tags: components["schemas"]["Tag"][];
        /**
         * @description `dropped`: it had not begun when a newer frame of its camera was accepted
         * @enum {unknown}
         */
        FrameState: "queued" | "running" | "finishing" | "complete" | "failed" | "dropped";
        /** @description What went wrong */
        Failure: {
            code: string;
            detail: string;
        };
        Frame: {
            id: components["schemas"]["FrameId"];
            strategy: components["schemas"]["Strategy"];
            state: components["schemas"]["FrameState"];
            source: components["schemas"]["DeviceId"];
            camera?: components["schemas"]["CameraId"];
            tags?: components["schemas"]["Tags"];
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            endedAt: string | null;
            picture: {
                mediaType: string;
                width: number;
                height: number;
                bytes: number;
                /** @description Whether the gateway has it; once the frame has ended as `store.keepPictures` says */
                kept: boolean;
            };
            /** @description Where the scaled picture lies on the network's input, in pixels of the input */
            placement: {
                left: number;
                top: number;
                width: number;
                height: number;
            };
            /** @description SHA-256 of the letterboxed picture; null where devices alone letterbox it (strategies auto, gang and whole) */
            inputDigest: string | null;
            tiles: {
                /** @description Tiles; with `modnn`, `gang`, `whole` and `auto` blocks, one before the gang has formed */
                total: number;
                done: number;
                /** @description Tiles or blocks whose output came from this device */
                byDevice: {
                    [key: string]: number;
                };
                bands?: components["schemas"]["GangBands"];
            };
            choice?: components["schemas"]["GangChoice"];
            timing: {
                /** @description Accepted to ended */
                totalMs: number | null;
                /** @description From the letterboxed picture at its source to the merged output of the fused stack */
                fusedMs: number | null;
                /** @description The remaining layers and the head */
                remainingMs: number | null;
            };
            /**
             * @description Null until the frame is complete, and with a model that classifies; an empty list means that nothing is in the
             *     picture.
             */
            detections: components["schemas"]["Detection"][] | null;
            classification: components["schemas"]["Classification"];
            failure: components["schemas"]["Failure"] | null;
            links: {
                self: string;
                image: string;
                annotated: string;
                trace: string;
            };
        };
        FrameTrace: {
            frame: components["schemas"]["FrameId"];
            source: components["schemas"]["DeviceId"];
            strategy: components["schemas"]["Strategy"];
            /** Format: date-time */
            createdAt: string;
            /** @description Bodies that travelled between nodes for this frame, by what they carried, as far as is known by now */
            bytes: {
                /** @description The submitted picture, to or from its source */
                picture: number;
                /** @description The letterboxed picture, from its source to the gateway (`ftp-wsh`, `modnn`) */
                frame: number;
                /** @description Inputs of tiles, those among them that were run to compare; tasks of blocks, each with the picture or its part of it */
                input: number;
                /** @description Strips of neighbouring tiles, to and from where they are kept; strips that members of a gang send each other, with `modnn` to the gateway and on from there */
                overlap: number;
                /** @description Outputs of the fused stack, those among them that were only compared; outputs of blocks; for remaining layers on a device, the maps there and the outputs back */
                result: number;
                /** @description Requests for victims and tasks, offers, announcements about this frame */
                control: number;
            };
            /** @description Multiply-accumulates of the fused stack */
            macs: {
                /** @description By all tiles that counted */
                executed: number;
                /** @description Of the same layers untiled: up to where tiles end, with `gang` and `whole` up to where blocks end */
                needed: number;
            };
            /** @description The newer frame of the same camera that this one was dropped for, before it had begun */
            droppedFor?: components["schemas"]["FrameId"];
            /** @description Devices that the frame's gang does without, because each would slow it down; absent when there is none */
            leftOut?: {
                device: components["schemas"]["DeviceId"];
                /** @description Predicted for a frame with the device, */
                withMs: number;
                /** @description and without it */
                withoutMs: number;
            }[];
            tiles: components["schemas"]["TileTrace"][];
            /**
             * @description What computed the remaining layers, or tried to, the latest last; absent where no device was given them, and the gateway
             *     computes them at once
             */
            remaining?: components["schemas"]["RemainingTry"][];
            /** @description The gangs that computed the frame or tried to, the latest last; absent for frames of tiles and before the first gang */
            gang?: components["schemas"]["GangAttempt"][];
        };
        /** @description A device, or the gateway, and the remaining layers of one frame. Times are ms since the frame was accepted. */
        RemainingTry: {
            /** @description `gateway`, or a device */
            device: string;
            /** @description When it was asked */
            begunAtMs: number;
            endedAtMs: number | null;
            /**
             * @description Null while it computes. `failed`: it did not compute them; `audited`: it did, and the gateway computes them too, to compare;
             *     `given-up`: the device was lost, or the frame began again
             */
            outcome: ("computed" | "failed" | "audited" | "given-up") | null;
            /** @description Why it failed */
            detail: string | null;
        };
        /**
         * @description Boundaries of the blocks of a gang, as fractions of the height and the width of each map. Member m has the block where row band
         *     `floor(m / columns)` and column band `m mod columns` cross.
         */
        GangBands: {
            rows: number[];
            columns: number[];
        };
        /** @description One gang of a frame. Times are ms since the frame was accepted. */
        GangAttempt: {
            attempt: components["schemas"]["Attempt"];
            generation: components["schemas"]["Generation"];
            formedAtMs: number;
            /** @description When the gateway had all blocks or gave the gang up; null before */
            endedAtMs: number | null;
            /** @description Why the gang was given up; null for one that was not */
            end: {
                /**
                 * @description A member was `lost`, `late`, `drained`, did not take its block (`not-taken`), gave it back (`given-back`), or sent values
                 *     that are not finite (`not-finite`); `rerun`: a device in quarantine had a share in the frame
                 * @enum {unknown}
                 */
                reason: "lost" | "late" | "drained" | "not-taken" | "given-back" | "not-finite" | "rerun";
                device: string | null;
                detail: string;
            } | null;
            bands: components["schemas"]["GangBands"];
            choice?: components["schemas"]["GangChoice"];
            /** @description By member */
            blocks: components["schemas"]["BlockTrace"][];
        };
        /** @description With `strategy` `auto`, how many devices compute the frame together, and why */
        GangChoice: {
            /** @description Devices that compute it */
            members: number;
            /** @description Frames that waited at that moment, this one included */
            waiting: number;
            /** @description Pictures that were about to become frames then; none when absent */
            arriving?: number;
            /** @description Devices that computed no frame at that moment */
            idle: number;
            /** @description What they are expected to take */
            predictedMs: number;
            /** @description The time from its acceptance within which the frame is to be answered, where it has one */
            withinMs?: number;
            /** @description Devices that were idle and that no frame was given; none when absent */
            spare?: {
                device: components["schemas"]["DeviceId"];
                /** @description What the gang is expected to take with this device */
                withMs: number;
                /** @description Whether the frame would be done earlier with it: it stays free for the next frames */
                helps: boolean;
            }[];
            /** @description Time that was left of it at that moment; not above 0 when it was over */
            leftMs?: number;
            /** @description A sentence with these numbers */
            reason: string;
        };
        /**
         * @description A member's block. Its times are laid backward from the moment when the gateway had its result, then shifted to the left by as little
         *     as needed so that no stage begins before the strips that it reads are computed.
         */
        BlockTrace: {
            member: number;
            device: components["schemas"]["DeviceId"];
            /** @description When the device began; null until the gateway has its result */
            startedAtMs: number | null;
            /** @description When it had its part of the letterboxed picture */
            preparedAtMs: number | null;
            /** @description When the gateway had its result */
            doneAtMs: number | null;
            stages: components["schemas"]["StageTrace"][];
        };
        /** @description One stage of a gang on a member */
        StageTrace: {
            /** @description Wait for strips before it */
            waitMs: number;
            /** @description When all strips that it reads were there */
            beganAtMs: number;
            endedAtMs: number;
            /** @description The engine’s time */
            computeMs: number;
            /** @description Strips that the member sent after it, one body for each receiver */
            sent: {
                /** @description Member */
                to: number;
                bytes: number;
            }[];
        };
        TileTrace: {
            tile: components["schemas"]["TileId"];
            /** @enum {unknown} */
            state: "queued" | "assigned" | "running" | "done";
            attempt: components["schemas"]["Attempt"];
            /** @description Who ran it, or has it */
            device: string | null;
            /** @description When its output was accepted, since the frame was */
            acceptedAtMs: number | null;
            /** @description From being on the device to the start of the computation */
            waitMs: number | null;
            /** @description From asking the victim to having the task; 0 for a local one */
            transferMs: number | null;
            /** @description From starting it to having the strips of its neighbours */
            overlapMs: number | null;
            computeMs: number | null;
            /** @description Body that carried the task; 0 for a local one */
            inputBytes: number;
            /** @description Strips that were fetched for it, from other devices or the gateway */
            overlapBytes: number;
            resultBytes: number;
            /** @description What was said to get and to finish it */
            controlBytes: number;
            /** @description Multiply-accumulates executed */
            macs: number | null;
            history: {
                /** @description Since the frame was accepted */
                atMs: number;
                event: components["schemas"]["TileHappening"];
                device?: string;
                attempt?: components["schemas"]["Attempt"];
            }[];
        };
        /**
         * @description `audit`: given to another device as well, to compare (`audit` in `cluster.yaml`); `audited`: that one has the same;
         *     `disputed`: it has something else; `refused`: the device's output has values that are not finite
         * @enum {unknown}
         */
        TileHappening: "queued" | "assigned" | "running" | "returned" | "refused" | "expired" | "lost" | "pushed" | "done" | "duplicate" | "audit" | "audited" | "disputed";
        /** @enum {unknown} */
        EventName: "device" | "frame" | "tile" | "problem";
        /** @description One event of `GET /events`, by the fields of its lines; `data` is JSON */
        ServerEvent: components["schemas"]["DeviceChanged"] | components["schemas"]["FrameChanged"] | components["schemas"]["TileChanged"] | components["schemas"]["ProblemNoticed"] | components["schemas"]["EventsReset"];
        /** @description A device has joined, is lost, or its state has changed */
        DeviceChanged: {
            id: string;
            /** @constant */
            event: "device";
            data: components["schemas"]["DeviceState"];
        };
        /** @description A frame was accepted, has a source, was begun, or has ended */
        FrameChanged: {
            id: string;
            /** @constant */
            event: "frame";
            data: components["schemas"]["Frame"];
        };
        /** @description Something happened to a tile or a block */
        TileChanged: {
            id: string;
            /** @constant */
            event: "tile";
            data: components["schemas"]["TileEvent"];
        };
        /** @description Something that somebody should look at */
        ProblemNoticed: {
            id: string;
            /** @constant */
            event: "problem";
            data: components["schemas"]["Failure"];
        };
        /** @description Events were missed that are no longer kept; what they said is to be asked anew */
        EventsReset: {
            id: string;
            /** @constant */
            event: "reset";
            data: Record<string, never>;
        };
        /** @description Something that happened to a tile, as `GET /events` tells it */
        TileEvent: {
            frame: components["schemas"]["FrameId"];
            tile: components["schemas"]["TileId"];
            event: components["schemas"]["TileHappening"];
            device: components["schemas"]["DeviceId"];
            attempt: components["schemas"]["Attempt"];
            cost?: components["schemas"]["TileCost"];
        };
        /** @description What a tile took, with `done` on the gateway */
        TileCost: {
            computeMs: number | null;
            /** @description Body that carried the task; 0 for a local one */
            inputBytes: number;
            /** @description Strips that came from other devices */
            overlapBytes: number;
            resultBytes: number;
            /** @description Multiply-accumulates executed */
            macs: number | null;
        };
        EngineInfo: {
            name: string;
            version: string;
            threads: number;
            /** @description What computes inside it, where it has several such */
            backend?: string;
        };
        DeviceCounters: {
            tilesRun: number;
            /** @description Taken from others */
            tilesStolen: number;
            /** @description Taken by others */
            tilesGiven: number;
            /** @description Usual compute time of a tile (moving median) */
            tileMs: number;
            /** @description Usual time until the gateway has the result of a tile (moving median) */
            resultMs: number;
            rssBytes: number;
        };
        DeviceRegistration: {
            /** @constant */
            kind: "device";
            device: components["schemas"]["DeviceId"];
            address: string;
            /** @description When this process started; epoch ms */
            startedAt: number;
            /** @description Grows with each registration of this process */
            number: number;
            /** @description Version of the contract between nodes */
            protocol: number;
            /** @description Digest of structure and weights */
            model: string;
            /** @description Digest of the FTP plan */
            plan: string;
            engine: components["schemas"]["EngineInfo"];
            /** @description Tasks in its queue */
            pending: number;
            /** @description True in its last registration */
            leaving?: boolean;
            /**
             * @description When it is being drained or was; absent when it serves
             * @enum {unknown}
             */
            drain?: "draining" | "drained";
            /** @description Tiles that it gives back to the gateway since its last accepted registration, not begun */
            returned?: {
                frame: components["schemas"]["FrameId"];
                tile: components["schemas"]["TileId"];
                generation: components["schemas"]["Generation"];
                attempt: components["schemas"]["Attempt"];
            }[];
            /** @description Every task that it has, which renews their leases */
            tasks: {
                frame: components["schemas"]["FrameId"];
                /** @description A tile or a block */
                tile: number;
                generation: components["schemas"]["Generation"];
                attempt: components["schemas"]["Attempt"];
                /** @enum {unknown} */
                state: "queued" | "waiting" | "running";
                /** @description Of a gang's block that runs, so that the member that the others wait for is found when the gang is late */
                progress?: {
                    /** @description The gang stage that it computes, or waits to begin */
                    stage: number;
                    /** @description Strips that it waits for */
                    lacks: {
                        /** @description Member that is to send them */
                        from: number;
                        /** @description Gang stage after which it sends them */
                        stage: number;
                    }[];
                };
            }[];
            /** @description Tasks that it gave to thieves since its last accepted registration */
            handedOut: {
                frame: components["schemas"]["FrameId"];
                tile: components["schemas"]["TileId"];
                generation: components["schemas"]["Generation"];
                attempt: components["schemas"]["Attempt"];
                thief: components["schemas"]["DeviceId"];
            }[];
            /** @description Frames of which it keeps strips */
            kept?: components["schemas"]["FrameId"][];
            counters: components["schemas"]["DeviceCounters"];
        };
        GatewayAnnouncement: {
            /** @constant */
            kind: "gateway";
            epoch: components["schemas"]["Epoch"];
        };
        RegistrationAnswer: {
            epoch: components["schemas"]["Epoch"];
            /** @description How often to register */
            heartbeatMs: number;
            /** @description Frames among the listed tasks and the kept strips that have ended; drop what is left of them */
            ended: components["schemas"]["FrameId"][];
            /** @description Frames among them that have begun again; the device drops what it has of an older generation, and of this one the blocks of an attempt before `attempt` */
            invalidated?: {
                frame: components["schemas"]["FrameId"];
                generation: components["schemas"]["Generation"];
                attempt?: components["schemas"]["Attempt"];
            }[];
        };
        StealHint: {
            victim: {
                device: components["schemas"]["DeviceId"];
                address: string;
            };
        };
        FrameOutcome: {
            frame: components["schemas"]["FrameId"];
            camera?: components["schemas"]["CameraId"];
            tags?: components["schemas"]["Tags"];
            /** @enum {unknown} */
            state: "complete" | "failed" | "dropped";
            /** Format: date-time */
            endedAt: string;
            detections: components["schemas"]["Detection"][] | null;
            classification: components["schemas"]["Classification"];
            failure: components["schemas"]["Failure"] | null;
        };
        ClusterState: {
            name: string;
            /** @enum {unknown} */
            role: "gateway" | "edge";
            drain: components["schemas"]["DrainState"];
            version: string;
            epoch: string | null;
            strategy: components["schemas"]["Strategy"];
            overlap: {
                /**
                 * @description Where devices fetch the strips of neighbouring tiles
                 * @enum {unknown}
                 */
                via: "peer" | "gateway";
            };
            model: {
                name: string;
                digest: string;
                labels: string[];
                /** @description Score from which on something counts as found */
                threshold: number;
            };
            /** @description Of the node that answers; the gateway's runs the remaining layers */
            engine: components["schemas"]["EngineInfo"];
            plan: {
                grid: string;
                fusedDepth: number;
                digest: string;
            };
            limits: {
                queuedFrames: number;
                pictureBytes: number;
            };
            /**
             * @description What computes a frame that comes now; `gateway`: no device is live, and the gateway computes by itself. Absent at devices
             * @enum {unknown}
             */
            computes?: "devices" | "devices and gateway" | "gateway" | "nothing";
            devices: components["schemas"]["DeviceState"][];
            problems?: components["schemas"]["ClusterProblem"][];
            frames: {
                open: number;
                /** @description Since the gateway started, and those of earlier lives that it kept then */
                complete: number;
                /** @description Likewise */
                failed: number;
                /** @description Likewise; replaced by a newer frame of their camera before they began */
                dropped: number;
            };
        };
        DeviceState: {
            device: components["schemas"]["DeviceId"];
            address: string;
            /**
             * @description `expected`: declared, not seen yet; `draining`: takes nothing new and finishes; `drained`: has finished, can be
             *     resumed; `left`: was stopped; `refused`: another model or plan; `quarantined`: computed something wrong, and gets
             *     nothing until it is released
             * @enum {unknown}
             */
            state: "expected" | "live" | "draining" | "drained" | "lost" | "left" | "refused" | "quarantined";
            pending: number;
            running: number;
            engine: components["schemas"]["EngineInfo"] | null;
            counters: components["schemas"]["DeviceCounters"] | null;
            work?: components["schemas"]["DeviceWork"];
            /** Format: date-time */
            lastSeenAt: string | null;
            /**
             * Format: date-time
             * @description When its process started; on the device itself
             */
            startedAt?: string;
            /** @description What is wrong and what to do */
            problem: string | null;
            /** @description Why gangs do without the device; on the gateway only, and absent while they do not */
            leftOut?: string;
        };
        /** @description Callers that were refused in the last minute, by kind and address; on the gateway only */
        ClusterProblem: {
            code: string;
            /** @description Who was refused, why, and what to do */
            detail: string;
            /** @description Network address of the caller */
            address: string;
            /** @description The device that it says it is, unchecked */
            device: string | null;
            count: number;
            /** Format: date-time */
            firstAt: string;
            /** Format: date-time */
            lastAt: string;
        };
        /** @description What its accepted results came to since the gateway started; on the gateway only */
        DeviceWork: {
            /** @description Tiles and blocks */
            tiles: number;
            /** @description Multiply-accumulates executed */
            macs: number;
            computeMs: number;
            /** @description Tasks that came to it */
            inputBytes: number;
            /** @description Strips that came to it */
            overlapBytes: number;
            /** @description Outputs that it sent */
            resultBytes: number;
        };
        Plan: {
            digest: string;
            /** @description The network without its weights; what a plan of any grid and depth is worked out from */
            graph: {
                name: string;
                inputs: string[];
                outputs: string[];
                /** @description In topological order, in the vocabulary of ONNX (operator set 17) */
                nodes: {
                    name: string;
                    operator: string;
                    attributes: {
                        [key: string]: unknown;
                    };
                    inputs: string[];
                    outputs: string[];
                }[];
                values: {
                    [key: string]: components["schemas"]["TensorShape"];
                };
                constants: {
                    [key: string]: components["schemas"]["TensorShape"];
                };
            };
            /** @description Fused stages, then the gateway's remaining layers; DeepThings has one */
            stages: {
                /** @description Nodes that multiply or look at several cells */
                layers: number;
                /** @description What the devices hand over, by name */
                values: string[];
                grid: {
                    rows: number;
                    columns: number;
                };
                /** @description Feature maps that are put together by hand; the first is the picture */
                maps: components["schemas"]["NamedMap"][];
                /** @description Which of the maps are handed over */
                outputs: number[];
                /** @description Calls of the engine */
                segments: {
                    nodes: string[];
                    /** @description Maps */
                    reads: number[];
                    /** @description Maps */
                    writes: number[];
                }[];
                tiles: {
                    tile: number;
                    row: number;
                    column: number;
                    /** @description What the tile needs of each map when it reuses nothing */
                    regions: components["schemas"]["Region"][];
                    macs: number;
                    inputBytes: number;
                    outputBytes: number;
                }[];
                /** @description Of the untiled stage */
                macs: number;
            }[];
            /** @description How devices compute a frame together (strategies `auto`, `gang` and `whole`), each a block of every map */
            gang: {
                /** @description By number of devices, from 1 to as many as have a row of the last maps each, what they are expected to take for a frame, in ms; strategy `auto` chooses by it. On the gateway only */
                predictedMs?: number[];
                /** @description What the devices hand over, by name */
                values: string[];
                /** @description At the end of each, members send each other strips of their blocks */
                stages: {
                    nodes: string[];
                    /** @description Maps that the stage computes and later stages read; of these strips are sent */
                    sends: components["schemas"]["NamedMap"][];
                }[];
            };
        };
        TensorShape: {
            /** @enum {unknown} */
            type: "float32" | "int64" | "int32" | "uint8" | "bool";
            shape: number[];
            /** @description Of a constant of a few elements */
            numbers?: number[];
        };
        NamedMap: {
            name: string;
            channels: number;
            height: number;
            width: number;
        };
        /**
         * @description `draining`: takes nothing new and finishes what it has; `drained`: it has finished
         * @enum {unknown}
         */
        DrainState: "serving" | "draining" | "drained";
        DrainAnswer: {
            state: components["schemas"]["DrainState"];
            /** @description What is still to be finished: a device’s tasks, the gateway’s frames */
            left: number;
        };
        Health: {
            /** @enum {unknown} */
            status: "ok";
            /** @enum {unknown} */
            role: "gateway" | "edge";
        };
    };
    responses: {
        /** @description What was wrong and what to do */
        Refused: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "/docs/errors#DT_PICTURE_FORMAT",
                 *       "title": "Unsupported Media Type",
                 *       "status": 415,
                 *       "code": "DT_PICTURE_FORMAT",
                 *       "detail": "expected a JPEG, PNG or WebP picture, got a body that starts with \"GIF8\""
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Too much at once, or not ready; come back later */
        Overloaded: {
            headers: {
                /** @description Seconds */
                "retry-after"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description It could not be written to the gateway's store; no frame was accepted: `DT_STORE_FULL` when there is no room
         *     left, else `DT_STORE_FAILED`.
         */
        StoreFailed: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description The frame is there, its picture is not: `DT_PICTURE_NOT_KEPT` where `store.keepPictures` is false in `cluster.yaml`,
         *     `DT_PICTURE_LOST` where its file is missing or damaged.
         */
        PictureGone: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: {
        framePath: components["schemas"]["FrameId"];
        devicePath: components["schemas"]["DeviceId"];
        /** @description Tile id, row * columns + column */
        tilePath: number;
        /** @description How this frame is computed, instead of as `schedule.strategy` in `cluster.yaml` says; to compare strategies. */
        strategyAsked: components["schemas"]["Strategy"];
        /**
         * @description The most devices that compute this frame together, with a strategy that forms gangs of several (`gang`, `auto`); as many as
         *     the strategy chooses when absent.
         */
        membersAsked: number;
        /**
         * @description Milliseconds from the frame's acceptance within which it is to be answered, with `strategy` `auto`; the cluster then chooses a gang that
         *     is expected to be in time. No promise: where no gang is, the frame is computed as soon as it can be, and `choice` of
         *     its trace says so. No bound when absent.
         */
        withinAsked: number;
        /**
         * @description The camera that the picture is of. Frames that wait begin by turns of cameras; those without a camera by turns of devices
         *     with one and of clients.
         */
        cameraAsked: components["schemas"]["CameraId"];
        /**
         * @description Words of the client's own that are kept with the frame, such as `room:kitchen,night`. Its answers and events have them, and
         *     `GET /frames?tag=night` finds it. They do not change how it is computed.
         */
        tagsAsked: components["schemas"]["Tags"];
        /**
         * @description `latest`, which needs `camera`: when a newer frame of the camera is accepted before this one has begun, this one ends as
         *     `dropped`; one that waits for its answer gets 409 `DT_FRAME_SUPERSEDED`. `all`: it is computed. When absent `all`, and
         *     with `camera` as `schedule.cameraQueue` in `cluster.yaml` says.
         */
        queueAsked: "latest" | "all";
        /** @description `false`: the merged maps of this frame are not kept, also where `limits.keptOutputs` is above 0. Members of a gang then send boxes in their place. */
        outputAsked: boolean;
        /**
         * @description Names this submission, so that it can be repeated where the answer was lost: the same key, picture, `source`,
         *     `strategy`, `members`, `within` and `tags` give the same frame for as long as the frame is kept; with anything else the key is refused (422).
         *     With or without quotes (draft-ietf-httpapi-idempotency-key-header). On a device it is passed on to the gateway.
         */
        submissionKey: components["schemas"]["IdempotencyKey"];
        /**
         * @description `crc32=` and the CRC-32 (that of zlib and PNG) of the body, eight hex digits. Must be there with
         *     `application/octet-stream`, is compared where it is there (but for forms); a body of another digest is refused
         *     (422, `DT_DIGEST`) and may be sent again.
         */
        bodyDigest: string;
    };
    requestBodies: never;
    headers: {
        /** @description Where the frame is */
        Location: string;
        /** @description `true` when the key gave a frame that was there already */
        IdempotencyReplayed: string;
        /** @description `crc32=` and the CRC-32 (that of zlib and PNG) of the body, eight hex digits */
        Digest: string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listFrames: {
        parameters: {
            query?: {
                /** @description Only frames in one of these states, such as `complete,failed`. */
                state?: components["schemas"]["FrameState"][];
                source?: components["schemas"]["DeviceId"];
                /** @description Only complete frames in which something of this label was found, or whose best class it is. */
                label?: string;
                /** @description Only complete frames with a detection, or a best class, of at least this score; with `label`, one of that label. */
                minScore?: number;
                /** @description Only frames of this camera. */
                camera?: components["schemas"]["CameraId"];
                /** @description Only frames that have this tag. */
                tag?: components["schemas"]["Tag"];
                /** @description Only frames accepted at or after this time. */
                from?: components["schemas"]["QueryTime"];
                /** @description Only frames accepted before this time. */
                to?: components["schemas"]["QueryTime"];
                limit?: number;
                /** @description Only frames accepted before this one; `nextBefore` of a page gives the next page. */
                before?: components["schemas"]["FrameId"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of frames */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        frames: components["schemas"]["Frame"][];
                        /** @description Path of the next page; null on the last one */
                        next: string | null;
                        /** @description The `before` of the next page; null on the last one */
                        nextBefore: components["schemas"]["FrameId"] | null;
                    };
                };
            };
            400: components["responses"]["Refused"];
            401: components["responses"]["Refused"];
            403: components["responses"]["Refused"];
            404: components["responses"]["Refused"];
        };
    };
    submitFrame: {
        parameters: {
            query?: {
                /**
                 * @description Seconds to wait for the detections; 0 answers at once with 202. While no device can take the picture, it waits for
                 *     one within this time; without it the answer is 503 at once.
                 */
                wait?: number;
                /** @description The device that the frame's tiles are first queued on; without it the gateway chooses the one with the least pending. */
                source?: components["schemas"]["DeviceId"];
                /** @description How this frame is computed, instead of as `schedule.strategy` in `cluster.yaml` says; to compare strategies. */
                strategy?: components["parameters"]["strategyAsked"];
                /**
                 * @description The most devices that compute this frame together, with a strategy that forms gangs of several (`gang`, `auto`); as many as
                 *     the strategy chooses when absent.
                 */
                members?: components["parameters"]["membersAsked"];
                /**
                 * @description Milliseconds from the frame's acceptance within which it is to be answered, with `strategy` `auto`; the cluster then chooses a gang that
                 *     is expected to be in time. No promise: where no gang is, the frame is computed as soon as it can be, and `choice` of
                 *     its trace says so. No bound when absent.
                 */
                within?: components["parameters"]["withinAsked"];
                /**
                 * @description The camera that the picture is of. Frames that wait begin by turns of cameras; those without a camera by turns of devices
                 *     with one and of clients.
                 */
                camera?: components["parameters"]["cameraAsked"];
                /**
                 * @description Words of the client's own that are kept with the frame, such as `room:kitchen,night`. Its answers and events have them, and
                 *     `GET /frames?tag=night` finds it. They do not change how it is computed.
                 */
                tags?: components["parameters"]["tagsAsked"];
                /**
                 * @description `latest`, which needs `camera`: when a newer frame of the camera is accepted before this one has begun, this one ends as
                 *     `dropped`; one that waits for its answer gets 409 `DT_FRAME_SUPERSEDED`. `all`: it is computed. When absent `all`, and
                 *     with `camera` as `schedule.cameraQueue` in `cluster.yaml` says.
                 */
                queue?: components["parameters"]["queueAsked"];
                /** @description `false`: the merged maps of this frame are not kept, also where `limits.keptOutputs` is above 0. Members of a gang then send boxes in their place. */
                output?: components["parameters"]["outputAsked"];
            };
            header?: {
                /**
                 * @description Names this submission, so that it can be repeated where the answer was lost: the same key, picture, `source`,
                 *     `strategy`, `members`, `within` and `tags` give the same frame for as long as the frame is kept; with anything else the key is refused (422).
                 *     With or without quotes (draft-ietf-httpapi-idempotency-key-header). On a device it is passed on to the gateway.
                 */
                "idempotency-key"?: components["parameters"]["submissionKey"];
                /**
                 * @description `crc32=` and the CRC-32 (that of zlib and PNG) of the body, eight hex digits. Must be there with
                 *     `application/octet-stream`, is compared where it is there (but for forms); a body of another digest is refused
                 *     (422, `DT_DIGEST`) and may be sent again.
                 */
                "deepthings-digest"?: components["parameters"]["bodyDigest"];
            };
            path?: never;
            cookie?: never;
        };
        /**
         * @description A picture, or a form with one. Its bytes say what it is: any other media type is taken as well, and none at all, but for
         *     those that say that the body is no picture (text, JSON, XML, sound, film).
         */
        requestBody: {
            content: {
                "multipart/form-data": {
                    image: components["schemas"]["Picture"];
                };
                "image/jpeg": components["schemas"]["Picture"];
                "image/png": components["schemas"]["Picture"];
                "image/webp": components["schemas"]["Picture"];
            };
        };
        responses: {
            /** @description The frame ended while the request waited */
            200: {
                headers: {
                    location: components["headers"]["Location"];
                    "idempotency-replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Frame"];
                };
            };
            /** @description Accepted; the frame is the cluster's from here on */
            202: {
                headers: {
                    location: components["headers"]["Location"];
                    "idempotency-replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Frame"];
                };
            };
            400: components["responses"]["Refused"];
            401: components["responses"]["Refused"];
            403: components["responses"]["Refused"];
            404: components["responses"]["Refused"];
            409: components["responses"]["Refused"];
            413: components["responses"]["Refused"];
            415: components["responses"]["Refused"];
            422: components["responses"]["Refused"];
            429: components["responses"]["Overloaded"];
            500: components["responses"]["Refused"];
            503: components["responses"]["Overloaded"];
            507: components["responses"]["StoreFailed"];
        };
    };
    getFrame: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                frame: components["parameters"]["framePath"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The frame */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Frame"];
                };
            };
            400: components["responses"]["Refused"];
            401: components["responses"]["Refused"];
            403: components["responses"]["Refused"];
            404: components["responses"]["Refused"];
        };
    };
    deliverFrame: {
        parameters: {
            query: {
                /** @description The attempt that the source's tiles are. */
                attempt: components["schemas"]["Attempt"];
                strategy: components["schemas"]["Strategy"];
                /**
                 * @description Digest of the letterboxed picture as the gateway has it. A source whose own decoder gives another fetches the gateway's, since
                 *     tiles of two decoders do not fit together.
                 */
                digest: string;
                /**
                 * @description The frame's fencing token; 1 when absent. The device drops what it has of an older generation: a device that had a share in it
                 *     computes wrongly.
                 */
                generation?: components["schemas"]["Generation"];
            };
            header?: {
                /**
                 * @description `crc32=` and the CRC-32 (that of zlib and PNG) of the body, eight hex digits. Must be there with
                 *     `application/octet-stream`, is compared where it is there (but for forms); a body of another digest is refused
                 *     (422, `DT_DIGEST`) and may be sent again.
                 */
                "deepthings-digest"?: components["parameters"]["bodyDigest"];
            };
            path: {
                frame: components["parameters"]["framePath"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "image/jpeg": components["schemas"]["Picture"];
                "image/png": components["schemas"]["Picture"];
                "image/webp": components["schemas"]["Picture"];
            };
        };
        responses: {
            /** @description The source has queued the frame's tiles */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Refused"];
            401: components["responses"]["Refused"];
            403: components["responses"]["Refused"];
            404: components["responses"]["Refused"];
            409: components["responses"]["Refused"];
            413: components["responses"]["Refused"];
            415: components["responses"]["Refused"];
            422: components["responses"]["Refused"];
            429: components["responses"]["Overloaded"];
            500: components["responses"]["Refused"];
            503: components["responses"]["Overloaded"];
        };
    };
    deleteFrame: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                frame: components["parameters"]["framePath"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Gone, with its picture */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Refused"];
            401: components["responses"]["Refused"];
            403: components["responses"]["Refused"];
            404: components["responses"]["Refused"];
            507: components["responses"]["StoreFailed"];
        };
    };
    getFrameImage: {
        parameters: {
            query?: {
                /** @description A JPEG at most this many pixels wide and high, the right way up, instead of the picture itself. */
                width?: number;
            };
            header?: never;
            path: {
                frame: components["parameters"]["framePath"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The picture */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/jpeg": components["schemas"]["Picture"];
                    "image/png": components["schemas"]["Picture"];
                    "image/webp": components["schemas"]["Picture"];
                };
            };
            400: components["responses"]["Refused"];
            401: components["responses"]["Refused"];
            403: components["responses"]["Refused"];
            404: components["responses"]["Refused"];
            410: components["responses"]["PictureGone"];
        };
    };
    getFrameAnnotated: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                frame: components["parameters"]["framePath"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The annotated picture */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/jpeg": components["schemas"]["Picture"];
                };
            };
            400: components["responses"]["Refused"];
            401: components["responses"]["Refused"];
            403: components["responses"]["Refused"];
            404: components["responses"]["Refused"];
            409: components["responses"]["Refused"];
            410: components["responses"]["PictureGone"];
        };
    };
    getFrameTrace: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                frame: components["parameters"]["framePath"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The trace */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FrameTrace"];
                };
            };
            400: components["responses"]["Refused"];
            401: components["responses"]["Refused"];
            403: components["responses"]["Refused"];
            404: components["responses"]["Refused"];
        };
    };
    getFrameInput: {
        parameters: {
            query: {
                /** @description Half-open rectangle on the network's input, `x0,y0,x1,y1`. */
                region: components["schemas"]["RegionText"];
            };
            header?: never;
            path: {
                frame: components["parameters"]["framePath"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description safetensors with `input`, U8 [3, y1-y0, x1-x0] */
            200: {
                headers: {
                    "deepthings-digest": components["headers"]["Digest"];
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": components["schemas"]["Tensors"];
                };
            };
            400: components["responses"]["Refused"];
            401: components["responses"]["Refused"];
            403: components["responses"]["Refused"];
            404: components["responses"]["Refused"];
            410: components["responses"]["PictureGone"];
            422: components["responses"]["Refused"];
        };
    };
    getFrameOutput: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                frame: components["parameters"]["framePath"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description safetensors with a tensor for each map that the devices hand over, by its name in the plan, F32 [channels, height, width] */
            200: {
                headers: {
                    "deepthings-digest": components["headers"]["Digest"];
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": components["schemas"]["Tensors"];
                };
            };
            400: components["responses"]["Refused"];
            401: components["responses"]["Refused"];
            403: components["responses"]["Refused"];
            404: components["responses"]["Refused"];
        };
    };
    getCluster: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The cluster as this node knows it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClusterState"];
                };
            };
            400: components["responses"]["Refused"];
            401: components["responses"]["Refused"];
            403: components["responses"]["Refused"];
        };
    };
    getPlan: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The plan that every node of the cluster follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Plan"];
                };
            };
            400: components["responses"]["Refused"];
            401: components["responses"]["Refused"];
            403: components["responses"]["Refused"];
        };
    };
    getEvents: {
        parameters: {
            query?: {
                /** @description Only events of these names, and `reset`; all where it is absent. */
                types?: components["schemas"]["EventName"][];
                /** @description A ticket of `POST /events/tickets` in place of the token. */
                ticket?: string;
            };
            header?: {
                "last-event-id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A stream that does not end */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            400: components["responses"]["Refused"];
            401: components["responses"]["Refused"];
            403: components["responses"]["Refused"];
            503: components["responses"]["Overloaded"];
        };
    };
    createEventTicket: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The ticket */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        ticket: string;
                        expiresInSeconds: number;
                    };
                };
            };
            400: components["responses"]["Refused"];
            401: components["responses"]["Refused"];
            403: components["responses"]["Refused"];
        };
    };
    register: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeviceRegistration"] | components["schemas"]["GatewayAnnouncement"];
            };
        };
        responses: {
            /** @description Registered */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RegistrationAnswer"];
                };
            };
            400: components["responses"]["Refused"];
            401: components["responses"]["Refused"];
            403: components["responses"]["Refused"];
            404: components["responses"]["Refused"];
            409: components["responses"]["Refused"];
            413: components["responses"]["Refused"];
            415: components["responses"]["Refused"];
            422: components["responses"]["Refused"];
        };
    };
    stealTask: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "thief": "e1",
                 *       "sequence": 17,
                 *       "waitMs": 20000
                 *     }
                 */
                "application/json": {
                    thief: components["schemas"]["DeviceId"];
                    /** @description Grows with each task that this thief asks for; repeated when a request is repeated. */
                    sequence: number;
                    /**
                     * @description Gateway only. How long the request may be held.
                     * @default 0
                     */
                    waitMs?: number;
                    /** @description Gateway only. Devices that do not answer this thief, so that another is named. */
                    avoid?: components["schemas"]["DeviceId"][];
                };
            };
        };
        responses: {
            /** @description On the gateway a hint, on a device a task */
            200: {
                headers: {
                    "deepthings-digest": components["headers"]["Digest"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StealHint"];
                    "application/octet-stream": components["schemas"]["Tensors"];
                };
            };
            /** @description Nothing to steal */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Refused"];
            401: components["responses"]["Refused"];
            403: components["responses"]["Refused"];
            404: components["responses"]["Refused"];
            409: components["responses"]["Refused"];
            413: components["responses"]["Refused"];
            415: components["responses"]["Refused"];
            422: components["responses"]["Refused"];
            503: components["responses"]["Overloaded"];
        };
    };
    pushTask: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description `crc32=` and the CRC-32 (that of zlib and PNG) of the body, eight hex digits. Must be there with
                 *     `application/octet-stream`, is compared where it is there (but for forms); a body of another digest is refused
                 *     (422, `DT_DIGEST`) and may be sent again.
                 */
                "deepthings-digest"?: components["parameters"]["bodyDigest"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": components["schemas"]["Tensors"];
            };
        };
        responses: {
            /** @description Queued, or queued already */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {unknown} */
                        status: "queued" | "duplicate";
                    };
                };
            };
            400: components["responses"]["Refused"];
            401: components["responses"]["Refused"];
            403: components["responses"]["Refused"];
            404: components["responses"]["Refused"];
            409: components["responses"]["Refused"];
            413: components["responses"]["Refused"];
            415: components["responses"]["Refused"];
            422: components["responses"]["Refused"];
            429: components["responses"]["Overloaded"];
            503: components["responses"]["Overloaded"];
        };
    };
    computeRemaining: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description `crc32=` and the CRC-32 (that of zlib and PNG) of the body, eight hex digits. Must be there with
                 *     `application/octet-stream`, is compared where it is there (but for forms); a body of another digest is refused
                 *     (422, `DT_DIGEST`) and may be sent again.
                 */
                "deepthings-digest"?: components["parameters"]["bodyDigest"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": components["schemas"]["Tensors"];
            };
        };
        responses: {
            /** @description safetensors with the network's outputs */
            200: {
                headers: {
                    "deepthings-digest": components["headers"]["Digest"];
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": components["schemas"]["Tensors"];
                };
            };
            400: components["responses"]["Refused"];
            401: components["responses"]["Refused"];
            403: components["responses"]["Refused"];
            404: components["responses"]["Refused"];
            409: components["responses"]["Refused"];
            413: components["responses"]["Refused"];
            415: components["responses"]["Refused"];
            422: components["responses"]["Refused"];
            429: components["responses"]["Overloaded"];
            500: components["responses"]["Refused"];
            503: components["responses"]["Overloaded"];
        };
    };
    returnTask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                frame: components["parameters"]["framePath"];
                /** @description Tile id, row * columns + column */
                tile: components["parameters"]["tilePath"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    thief: components["schemas"]["DeviceId"];
                    attempt: components["schemas"]["Attempt"];
                };
            };
        };
        responses: {
            /** @description Queued again */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Refused"];
            401: components["responses"]["Refused"];
            403: components["responses"]["Refused"];
            404: components["responses"]["Refused"];
            409: components["responses"]["Refused"];
            413: components["responses"]["Refused"];
            415: components["responses"]["Refused"];
            422: components["responses"]["Refused"];
        };
    };
    getOverlap: {
        parameters: {
            query: {
                /** @description Wanted regions, `map:x0,y0,x1,y1` separated by `;`. */
                regions: string;
            };
            header?: never;
            path: {
                frame: components["parameters"]["framePath"];
                /** @description Tile id, row * columns + column */
                tile: components["parameters"]["tilePath"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description safetensors, a tensor for each region that is there */
            200: {
                headers: {
                    "deepthings-digest": components["headers"]["Digest"];
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": components["schemas"]["Tensors"];
                };
            };
            400: components["responses"]["Refused"];
            401: components["responses"]["Refused"];
            403: components["responses"]["Refused"];
            404: components["responses"]["Refused"];
            422: components["responses"]["Refused"];
        };
    };
    putOverlap: {
        parameters: {
            query?: {
                /** @description Number of the gang stage after which the strips are sent. */
                stage?: number;
                generation?: components["schemas"]["Generation"];
                /** @description On a device, of strips of a gang. The answer is to have the strips that the device owes member `tile`. */
                answer?: "strips";
                /** @description On the gateway. The member that the strips are passed on to. */
                to?: number;
                /** @description Of the gang. Strips of a later one end those before it. */
                attempt?: components["schemas"]["Attempt"];
            };
            header?: {
                /**
                 * @description `crc32=` and the CRC-32 (that of zlib and PNG) of the body, eight hex digits. Must be there with
                 *     `application/octet-stream`, is compared where it is there (but for forms); a body of another digest is refused
                 *     (422, `DT_DIGEST`) and may be sent again.
                 */
                "deepthings-digest"?: components["parameters"]["bodyDigest"];
            };
            path: {
                frame: components["parameters"]["framePath"];
                /** @description Tile id, row * columns + column */
                tile: components["parameters"]["tilePath"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": components["schemas"]["Tensors"];
            };
        };
        responses: {
            /** @description On the source, what of it can still be used; with `answer`, the strips for member `tile` */
            200: {
                headers: {
                    "deepthings-digest": components["headers"]["Digest"];
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": components["schemas"]["Tensors"];
                    "application/json": {
                        sides: ("north" | "east" | "south" | "west")[];
                    };
                };
            };
            /** @description On the gateway, and for strips of a gang: taken */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Refused"];
            401: components["responses"]["Refused"];
            403: components["responses"]["Refused"];
            404: components["responses"]["Refused"];
            409: components["responses"]["Refused"];
            413: components["responses"]["Refused"];
            415: components["responses"]["Refused"];
            422: components["responses"]["Refused"];
            429: components["responses"]["Overloaded"];
            503: components["responses"]["Overloaded"];
        };
    };
    getResults: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Outcomes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        outcomes: components["schemas"]["FrameOutcome"][];
                    };
                };
            };
            400: components["responses"]["Refused"];
            401: components["responses"]["Refused"];
            403: components["responses"]["Refused"];
            404: components["responses"]["Refused"];
        };
    };
    postResult: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description `crc32=` and the CRC-32 (that of zlib and PNG) of the body, eight hex digits. Must be there with
                 *     `application/octet-stream`, is compared where it is there (but for forms); a body of another digest is refused
                 *     (422, `DT_DIGEST`) and may be sent again.
                 */
                "deepthings-digest"?: components["parameters"]["bodyDigest"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": components["schemas"]["Tensors"];
                "application/json": components["schemas"]["FrameOutcome"];
            };
        };
        responses: {
            /** @description What became of the output */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * @description `stale`: the frame has ended, or was queued again with another input.
                         * @enum {unknown}
                         */
                        status: "accepted" | "duplicate" | "stale";
                    };
                };
            };
            /** @description Outcome noted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Refused"];
            401: components["responses"]["Refused"];
            403: components["responses"]["Refused"];
            404: components["responses"]["Refused"];
            409: components["responses"]["Refused"];
            413: components["responses"]["Refused"];
            415: components["responses"]["Refused"];
            422: components["responses"]["Refused"];
            503: components["responses"]["Overloaded"];
        };
    };
    drain: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Draining, or drained already */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DrainAnswer"];
                };
            };
            401: components["responses"]["Refused"];
            403: components["responses"]["Refused"];
        };
    };
    resume: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The node serves, as it may have done all along */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DrainAnswer"];
                };
            };
            401: components["responses"]["Refused"];
            403: components["responses"]["Refused"];
        };
    };
    listDevices: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description In the order of `cluster.yaml` */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        devices: components["schemas"]["DeviceState"][];
                    };
                };
            };
            400: components["responses"]["Refused"];
            401: components["responses"]["Refused"];
            403: components["responses"]["Refused"];
            404: components["responses"]["Refused"];
        };
    };
    getDevice: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                device: components["parameters"]["devicePath"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The device */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceState"];
                };
            };
            400: components["responses"]["Refused"];
            401: components["responses"]["Refused"];
            403: components["responses"]["Refused"];
            404: components["responses"]["Refused"];
        };
    };
    submitOwnFrame: {
        parameters: {
            query?: {
                /** @description How this frame is computed, instead of as `schedule.strategy` in `cluster.yaml` says; to compare strategies. */
                strategy?: components["parameters"]["strategyAsked"];
                /**
                 * @description The most devices that compute this frame together, with a strategy that forms gangs of several (`gang`, `auto`); as many as
                 *     the strategy chooses when absent.
                 */
                members?: components["parameters"]["membersAsked"];
                /**
                 * @description Milliseconds from the frame's acceptance within which it is to be answered, with `strategy` `auto`; the cluster then chooses a gang that
                 *     is expected to be in time. No promise: where no gang is, the frame is computed as soon as it can be, and `choice` of
                 *     its trace says so. No bound when absent.
                 */
                within?: components["parameters"]["withinAsked"];
                /**
                 * @description The camera that the picture is of. Frames that wait begin by turns of cameras; those without a camera by turns of devices
                 *     with one and of clients.
                 */
                camera?: components["parameters"]["cameraAsked"];
                /**
                 * @description Words of the client's own that are kept with the frame, such as `room:kitchen,night`. Its answers and events have them, and
                 *     `GET /frames?tag=night` finds it. They do not change how it is computed.
                 */
                tags?: components["parameters"]["tagsAsked"];
                /**
                 * @description `latest`, which needs `camera`: when a newer frame of the camera is accepted before this one has begun, this one ends as
                 *     `dropped`; one that waits for its answer gets 409 `DT_FRAME_SUPERSEDED`. `all`: it is computed. When absent `all`, and
                 *     with `camera` as `schedule.cameraQueue` in `cluster.yaml` says.
                 */
                queue?: components["parameters"]["queueAsked"];
                /** @description `false`: the merged maps of this frame are not kept, also where `limits.keptOutputs` is above 0. Members of a gang then send boxes in their place. */
                output?: components["parameters"]["outputAsked"];
            };
            header?: {
                /**
                 * @description Names this submission, so that it can be repeated where the answer was lost: the same key, picture, `source`,
                 *     `strategy`, `members`, `within` and `tags` give the same frame for as long as the frame is kept; with anything else the key is refused (422).
                 *     With or without quotes (draft-ietf-httpapi-idempotency-key-header). On a device it is passed on to the gateway.
                 */
                "idempotency-key"?: components["parameters"]["submissionKey"];
                /**
                 * @description `crc32=` and the CRC-32 (that of zlib and PNG) of the body, eight hex digits. Must be there with
                 *     `application/octet-stream`, is compared where it is there (but for forms); a body of another digest is refused
                 *     (422, `DT_DIGEST`) and may be sent again.
                 */
                "deepthings-digest"?: components["parameters"]["bodyDigest"];
            };
            path: {
                device: components["parameters"]["devicePath"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "image/jpeg": components["schemas"]["Picture"];
                "image/png": components["schemas"]["Picture"];
                "image/webp": components["schemas"]["Picture"];
            };
        };
        responses: {
            /** @description Accepted; the frame is the cluster's from here on */
            202: {
                headers: {
                    location: components["headers"]["Location"];
                    "idempotency-replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Frame"];
                };
            };
            400: components["responses"]["Refused"];
            401: components["responses"]["Refused"];
            403: components["responses"]["Refused"];
            404: components["responses"]["Refused"];
            409: components["responses"]["Refused"];
            413: components["responses"]["Refused"];
            415: components["responses"]["Refused"];
            422: components["responses"]["Refused"];
            429: components["responses"]["Overloaded"];
            500: components["responses"]["Refused"];
            503: components["responses"]["Overloaded"];
            507: components["responses"]["StoreFailed"];
        };
    };
    drainDevice: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                device: components["parameters"]["devicePath"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Draining, or drained already */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DrainAnswer"];
                };
            };
            400: components["responses"]["Refused"];
            401: components["responses"]["Refused"];
            403: components["responses"]["Refused"];
            404: components["responses"]["Refused"];
            409: components["responses"]["Refused"];
            502: components["responses"]["Refused"];
        };
    };
    resumeDevice: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                device: components["parameters"]["devicePath"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The device serves, as it may have done all along */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DrainAnswer"];
                };
            };
            400: components["responses"]["Refused"];
            401: components["responses"]["Refused"];
            403: components["responses"]["Refused"];
            404: components["responses"]["Refused"];
            409: components["responses"]["Refused"];
            502: components["responses"]["Refused"];
        };
    };
    releaseDevice: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                device: components["parameters"]["devicePath"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The device is given work as before, as it may have been all along */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceState"];
                };
            };
            400: components["responses"]["Refused"];
            401: components["responses"]["Refused"];
            403: components["responses"]["Refused"];
            404: components["responses"]["Refused"];
        };
    };
    getLive: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Alive */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            403: components["responses"]["Refused"];
        };
    };
    getReady: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ready */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            403: components["responses"]["Refused"];
            503: components["responses"]["Overloaded"];
        };
    };
    getMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Metrics */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            401: components["responses"]["Refused"];
            403: components["responses"]["Refused"];
        };
    };
    getContract: {
        parameters: {
            query?: {
                audience?: "people" | "nodes";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OpenAPI 3.1 */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            400: components["responses"]["Refused"];
            401: components["responses"]["Refused"];
            403: components["responses"]["Refused"];
        };
    };
}
