// A child process: takes the tasks of one batch from its standard input and answers on descriptor 3. It reports facts
// only, as harness/guest/work.py does for a load.

import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";

import { measure } from "./measure.mjs";
import { Unsupported, decode } from "./npy.mjs";
import { Graph, describe, laidOut, load } from "./runtime.mjs";
import { writeLine } from "./supervisor.mjs";

const ANSWER = 3;
const READER = "onnxruntime";

async function cell(task, onnxruntime) {
  const answer = { event: "cell", id: task.id, step: "load", warnings: [] };
  writeLine(ANSWER, { begin: task.id, step: "load" });
  let bytes, inputs;
  try {
    bytes = checked(task.artifact, task.sha256);
    inputs = checked(task.inputs, task.inputs_sha256);
  } catch (error) {
    return { ...answer, refused: error.message };
  }
  if (task.reader !== READER) return { ...answer, unsupported: `Node.js has no reader ${task.reader}, only ${READER}` };
  try {
    await loadAndCall(task, onnxruntime, bytes, JSON.parse(inputs), answer);
  } catch (error) {
    if (error instanceof Unsupported) answer.unsupported = error.message;
    else answer.error = describe(error);
  }
  return answer;
}

async function loadAndCall(task, onnxruntime, bytes, inputs, answer) {
  const decoded = decode(inputs);
  let started = performance.now();
  const graph = await Graph.read(onnxruntime, bytes);
  answer.load_seconds = (performance.now() - started) / 1000;
  answer.step = "predict";
  writeLine(ANSWER, { begin: task.id, step: "predict" });
  started = performance.now();
  const tensors = await graph.call(decoded, task.methods);
  answer.predict_seconds = (performance.now() - started) / 1000;
  const layouts = task.options?.outputs ?? {};
  const encoded = Object.entries(tensors).map(([name, tensor]) => [name, laidOut(tensor, layouts[name])]);
  Object.assign(answer, { methods: Object.keys(tensors), outputs: Object.fromEntries(encoded) });
}

function checked(file, digest) {
  const bytes = fs.readFileSync(file);
  if (createHash("sha256").update(bytes).digest("hex") !== digest) {
    throw new Error(`${path.basename(file)}: its bytes are not those that the producer wrote (sha256 differs)`);
  }
  return bytes;
}

const [folder] = process.argv.slice(2);
const { verb, tasks, spawned } = JSON.parse(fs.readFileSync(0, "utf8"));
if (verb === "measure") {
  for (const task of tasks) {
    writeLine(ANSWER, { begin: task.id, step: "load" });
    writeLine(ANSWER, await measure(task, folder, spawned));
  }
} else {
  const onnxruntime = load(folder);
  for (const task of tasks) writeLine(ANSWER, await cell(task, onnxruntime));
}
process.exit(0); // at once: nothing that a runtime's threads still do is wanted
