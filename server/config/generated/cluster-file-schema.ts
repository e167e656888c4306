// Generated from cluster-file.ts by `npm run generate`. Do not edit.
export const CLUSTER_FILE_SCHEMA = {
  "type": "object",
  "required": ["model", "gateway", "devices"],
  "properties": {
    "name": {
      "type": "string",
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
            "nanodet",
            "face-detector",
            "yolov2",
            "yolov2-tiny",
            "yolov2-voc",
            "yolov2-tiny-voc",
            "yolov3",
            "yolov3-tiny",
            "yolov4",
            "yolov4-tiny"
          ]
        },
        "onnx": {
          "type": "string",
          "minLength": 1,
          "maxLength": 1024,
          "examples": ["my.onnx"]
        },
        "cfg": {
          "type": "string",
          "minLength": 1,
          "maxLength": 1024,
          "examples": ["my.cfg"]
        },
        "weights": {
          "type": "string",
          "minLength": 1,
          "maxLength": 1024,
          "examples": ["my.weights", "synthetic", "synthetic:7"]
        },
        "labels": {
          "type": "string",
          "minLength": 1,
          "maxLength": 1024,
          "examples": ["my.names"]
        },
        "head": {
          "type": "string",
          "enum": [
            "yolox",
            "yolov5",
            "yolov8",
            "end-to-end",
            "yolo-nas",
            "yolo-nas-raw",
            "detr",
            "rf-detr",
            "ssd",
            "ssd-anchors",
            "nanodet",
            "centerface",
            "classifier"
          ]
        },
        "input": {
          "type": "object",
          "properties": {
            "order": {
              "type": "string",
              "enum": ["rgb", "bgr"]
            },
            "place": {
              "type": "string",
              "enum": ["centre", "top-left", "stretch"]
            },
            "fill": {
              "type": "array",
              "items": {
                "type": "number",
                "minimum": 0,
                "maximum": 255
              },
              "minItems": 3,
              "maxItems": 3
            },
            "scale": {
              "type": "number",
              "minimum": 0.000001,
              "maximum": 1000
            },
            "mean": {
              "type": "array",
              "items": {
                "type": "number",
                "minimum": -10000,
                "maximum": 10000
              },
              "minItems": 3,
              "maxItems": 3
            },
            "std": {
              "type": "array",
              "items": {
                "type": "number",
                "minimum": 0.000001,
                "maximum": 10000
              },
              "minItems": 3,
              "maxItems": 3
            }
          },
          "additionalProperties": false
        },
        "width": {
          "type": "integer",
          "minimum": 8,
          "maximum": 8192,
          "examples": [416]
        },
        "height": {
          "type": "integer",
          "minimum": 8,
          "maximum": 8192,
          "examples": [416]
        },
        "threshold": {
          "type": "number",
          "minimum": 0,
          "maximum": 1,
          "default": 0.5
        },
        "nms": {
          "type": "number",
          "minimum": 0,
          "maximum": 1,
          "default": 0.45
        }
      },
      "additionalProperties": false
    },
    "engine": {
      "type": "object",
      "properties": {
        "name": {
          "type": "string",
          "enum": ["onnxruntime", "tfjs"],
          "default": "onnxruntime"
        },
        "backend": {
          "type": "string",
          "enum": ["auto", "node", "wasm", "cpu"],
          "default": "auto"
        },
        "threads": {
          "type": "integer",
          "minimum": 1,
          "maximum": 64,
          "examples": [1],
          "default": 1
        }
      },
      "additionalProperties": false
    },
    "partition": {
      "type": "object",
      "properties": {
        "grid": {
          "type": "string",
          "minLength": 1,
          "maxLength": 1024,
          "pattern": "^[1-9][0-9]{0,3}x[1-9][0-9]{0,3}$",
          "patternErrorMessage": "a grid of rows x columns such as 3x3 or 2x5",
          "default": "3x3"
        },
        "fusedDepth": {
          "type": ["integer", "string"],
          "minimum": 1,
          "maximum": 10000,
          "minLength": 1,
          "maxLength": 256,
          "pattern": "^[^\\p{Cc}]+$",
          "patternErrorMessage": "a number of layers, auto, a share of the work such as 40%, or the name of a node",
          "default": "auto"
        }
      },
      "additionalProperties": false
    },
    "schedule": {
      "type": "object",
      "properties": {
        "strategy": {
          "type": "string",
          "enum": ["ftp-wst-s", "ftp-wst", "ftp-wsh", "modnn", "gang", "whole", "auto"],
          "default": "auto"
        },
        "cameraQueue": {
          "type": "string",
          "enum": ["latest", "all"],
          "default": "latest"
        },
        "order": {
          "type": "string",
          "enum": ["adaptive", "paper"],
          "default": "adaptive"
        },
        "prefetch": {
          "type": "integer",
          "minimum": 0,
          "maximum": 4,
          "default": 1
        },
        "faithful": {
          "type": "boolean",
          "default": false
        },
        "remaining": {
          "type": "string",
          "enum": ["gateway", "any"],
          "default": "gateway"
        },
        "steal": {
          "type": "object",
          "properties": {
            "waitMs": {
              "type": "integer",
              "minimum": 100,
              "maximum": 60000,
              "default": 20000
            },
            "pollMs": {
              "type": "integer",
              "minimum": 10,
              "maximum": 60000,
              "default": 100
            }
          },
          "additionalProperties": false
        },
        "lease": {
          "type": "object",
          "properties": {
            "factor": {
              "type": "number",
              "minimum": 1,
              "maximum": 100,
              "default": 3
            },
            "floorMs": {
              "type": "integer",
              "minimum": 10,
              "maximum": 3600000,
              "default": 2000
            },
            "waitingMs": {
              "type": "integer",
              "minimum": 10,
              "maximum": 3600000,
              "default": 10000
            },
            "attempts": {
              "type": "integer",
              "minimum": 1,
              "maximum": 100,
              "default": 4
            }
          },
          "additionalProperties": false
        },
        "heartbeat": {
          "type": "object",
          "properties": {
            "intervalMs": {
              "type": "integer",
              "minimum": 50,
              "maximum": 3600000,
              "default": 1000
            },
            "lostAfterMs": {
              "type": "integer",
              "minimum": 100,
              "maximum": 3600000,
              "default": 3500
            }
          },
          "additionalProperties": false
        },
        "drain": {
          "type": "object",
          "properties": {
            "timeoutMs": {
              "type": "integer",
              "minimum": 100,
              "maximum": 3600000,
              "default": 8000
            }
          },
          "additionalProperties": false
        }
      },
      "additionalProperties": false
    },
    "overlap": {
      "type": "object",
      "properties": {
        "via": {
          "type": "string",
          "enum": ["peer", "gateway"],
          "default": "peer"
        },
        "policy": {
          "type": "string",
          "enum": ["always", "cost", "never"],
          "default": "cost"
        }
      },
      "additionalProperties": false
    },
    "wire": {
      "type": "object",
      "properties": {
        "maps": {
          "type": "string",
          "enum": ["f32", "f16"],
          "default": "f32"
        },
        "padding": {
          "type": "boolean",
          "default": false
        }
      },
      "additionalProperties": false
    },
    "audit": {
      "type": "object",
      "properties": {
        "fraction": {
          "type": "number",
          "minimum": 0,
          "maximum": 1,
          "default": 0
        },
        "tolerance": {
          "type": "number",
          "minimum": 0.000001,
          "maximum": 1,
          "examples": [0.001]
        }
      },
      "additionalProperties": false
    },
    "gateway": {
      "type": "object",
      "required": ["address"],
      "properties": {
        "address": {
          "type": "string",
          "minLength": 1,
          "maxLength": 1024,
          "examples": ["http://192.168.1.10:8080"]
        },
        "listen": {
          "type": "string",
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
              "enum": ["onnxruntime", "tfjs"]
            },
            "backend": {
              "type": "string",
              "enum": ["auto", "node", "wasm", "cpu"]
            },
            "threads": {
              "type": "integer",
              "minimum": 1,
              "maximum": 64,
              "examples": [1]
            }
          },
          "additionalProperties": false
        },
        "compute": {
          "type": ["string", "boolean"],
          "enum": ["auto", true, false],
          "default": "auto"
        }
      },
      "additionalProperties": false
    },
    "devices": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["id", "address"],
        "properties": {
          "id": {
            "type": "string",
            "minLength": 1,
            "maxLength": 1024,
            "pattern": "^[a-z0-9][a-z0-9-]{0,31}$",
            "patternErrorMessage": "at most 32 lower-case letters, digits and hyphens, not starting with a hyphen",
            "examples": ["e0", "kitchen-pi"]
          },
          "address": {
            "type": "string",
            "minLength": 1,
            "maxLength": 1024,
            "examples": ["http://192.168.1.10:8080"]
          },
          "listen": {
            "type": "string",
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
                "enum": ["onnxruntime", "tfjs"]
              },
              "backend": {
                "type": "string",
                "enum": ["auto", "node", "wasm", "cpu"]
              },
              "threads": {
                "type": "integer",
                "minimum": 1,
                "maximum": 64,
                "examples": [1]
              }
            },
            "additionalProperties": false
          },
          "speed": {
            "type": "number",
            "minimum": 0.001,
            "maximum": 1000,
            "examples": [1, 0.5]
          },
          "source": {
            "type": "boolean",
            "default": true
          }
        },
        "additionalProperties": false
      },
      "minItems": 0,
      "maxItems": 1024
    },
    "tls": {
      "type": "object",
      "required": ["certificate", "key"],
      "properties": {
        "certificate": {
          "type": "string",
          "minLength": 1,
          "maxLength": 1024,
          "examples": ["tls/{node}.crt"]
        },
        "key": {
          "type": "string",
          "minLength": 1,
          "maxLength": 1024,
          "examples": ["tls/{node}.key"]
        },
        "ca": {
          "type": "string",
          "minLength": 1,
          "maxLength": 1024,
          "examples": ["tls/ca.crt"]
        },
        "mutual": {
          "type": "boolean",
          "default": false
        }
      },
      "additionalProperties": false
    },
    "limits": {
      "type": "object",
      "properties": {
        "pictureBytes": {
          "type": ["integer", "string"],
          "minimum": 0,
          "pattern": "^[0-9]{1,15}(KiB|MiB|GiB)?$",
          "patternErrorMessage": "a size such as 20MiB, 512KiB or 1GiB, or a number of bytes",
          "default": "20MiB"
        },
        "pictureMegapixels": {
          "type": "number",
          "minimum": 0.01,
          "maximum": 1000,
          "default": 50
        },
        "queuedFrames": {
          "type": "integer",
          "minimum": 1,
          "maximum": 10000,
          "default": 32
        },
        "framesPerSource": {
          "type": "integer",
          "minimum": 1,
          "maximum": 64,
          "default": 2
        },
        "frameTimeoutMs": {
          "type": "integer",
          "minimum": 100,
          "maximum": 86400000,
          "default": 60000
        },
        "eventsKept": {
          "type": "integer",
          "minimum": 1,
          "maximum": 100000,
          "default": 1000
        },
        "overlapBytes": {
          "type": ["integer", "string"],
          "minimum": 0,
          "pattern": "^[0-9]{1,15}(KiB|MiB|GiB)?$",
          "patternErrorMessage": "a size such as 20MiB, 512KiB or 1GiB, or a number of bytes",
          "default": "64MiB"
        },
        "keptOutputs": {
          "type": "integer",
          "minimum": 0,
          "maximum": 100,
          "default": 0
        }
      },
      "additionalProperties": false
    },
    "store": {
      "type": "object",
      "properties": {
        "path": {
          "type": "string",
          "minLength": 1,
          "maxLength": 1024,
          "examples": ["/var/lib/deepthings", "memory"]
        },
        "keepPictures": {
          "type": "boolean",
          "default": true
        },
        "age": {
          "type": "string",
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
          "default": "512MiB"
        },
        "frames": {
          "type": "integer",
          "minimum": 1,
          "maximum": 100000,
          "default": 1000
        }
      },
      "additionalProperties": false
    },
    "log": {
      "type": "object",
      "properties": {
        "level": {
          "type": "string",
          "enum": ["trace", "debug", "info", "warn", "error"],
          "default": "info"
        }
      },
      "additionalProperties": false
    }
  },
  "additionalProperties": false
} as const;
