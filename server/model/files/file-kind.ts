// biome-ignore-all lint/suspicious/noControlCharactersInRegex: the first bytes of binary formats are such
/** How many of a file's first bytes `sniffFile` looks at: the end of a tar header. */
export const SNIFFED_BYTES = 512;

/** What a file is when it is not what was expected. */
export interface FileKind {
  /** With its article, for messages: `a Git LFS pointer`. */
  readonly name: string;
  /** What to do about it. */
  readonly remedy: string;
}

const CONVERT = 'give the Darknet weights (.weights) of the model, with its cfg';
const UNPACK = 'unpack it, and give the file inside';

function otherFramework(name: string): FileKind {
  return { name, remedy: CONVERT };
}

/** Formats that begin with fixed bytes, as Latin-1 text at an offset. */
const SIGNATURES: readonly (readonly [offset: number, signature: string, kind: FileKind])[] = [
  // PyTorch's own magic number, pickled (torch/serialization.py, MAGIC_NUMBER).
  [2, '\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19', otherFramework('a PyTorch file (pickle)')],
  [0, '\x89HDF\r\n\x1a\n', otherFramework('an HDF5 file (Keras)')],
  [4, 'TFL3', otherFramework('a TensorFlow Lite model')],
  [0, 'GGUF', otherFramework('a GGUF file (llama.cpp)')],
  [0, 'ggml', otherFramework('a GGML file')],
  [0, 'lmgg', otherFramework('a GGML file')],
  [0, '\x93NUMPY', otherFramework('a NumPy array')],
  [0, 'ftrt', otherFramework('a TensorRT engine')],
  [0, 'ptrt', otherFramework('a TensorRT engine')],
  [0, '\x85\x20\x76\x00', otherFramework('an ncnn parameter file')],
  [0, '\x1f\x8b', { name: 'a gzip file', remedy: UNPACK }],
  [0, 'BZh', { name: 'a bzip2 file', remedy: UNPACK }],
  [0, '\xfd7zXZ\x00', { name: 'an xz file', remedy: UNPACK }],
  [0, '\x28\xb5\x2f\xfd', { name: 'a Zstandard file', remedy: UNPACK }],
  [0, '\x04\x22\x4d\x18', { name: 'an LZ4 file', remedy: UNPACK }],
  [0, "7z\xbc\xaf'\x1c", { name: 'a 7-Zip archive', remedy: UNPACK }],
  [0, 'Rar!\x1a\x07', { name: 'a RAR archive', remedy: UNPACK }],
  [257, 'ustar', { name: 'a tar archive', remedy: UNPACK }],
  [0, '\xff\xd8\xff', { name: 'a JPEG picture', remedy: 'name the right file' }],
  [0, '\x89PNG\r\n\x1a\n', { name: 'a PNG picture', remedy: 'name the right file' }],
  [0, '%PDF-', { name: 'a PDF document', remedy: 'name the right file' }],
  [0, '\x7fELF', { name: 'a program', remedy: 'name the right file' }],
];

