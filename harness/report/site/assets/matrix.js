// Saved with ↓, loaded with →: the signs of each pair of releases or environments, for the cells that the filters leave.

const FILTERS = ['by', 'format', 'reader', 'family', 'case', 'status', 'cause'];

class Matrix {
  constructor(run) {
    this.run = run;
    this.form = byId('matrix-filters');
    this.fillFilters();
    this.form.addEventListener('input', () => this.show(this.wanted()));
    this.form.addEventListener('reset', () => setTimeout(() => this.show(this.wanted())));
    byId('grid').addEventListener('keydown', (event) => this.move(event));
  }

  fillFilters() {
    const { format, reader, status, family, cause } = this.form.elements;
    options(format, this.run.values.format, 'Python formats');
    if (this.run.converted.length) format.options[0].after(h('option', { value: 'all' }, 'all formats'));
    options(reader, this.run.values.reader, 'all');
    options(family, [...new Set(Object.values(this.run.families))].sort(), 'all');
    const there = new Set(this.run.columns.status);
    options(status, this.run.values.status.filter((_, place) => there.has(place + 1)), 'all');
    options(cause, this.run.values.cause, 'all');
    byId('cases').replaceChildren(...this.run.values.case.map((value) => h('option', { value })));
  }

  // By minor release, or by environment. The fields are made once for each.
  draw(by, format) {
    const { run } = this;
    // A runtime loads no Python format.
    const loading = run.environments.filter((one) => format || by === 'environment' || one.sklearn);
    const drawn = `${by} ${loading.length}`;
    if (this.drawn === drawn) return;
    Object.assign(this, { by, drawn });
    this.fields = new Map();
    const group = (name) => (by === 'environment' ? name : run.environment.get(name).minor);
    const producers = new Set(run.columns.producer);
    this.producers = [...new Set(run.environments.filter(({ name }) => producers.has(run.place('producer', name))).map(({ name }) => group(name)))];
    this.consumers = [...new Set(loading.map((one) => group(one.name)))];
    const arches = new Set(run.environments.map((one) => one.arch));
    const ending = arches.size === 1 ? `-${[...arches][0]}` : '';  // what all have in common is left out
    const heads = this.consumers.map((name) => h('th', { scope: 'col', title: name }, bare(name, ending).replaceAll('-', '\n')));
    const rows = this.producers.map((producer) => h('tr', {}, h('th', { scope: 'row', title: producer }, bare(producer, ending), h('small', { class: 'wrote' }, this.wrote(producer))),
      this.consumers.map((consumer) => {
        const link = h('a', { tabindex: '-1' });
        this.fields.set(`${producer} ${consumer}`, link);
        return h('td', { 'data-label': bare(consumer, ending) }, link);
      })));
    byId('grid').replaceChildren(h('caption', {}, 'saved with ↓  loaded with →'), h('thead', {}, h('tr', {}, h('td', {}), heads)), h('tbody', {}, rows));
    this.fields.values().next().value?.setAttribute('tabindex', '0');
  }

  // How many artifacts were written, of how many.
  wrote(producer) {
    const some = this.run.members('producer', producer).map((name) => this.run.written[name]);
    return `wrote ${[0, 1].map((at) => some.reduce((sum, one) => sum + one[at], 0).toLocaleString('en')).join(' of ')}`;
  }

  wanted() {
    return Object.fromEntries(FILTERS.map((name) => [name, this.form.elements[name].value]).filter(([, value]) => value));
  }

  open(wanted) {
    for (const name of FILTERS) this.form.elements[name].value = wanted[name] ?? '';
    this.form.querySelector('details').open = FILTERS.slice(2).some((name) => wanted[name]);
    this.show(this.wanted());
  }

  show(wanted) {
    replaceRoute('matrix', wanted);
    this.draw(wanted.by === 'environment' ? 'environment' : 'minor', wanted.format ?? wanted.reader);
    const counts = this.count(wanted);
    let total = 0;
    for (const [p, producer] of this.producers.entries()) {
      for (const [c, consumer] of this.consumers.entries()) {
        const start = (p * this.consumers.length + c) * KINDS.length;
        const of = counts.slice(start, start + KINDS.length);
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
    const places = (column, names) => Int16Array.from([0, ...run.values[column].map((name) => names.indexOf(this.by === 'environment' ? name : run.environment.get(name).minor))]);
    const [down, across] = [places('producer', this.producers), places('consumer', this.consumers)];
    const counts = new Uint32Array(this.producers.length * this.consumers.length * KINDS.length);
    for (const row of run.select(wanted)) {
      const [p, c] = [down[producer[row]], across[consumer[row]]];
      if (c >= 0) counts[(p * this.consumers.length + c) * KINDS.length + run.kinds[row]] += 1;
    }
    return counts;
  }

  showSigns(producer, consumer, counts, wanted) {
    const link = this.fields.get(`${producer} ${consumer}`);
    const { words, style, share, tried } = signsOf(counts);
    const said = countsText(counts) || 'no cell';
    const shown = this.by === 'environment' ? words : words.filter((word, place) => !place || /^[≠✗?]/.test(word));  // the title has all
    link.replaceChildren(h('span', { class: 'signs' }, shown.map((word, place) => (place ? h('small', {}, ` ${word}`) : word))), tried ? h('small', { class: 'of' }, `of ${tried.toLocaleString('en')}`) : '');
    link.title = said;
    link.setAttribute('aria-label', `saved with ${producer}, loaded with ${consumer}: ${said}`);
    const { by, ...others } = wanted;
    link.href = address('pair', { producer, consumer, ...others });
    link.parentElement.className = `share-${style}${producer === consumer ? ' home' : ''}`;
    link.parentElement.style.setProperty('--share', `${Math.round(14 + 50 * Math.sqrt(share))}%`);
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

// As `harness.analysis.pair_signs`, the most serious sign first; the title of the field says them in words. The share is
// that of the worst sign among the cells that were tried.
function signsOf(counts) {
  if (!counts.some(Boolean)) return { words: [], style: 'none', share: 0, tried: 0 };
  const passed = counts[OK] + counts[WARNED];
  const loud = counts[DRIFT] + counts[BROKEN] + counts[HOME_DRIFT] + counts[INCOMPARABLE];
  const untried = counts[NEVER] + counts[LOST];
  const tried = passed + loud + counts[HOME];
  if (!tried) return { words: ['–'], style: 'unknown', share: 0, tried };
  const words = [];
  if (counts[DRIFT]) words.push(`≠${counts[DRIFT]}`);
  if (counts[BROKEN]) words.push(`✗${counts[BROKEN]}`);
  if (counts[HOME_DRIFT]) words.push(`(≠${counts[HOME_DRIFT]})`);
  if (counts[INCOMPARABLE]) words.push(`?${counts[INCOMPARABLE]}`);
  if (!loud && passed) words.push(counts[WARNED] ? 'same ⚠' : 'same');
  if (counts[HOME]) words.push(`(✗${counts[HOME]})`);
  if (untried) words.push(`–${untried}`);
  const [style, of] = counts[DRIFT] ? ['changes', counts[DRIFT]] : counts[BROKEN] ? ['breaks', counts[BROKEN]] : counts[INCOMPARABLE] ? ['unknown', 0]
    : passed ? ['safe', passed] : ['unknown', 0];
  return { words, style, share: of / tried, tried };
}
