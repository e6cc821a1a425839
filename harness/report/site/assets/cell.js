// One cell: its outcome, with all evidence, and how to repeat it.

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
      h('p', {}, h('a', { href: address('pair', { producer: producer.name, consumer: consumer.name }) }, `← all cells of ${producer.name} in ${consumer.name}`)),
      h('p', { class: `verdict is-${styleOf(kind)}` }, `${SAID[kind]}: ${text('status')}`, text('reason') ? h('p', {}, text('reason')) : null),
      facts([['cell', h('code', {}, id)], ['dumped by', `${versions(producer)} (${producer.name})`], ['loaded by', `${versions(consumer)} (${consumer.name})`],
        ['format, reader', `${text('format')}, ${text('reader')}`], ['error', text('error_type') ?? ''], ...this.why(row), ...this.figures(row)]),
      ...this.warnings(row), ...this.traceback(row), ...this.reproduce(id), h('h3', {}, 'Packages that differ'),
      packageTable(packageDifferences(producer, consumer)), ...this.others(row));
  }

  // The cause, as the table of causes describes it; nothing where it is not known.
  why(row) {
    const cause = this.run.causes[this.run.text('cause', row)];
    if (!cause) return [];
    return [['why', cause.sentence], ['since', this.run.text('since', row) ?? ''], ['what helps', cause.helps], ['upstream', this.run.text('upstream', row) ?? '']];
  }

  figures(row) {
    const { run } = this;
    const number = (name, write = plain) => write(run.number(name, row));
    return [
      ['predictions', run.text('parity', row) ?? 'not compared'],
      ['what differs', run.text('findings', row) ?? ''],
      ['where', run.text('differing', row) ?? ''],
      ['compared', run.text('compared', row) ?? ''],
      ['largest difference', number('max_abs_diff')], ['relative', number('max_rel_diff')], ['in ulp', number('max_ulp_diff')],
      ['times the tolerance', number('tolerance_used')],
      ['labels that differ', number('label_mismatch', (value) => (value === null ? '' : `${plain(100 * value)} %`))],
      ['score', number('score')], ['score in the producer', number('score_producer')],
      ['loading', number('load_seconds', seconds)], ['predicting', number('predict_seconds', seconds)], ['artifact', number('size_bytes', bytes)],
      ['scikit-learn warned', run.columns.warned[row] ? `yes: of version ${run.text('original_sklearn_version', row) ?? 'unknown'}` : 'no'],
    ];
  }

  warnings(row) {
    const shown = JSON.parse(this.run.text('warnings', row) ?? '[]');
    return shown.length ? [h('h3', {}, many(shown.length, 'warning')), ...shown.map((one) => h('pre', {}, `${one.category}: ${one.message}`))] : [];
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
      h('pre', { id: 'again' }, command)];
  }

  // The same case from the same producer in the same consumer, through other formats and readers.
  others(row) {
    const { run } = this;
    const wanted = Object.fromEntries(['producer', 'consumer'].map((name) => [name, run.text(name, row)]));
    const name = run.columns.case[row];
    const rows = [...run.select(wanted)].filter((other) => run.columns.case[other] === name && other !== row);
    if (!rows.length) return [];
    return [h('h3', {}, 'The same model through other formats'), table(['format', 'reader', 'outcome'], rows.map((other) => {
      const kind = KINDS[run.kinds[other]];
      return h('tr', {}, h('th', { scope: 'row' }, h('a', { href: address('cell', { id: run.id(other) }) }, run.text('format', other))),
        h('td', {}, run.text('reader', other)), h('td', {}, mark(styleOf(kind), SAID[kind])));
    }), 'Other formats')];
  }
}

// The run's folder on the reader's disk where the page is opened from there; else where a checkout has it.
function folderOfRun(otherwise) {
  const path = decodeURIComponent(window.location.pathname);
  const page = '/report/index.html';
  return window.location.protocol === 'file:' && path.endsWith(page) ? path.slice(0, -page.length) : otherwise;
}
