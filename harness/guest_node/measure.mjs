// What a measuring child does, as harness/guest/measure.py does it: one kind of sample, in a process of its own.

import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";

import { Unsupported, decode } from "./npy.mjs";
import { Graph, describe, load } from "./runtime.mjs";

const KINDS = { speed, memory, cold, sharing };
const MOST_LOADS = 100;
const PIECE = 1 << 20; // bytes that are read at once to check a file: it must not count as memory of a model
const YARDSTICK_ROUNDS = 5;
const YARDSTICK_BYTES = 8 << 20;
const YARDSTICK = JSON.stringify(Array.from({ length: 500 }, (_, i) => ({ name: String(i), value: [i, i / 2] })));

class Refused extends Error {}

// `spawned` is when the supervisor started this process, in nanoseconds of the clock that all processes share.
export async function measure(task, folder, spawned) {
  const answer = { event: "measured", id: task.id, step: "load" };
  try {
    return { ...answer, ...(await KINDS[task.kind](task, folder, spawned)) };
  } catch (error) {
    if (error instanceof Unsupported) return { ...answer, unsupported: error.message };
    if (error instanceof Refused) return { ...answer, refused: error.message };
    return { ...answer, error: describe(error) };
  }
}

async function speed(task, folder) {
  check(task.artifact, task.sha256);
  const onnxruntime = load(folder);
  const inputs = inputsOf(task);
  const graph = await Graph.readFile(onnxruntime, task.artifact);
  const predict = await timed(() => graph.call(inputs, task.methods));
  await graph.release();
  const before = await yardsticks();
  const loads = [];
  const until = seconds() + task.seconds;
  while (!loads.length || (loads.length < MOST_LOADS && seconds() < until)) {
    let again;
    loads.push(await timed(async () => (again = await Graph.readFile(onnxruntime, task.artifact))));
    await again.release();
  }
  const after = await yardsticks();
  const middle = (name) => (before[name] + after[name]) / 2;
  const found = { processor: middle("processor"), memory: middle("memory") };
  const missing = { evicted_load_seconds: "Node.js has no way to put a file out of the page cache" };
  return { figures: { load_seconds: loads, predict_seconds: [predict] }, imported: [], yardsticks: found, missing };
}

async function memory(task, folder) {
  check(task.artifact, task.sha256);
  const onnxruntime = load(folder);
  const held = unique();
  fs.writeFileSync("/proc/self/clear_refs", "5"); // the peak begins anew
  const base = peak();
  const graph = await Graph.readFile(onnxruntime, task.artifact);
  const figures = { load_peak_bytes: [Math.max(peak() - base, 0)], load_private_bytes: [Math.max(unique() - held, 0)] };
  await graph.release();
  return { figures };
}

async function cold(task, folder, spawned) {
  const before = seconds();
  check(task.artifact, task.sha256);
  const checking = seconds() - before; // no part of a start
  const onnxruntime = load(folder);
  const inputs = inputsOf(task);
  const started = seconds();
  const graph = await Graph.readFile(onnxruntime, task.artifact);
  const first = seconds() - started;
  await graph.call(inputs, task.methods, 1);
  const total = seconds() - Number(spawned) / 1e9 - checking;
  return {
    figures: { cold_start_seconds: [total], first_load_seconds: [first], cold_start_peak_bytes: [peak()] },
  };
}

async function sharing() {
  throw new Unsupported("processes of Node.js share nothing of a graph");
}

function inputsOf({ inputs, inputs_sha256: digest }) {
  check(inputs, digest);
  return decode(JSON.parse(fs.readFileSync(inputs, "utf8")));
}

function check(file, digest) {
  const hash = createHash("sha256");
  const descriptor = fs.openSync(file);
  const piece = Buffer.alloc(PIECE);
  for (let size; (size = fs.readSync(descriptor, piece)) > 0; ) hash.update(piece.subarray(0, size));
  fs.closeSync(descriptor);
  if (hash.digest("hex") !== digest) {
    throw new Refused(`${path.basename(file)}: its bytes are not those that were stored (sha256 differs)`);
  }
}

function seconds() {
  return Number(process.hrtime.bigint()) / 1e9;
}

async function timed(act) {
  const started = seconds();
  await act();
  return seconds() - started;
}

// Seconds that fixed pieces of work take now, by what they ask of a machine.
async function yardsticks() {
  const processor = await usual(() => JSON.parse(YARDSTICK));
  return { processor, memory: await usual(() => Buffer.alloc(YARDSTICK_BYTES, 1)) };
}

async function usual(act) {
  const found = [];
  while (found.length < YARDSTICK_ROUNDS) found.push(await timed(act));
  return found.sort((a, b) => a - b)[(YARDSTICK_ROUNDS - 1) / 2];
}

function unique() {
  const found = fields("/proc/self/smaps_rollup");
  return found.Private_Clean + found.Private_Dirty;
}

function peak() {
  return fields("/proc/self/status").VmHWM;
}

// The lines `Name:  123 kB` of a file, in bytes.
function fields(file) {
  const lines = fs.readFileSync(file, "latin1").matchAll(/^(\w+):\s+(\d+) kB$/gm);
  return Object.fromEntries([...lines].map(([, name, size]) => [name, Number(size) * 1024]));
}
