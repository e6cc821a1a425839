// Starts children and watches them; the parent half of the guest, as harness/guest/supervise.py is.
//
// One child process at a time, for the tasks of one batch. It holds a channel of its own to this process and never the
// answer channel; what it prints goes to a log. Silence is failure: a child that ends without having answered for a
// task is reported as `died`. Unlike a pickle, a graph is data and runs no code of its own, so lines need no seal.

import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import readline from "node:readline";

const CHILD = path.join(import.meta.dirname, "child.mjs");
const POLL_MS = 50; // how often a child's clock and memory are looked at
const LOG_SHARE = 64 * 1024; // bytes; of what one child prints, its beginning and its end are kept, this much of each
const BLOCK = 512; // bytes; the unit of `ulimit -f`
// Node.js cannot set limits of its own. -d counts private writable memory; no file may become larger than memory.
const LIMITED = 'ulimit -c 0 && ulimit -d "$1" && ulimit -f "$2" && shift 2 && exec "$@"';
const UNSUPPORTED = "Node.js writes nothing: there is no scikit-learn here";

export function writeLine(descriptor, message) {
  const line = Buffer.from(`${JSON.stringify(message)}\n`);
  for (let written = 0; written < line.length; ) written += fs.writeSync(descriptor, line, written);
}

export class Supervisor {
  constructor({ answer, folder }) {
    this.answer = answer;
    this.folder = folder;
    this.child = 0; // how many there were
    this.running = null;
  }

  // Serves jobs, one JSON object a line, until the input ends; then stops and leaves nothing behind.
  async serve(input) {
    input.once("end", () => this.leave());
    for await (const line of readline.createInterface({ input, crlfDelay: Infinity })) await this.job(JSON.parse(line));
  }

  leave() {
    this.running?.stop();
    process.exit(0);
  }

  async job({ do: verb, batches, limits }) {
    for (const batch of batches) {
      if (verb === "dump") this.decline(batch);
      else await this.work(verb, batch, limits);
    }
    this.say({ event: "done" });
  }

  say(message) {
    writeLine(this.answer, { ...message, child: this.child });
  }

  decline(batch) {
    for (const { id } of batch.flatMap((task) => task.formats)) {
      this.say({ event: "artifact", id, step: "dump", unsupported: UNSUPPORTED, warnings: [] });
    }
  }

  async work(verb, batch, limits) {
    const pending = new Map(batch.map((task) => [task.id, task]));
    while (pending.size) { // one child is enough, unless one of its tasks ends it
      this.child += 1;
      this.running = new Child(this.folder, verb, pending, limits, (message) => this.say(message));
      await this.running.ended();
      this.running = null;
    }
  }
}

// One child process and what is known of it. It strikes from `pending` each task that it answered for, or died of.
class Child {
  constructor(folder, verb, pending, limits, say) {
    Object.assign(this, { verb, pending, limits, say });
    this.step = null; // of the first task that is pending: it takes them in their order
    this.since = performance.now();
    this.peak = 0;
    this.scratch = fs.mkdtempSync(path.join(os.tmpdir(), "child-"));
    const log = path.join(this.scratch, "log");
    this.log = fs.openSync(log, "w+");
    fs.unlinkSync(log);
    this.process = this.start(folder);
  }

  start(folder) {
    const data = Math.ceil((inStatus("self", "VmData") + this.limits.memory) / 1024);
    const limits = [data, Math.ceil(this.limits.memory / BLOCK)].map(String);
    const argv = ["-c", LIMITED, "sh", ...limits, process.execPath, CHILD, folder];
    const spawned = String(process.hrtime.bigint()); // too large for a number of JSON
    const started = spawn("/bin/sh", argv, { cwd: this.scratch, stdio: ["pipe", this.log, this.log, "pipe"] });
    started.stdin.on("error", () => {}); // it ended before it read its tasks: its end says so
    started.stdin.end(JSON.stringify({ verb: this.verb, tasks: [...this.pending.values()], spawned }));
    return started;
  }

  async ended() {
    const timer = setInterval(() => this.look(), POLL_MS);
    const answers = readline.createInterface({ input: this.process.stdio[3], crlfDelay: Infinity });
    answers.on("line", (line) => this.hear(line));
    const [code, signal] = await new Promise((resolve, reject) => {
      this.process.on("error", reject);
      this.process.on("close", (...how) => resolve(how));
    });
    clearInterval(timer);
    const printed = this.keepLog();
    if (!this.stopped) this.blame(this.death(code, signal, printed));
    fs.rmSync(this.scratch, { recursive: true, force: true });
  }

  // Kill it. What it still says is not heard.
  stop() {
    this.stopped = true;
    this.process.kill("SIGKILL");
    fs.rmSync(this.scratch, { recursive: true, force: true });
  }

  hear(line) {
    if (this.stopped) return;
    const message = parsed(line);
    if (message.begin) {
      Object.assign(this, { step: message.step, since: performance.now() });
    } else if (this.pending.delete(message.id)) {
      this.step = null;
      this.say(message);
    }
  }

  look() {
    this.peak = Math.max(this.peak, inStatus(this.process.pid, "VmHWM"));
    if (!this.stopped && performance.now() - this.since > this.limits.seconds * 1000) {
      this.blame({ event: "overtime", step: this.step, seconds: this.limits.seconds });
      this.stop();
    }
  }

  death(code, signal, printed) {
    const near = this.peak - inStatus("self", "VmRSS") > 0.8 * this.limits.memory;
    const memory = near || /out of memory|process OOM/i.test(printed); // V8's last words; it asks for much at once
    const how = signal ? { signal: os.constants.signals[signal] } : { exit: code };
    return { event: "died", step: this.step, peak_bytes: this.peak || null, memory, ...how };
  }

  // The task that it was at, or was to come to, has its answer.
  blame(message) {
    const [id] = this.pending.keys();
    if (this.pending.delete(id)) this.say({ ...message, id });
  }

  // Add what it printed to our own log, no more than is useful; return that.
  keepLog() {
    const { size } = fs.fstatSync(this.log);
    const first = this.printed(0, Math.min(size, LOG_SHARE));
    const rest = Math.max(0, Math.min(size - LOG_SHARE, LOG_SHARE));
    const last = rest ? `\n--- ... and at the end:\n${this.printed(size - rest, rest)}` : "";
    fs.closeSync(this.log);
    if (size) fs.writeSync(2, `--- a child printed ${size} bytes:\n${first}${last}\n`);
    return first + last;
  }

  printed(position, length) {
    const bytes = Buffer.alloc(length);
    return bytes.toString("utf8", 0, fs.readSync(this.log, bytes, 0, length, position));
  }
}

// A line that a dying child did not finish says nothing; its task will be seen as unanswered.
function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    return {};
  }
}

// Bytes that the kernel tells of a process; 0 when it is gone.
function inStatus(pid, field) {
  try {
    const found = new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(fs.readFileSync(`/proc/${pid}/status`, "latin1"));
    return found ? Number(found[1]) * 1024 : 0;
  } catch {
    return 0;
  }
}
