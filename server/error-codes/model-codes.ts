/** What the user corrects in the files of a model, or by naming another. */
export const MODEL_CODES = {
  DT_CFG_LAYER: {
    status: null,
    meaning: 'The cfg file has a kind of layer that is not supported.',
    remedy: 'Use a model of the layers that docs/models.md lists.',
  },
  DT_CFG_OPTION: {
    status: null,
    meaning: 'The cfg file has an option, or a value of it, that is not supported.',
    remedy: 'Remove the option, or give it the value that the message names.',
  },
  DT_CFG_SHAPE: {
    status: null,
    meaning: 'A layer does not fit the map that it gets.',
    remedy: 'Correct the layer at the line that the message names.',
  },
  DT_CFG_SIZE: {
    status: null,
    meaning: 'The network, or a layer, is larger than is supported.',
    remedy: 'Use a smaller input or a smaller model.',
  },
  DT_CFG_SYNTAX: {
    status: null,
    meaning: 'A line of the cfg file cannot be read.',
    remedy: 'Correct the line that the message names.',
  },
  DT_CFG_VALUE: {
    status: null,
    meaning: 'An option of the cfg file is missing, or its value is not usable.',
    remedy: 'Correct the line that the message names.',
  },
  DT_HEAD_MISSING: {
    status: null,
    meaning: 'The network ends in no layer that gives a result.',
    remedy: 'Use a model that ends in [region] (a detector) or [softmax] (a classifier).',
  },
  DT_HEAD_UNKNOWN: {
    status: null,
    meaning: 'The outputs of the model fit no head that is supported, not the one that is asked for, or several.',
    remedy: 'Set `model.head` to one that the message names.',
  },
  DT_LABELS_COUNT: {
    status: null,
    meaning: 'There are not as many labels as the model has classes.',
    remedy: "Give the model's own labels, one a line.",
  },
  DT_LABELS_LINE: {
    status: null,
    meaning: 'A line of the labels file cannot be used.',
    remedy: 'Correct the line that the message names.',
  },
  DT_MODEL_CHANGED: {
    status: null,
    meaning: 'The files of the model are others than when the node started.',
    remedy: 'Restart the node.',
  },
  DT_MODEL_CLASS_NAMES: {
    status: null,
    meaning: 'The class names in the metadata of the model cannot be read.',
    remedy: 'Give the names in a file of their own, `model.labels`.',
  },
  DT_MODEL_FILE: {
    status: null,
    meaning: 'A file of the model cannot be read.',
    remedy: 'Correct its path, or install or pull it again.',
  },
  DT_MODEL_INPUT_SIZE: {
    status: null,
    meaning: 'An input of this size does not fit the model.',
    remedy: 'Give multiples of 32.',
  },
  DT_MODEL_NAME: {
    status: null,
    meaning: 'There is no model of this name.',
    remedy: 'Choose one that `deepthings model list` shows, or give a cfg file.',
  },
  DT_MODEL_SPEC: {
    status: null,
    meaning: 'A model is named both by its name and by a cfg file.',
    remedy: 'Leave one out.',
  },
  DT_MODEL_WEIGHTS: {
    status: null,
    meaning: 'The model has no weights.',
    remedy: '`deepthings model pull` fetches them; or name a file of your own.',
  },
  DT_ONNX_EXTERNAL: {
    status: null,
    meaning: 'The model has weights in another file, which is missing, too short or outside of its folder.',
    remedy: "Put the file beside the model's, or save the model as one file.",
  },
  DT_ONNX_FILE: {
    status: null,
    meaning: 'The file is no ONNX model, is damaged, or contradicts itself.',
    remedy: 'Check that it is the file that was meant, and export or download it again.',
  },
  DT_ONNX_INPUT: {
    status: null,
    meaning: 'The input of the ONNX model is no picture, or its size is not known.',
    remedy: 'Give the size that the message asks for, or export the model with an input of 1x3xHxW.',
  },
  DT_ONNX_LIMIT: {
    status: null,
    meaning: 'The ONNX model has more, or larger, parts than are read.',
    remedy: 'Check that it is the file that was meant; use a smaller model.',
  },
  DT_ONNX_OPERATOR: {
    status: null,
    meaning: 'A node of the ONNX model cannot be run, or not in the form that it has.',
    remedy: 'Export the model as the message says.',
  },
  DT_TEXT_ENCODING: { status: null, meaning: 'A file of the model is no text.', remedy: 'Save it as UTF-8.' },
  DT_TEXT_LINE: {
    status: null,
    meaning: 'A file of the model has a line that is too long.',
    remedy: 'Check that it is the file that was meant.',
  },
  DT_WEIGHTS_FORMAT: {
    status: null,
    meaning: 'The file is no Darknet weights file of a known version.',
    remedy: 'Check that it is the file that was meant.',
  },
  DT_WEIGHTS_LENGTH: {
    status: null,
    meaning: 'The weights file is shorter or longer than the cfg file needs.',
    remedy: 'Give the two files that belong together, complete.',
  },
  DT_GRAPH_SHAPE: {
    status: null,
    meaning: 'A node of the network does not fit its inputs, or has an operator that is not known here.',
    remedy: 'The message names the node. Export the model again, with fixed input sizes; see docs/models.md.',
  },
} as const;
