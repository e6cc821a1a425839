// One release or environment that saved, and one that loads: what differs between them, and each model, the worst first.

const AT_ONCE = 100;
const NAMED = 3;  // differences that stand above the table of packages
const DECIDING = ['scikit-learn', 'numpy', 'Python', 'architecture', 'scipy'];  // are named before the others

class Pair {
  constructor(run) {
    this.run = run;
  }

  open(wanted) {
    const { run } = this;
    const [producers, consumers] = ['producer', 'consumer'].map((side) => run.members(side, wanted[side] ?? '').map((name) => run.environment.get(name)));
    byId('pair-title').textContent = `Saved with ${wanted.producer}, loaded with ${wanted.consumer}`;
    if (!producers.length || !consumers.length) {
      byId('pair-view').replaceChildren(h('p', {}, 'This run has no such version or environment.'));
      return;
    }
    const rows = [...run.select(wanted)];
    const left = FILTERS.filter((name) => wanted[name]).map((name) => `${name} ${wanted[name]}`).join(', ');
    const counts = KINDS.map(() => 0);
    for (const row of rows) counts[run.kinds[row]] += 1;
    byId('pair-view').replaceChildren(
      h('p', {}, h('a', { href: address('matrix', { ...wanted, producer: '', consumer: '' }) }, '← to the matrix')),
      facts([['saved with', this.names(producers)], ['loaded with', this.names(consumers)], ['cells', `${rows.length.toLocaleString('en')}${left ? ` with ${left}` : ''}: ${countsText(counts)}`]]),
      producers.length === 1 && consumers.length === 1 ? differences(producers[0], consumers[0]) : '', caseTable(run, rows));
  }

  names(environments) {
    return environments.map((one) => h('span', { class: 'line' }, `${versions(one)}${versions(one) ? ' ' : ''}`, h('small', {}, one.name)));
  }
}

// One row for each case, the worst first, with a chip for each format and reader.
function caseTable(run, rows) {
  const byCase = Map.groupBy ? Map.groupBy(rows, (row) => run.columns.case[row]) : grouped(rows, (row) => run.columns.case[row]);
  const weight = (row) => run.kinds[row] - (run.number('label_mismatch', row) ?? 0);
  const cases = [...byCase.values()].map((some) => some.sort((one, other) => weight(one) - weight(other))).sort((one, other) => weight(one[0]) - weight(other[0]));
  const body = h('tbody');
  const more = h('button', { type: 'button', on: { click: () => add() } });
  let shown = 0;
  const made = h('table', { class: 'cards' }, h('thead', {}, h('tr', {}, ['model', 'outcome', 'formats', 'why'].map((text) => h('th', { scope: 'col' }, text)))), body);
  const add = () => {
    body.append(...cases.slice(shown, shown + AT_ONCE).map((some) => caseRow(run, some)));
    shown = Math.min(cases.length, shown + AT_ONCE);
    more.textContent = `${(cases.length - shown).toLocaleString('en')} more`;
    more.hidden = shown === cases.length;
    labelCards(made);
  };
  add();
  return h('div', { class: 'sheet' }, h('div', { class: 'wide', tabindex: '0', role: 'region', 'aria-label': 'Models' }, made), more);
}

function grouped(rows, key) {
  const found = new Map();
  for (const row of rows) found.set(key(row), [...(found.get(key(row)) ?? []), row]);
  return found;
}

function caseRow(run, rows) {
  const worst = rows[0];
  const why = run.causes[run.text('cause', worst)];
  const cell = (row) => address('cell', { id: run.id(row) });
  const ways = new Map();
  for (const row of rows) {
    const [format, reader] = [run.text('format', row), run.text('reader', row)];
    const name = format === reader ? format : `${format}/${reader}`;
    if (!ways.has(name)) ways.set(name, row);  // the worst comes first
  }
  return h('tr', {}, h('th', { scope: 'row' }, h('a', { href: cell(worst) }, run.text('case', worst))), h('td', {}, signOf(KINDS[run.kinds[worst]])),
    h('td', { class: 'chips' }, [...ways].sort().map(([name, row]) => {
      const kind = KINDS[run.kinds[row]];
      return h('a', { class: `chip is-${lookOf(kind)[0]}`, href: cell(row), title: run.text('reason', row) ?? SAID[kind] }, `${lookOf(kind)[1]} ${name}`);
    })),
    h('td', {}, why ? h('span', { class: 'line' }, why.sentence) : '', h('small', { class: 'note' }, (run.text('reason', worst) ?? '').slice(0, 140))));
}

function packageDifferences(one, other) {
  const names = [...new Set([...Object.keys(one.packages), ...Object.keys(other.packages)])].sort();
  const found = [['Python', one.python, other.python], ['architecture', one.arch, other.arch]];
  found.push(...names.filter((name) => name !== 'python').map((name) => [name, one.packages[name], other.packages[name]]));
  const rank = ([name]) => (DECIDING.includes(name) ? DECIDING.indexOf(name) : DECIDING.length);
  return found.filter(([, was, is]) => was !== is).sort((a, b) => rank(a) - rank(b)).map(([name, was, is]) => [name, was ?? 'absent', is ?? 'absent']);
}

function differences(producer, consumer) {
  const changed = packageDifferences(producer, consumer);
  const first = changed.slice(0, NAMED).map(([name, was, is]) => `${name} ${was} → ${is}`).join(', ');
  const words = `${many(changed.length, 'difference')}${changed.length ? ': ' : ''}${first}${changed.length > NAMED ? ', …' : ''}`;
  return h('details', { id: 'differences' }, h('summary', {}, words), packageTable(changed));
}

const packageTable = (changed) => table(['package', 'saved with', 'loaded with'],
  changed.map(([name, was, is]) => h('tr', { class: was === is ? 'same' : null }, h('th', { scope: 'row' }, name), h('td', {}, was), h('td', {}, is))), 'Packages');
