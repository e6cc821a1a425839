// One producer and one consumer: what differs between them, and each of their cells, the worst first.

const AT_ONCE = 200;
const NAMED = 3;  // differences that stand above the table of packages
const DECIDING = ['scikit-learn', 'numpy', 'Python', 'architecture', 'scipy'];  // are named before the others

class Pair {
  constructor(run) {
    this.run = run;
  }

  open(wanted) {
    const { run } = this;
    const [producer, consumer] = ['producer', 'consumer'].map((side) => run.environment.get(wanted[side]));
    byId('pair-title').textContent = `Dumped by ${wanted.producer}, loaded by ${wanted.consumer}`;
    if (!producer || !consumer) {
      byId('pair-view').replaceChildren(h('p', {}, 'This run has no such environment.'));
      return;
    }
    const rows = [...run.select(wanted)].sort((one, other) => this.weight(one) - this.weight(other));
    const left = FILTERS.filter((name) => wanted[name]).map((name) => `${name} ${wanted[name]}`).join(', ');
    byId('pair-view').replaceChildren(
      h('p', {}, h('a', { href: address('matrix', { ...wanted, producer: '', consumer: '' }) }, '← to the matrix')),
      facts([['dumped by', versions(producer)], ['loaded by', versions(consumer)], ['cells', `${rows.length.toLocaleString('en')}${left ? ` with ${left}` : ''}`]]),
      this.packages(producer, consumer), this.cells(rows));
  }

  // Drifts in labels before other drifts, and then by kind.
  weight(row) {
    return this.run.kinds[row] - (this.run.number('label_mismatch', row) ?? 0);
  }

  packages(producer, consumer) {
    const changed = packageDifferences(producer, consumer);
    const first = changed.slice(0, NAMED).map(([name, was, is]) => `${name} ${was} → ${is}`).join(', ');
    const words = `${many(changed.length, 'difference')}${changed.length ? ': ' : ''}${first}${changed.length > NAMED ? ', …' : ''}`;
    return h('details', { id: 'differences' }, h('summary', {}, words), packageTable(changed));
  }

  cells(rows) {
    const body = h('tbody');
    const more = h('button', { type: 'button', on: { click: () => add() } });
    let shown = 0;
    const add = () => {
      body.append(...rows.slice(shown, shown + AT_ONCE).map((row) => this.line(row)));
      shown = Math.min(rows.length, shown + AT_ONCE);
      more.textContent = `${(rows.length - shown).toLocaleString('en')} more`;
      more.hidden = shown === rows.length;
    };
    add();
    const headings = ['outcome', 'case', 'format', 'reader', 'status', 'reason'];
    return h('div', {}, h('div', { class: 'wide', tabindex: '0', role: 'region', 'aria-label': 'Cells' },
      h('table', {}, h('thead', {}, h('tr', {}, headings.map((text) => h('th', { scope: 'col' }, text)))), body)), more);
  }

  line(row) {
    const { run } = this;
    const kind = KINDS[run.kinds[row]];
    return h('tr', {}, h('td', {}, mark(styleOf(kind), SAID[kind])),
      h('th', { scope: 'row' }, h('a', { href: address('cell', { id: run.id(row) }) }, run.text('case', row))),
      ['format', 'reader', 'status', 'reason'].map((name) => h('td', {}, (run.text(name, row) ?? '').slice(0, 300))));
  }
}

function packageDifferences(one, other) {
  const names = [...new Set([...Object.keys(one.packages), ...Object.keys(other.packages)])].sort();
  const found = [['Python', one.python, other.python], ['architecture', one.arch, other.arch]];
  found.push(...names.map((name) => [name, one.packages[name], other.packages[name]]));
  const rank = ([name]) => (DECIDING.includes(name) ? DECIDING.indexOf(name) : DECIDING.length);
  return found.filter(([, was, is]) => was !== is).sort((a, b) => rank(a) - rank(b)).map(([name, was, is]) => [name, was ?? 'absent', is ?? 'absent']);
}

const packageTable = (changed) => table(['package', 'dumped with', 'loaded with'],
  changed.map(([name, was, is]) => h('tr', {}, h('th', { scope: 'row' }, name), h('td', {}, was), h('td', {}, is))), 'Packages that differ');
