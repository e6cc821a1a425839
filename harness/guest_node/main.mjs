// A guest without Python: Node.js with onnxruntime-node, speaking the protocol of harness/guest/wire.py.
// Started as: node main.mjs FOLDER, where FOLDER holds package.json and node_modules. Descriptor 1 is the answer
// channel, so nothing here prints.

import { gather } from "./facts.mjs";
import { describe, load } from "./runtime.mjs";
import { Supervisor, writeLine } from "./supervisor.mjs";

const PROTOCOL = 2;
const [folder] = process.argv.slice(2);

try {
  load(folder); // the proof that children can, too
  const hello = { event: "hello", protocol: PROTOCOL, facts: gather(folder) };
  writeLine(1, { ...hello, writers: {}, readers: { onnxruntime: null } });
} catch (error) {
  writeLine(1, { event: "unready", protocol: PROTOCOL, error: describe(error) });
  process.exit(3);
}
new Supervisor({ answer: 1, folder }).serve(process.stdin);
