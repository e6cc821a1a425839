// onnxruntime-node: a graph from checked bytes, called with decoded inputs; outputs laid out as the fitted model's were.

import { createRequire } from "node:module";
import path from "node:path";

import { Unsupported, stack } from "./npy.mjs";

// One thread and one kernel choice, so that arithmetic differs only where packages do.
const OPTIONS = {
  executionProviders: ["cpu"], intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: "sequential", logSeverityLevel: 3,
};
const MEMORY = /bad_?alloc|bad allocation|Failed to allocate|Array buffer allocation failed|Invalid typed array length/i;
const CONVERTED = {
  float32: (data) => Float32Array.from(data, number),
  float64: (data) => Float64Array.from(data, number),
  int64: (data) => BigInt64Array.from(data, whole),
  int32: (data) => Int32Array.from(data, number),
  bool: (data) => Uint8Array.from(data, (value) => (value ? 1 : 0)),
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

  constructor(onnxruntime, session) {
    Object.assign(this, { onnxruntime, session });
  }

  // The outputs named after the methods, those that the graph has, as tensors by name.
  async call(inputs, methods) {
    const wanted = methods.filter((name) => this.session.outputNames.includes(name));
    if (!wanted.length) throw new Unsupported(`the graph has none of the methods, only ${this.session.outputNames}`);
    return this.session.run(this.feeds(inputs), wanted);
  }

  feeds(inputs) {
    const wanted = this.session.inputMetadata;
    const feeds = {};
    for (const about of wanted) {
      if (!about.isTensor) throw new Unsupported(`the graph's input ${about.name} is not a tensor`);
      feeds[about.name] = this.tensor(wanted.length === 1 ? whole_of(inputs) : column(inputs, about.name), about);
    }
    return feeds;
  }

  tensor({ shape, data }, { type, shape: asked }) {
    const convert = CONVERTED[type];
    if (!convert) throw new Unsupported(`the graph asks for ${type}`);
    return new this.onnxruntime.Tensor(type, convert(data), ranked(shape, asked.length));
  }
}

// Where the fitted model's output had other axes of length one, a graph's output gets them: (n, 1) and (n,).
export function laidOut(tensor, reference) {
  const dims = tensor.dims.map(Number);
  const full = (shape) => String(shape.filter((length) => length !== 1));
  if (!reference?.shape || full(reference.shape) !== full(dims)) return tensor;
  return { type: tensor.type, data: tensor.data, dims: reference.shape };
}

function whole_of(inputs) {
  return inputs.columns ? stack(inputs.columns.map(({ value }) => value), 1) : inputs;
}

function column(inputs, name) {
  const found = inputs.columns?.find((one) => one.name === name);
  if (!found) throw new Unsupported(`the graph asks for a column ${name}, and the inputs have none`);
  return found.value;
}

// One row of text, or one column of a frame, where the graph wants (n, 1).
function ranked(shape, rank) {
  if (shape.length === 1 && rank === 2) return [shape[0], 1];
  if (shape.length === 2 && rank === 1 && shape[1] === 1) return [shape[0]];
  return shape;
}

function number(value) {
  return value === null ? NaN : Number(value);
}

function whole(value) {
  return typeof value === "bigint" ? value : BigInt(Math.trunc(Number(value)));
}

function text(value) {
  return value === null ? "" : String(value);
}
