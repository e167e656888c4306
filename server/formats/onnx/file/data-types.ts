/** `TensorProto.DataType`: what we read, with the bytes of an element and the field that lists elements outside of `raw_data`. */
interface DataType {
  readonly name: string;
  readonly bytes: number;
  readonly field: number;
}

/** Fields of TensorProto. */
export const TENSOR_FIELD = { floats: 4, int32s: 5, int64s: 7, doubles: 10, uint64s: 11 } as const;

/** `TensorProto.DataType` by name, where code asks for one. */
export const TYPE = { float: 1, uint8: 2, int32: 6, int64: 7, bool: 9, float16: 10, double: 11 } as const;

const { floats, int32s, int64s, doubles, uint64s } = TENSOR_FIELD;

const DATA_TYPES: ReadonlyMap<number, DataType> = new Map([
  [TYPE.float, { name: 'FLOAT', bytes: 4, field: floats }],
  [TYPE.uint8, { name: 'UINT8', bytes: 1, field: int32s }],
  [3, { name: 'INT8', bytes: 1, field: int32s }],
  [4, { name: 'UINT16', bytes: 2, field: int32s }],
  [5, { name: 'INT16', bytes: 2, field: int32s }],
  [TYPE.int32, { name: 'INT32', bytes: 4, field: int32s }],
  [TYPE.int64, { name: 'INT64', bytes: 8, field: int64s }],
  [TYPE.bool, { name: 'BOOL', bytes: 1, field: int32s }],
  [TYPE.float16, { name: 'FLOAT16', bytes: 2, field: int32s }],
  [TYPE.double, { name: 'DOUBLE', bytes: 8, field: doubles }],
  [12, { name: 'UINT32', bytes: 4, field: uint64s }],
  [13, { name: 'UINT64', bytes: 8, field: uint64s }],
  [16, { name: 'BFLOAT16', bytes: 2, field: int32s }],
]);

/** Facts about a data type; undefined for those that detectors do not have (text, complex numbers, 4 and 8 bit floats). */
export function dataTypeOf(dataType: number): DataType | undefined {
  return DATA_TYPES.get(dataType);
}

/** For messages. */
export function nameOfType(dataType: number): string {
  return DATA_TYPES.get(dataType)?.name ?? `data type ${dataType}`;
}
