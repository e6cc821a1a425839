// Estimator, from, to, format: safe, changes predictions, or breaks; with the evidence. What each cell
// says comes with the run, as `harness ask` reads it.

const STYLES = { 'changes predictions': 'drift', breaks: 'broken', 'not known': 'untried', 'no difference seen': 'ok', 'safe (within tolerance)': 'ok', safe: 'ok' };

class Ask {
  constructor(run) {
    this.run = run;
    this.form = byId('ask-form');
    const { from, to, format } = this.form.elements;
    const known = (names) => [...new Set(names.map((name) => run.environment.get(name)?.sklearn).filter(Boolean))];
    options(from, known(run.environments.map((one) => one.name)), null);
    options(to, [...new Set(run.environments.map((one) => one.sklearn ?? one.name))], null);
    to.value = known(run.values.consumer).at(-1);
    options(format, run.values.format, 'all that give the object back');
    byId('askable').replaceChildren(...Object.values(run.subjects).map((one) => h('option', { value: one.name })));
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
      if (!wanted[name]) continue;
      // "1.5", which means every 1.5.x, or what this run does not have: the form says what is answered.
      if (![...elements[name].options].some((one) => one.value === wanted[name])) elements[name].append(h('option', {}, wanted[name]));
      elements[name].value = wanted[name];
    }
    this.answer({ ...this.question(), ...wanted });
  }

  answer(question) {
    replaceRoute('ask', question);
    const place = byId('answer');
    const name = (question.estimator ?? '').trim().toLowerCase().replace(/^family:/, '');
    const subject = Object.hasOwn(this.run.subjects, name) ? this.run.subjects[name] : null;
    if (!name) place.replaceChildren(h('p', {}, 'Which estimator? The name of a class of scikit-learn, of a case, or of a family.'));
    else if (!subject) place.replaceChildren(h('p', {}, `This run has no estimator, case or family ${question.estimator}.`));
    else place.replaceChildren(...this.evidence(question, subject, this.rows(subject, question)));
  }

  // The cells between all environments that fit; those of the format that was asked for are `asked`.
  rows(subject, question) {
    const { run } = this;
    const cases = new Set(subject.cases);
    const side = (name, version) => run.mask(name, (one) => isVersion(run.environment.get(one)?.sklearn ?? one, version));
    const tests = [[run.columns.case, run.mask('case', (one) => cases.has(one))],
      [run.columns.producer, side('producer', question.from)], [run.columns.consumer, side('consumer', question.to)]];
    const found = [...run.where(tests)];
    const asked = found.filter((row) => (question.format ? run.text('format', row) === question.format : !run.converts(run.text('format', row))));
    return { found, asked };
  }

  evidence(question, subject, { found, asked }) {
    const { run } = this;
    const pairs = this.groups(asked, ['producer', 'consumer'])
      .map(([name, rows]) => ({ name, rows, verdict: this.limited(subject, rows), subject }));
    const order = run.verdicts.order;
    pairs.sort((one, other) => order.indexOf(one.verdict) - order.indexOf(other.verdict));
    const verdict = pairs[0]?.verdict ?? 'not known';
    const what = `${question.estimator} saved with scikit-learn ${question.from}, loaded with ${question.to}${question.format ? `, as ${question.format}` : ''}`;
    const warned = pairs[0]?.rows.some((row) => run.columns.warned[row]);
    const advice = asked.length ? run.verdicts.advice[verdict][warned ? 'warned' : 'silent'] : 'this run has no such cell';
    const head = h('div', { class: `verdict is-${STYLES[verdict]}` }, h('b', {}, `${run.marks[verdict]} ${capitalized(this.sentence(verdict, asked))}`),
      h('p', {}, `${what}: ${advice}.`));
    return [head, ...pairs.flatMap((pair) => this.pair(pair, found))];
  }

  // One environment that dumps and one that loads.
  pair({ name, rows, verdict, subject }, found) {
    const { run } = this;
    const same = found.filter((row) => run.columns.producer[row] === run.columns.producer[rows[0]] && run.columns.consumer[row] === run.columns.consumer[rows[0]]);
    const safe = this.groups(same, ['format', 'reader'])
      .filter(([, some]) => this.isSafe(this.limited(subject, some)) && some.every((row) => run.text('verdict', row))).map(([way]) => way);
    return [h('h3', {}, mark(STYLES[verdict], `${run.marks[verdict]} ${verdict}`), ` ${name.replace('/', ' → ')}`),
      this.isSafe(verdict) || !safe.length ? '' : h('p', {}, `Safe for the same two: ${safe.join(', ')}.`), this.table(subject, rows)];
  }

  table(subject, asked) {
    const { run } = this;
    const order = run.verdicts.order;
    const lines = this.groups(asked, ['format', 'reader']).map(([way, rows]) => ({ way, rows, verdict: this.limited(subject, rows) }))
      .sort((one, other) => order.indexOf(one.verdict) - order.indexOf(other.verdict));
    return table(['format/reader', 'verdict', 'cells', 'worst'], lines.map(({ way, rows, verdict }) => {
      const worst = rows.reduce((one, other) => (run.kinds[other] < run.kinds[one] ? other : one));
      return h('tr', {}, h('th', { scope: 'row' }, way), h('td', {}, mark(STYLES[verdict], `${run.marks[verdict]} ${verdict}`)), h('td', {}, this.counted(rows)),
        h('td', {}, h('a', { href: address('cell', { id: run.id(worst) }) }, run.text('reason', worst) ?? run.id(worst))));
    }), 'By format and reader');
  }

  // The cells by two of their columns.
  groups(rows, names) {
    const found = new Map();
    for (const row of rows) {
      const name = names.map((column) => this.run.text(column, row)).join('/');
      if (!found.has(name)) found.set(name, []);
      found.get(name).push(row);
    }
    return [...found];
  }

  counted(rows) {
    const counts = KINDS.map(() => 0);
    for (const row of rows) counts[this.run.kinds[row]] += 1;
    return countsText(counts);
  }

  isSafe(verdict) {
    return this.run.verdicts.safe.includes(verdict);
  }

  // The verdict with its breadth: "breaks in 3 of 17 models".
  sentence(verdict, rows) {
    const { order } = this.run.verdicts;
    const models = this.models(rows).size;
    const bad = this.models(rows.filter((row) => order.indexOf(this.run.text('verdict', row)) < order.indexOf('not known'))).size;
    if (!models) return verdict;
    if (verdict === 'not known') return `${verdict}, with ${many(models, 'model')} compared`;
    return `${verdict} in ${order.indexOf(verdict) < order.indexOf('not known') ? `${bad} of ` : ''}${many(models, 'model')}`;
  }

  // Nothing was tried, though it could have been: run.kinds says so of a cell.
  isUntried(row) {
    return this.run.kinds[row] === NEVER;
  }

  // The cases that were tried.
  models(rows) {
    return new Set(rows.filter((row) => this.run.text('verdict', row) && !this.isUntried(row)).map((row) => this.run.text('case', row)));
  }

  // The verdict of one producer's cells, no better than what was tested allows. `enough` comes with the run.
  limited(subject, rows) {
    const { run } = this;
    const verdict = this.worst(rows);
    if (!this.isSafe(verdict)) return verdict;
    const complete = rows.length && subject.enough.includes(run.text('producer', rows[0]))
      && rows.every((row) => run.text('verdict', row) || run.columns.status[row] === run.values.status.indexOf('no-artifact') + 1);
    return complete ? verdict : 'no difference seen';
  }

  // The verdict of many cells is that of the worst; those that say nothing say nothing, and of none it is not known.
  worst(rows) {
    const said = new Set(rows.map((row) => this.run.text('verdict', row)));
    return this.run.verdicts.order.find((verdict) => said.has(verdict)) ?? 'not known';
  }

}

// "1.5" means every 1.5.x; the name of a runtime means itself.
const isVersion = (held, asked) => held === asked || held.startsWith(`${asked}.`);
const capitalized = (words) => words[0].toUpperCase() + words.slice(1);
