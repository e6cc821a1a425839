// onnxruntime-node: a graph from checked bytes, fed and laid out as harness/guest/formats/onnx_graphs.py does it.

import { createRequire } from "node:module";
import path from "node:path";

import { Unsupported, encode, stack } from "./npy.mjs";

const WHOLE = "inputs"; // the name of a graph's one input with all columns; others have one for each column
// One thread, so that arithmetic differs only where packages do; what is refused comes as an exception, not to a log.
const OPTIONS = {
  executionProviders: ["cpu"], intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: "sequential",
  logSeverityLevel: 4,
};
const MEMORY = /bad_?alloc|bad allocation|Failed to allocate|Array buffer allocation failed/i;
const CONVERTED = {
  float32: (data) => Float32Array.from(data, number),
  float64: (data) => Float64Array.from(data, number),
  int64: (data) => BigInt64Array.from(data, integer),
  bool: (data) => Uint8Array.from(data, Boolean),
  string: (data) => Array.from(data, text),
};

export function load(folder) {
  return createRequire(path.join(path.resolve(folder), "package.json"))("onnxruntime-node");
}

// An exception as harness/guest/wire.py wants it.
export function describe(error) {
  const message = String(error?.message ?? error).slice(0, 4000);
  const traceback = String(error?.stack ?? error).slice(0, 20000);
  return { type: error?.name ?? typeof error, message, traceback, memory: MEMORY.test(message) };
}

export class Graph {
  // The bytes, not their file: what was checked is what is loaded.
  static async read(onnxruntime, bytes) {
    return new Graph(onnxruntime, await onnxruntime.InferenceSession.create(bytes, OPTIONS));
  }

  // From the file, as people do it; that is what is measured.
  static async readFile(onnxruntime, file) {
    return new Graph(onnxruntime, await onnxruntime.InferenceSession.create(file, OPTIONS));
  }

  async release() {
    await this.session.release();
  }

  constructor(onnxruntime, session) {
    Object.assign(this, { onnxruntime, session });
  }

  // The outputs named after the methods, those that the graph has or the first of them, as tensors by name.
  async call(inputs, methods, most = Infinity) {
    const { outputNames } = this.session;
    const wanted = methods.filter((name) => outputNames.includes(name)).slice(0, most);
    if (!wanted.length) throw new Unsupported(`it has none of ${methods.join(", ")}, only ${outputNames.join(", ")}`);
    const strange = this.session.outputMetadata.find(({ name, isTensor }) => wanted.includes(name) && !isTensor);
    if (strange) throw new Unsupported(`onnxruntime-node returns tensors only, and ${strange.name} is none`);
    return this.session.run(this.feeds(inputs), wanted);
  }

  feeds(inputs) {
    const declared = this.session.inputMetadata;
    if (!inputs.columns) return { [declared[0].name]: this.tensor(inputs, declared[0]) };
    if (declared.length === 1 && declared[0].name === WHOLE) {
      return { [WHOLE]: this.tensor(stack(inputs.columns.map(({ value }) => value), 1), declared[0]) };
    }
    return Object.fromEntries(declared.map((one) => [one.name, this.tensor(column(inputs, one.name), one)]));
  }

  tensor({ shape, data }, { type, shape: asked }) {
    const convert = CONVERTED[type];
    if (!convert) throw new Unsupported(`the graph asks for an input of type ${type}`);
    const dims = shape.length === 1 && asked.length === 2 ? [...shape, 1] : shape; // texts, a column
    return new this.onnxruntime.Tensor(type, convert(data), dims);
  }
}

// A tensor as the value that it is in the layout of the fitted model's own output, if all its values keep their order:
// ONNX has (n, 1) where scikit-learn has (n,), the reverse, and one tensor where scikit-learn has a list of arrays, one
// for each target. Everything else is left to differ.
export function laidOut({ type, dims, data }, layout) {
  const lengths = dims.map(Number);
  if (layout?.kind === "list") {
    const [count, ...rest] = lengths;
    const size = data.length / count;
    const parts = Array.from({ length: count }, (_, i) => data.slice(i * size, (i + 1) * size));
    return { kind: "list", container: "list", items: parts.map((part) => encode({ type, dims: rest, data: part })) };
  }
  const long = (shape) => String(shape.filter((length) => length !== 1));
  const same = layout?.shape && long(layout.shape) === long(lengths);
  return encode({ type, dims: same ? layout.shape : lengths, data });
}

function column({ columns }, name) {
  const found = columns.find((one) => one.name === name);
  if (!found) throw new Error(`the graph asks for a column ${name}, and the inputs have none`);
  return found.value;
}

function number(value) {
  return value === null ? NaN : Number(value);
}

function integer(value) {
  return typeof value === "bigint" ? value : BigInt(Math.trunc(Number(value)));
}

// As Python's str() has it, which is how skl2onnx writes categories. Numbers it writes in a way of its own.
function text(value) {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") {
    if (Number.isNaN(value)) return "nan";
    throw new Unsupported(`the graph asks for texts, and ${value} is a number`);
  }
  return String(value);
}
