// One cell: why, of which model, on which data; then the evidence, and how to repeat it.

const MATTER = ['scikit-learn', 'numpy', 'scipy'];  // beside Python

class CellView {
  constructor(run) {
    this.run = run;
  }

  open({ id }) {
    const { run } = this;
    const row = run.find(id ?? '');
    byId('cell-title').textContent = row === null ? 'No such cell' : run.text('case', row);
    if (row === null) {
      byId('cell-view').replaceChildren(h('p', {}, `${id ?? ''}: this run has no such cell. An id is PRODUCER/CASE/FORMAT>CONSUMER/READER.`));
      return;
    }
    const text = (name) => run.text(name, row);
    const [producer, consumer] = ['producer', 'consumer'].map((side) => run.environment.get(text(side)));
    const kind = KINDS[run.kinds[row]];
    byId('cell-view').replaceChildren(
      h('p', {}, h('a', { href: address('pair', { producer: producer.name, consumer: consumer.name }) }, `← all models of ${producer.name} in ${consumer.name}`)),
      h('article', { class: `verdict is-${lookOf(kind)[0]}` }, h('p', { class: 'asked' }, `${text('format')}, saved with ${producer.minor}, loaded with ${consumer.minor}`), h('b', {}, `${lookOf(kind)[1]} ${capitalized(SAID[kind])}`),
        text('reason') ? h('p', {}, text('reason')) : null),
      ...this.why(row), ...this.model(row), h('h3', {}, 'What was compared'), facts(this.figures(row)),
      h('h3', {}, 'Packages'), ...this.packages(producer, consumer),
      ...this.warnings(row), ...this.traceback(row), ...this.others(row), ...this.reproduce(id));
  }

  // The cause, as the table of causes describes it; nothing where it is not known.
  why(row) {
    const cause = this.run.causes[this.run.text('cause', row)];
    if (!cause) return [];
    const upstream = this.run.text('upstream', row);
    return [h('h3', {}, 'Why'), h('p', {}, cause.sentence), facts([['since', this.run.text('since', row)], ['what helps', cause.helps],
      ['upstream', upstream?.startsWith('https://') ? h('a', { href: upstream, rel: 'noreferrer' }, upstream) : upstream]])];
  }

  // The parameters that decide come first; the host says which.
  model(row) {
    const model = this.run.model(row);
    const data = [['rows', Object.entries(model?.data ?? {}).map(([name, value]) => `${name} ${value}`).join(', ')]];
    if (!model || !model.parts.length) return [];
    const [first, ...within] = model.parts;
    const others = Object.entries(first.others);
    return [h('h3', {}, 'Model'), h('pre', {}, constructed(first.name, Object.entries(first.deciding).length ? first.deciding : first.others)), facts(data),
      Object.entries(first.deciding).length && others.length ? h('details', {}, h('summary', {}, many(others.length, 'other parameter')), h('pre', {}, others.map(([name, value]) => `${name}=${value}`).join('\n'))) : '',
      within.length ? h('details', {}, h('summary', {}, `${many(within.length, 'estimator')} within`), within.map((part) => h('pre', {}, constructed(part.name, { ...part.deciding, ...part.others })))) : ''];
  }

  figures(row) {
    const { run } = this;
    const number = (name, write = plain) => write(run.number(name, row));
    return [
      ['predictions', run.text('parity', row) ?? 'not compared'],
      ['what differs', run.text('findings', row)], ['where', run.text('differing', row)],
      ['labels that differ', number('label_mismatch', (value) => (value === null ? '' : `${plain(100 * value)} %`))],
      ['largest difference', number('max_abs_diff')], ['relative', number('max_rel_diff')], ['in ulp', number('max_ulp_diff')],
      ['times the tolerance', number('tolerance_used')],
      ['compared', run.text('compared', row)],
      ['error', run.text('error_type', row)],
      ['score', number('score')], ['score in the producer', number('score_producer')],
      ['loading', number('load_seconds', seconds)], ['predicting', number('predict_seconds', seconds)], ['artifact', number('size_bytes', bytes)],
      ['scikit-learn warned', run.columns.warned[row] ? `yes: of version ${run.text('original_sklearn_version', row) ?? 'unknown'}` : 'no'],
    ];
  }

  packages(producer, consumer) {
    const held = [['Python', producer.python, consumer.python], ...MATTER.map((name) => [name, producer.packages[name], consumer.packages[name]])];
    const others = packageDifferences(producer, consumer).filter(([name]) => !held.some(([known]) => known === name));
    return [packageTable(held.map(([name, was, is]) => [name, was ?? 'absent', is ?? 'absent'])),
      others.length ? h('details', {}, h('summary', {}, `${many(others.length, 'other package')} that differ`), packageTable(others)) : ''];
  }

  warnings(row) {
    const shown = JSON.parse(this.run.text('warnings', row) ?? '[]');
    return shown.length ? [h('details', {}, h('summary', {}, many(shown.length, 'warning')), shown.map((one) => h('pre', {}, `${one.category}: ${one.message}`)))] : [];
  }

  traceback(row) {
    const digest = this.run.text('traceback', row);
    if (digest === null) return [];
    const text = this.run.tracebacks[digest] ?? `Not kept in this page: see ${digest} in logs/tracebacks.jsonl of the run.`;
    return [h('h3', {}, 'Traceback'), h('pre', { id: 'traceback', tabindex: '0' }, text)];
  }

  reproduce(id) {
    const filled = (word) => (word === '{CELL}' ? id : word.replace(/^\{RUN\}(?=\/|$)/, () => folderOfRun(this.run.folder)));
    const command = this.run.again.map((word) => quoted(filled(word))).join(' ');
    return [h('h3', {}, 'To repeat it'), h('p', {}, 'Started in a checkout of the project, this builds the two environments with exactly the packages of this run, and loads this one artifact:'),
      h('pre', { id: 'again' }, command), facts([['cell', h('code', {}, id)]])];
  }

  // The same case from the same producer in the same consumer, through other formats and readers.
  others(row) {
    const { run } = this;
    const wanted = { format: 'all', ...Object.fromEntries(['producer', 'consumer'].map((name) => [name, run.text(name, row)])) };
    const rows = [...run.select(wanted)].filter((other) => run.columns.case[other] === run.columns.case[row] && other !== row);
    if (!rows.length) return [];
    return [h('h3', {}, 'The same model in other formats'), h('p', { class: 'chips' }, rows.map((other) => {
      const kind = KINDS[run.kinds[other]];
      const [format, reader] = [run.text('format', other), run.text('reader', other)];
      return h('a', { class: `chip is-${lookOf(kind)[0]}`, href: address('cell', { id: run.id(other) }), title: SAID[kind] }, `${lookOf(kind)[1]} ${format === reader ? format : `${format}/${reader}`}`);
    }))];
  }
}

// "LogisticRegression(C=1.0, penalty='l2')".
function constructed(name, parameters) {
  const words = Object.entries(parameters).map(([key, value]) => `${key}=${value}`);
  return `${name}(${words.length > 4 ? `\n  ${words.join(',\n  ')},\n` : words.join(', ')})`;
}

// The run's folder on the reader's disk where the page is opened from there; else where a checkout has it.
function folderOfRun(otherwise) {
  const path = decodeURIComponent(window.location.pathname);
  const page = '/report/index.html';
  return window.location.protocol === 'file:' && path.endsWith(page) ? path.slice(0, -page.length) : otherwise;
}
