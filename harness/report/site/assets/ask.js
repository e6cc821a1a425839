// Estimator, from, to, format: safe, changes predictions, or breaks; with the evidence.

class Ask {
  constructor(run) {
    this.run = run;
    this.form = byId('ask-form');
    const { from, to, format } = this.form.elements;
    const known = (names) => [...new Set(names.map((name) => run.environment.get(name)?.sklearn).filter(Boolean))];
    options(from, known(run.values.producer), null);
    options(to, [...new Set(run.environments.map((one) => one.sklearn ?? one.name))], null);
    to.value = known(run.values.consumer).at(-1);
    options(format, run.values.format, 'all');
    byId('askable').replaceChildren(...[...Object.keys(run.estimators), ...run.values.case].map((value) => h('option', { value })));
    this.form.addEventListener('input', () => this.answer(this.question()));
    this.form.addEventListener('submit', (event) => event.preventDefault());
  }

  question() {
    return Object.fromEntries([...new FormData(this.form)]);
  }

  open(wanted) {
    const { elements } = this.form;
    elements.estimator.value = wanted.estimator ?? elements.estimator.value;
    elements.format.value = wanted.format ?? '';
    for (const name of ['from', 'to']) {
      const asked = wanted[name];
      const fits = [...elements[name].options].map((one) => one.value).find((value) => value === asked || value.startsWith(`${asked}.`));
      if (asked) elements[name].value = fits ?? '';
    }
    this.answer({ ...this.question(), ...wanted });
  }

  answer(question) {
    replaceRoute('ask', question);
    const { run } = this;
    const cases = this.casesOf(question.estimator ?? '');
    const place = byId('answer');
    if (!question.estimator) return place.replaceChildren(h('p', {}, 'Which estimator? The name of a class of scikit-learn, or of a case.'));
    if (!cases.size) return place.replaceChildren(h('p', {}, `No case of this run has the estimator ${question.estimator}.`));
    const side = (name, version) => run.mask(name, (one) => {
      const found = run.environment.get(one)?.sklearn ?? one;
      return found === version || found.startsWith(`${version}.`);
    });
    const masks = [[run.columns.case, run.mask('case', (one) => cases.has(one))], [run.columns.producer, side('producer', question.from)], [run.columns.consumer, side('consumer', question.to)]];
    if (question.format) masks.push([run.columns.format, run.mask('format', (one) => one === question.format)]);
    const rows = [];
    for (let row = 0; row < run.rows; row += 1) if (masks.every(([column, mask]) => mask[column[row]])) rows.push(row);
    return place.replaceChildren(...this.evidence(question, rows));
  }

  // A class's cases; or one case, by its name.
  casesOf(name) {
    const words = name.toLowerCase();
    const estimator = Object.keys(this.run.estimators).find((one) => one.toLowerCase() === words);
    const exact = this.run.values.case.filter((one) => one.toLowerCase() === words);
    return new Set([...(estimator ? this.run.estimators[estimator] : []), ...exact]);
  }

  evidence(question, rows) {
    const { run } = this;
    const verdict = this.verdict(rows);
    const asked = `${question.estimator} saved with ${question.from}, loaded with ${question.to}${question.format ? `, as ${question.format}` : ''}`;
    const head = h('div', { class: `verdict is-${verdict.style}` }, h('b', {}, `${verdict.sign} ${verdict.title}`), h('p', {}, `${asked}: ${verdict.words}`));
    const formats = [...new Set(rows.map((row) => run.text('format', row)))];
    const lines = formats.flatMap((format) => {
      const mine = rows.filter((row) => run.text('format', row) === format);
      const own = this.verdict(mine);
      const worst = mine.reduce((one, other) => (run.kinds[other] < run.kinds[one] ? other : one));
      return h('tr', {}, h('th', { scope: 'row' }, format), h('td', {}, mark(own.style, `${own.sign} ${own.title}`)), h('td', { class: 'number' }, mine.length),
        h('td', {}, this.counted(mine)), h('td', {}, h('a', { href: address('cell', { id: run.id(worst) }) }, run.text('reason', worst) ?? run.id(worst))));
    });
    return [head, rows.length ? table(['format', 'verdict', { text: 'cells', number: true }, 'of them', 'evidence'], lines, 'By format') : ''];
  }

  counted(rows) {
    const counts = KINDS.map(() => 0);
    for (const row of rows) counts[this.run.kinds[row]] += 1;
    return told(counts);
  }

  // The verdict of many cells is that of the worst. What did not run is not known, whatever the others did.
  verdict(rows) {
    const has = (...kinds) => rows.some((row) => kinds.includes(this.run.kinds[row]));
    if (has(DRIFT)) return { style: 'drift', sign: '≠', title: 'Changes predictions', words: 'it loads without an error and predicts something else.' };
    if (has(BROKEN, HOME)) return { style: 'broken', sign: '✗', title: 'Breaks', words: 'it does not load, or does not predict.' };
    if (has(LOST) || !has(OK, WARNED)) return { style: 'untried', sign: '?', title: 'Not known', words: 'not everything that was asked was tried. That is no yes.' };
    const warned = has(WARNED) ? ' scikit-learn warns of the version; here the warning can be ignored.' : '';
    return { style: 'ok', sign: '✓', title: 'Safe', words: `every model of this run predicted the same.${warned}` };
  }
}
