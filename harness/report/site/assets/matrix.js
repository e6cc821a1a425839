// Producers down, consumers across: the signs of each pair, for the cells that the filters leave.

const FILTERS = ['format', 'reader', 'family', 'case', 'status'];

class Matrix {
  constructor(run) {
    this.run = run;
    this.form = byId('matrix-filters');
    this.fields = new Map();  // links by pair
    const producers = new Set(run.columns.producer);
    this.producers = run.environments.map((one) => one.name).filter((name) => producers.has(run.place('producer', name)));
    this.consumers = run.environments.map((one) => one.name);
    this.fillFilters();
    this.draw();
    this.form.addEventListener('input', () => this.show(this.wanted()));
    this.form.addEventListener('reset', () => setTimeout(() => this.show(this.wanted())));
    byId('grid').addEventListener('keydown', (event) => this.move(event));
  }

  fillFilters() {
    const { format, reader, status, family } = this.form.elements;
    options(format, this.run.values.format, 'all');
    options(reader, this.run.values.reader, 'all');
    options(family, [...new Set(Object.values(this.run.families))].sort(), 'all');
    const there = new Set(this.run.columns.status);
    options(status, this.run.values.status.filter((_, place) => there.has(place + 1)), 'all');
    byId('cases').replaceChildren(...this.run.values.case.map((value) => h('option', { value })));
  }

  draw() {
    const arches = new Set(this.run.environments.map((one) => one.arch));
    const ending = arches.size === 1 ? `-${[...arches][0]}` : '';  // what all have in common is left out
    const heads = this.consumers.map((name) => h('th', { scope: 'col', title: name }, stacked(name, ending)));
    const rows = this.producers.map((producer) => h('tr', {}, h('th', { scope: 'row', title: producer }, bare(producer, ending)),
      h('td', { class: 'wrote' }, this.run.written[producer].join('/')),
      this.consumers.map((consumer) => {
        const link = h('a', { tabindex: '-1' });
        this.fields.set(`${producer} ${consumer}`, link);
        return h('td', {}, link);
      })));
    byId('grid').replaceChildren(h('caption', { class: 'note' }, 'dumped by ↓  loaded by →'),
      h('thead', {}, h('tr', {}, h('td', {}), h('th', { scope: 'col' }, 'wrote'), heads)), h('tbody', {}, rows));
    this.fields.values().next().value?.setAttribute('tabindex', '0');
  }

  wanted() {
    return Object.fromEntries(FILTERS.map((name) => [name, this.form.elements[name].value]).filter(([, value]) => value));
  }

  open(wanted) {
    for (const name of FILTERS) this.form.elements[name].value = wanted[name] ?? '';
    this.show(this.wanted());
  }

  show(wanted) {
    replaceRoute('matrix', wanted);
    const counts = this.count(wanted);
    let total = 0;
    for (const producer of this.producers) {
      for (const consumer of this.consumers) {
        const of = counts(producer, consumer);
        total += of.reduce((sum, count) => sum + count, 0);
        this.showSigns(producer, consumer, of, wanted);
      }
    }
    byId('matrix-count').textContent = total ? many(total, 'cell') : 'no cell fits';
  }

  // Of each pair, how many cells of each kind.
  count(wanted) {
    const { run } = this;
    const { producer, consumer } = run.columns;
    const across = run.values.consumer.length + 1;
    const counts = new Uint32Array((run.values.producer.length + 1) * across * KINDS.length);
    for (const row of run.select(wanted)) counts[(producer[row] * across + consumer[row]) * KINDS.length + run.kinds[row]] += 1;
    return (dumped, loaded) => {
      const start = (run.place('producer', dumped) * across + run.place('consumer', loaded)) * KINDS.length;
      return counts.slice(start, start + KINDS.length);
    };
  }

  showSigns(producer, consumer, counts, wanted) {
    const link = this.fields.get(`${producer} ${consumer}`);
    const { text, more, kind } = signsOf(counts);
    const said = countsText(counts) || 'no cell';
    link.replaceChildren(text, ...(more ? ['\n', h('small', {}, more)] : []));
    link.title = said;
    link.setAttribute('aria-label', `dumped by ${producer}, loaded by ${consumer}: ${said}`);
    link.href = address('pair', { producer, consumer, ...wanted });
    link.parentElement.className = `is-${styleOf(kind)}${producer === consumer ? ' home' : ''}`;
  }

  // Arrow keys go from field to field; one of them is in the order of the Tab key.
  move(event) {
    const steps = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
    const step = steps[event.key];
    const field = event.target.closest('td');
    if (!step || !field) return;
    const line = field.parentElement.parentElement.rows[field.parentElement.sectionRowIndex + step[0]];
    const next = line?.cells[field.cellIndex + step[1]]?.querySelector('a');
    if (!next) return;
    event.preventDefault();
    event.target.setAttribute('tabindex', '-1');
    next.setAttribute('tabindex', '0');
    next.focus();
  }
}

// As `harness.analysis.pair_signs`, the most serious sign first; the title of the field says them in words.
function signsOf(counts) {
  if (!counts.some(Boolean)) return { text: '', kind: 'none' };
  const passed = counts[OK] + counts[WARNED];
  const loud = counts[DRIFT] + counts[BROKEN] + counts[HOME_DRIFT] + counts[INCOMPARABLE];
  const untried = counts[NEVER] + counts[LOST];
  if (!passed && !loud && !counts[HOME]) return { text: '–', kind: 'untried' };
  const words = [];
  if (counts[DRIFT]) words.push(`≠${counts[DRIFT]}`);
  if (counts[BROKEN]) words.push(`✗${counts[BROKEN]}`);
  if (counts[HOME_DRIFT]) words.push(`(≠${counts[HOME_DRIFT]})`);
  if (counts[INCOMPARABLE]) words.push(`?${counts[INCOMPARABLE]}`);
  if (!loud && passed) words.push(counts[WARNED] ? 'warn' : 'ok');
  if (counts[HOME]) words.push(`(✗${counts[HOME]})`);
  if (untried) words.push(`–${untried}`);
  // What is not possible there shows its number, and no colour, while something passed.
  const kind = KINDS.find((name, place) => counts[place] && !['untried', ...(passed ? ['home', 'lost'] : [])].includes(name)) ?? 'untried';
  return { text: words[0], more: words.slice(1).join(' '), kind };
}
