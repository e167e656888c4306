import { describe, expect, it } from 'vitest';
import { sniffFile } from '../../../server/model/files/file-kind.js';

const latin = (text: string) => Buffer.from(text, 'latin1');

/** A zip file's first entry. */
function zip(name: string): Buffer {
  const header = Buffer.alloc(30);
  header.write('PK\x03\x04', 'latin1');
  header.writeUInt16LE(name.length, 26);
  return Buffer.concat([header, Buffer.from(name)]);
}

function safetensors(): Buffer {
  const json = '{"conv.weight":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
  const header = Buffer.alloc(8);
  header.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([header, Buffer.from(json)]);
}

function tar(): Buffer {
  const header = Buffer.alloc(512);
  header.write('model.weights');
  header.write('ustar\u000000', 257);
  return header;
}

describe('sniffFile', () => {
  it.each<[string, Uint8Array, RegExp]>([
    ['a Git LFS pointer', latin('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n'), /Git LFS/],
    ['HTML', latin('\n<!DOCTYPE html>\n<html lang="en">'), /web page/],
    ['HTML with a byte order mark and a comment', latin('\xef\xbb\xbf<!-- x -->\n<HTML>'), /web page/],
    ['JSON', latin('{"message":"Not Found"}'), /JSON/],
    ['XML', latin('<?xml version="1.0"?><net/>'), /XML/],
    ['PyTorch, zip', zip('archive/data.pkl'), /PyTorch file \(zip\)/],
    ['PyTorch, zip of another name', zip('best/byteorder'), /PyTorch file \(zip\)/],
    ['Keras, zip', zip('metadata.json'), /Keras/],
    ['zip', zip('yolov2.weights'), /zip archive/],
    [
      'PyTorch, pickle',
      latin('\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19\x2e'),
      /PyTorch file \(pickle\)/,
    ],
    ['another pickle', latin('\x80\x04\x95\x10\x00\x00\x00'), /pickle/],
    ['ONNX', latin('\x08\x07\x12\x07pytorch\x1a\x03'), /ONNX/],
    ['ONNX without a producer', latin('\x08\x08\x3a\xf0\x01\x0a\x20'), /ONNX/],
    ['HDF5', latin('\x89HDF\r\n\x1a\n\0'), /HDF5/],
    ['gzip', latin('\x1f\x8b\x08\0'), /gzip/],
    ['xz', latin('\xfd7zXZ\0'), /xz/],
    ['Zstandard', latin('\x28\xb5\x2f\xfd'), /Zstandard/],
    ['tar', tar(), /tar/],
    ['safetensors', safetensors(), /safetensors/],
    ['TFLite', latin('\x1c\0\0\0TFL3'), /TensorFlow Lite/],
    ['GGUF', latin('GGUF\x03\0\0\0'), /GGUF/],
    ['NumPy', latin('\x93NUMPY\x01\0'), /NumPy/],
    ['a TensorFlow graph', latin('\x0a\x1c\x0a\x05input\x12\x0bPlaceholder'), /TensorFlow graph/],
    ['a Caffe model', latin('\x0a\x04VGG_\x12\x01\x02caffe\x00'), /Caffe/],
    ['a cfg', latin('[net]\nwidth=416'), /Darknet cfg/],
    ['a YAML model', latin('# Ultralytics\nnc: 80\nscales:\n'), /YAML/],
    ['a picture', latin('\xff\xd8\xff\xe0'), /JPEG/],
  ])('%s', (_, bytes, name) => {
    expect(sniffFile(bytes)?.name).toMatch(name);
    expect(sniffFile(bytes)?.remedy).not.toBe('');
  });

  it.each<[string, Uint8Array]>([
    ['Darknet weights of version 0.2', latin('\0\0\0\0\x02\0\0\0\0\0\0\0\x00\x7d\x01\0\0\0\0\0')],
    ['Darknet weights of version 0.1', latin('\0\0\0\0\x01\0\0\0\0\0\0\0\x00\x7d\x01\0')],
    ['class names', latin('train\nperson\ninput\n')],
    ['a cfg after a blank line and a comment', latin('\n# Convolution\n[net]\n')],
    ['a cfg in UTF-16', Buffer.from('\n[net]\n[convolutional]', 'utf16le')],
    ['nothing', new Uint8Array(0)],
  ])('%s is nothing else', (_, bytes) => {
    expect(sniffFile(bytes)).toBeUndefined();
  });
});
