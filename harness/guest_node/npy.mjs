// Values as JSON, as harness/guest/encoding.py describes them: those that a graph can take are decoded, tensors encoded.
//
// A decoded value is {shape, data} with data in C order, a typed array or an array of strings, numbers, bools and
// nulls; a frame is {columns: [{name, value}]}. What has no place in a graph raises Unsupported.

export class Unsupported extends Error {}

// pandas' NA and NaT: no number, and "<NA>" among texts.
const MISSING = { [Symbol.toPrimitive]: (hint) => (hint === "number" ? NaN : "<NA>") };

const ARRAYS = {
  f4: Float32Array, f8: Float64Array, i1: Int8Array, i2: Int16Array, i4: Int32Array, i8: BigInt64Array,
  u1: Uint8Array, u2: Uint16Array, u4: Uint32Array, u8: BigUint64Array, b1: Uint8Array,
};
const DESCRS = {
  float32: "<f4", float64: "<f8", float16: "<f2", int8: "|i1", int16: "<i2", int32: "<i4", int64: "<i8",
  uint8: "|u1", uint16: "<u2", uint32: "<u4", uint64: "<u8", bool: "|b1",
};
const HEADER = /^\{'descr': '[<|]([a-zA-Z])(\d+)', 'fortran_order': False, 'shape': \(([\d, ]*)\), \}\s*$/;
const MAGIC = Buffer.from("\x93NUMPY\x01\x00", "latin1");
const ALIGNMENT = 64;
const DECODERS = { dense, objects, texts, list, csr, frame, series: ({ value }) => decode(value), category };

export function decode(value) {
  const decoder = DECODERS[value.kind];
  if (!decoder) throw new Unsupported(`a value of kind ${value.kind} is nothing for a graph`);
  return decoder(value);
}

// A tensor (onnxruntime's name of its type, its dims and data) as a value.
export function encode({ type, dims: shape, data }) {
  if (type === "string") return { kind: "objects", container: "array", dtype: "object", shape, items: [...data] };
  const descr = DESCRS[type];
  if (!descr) throw new Unsupported(`a tensor of type ${type} has no place in the table`);
  return { kind: "dense", dtype: descr, npy: npy(descr, shape, data) };
}

function npy(descr, shape, data) {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const unpadded = MAGIC.length + 2 + text.length + 1;
  const missing = (ALIGNMENT - (unpadded % ALIGNMENT)) % ALIGNMENT;
  const header = Buffer.from(`${text}${" ".repeat(missing)}\n`, "latin1");
  const size = Buffer.alloc(2);
  size.writeUInt16LE(header.length);
  const raw = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return Buffer.concat([MAGIC, size, header, raw]).toString("base64");
}

function dense({ npy: text, dtype }) {
  const bytes = Buffer.from(text, "base64");
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) throw new Error("not an .npy file of version 1");
  const start = MAGIC.length + 2 + bytes.readUInt16LE(MAGIC.length);
  const header = bytes.toString("latin1", MAGIC.length + 2, start);
  const found = HEADER.exec(header);
  if (!found) throw new Error(`not the header of an .npy file that we write: ${header.trim()}`);
  const [, kind, size, dimensions] = found;
  const shape = dimensions.split(",").filter((word) => word.trim()).map(Number);
  const raw = bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length); // a copy, so it is aligned
  if ("mM".includes(dtype[1])) throw new Unsupported(`a graph takes no dates (${dtype})`);
  if (kind === "U") return { shape, data: strings(raw, Number(size)) };
  if (kind === "f" && size === "2") return { shape, data: halves(raw) };
  const Type = ARRAYS[kind + size];
  if (!Type) throw new Unsupported(`a graph takes no array of dtype ${dtype}`);
  return { shape, data: new Type(raw) };
}

// Fixed width, four bytes a character, zeros at the end.
function strings(raw, width) {
  const points = new Uint32Array(raw);
  return Array.from({ length: points.length / width }, (_, i) => {
    let end = (i + 1) * width;
    while (end > i * width && points[end - 1] === 0) end -= 1;
    return String.fromCodePoint(...points.subarray(i * width, end));
  });
}

function halves(raw) {
  return Float32Array.from(new Uint16Array(raw), (half) => {
    const sign = half >> 15 ? -1 : 1;
    const exponent = (half >> 10) & 31;
    const fraction = half & 1023;
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -14 * (fraction / 1024));
  });
}

function objects({ items, shape }) {
  return { shape, data: items.map(item) };
}

function texts({ items }) {
  return { shape: [items.length], data: items };
}

function item(value) {
  if (value === null || typeof value !== "object") return value;
  const [[tag, content]] = Object.entries(value);
  if (tag === "int") return content.startsWith("-") ? -BigInt(content.slice(1)) : BigInt(content);
  if (tag === "float") return { nan: NaN, inf: Infinity, "-inf": -Infinity }[content];
  if (tag === "missing") return MISSING;
  throw new Unsupported(`a graph takes no item of type ${tag}`);
}

// Rows of one length become one array.
function list({ items }) {
  return stack(items.map(decode));
}

export function stack(parts, axis = 0) {
  const [first] = parts;
  if (!first?.shape || parts.some(({ shape }) => String(shape) !== String(first.shape))) {
    throw new Unsupported("a graph takes no list of unequal parts");
  }
  if (axis === 0) return { shape: [parts.length, ...first.shape], data: parts.flatMap(({ data }) => [...data]) };
  const [rows] = first.shape;
  const count = parts.length;
  const data = Array.from({ length: rows * count }, (_, i) => parts[i % count].data[Math.floor(i / count)]);
  return { shape: [rows, count], data };
}

// Graphs have no sparse inputs: zeros are written out.
function csr({ shape, data, indices, indptr }) {
  const [rows, columns] = shape;
  const values = decode(data).data;
  const [places, starts] = [indices, indptr].map((part) => Array.from(decode(part).data, Number));
  const full = new values.constructor(rows * columns);
  for (let row = 0; row < rows; row += 1) {
    for (let at = starts[row]; at < starts[row + 1]; at += 1) full[row * columns + places[at]] = values[at];
  }
  return { shape, data: full };
}

function frame({ columns, rows }) {
  return { rows, columns: columns.map(({ name, value }) => ({ name: String(item(name)), value: decode(value) })) };
}

function category({ codes, categories }) {
  const { shape, data } = decode(codes);
  const names = decode(categories).data;
  return { shape, data: Array.from(data, (code) => (code < 0 ? null : names[code])) };
}
