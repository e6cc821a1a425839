// What can be said of a cell, the worst first, and how figures are written. Which sign a cell has comes with the run.

const KINDS = SIGNS.map((sign) => sign.name);
const [DRIFT, BROKEN, HOME_DRIFT, INCOMPARABLE, NEVER, LOST, HOME, WARNED, OK] = ['drift', 'broken', 'home-drift', 'incomparable', 'never', 'lost', 'home', 'warned', 'ok'].map((name) => KINDS.indexOf(name));
const SAID = Object.fromEntries(SIGNS.map((sign) => [sign.name, sign.one]));
const LOOKS = { drift: ['changes', '≠'], broken: ['breaks', '✗'], 'home-drift': ['home', '(≠)'], home: ['home', '(✗)'], incomparable: ['unknown', '?'], warned: ['safe', '✓'], ok: ['safe', '✓'] };
const lookOf = (kind) => LOOKS[kind] ?? ['unknown', '–'];

// "2 predict differently, 3 same predictions", of a number of cells for each kind.
const countsText = (counts) => SIGNS.map((sign, at) => (counts[at] ? `${counts[at].toLocaleString('en')} ${counts[at] > 1 ? sign.many : sign.one}` : ''))
  .filter(Boolean).join(', ');

const many = (count, noun) => `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;

function digits(value) {
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}

function seconds(value) {
  if (value === null) return '';
  if (value >= 1) return `${digits(value)} s`;
  return value >= 1e-3 ? `${digits(value * 1e3)} ms` : `${digits(value * 1e6)} µs`;
}

function bytes(value) {
  if (value === null) return '';
  for (const [unit, factor] of [['GB', 1e9], ['MB', 1e6], ['kB', 1e3]]) if (value >= factor) return `${digits(value / factor)} ${unit}`;
  return `${value} B`;
}

const plain = (value) => (value === null ? '' : Math.abs(value) >= 1e6 ? value.toExponential(2) : String(Number(value.toPrecision(4))));

const versions = (environment) => ['sklearn', 'python', 'numpy'].filter((name) => environment[name])
  .map((name) => `${{ sklearn: 'scikit-learn', python: 'Python', numpy: 'NumPy' }[name]} ${environment[name]}`).join(', ');

// Names such as sk1.5-py3.12-np2.1-amd64 are narrow enough for a column when they are stacked.
const bare = (name, ending) => (ending && name.endsWith(ending) ? name.slice(0, -ending.length) : name);

const capitalized = (words) => words.charAt(0).toUpperCase() + words.slice(1);

// A word for a shell, as Python's shlex.quote writes it.
function quoted(word) {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
