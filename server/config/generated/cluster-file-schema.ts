// Generated from cluster-file.ts by `npm run generate`. Do not edit.
export const CLUSTER_FILE_SCHEMA = {
  "type": "object",
  "required": ["model", "gateway", "devices"],
  "properties": {
    "name": {
      "type": "string",
      "description": "The cluster's name, for people.",
      "minLength": 1,
      "maxLength": 1024,
      "pattern": "^[^\\u0000-\\u001f\\u007f]{1,64}$",
      "patternErrorMessage": "a name of at most 64 characters on one line",
      "default": "deepthings"
    },
    "model": {
      "type": "object",
      "properties": {
        "name": {
          "type": "string",
          "enum": [
            "face-detector",
            "yolov2",
            "yolov2-tiny",
            "yolov2-voc",
            "yolov2-tiny-voc",
            "yolov3",
            "yolov3-tiny",
            "yolov4",
            "yolov4-tiny"
          ],
          "description": "A built-in model. Instead of cfg."
        },
        "cfg": {
          "type": "string",
          "description": "A Darknet cfg of your own; a path from this file. Instead of name.",
          "minLength": 1,
          "maxLength": 1024,
          "examples": ["my.cfg"]
        },
        "weights": {
          "type": "string",
          "description": "A Darknet weights file, a path from this file; or synthetic, synthetic:SEED for made-up weights.",
          "minLength": 1,
          "maxLength": 1024,
          "examples": ["my.weights", "synthetic", "synthetic:7"]
        },
        "labels": {
          "type": "string",
          "description": "Class names, one a line; a path from this file.",
          "minLength": 1,
          "maxLength": 1024,
          "examples": ["my.names"]
        },
        "width": {
          "type": "integer",
          "description": "The network's input width instead of the model's own.",
          "minimum": 8,
          "maximum": 8192,
          "examples": [416]
        },
        "height": {
          "type": "integer",
          "description": "The network's input height instead of the model's own.",
          "minimum": 8,
          "maximum": 8192,
          "examples": [416]
        },
        "threshold": {
          "type": "number",
          "description": "Detections with a lower score are not reported.",
          "minimum": 0,
          "maximum": 1,
          "default": 0.5
        },
        "nms": {
          "type": "number",
          "description": "Of two boxes that overlap by more (intersection over union) one stays. 0.4 for face-detector.",
          "minimum": 0,
          "maximum": 1,
          "default": 0.45
        }
      },
      "additionalProperties": false,
      "description": "What is detected: a built-in model by name, or cfg and weights of your own."
    },
    "engine": {
      "type": "object",
      "properties": {
        "name": {
          "type": "string",
          "enum": ["onnxruntime", "tfjs"],
          "description": "The inference library.",
          "default": "onnxruntime"
        },
        "backend": {
          "type": "string",
          "enum": ["auto", "node", "wasm", "cpu"],
          "description": "What tfjs computes with: auto takes tfjs-node where it is installed, else wasm.",
          "default": "auto"
        },
        "threads": {
          "type": "integer",
          "description": "Threads it computes with; wasm and cpu have one.",
          "minimum": 1,
          "maximum": 64,
          "examples": [1],
          "default": 1
        }
      },
      "additionalProperties": false,
      "description": "What computes the layers, on every node that says nothing else."
    },
    "partition": {
      "type": "object",
      "properties": {
        "grid": {
          "type": "string",
          "description": "Rows x columns of tiles.",
          "minLength": 1,
          "maxLength": 1024,
          "pattern": "^[1-9][0-9]{0,3}x[1-9][0-9]{0,3}$",
          "patternErrorMessage": "a grid of rows x columns such as 3x3 or 2x5",
          "default": "3x3"
        },
        "fusedDepth": {
          "type": "integer",
          "description": "How many of the first layers the edge devices run. By default 8, or all that can be fused if fewer.",
          "minimum": 1,
          "maximum": 1000,
          "default": 8
        }
      },
      "additionalProperties": false,
      "description": "How the first layers are cut into tiles."
    },
    "schedule": {
      "type": "object",
      "properties": {
        "strategy": {
          "type": "string",
          "enum": ["ftp-wst-s", "ftp-wst", "ftp-wsh", "modnn"],
          "description": "Who runs what: ftp-wst-s and ftp-wst steal tiles, with and without reuse of overlap; with ftp-wsh the gateway shares tiles out; with modnn it shares out each layer, in slices of rows.",
          "default": "ftp-wst-s"
        },
        "order": {
          "type": "string",
          "enum": ["adaptive", "paper"],
          "description": "In which order ftp-wst-s hands tiles out.",
          "default": "adaptive"
        },
        "prefetch": {
          "type": "integer",
          "description": "Tasks that a thief fetches ahead while one runs.",
          "minimum": 0,
          "maximum": 4,
          "default": 1
        },
        "faithful": {
          "type": "boolean",
          "description": "The paper to the letter, for comparison: polling, no prefetch, overlap through the gateway, all four sides or none, the paper's order.",
          "default": false
        },
        "steal": {
          "type": "object",
          "properties": {
            "waitMs": {
              "type": "integer",
              "description": "How long the gateway holds the request of an idle device. Not used when faithful. In milliseconds.",
              "minimum": 100,
              "maximum": 60000,
              "default": 20000
            },
            "pollMs": {
              "type": "integer",
              "description": "When faithful: how long an idle device sleeps before it asks again. In milliseconds.",
              "minimum": 10,
              "maximum": 60000,
              "default": 100
            }
          },
          "additionalProperties": false,
          "description": "How idle devices ask for work."
        },
        "lease": {
          "type": "object",
          "properties": {
            "factor": {
              "type": "number",
              "description": "A tile may take this many times the device's usual tile time.",
              "minimum": 1,
              "maximum": 100,
              "default": 3
            },
            "floorMs": {
              "type": "integer",
              "description": "A tile may always take this long. In milliseconds.",
              "minimum": 10,
              "maximum": 3600000,
              "default": 2000
            },
            "waitingMs": {
              "type": "integer",
              "description": "How long a task may wait on a device before it starts. In milliseconds.",
              "minimum": 10,
              "maximum": 3600000,
              "default": 10000
            },
            "attempts": {
              "type": "integer",
              "description": "Times that one tile is tried before its frame fails.",
              "minimum": 1,
              "maximum": 100,
              "default": 4
            }
          },
          "additionalProperties": false,
          "description": "How long a device may keep a tile before another one gets it."
        },
        "heartbeat": {
          "type": "object",
          "properties": {
            "intervalMs": {
              "type": "integer",
              "description": "How often a device reports to the gateway. In milliseconds.",
              "minimum": 50,
              "maximum": 3600000,
              "default": 1000
            },
            "lostAfterMs": {
              "type": "integer",
              "description": "A device that is silent this long is lost; at least twice the interval. In milliseconds.",
              "minimum": 100,
              "maximum": 3600000,
              "default": 3500
            }
          },
          "additionalProperties": false,
          "description": "How devices show that they are alive."
        },
        "drain": {
          "type": "object",
          "properties": {
            "timeoutMs": {
              "type": "integer",
              "description": "How long a node that is told to stop (SIGTERM, Ctrl-C) may take to finish what it has; then it stops all the same. In milliseconds.",
              "minimum": 100,
              "maximum": 3600000,
              "default": 8000
            }
          },
          "additionalProperties": false,
          "description": "How nodes end in good order."
        }
      },
      "additionalProperties": false,
      "description": "How tiles are given to devices."
    },
    "overlap": {
      "type": "object",
      "properties": {
        "via": {
          "type": "string",
          "enum": ["peer", "gateway"],
          "description": "Where a strip is fetched from that another device computed: from that device, or from the pool on the gateway.",
          "default": "peer"
        },
        "policy": {
          "type": "string",
          "enum": ["always", "cost", "never"],
          "description": "Which strips a device fetches: all, those that cost less than to compute them, or none.",
          "default": "cost"
        }
      },
      "additionalProperties": false,
      "description": "What ftp-wst-s does with the overlap of neighbouring tiles."
    },
    "wire": {
      "type": "object",
      "properties": {
        "maps": {
          "type": "string",
          "enum": ["f32", "f16"],
          "description": "How feature maps travel: as computed, or in half the bytes with 11 significant bits.",
          "default": "f32"
        },
        "padding": {
          "type": "boolean",
          "description": "Inputs of tiles include the letterbox padding around a picture.",
          "default": false
        }
      },
      "additionalProperties": false,
      "description": "What travels between nodes."
    },
    "audit": {
      "type": "object",
      "properties": {
        "fraction": {
          "type": "number",
          "description": "The share of tiles that a second device runs as well, to compare: 0 for none, 1 for all. Not with modnn.",
          "minimum": 0,
          "maximum": 1,
          "default": 0
        },
        "tolerance": {
          "type": "number",
          "description": "How far two outputs of a tile may be apart, as a share of the tile's largest value. 0.001, with wire.maps f16 0.01.",
          "minimum": 0.000001,
          "maximum": 1,
          "examples": [0.001]
        }
      },
      "additionalProperties": false,
      "description": "How devices that compute something wrong are found (docs/security.md)."
    },
    "gateway": {
      "type": "object",
      "required": ["address"],
      "properties": {
        "address": {
          "type": "string",
          "description": "Where the other nodes reach it: http://host:port, https:// with tls.",
          "minLength": 1,
          "maxLength": 1024,
          "examples": ["http://192.168.1.10:8080"]
        },
        "listen": {
          "type": "string",
          "description": "Where it listens, host:port, when that differs from the address.",
          "minLength": 1,
          "maxLength": 1024,
          "pattern": "^.+:[0-9]{1,5}$",
          "patternErrorMessage": "host:port",
          "examples": ["0.0.0.0:8080"]
        },
        "engine": {
          "type": "object",
          "properties": {
            "name": {
              "type": "string",
              "enum": ["onnxruntime", "tfjs"],
              "description": "The inference library."
            },
            "backend": {
              "type": "string",
              "enum": ["auto", "node", "wasm", "cpu"],
              "description": "What tfjs computes with: auto takes tfjs-node where it is installed, else wasm."
            },
            "threads": {
              "type": "integer",
              "description": "Threads it computes with; wasm and cpu have one.",
              "minimum": 1,
              "maximum": 64,
              "examples": [1]
            }
          },
          "additionalProperties": false,
          "description": "What computes the layers on this node."
        }
      },
      "additionalProperties": false,
      "description": "The node that takes pictures in, hands out work and merges the results."
    },
    "devices": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["id", "address"],
        "properties": {
          "id": {
            "type": "string",
            "description": "Its name: what `deepthings edge <id>` is started with.",
            "minLength": 1,
            "maxLength": 1024,
            "pattern": "^[a-z0-9][a-z0-9-]{0,31}$",
            "patternErrorMessage": "at most 32 lower-case letters, digits and hyphens, not starting with a hyphen",
            "examples": ["e0", "kitchen-pi"]
          },
          "address": {
            "type": "string",
            "description": "Where the other nodes reach it: http://host:port, https:// with tls.",
            "minLength": 1,
            "maxLength": 1024,
            "examples": ["http://192.168.1.10:8080"]
          },
          "listen": {
            "type": "string",
            "description": "Where it listens, host:port, when that differs from the address.",
            "minLength": 1,
            "maxLength": 1024,
            "pattern": "^.+:[0-9]{1,5}$",
            "patternErrorMessage": "host:port",
            "examples": ["0.0.0.0:8080"]
          },
          "engine": {
            "type": "object",
            "properties": {
              "name": {
                "type": "string",
                "enum": ["onnxruntime", "tfjs"],
                "description": "The inference library."
              },
              "backend": {
                "type": "string",
                "enum": ["auto", "node", "wasm", "cpu"],
                "description": "What tfjs computes with: auto takes tfjs-node where it is installed, else wasm."
              },
              "threads": {
                "type": "integer",
                "description": "Threads it computes with; wasm and cpu have one.",
                "minimum": 1,
                "maximum": 64,
                "examples": [1]
              }
            },
            "additionalProperties": false,
            "description": "What computes the layers on this node."
          },
          "speed": {
            "type": "number",
            "description": "How fast it computes, compared with the others; modnn cuts slices by it. Without it, as measured.",
            "minimum": 0.001,
            "maximum": 1000,
            "examples": [1, 0.5]
          },
          "source": {
            "type": "boolean",
            "description": "Whether frames may start on it. One that only steals never decodes a picture, and needs less memory.",
            "default": true
          }
        },
        "additionalProperties": false,
        "description": "An edge device."
      },
      "description": "The edge devices.",
      "minItems": 1,
      "maxItems": 1024
    },
    "tls": {
      "type": "object",
      "required": ["certificate", "key"],
      "properties": {
        "certificate": {
          "type": "string",
          "description": "A node's certificate and those between it and the authority (PEM), a path from this file.",
          "minLength": 1,
          "maxLength": 1024,
          "examples": ["tls/{node}.crt"]
        },
        "key": {
          "type": "string",
          "description": "The certificate's private key (PEM, without a passphrase), a path from this file.",
          "minLength": 1,
          "maxLength": 1024,
          "examples": ["tls/{node}.key"]
        },
        "ca": {
          "type": "string",
          "description": "The authority, or several in one file (PEM), whose certificates are taken. Without it those that Node.js knows.",
          "minLength": 1,
          "maxLength": 1024,
          "examples": ["tls/ca.crt"]
        },
        "mutual": {
          "type": "boolean",
          "description": "Whether who connects has to show a certificate of ca as well.",
          "default": false
        }
      },
      "additionalProperties": false,
      "description": "Nodes speak https; every address has to start with it. {node} in a path stands for the id of the node that reads it, for client with commands that only ask (docs/security.md)."
    },
    "limits": {
      "type": "object",
      "properties": {
        "pictureBytes": {
          "type": ["integer", "string"],
          "minimum": 0,
          "pattern": "^[0-9]{1,15}(KiB|MiB|GiB)?$",
          "patternErrorMessage": "a size such as 20MiB, 512KiB or 1GiB, or a number of bytes",
          "description": "The largest picture file that is taken in.",
          "default": "20MiB"
        },
        "pictureMegapixels": {
          "type": "number",
          "description": "The largest picture that is decoded, in millions of pixels.",
          "minimum": 0.01,
          "maximum": 1000,
          "default": 50
        },
        "queuedFrames": {
          "type": "integer",
          "description": "Frames that may be open at once; more are answered with 429.",
          "minimum": 1,
          "maximum": 10000,
          "default": 32
        },
        "framesPerSource": {
          "type": "integer",
          "description": "Frames that one device works on as their source at once.",
          "minimum": 1,
          "maximum": 64,
          "default": 2
        },
        "frameTimeoutMs": {
          "type": "integer",
          "description": "A frame that takes longer fails. In milliseconds.",
          "minimum": 100,
          "maximum": 86400000,
          "default": 60000
        },
        "eventsKept": {
          "type": "integer",
          "description": "Events that a reader can catch up on after a break.",
          "minimum": 1,
          "maximum": 100000,
          "default": 1000
        },
        "overlapBytes": {
          "type": ["integer", "string"],
          "minimum": 0,
          "pattern": "^[0-9]{1,15}(KiB|MiB|GiB)?$",
          "patternErrorMessage": "a size such as 20MiB, 512KiB or 1GiB, or a number of bytes",
          "description": "Memory on a node for border strips that other tiles can use.",
          "default": "64MiB"
        },
        "keptOutputs": {
          "type": "integer",
          "description": "Frames whose fused stack's merged output is kept, for those who check it.",
          "minimum": 0,
          "maximum": 100,
          "default": 0
        }
      },
      "additionalProperties": false,
      "description": "What the gateway takes in at once, and what nodes keep in memory."
    },
    "store": {
      "type": "object",
      "properties": {
        "path": {
          "type": "string",
          "description": "The folder that the gateway keeps frames in, from this file; or memory, for what need not survive a restart. By default deepthings/NAME in $XDG_STATE_HOME or ~/.local/state.",
          "minLength": 1,
          "maxLength": 1024,
          "examples": ["/var/lib/deepthings", "memory"]
        },
        "keepPictures": {
          "type": "boolean",
          "description": "Whether a frame's picture is kept once the frame has ended, or only what was found.",
          "default": true
        },
        "age": {
          "type": "string",
          "description": "Ended frames that are older are forgotten.",
          "minLength": 1,
          "maxLength": 1024,
          "pattern": "^[1-9][0-9]{0,5}(s|m|h|d)$",
          "patternErrorMessage": "a duration such as 12h, 7d or 30m",
          "default": "7d"
        },
        "bytes": {
          "type": ["integer", "string"],
          "minimum": 0,
          "pattern": "^[0-9]{1,15}(KiB|MiB|GiB)?$",
          "patternErrorMessage": "a size such as 20MiB, 512KiB or 1GiB, or a number of bytes",
          "description": "Room for the pictures of ended frames; the oldest are forgotten.",
          "default": "512MiB"
        },
        "frames": {
          "type": "integer",
          "description": "Ended frames that can still be looked at; the oldest are forgotten.",
          "minimum": 1,
          "maximum": 100000,
          "default": 1000
        }
      },
      "additionalProperties": false,
      "description": "Where and how long the gateway keeps frames (docs/reliability.md)."
    },
    "log": {
      "type": "object",
      "properties": {
        "level": {
          "type": "string",
          "enum": ["trace", "debug", "info", "warn", "error"],
          "description": "The least that is logged.",
          "default": "info"
        }
      },
      "additionalProperties": false,
      "description": "What is logged."
    }
  },
  "additionalProperties": false,
  "title": "DeepThings cluster",
  "description": "A gateway and its edge devices."
} as const;
