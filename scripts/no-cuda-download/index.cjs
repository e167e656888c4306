// The install script of onnxruntime-node downloads CUDA libraries of some hundred megabytes, unless this variable says
// `skip`. It calls bootstrap() before it reads the variable (docs/decisions/0011-no-cuda-download.md).
exports.bootstrap = () => {
  process.env.ONNXRUNTIME_NODE_INSTALL ??= 'skip';
};