/** Files that are text, by their beginning without blanks. */
const TEXTS: readonly (readonly [beginning: RegExp, kind: FileKind])[] = [
  [
    /^version https:\/\/(git-lfs|hawser)\.github\.com\//,
    {
      name: 'a Git LFS pointer, which stands for the file in a repository',
      remedy: 'fetch the file itself: run "git lfs pull" in that repository, or download it',
    },
  ],
  [
    /^(<!--[\s\S]*?-->\s*)?<(!doctype\s+html|html|head|body|title|script|meta)\b/i,
    {
      name: 'a web page',
      remedy: 'the link leads to a page about the file, or to a log-in: download the file itself',
    },
  ],
  [/^<\?xml|^<net\b/i, { name: 'an XML file (OpenVINO describes its models so)', remedy: CONVERT }],
  [/^\[(net|network)\]/i, { name: 'a Darknet cfg', remedy: 'name it as cfg: in cluster.yaml' }],
  [/^7767517\s/, otherFramework('an ncnn model description')],
  [
    /^(name\s*:\s*"[^"]*"\s*)?(layers?\s*\{|input\s*:\s*"|input_param\s*\{|state\s*\{)/,
    otherFramework('a Caffe model description'),
  ],
  [
    /^(#[^\n]*\n\s*)*((nc|backbone|depth_multiple|scales|path|train|yaml_file)\s*:)/,
    { name: 'a YAML file (Ultralytics describes its models so)', remedy: CONVERT },
  ],
];

/**
 * Tells a file's kind by its first bytes.
 *
 * @param start the file's first `SNIFFED_BYTES` bytes, or all of a shorter file.
 * @returns undefined for what it does not know, such as Darknet weights, plain text and nothing at all.
 */
export function sniffFile(start: Uint8Array): FileKind | undefined {
  const bytes = start.subarray(0, SNIFFED_BYTES);
  const latin = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const signed = SIGNATURES.find(([offset, signature]) => latin.startsWith(signature, offset));
  if (signed !== undefined) return signed[2];
  return sniffZip(latin) ?? sniffText(latin) ?? sniffSafetensors(bytes, latin) ?? sniffBinary(bytes, latin);
}

/** The first entry's name tells what a program has packed: PyTorch's is `NAME/data.pkl`. */
function sniffZip(latin: string): FileKind | undefined {
  if (!/^PK(\x03\x04|\x05\x06|\x07\x08)/.test(latin)) return undefined;
  const nameBytes = latin.charCodeAt(26) + 256 * latin.charCodeAt(27);
  const name = latin.slice(30, 30 + nameBytes);
  if (/(^|\/)(data\.pkl|byteorder|version|constants\.pkl|\.format_version|\.data\/serialization_id)$/.test(name)) {
    return otherFramework('a PyTorch file (zip)');
  }
  if (/^(metadata\.json|config\.json|model\.weights\.h5)$/.test(name)) return otherFramework('a Keras file (zip)');
  if (/\.npy$/.test(name)) return otherFramework('a NumPy archive');
  return { name: 'a zip archive', remedy: UNPACK };
}

function sniffText(latin: string): FileKind | undefined {
  const text = latin.replace(/^\xef\xbb\xbf/, '').trimStart();
  const known = TEXTS.find(([beginning]) => beginning.test(text));
  if (known !== undefined) return known[1];
  // Binary formats can begin with a bracket by chance; their other bytes are not text.
  if (/^[{[]\s*("|\{|\[|\}|\]|-?\d)/.test(text) && !/[\x00-\x08\x0e-\x1f]/.test(latin)) {
    return { name: 'a JSON file (perhaps what a server says about an error)', remedy: 'download the file itself' };
  }
  return undefined;
}

/** A 64-bit length of the JSON header, then the header. */
function sniffSafetensors(bytes: Uint8Array, latin: string): FileKind | undefined {
  if (bytes.byteLength < 10 || !/^\{\s*"/.test(latin.slice(8))) return undefined;
  const isShort = bytes[4] === 0 && bytes[5] === 0 && bytes[6] === 0 && bytes[7] === 0;
  return isShort ? otherFramework('a safetensors file') : undefined;
}

/** Formats without fixed first bytes: Python's pickle, and ONNX and TensorFlow, which are protocol buffers. */
function sniffBinary(bytes: Uint8Array, latin: string): FileKind | undefined {
  const isText = !/[\x00-\x08\x0e-\x1f]/.test(latin);
  if (isText) return undefined;
  if (/^\x80[\x02-\x05]/.test(latin)) return otherFramework('a Python pickle (PyTorch or scikit-learn)');
  // ONNX: field 1 is its version, a small number; then the producer's name, its version, the domain, a number or the graph.
  if (/^\x08[\x01-\x20][\x12\x1a\x22\x28\x32\x3a\x42]/.test(latin)) return otherFramework('an ONNX model');
  // The graph may come first, the version after it; names of operators stand near its beginning.
  if (/^\x3a/.test(latin) && /(Conv|Relu|MatMul|Gemm|Add|Constant|Pad|onnx)/.test(latin)) {
    return otherFramework('an ONNX model');
  }
  // TensorFlow's GraphDef: a node with its name, then its operator. A SavedModel has it within a meta graph.
  if (/^\x0a[\s\S]{1,12}\x0a.[\w/.:-]+\x12.(Placeholder|Const|Identity|VariableV2|VarHandleOp)/.test(latin)) {
    return otherFramework('a TensorFlow graph');
  }
  if (bytes[0] === 0x08 && bytes[1] === 0x01 && latin.includes('serve'))
    return otherFramework('a TensorFlow SavedModel');
  if (/^\x0a[\s\S]/.test(latin) && /(caffe|Convolution|Input)/i.test(latin.slice(0, 64))) {
    return otherFramework('a Caffe model');
  }
  return undefined;
}
