// The run: columns of numbers, and the values that they stand for. A place of 0 is nothing; others count from 1.

async function readRun(text) {
  const bytes = Uint8Array.fromBase64 ? Uint8Array.fromBase64(text) : Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  const buffer = await new Response(unpacked).arrayBuffer();
  const size = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, size)));
  const arrays = { Uint8Array, Uint16Array, Uint32Array, Float64Array };
  const columns = {};
  for (const [name, { type, offset, length }] of Object.entries(header.columns)) columns[name] = new arrays[type](buffer, 4 + size + offset, length);
  return new Run(header, columns);
}

class Run {
  constructor(header, columns) {
    Object.assign(this, header);
    this.columns = columns;
    this.environment = new Map(header.environments.map((one) => [one.name, one]));
    this.kinds = columns.sign;  // of each cell, a place in KINDS
  }

  text(name, row) {
    const place = this.columns[name][row];
    return place ? this.values[name][place - 1] : null;
  }

  number(name, row) {
    const value = this.columns[name][row];
    return Number.isNaN(value) ? null : value;
  }

  id(row) {
    const [producer, name, format, consumer, reader] = ['producer', 'case', 'format', 'consumer', 'reader'].map((column) => this.text(column, row));
    return `${producer}/${name}/${format}>${consumer}/${reader}`;
  }

  find(id) {
    const [, ...words] = /^([^/]*)\/(.*)\/([^/]*)>([^/]*)\/([^/]*)$/.exec(id) ?? [];
    const names = ['producer', 'case', 'format', 'consumer', 'reader'];
    const places = names.map((name, at) => this.place(name, words[at]));
    const columns = names.map((name) => this.columns[name]);
    for (let row = 0; row < this.rows; row += 1) if (columns.every((column, at) => column[row] === places[at])) return row;
    return null;
  }

  // A value's place; a place that no row has, where there is no such value.
  place(name, value) {
    return this.values[name].indexOf(value) + 1 || -1;
  }

  // Whether a format carries models over into another kind of program.
  converts(format) {
    return this.converted.includes(format);
  }

  // Which places of a column are wanted, by place.
  mask(name, wanted) {
    return Uint8Array.from([0, ...this.values[name].map((value) => (wanted(value) ? 1 : 0))]);
  }

  // Rows that a question selects, as a generator of numbers; what it does not name is not asked for.
  select(wanted) {
    return this.where(this.tests(wanted));
  }

  // Rows that pass every test, a column with its mask.
  * where(tests) {
    for (let row = 0; row < this.rows; row += 1) if (tests.every(([column, mask]) => mask[column[row]])) yield row;
  }

  // The environments that a name means: of a minor release, of a release, or of one environment.
  members(side, name) {
    const { names, members } = this.answers[side === 'producer' ? 'saved' : 'loaded'];
    return Object.hasOwn(names, name) ? members[names[name]] : [];
  }

  // What a case fitted in an environment, if that is known.
  model(row) {
    const place = this.columns.model[(this.columns.case[row] - 1) * this.environments.length + this.columns.producer[row] - 1];
    return place ? this.models[place - 1] : null;
  }

  // Columns with masks of what is wanted of each, those that leave most out first. Without a format, those that give
  // the very object back; `all` of them are a format of their own.
  tests({ producer, consumer, format, reader, status, cause, family, case: name }) {
    const tests = [];
    const wants = (column, wanted) => tests.push([this.columns[column], this.mask(column, wanted)]);
    for (const [side, value] of Object.entries({ producer, consumer })) {
      if (!value) continue;
      const there = new Set(this.members(side, value));
      wants(side, (one) => there.has(one));
    }
    for (const [column, value] of Object.entries({ reader, status, cause })) if (value) wants(column, (one) => one === value);
    if (format && format !== 'all') wants('format', (one) => one === format);
    else if (format !== 'all' && !reader) wants('format', (one) => !this.converts(one));
    const words = (name ?? '').toLowerCase();
    if (family || words) wants('case', (one) => (!family || this.families[one] === family) && one.toLowerCase().includes(words));
    return tests;
  }
}
