// The question: estimators, the version that saved them, the one that loads them. All answers come with the run.

const REMEMBERED = 'persistence-matrix: the last question';
const EXAMPLES = 6;

class Ask {
  constructor(run) {
    this.run = run;
    this.answers = new Answers(run);
    this.form = byId('ask-form');
    const { from, to, format, estimator } = this.form.elements;
    const { saved, loaded, classes, subjects } = this.answers;
    options(from, saved.minors, null);
    from.value = this.answers.usual;
    options(to, loaded.minors, null);
    to.value = loaded.minors.at(-1) ?? '';
    options(format, Object.keys(this.answers.formats).filter(Boolean), 'every Python format');
    const names = [...classes, ...subjects.filter((one) => one.kind !== 'class')].map((one) => one.name);
    new Suggestions(estimator, byId('suggested'), names, () => this.answer(this.question()));
    this.form.addEventListener('input', () => this.answer(this.question()));
    this.form.addEventListener('submit', (event) => { event.preventDefault(); this.answer(this.question()); });
  }

  question() {
    return Object.fromEntries([...new FormData(this.form)]);
  }

  open(wanted) {
    const { elements } = this.form;
    const asked = Object.keys(wanted).length ? wanted : remembered();
    elements.estimator.value = asked.estimator ?? elements.estimator.value;
    elements.format.value = asked.format ?? '';
    for (const name of ['from', 'to']) {
      if (!asked[name]) continue;
      // A release, an environment, or what this run does not have: the form says what is answered.
      if (![...elements[name].options].some((one) => one.value === asked[name])) elements[name].append(h('option', {}, asked[name]));
      elements[name].value = asked[name];
    }
    this.answer({ ...this.question(), ...asked });
  }

  answer(question) {
    replaceRoute('ask', question);
    const names = (question.estimator ?? '').split(',').map((one) => one.trim()).filter(Boolean);
    const subjects = names.map((name) => this.answers.subject(name));
    const missing = names.filter((_, place) => !subjects[place]);
    document.body.classList.toggle('is-asked', names.length > 0);
    byId('welcome').hidden = names.length > 0;
    if (!names.length) byId('answer').replaceChildren(this.examples());
    else if (missing.length) byId('answer').replaceChildren(this.unknown(missing));
    else {
      remember(question);
      byId('answer').replaceChildren(...this.evidence(question, [...new Set(subjects)]));
    }
  }

  examples() {
    const shown = [...this.answers.classes].sort((one, other) => other.cases.length - one.cases.length).slice(0, EXAMPLES);
    return h('p', { class: 'examples' }, shown.length ? 'For example ' : '',
      shown.map((one) => h('a', { class: 'chip', href: address('ask', { ...this.question(), estimator: one.name }) }, one.name)));
  }

  unknown(names) {
    const word = names[0].toLowerCase();
    const near = this.answers.subjects.filter((one) => word.length > 1 && one.name.toLowerCase().includes(word)).slice(0, EXAMPLES);
    return h('div', {}, h('p', { class: 'quiet' }, `This run has no estimator, case or family ${names.join(', ')}.`),
      near.length ? h('p', { class: 'examples' }, 'Perhaps ', near.map((one) => h('a', { class: 'chip', href: address('ask', { ...this.question(), estimator: one.name }) }, one.name))) : '');
  }

  evidence(question, subjects) {
    const { from, to, format } = question;
    const each = subjects.map((subject) => [subject, this.answers.at(subject, from, to, format)]);
    if (!each[0][1]) return [h('p', { class: 'quiet' }, `This run has no such version or format: ${[from, to, format].filter(Boolean).join(', ')}.`)];
    const [subject, worst] = each.reduce((one, other) => (other[1].rank < one[1].rank ? other : one));
    return [this.conclusion(question, subject, worst), this.strip(question, subjects), ...this.more(question, subject)];
  }

  conclusion({ from, to, format }, subject, { verdict, sentence, advice, asked, cause, safe, rescued }) {
    const why = this.run.causes[cause];
    return h('article', { class: `verdict is-${verdict.style}` },
      h('p', { class: 'asked' }, `${subject.name} saved with ${from}, loaded with ${to}${format ? `, as ${format}` : ''}`),
      h('b', {}, `${verdict.mark} ${capitalized(sentence)}`),
      h('p', {}, `${capitalized(asked ? advice : 'this run has no such cell')}.`),
      why ? h('p', {}, h('i', {}, 'Why: '), why.sentence, ' ', h('span', { class: 'helps' }, why.helps)) : '',
      safe ? h('p', { class: 'safe' }, h('i', {}, 'Safe in: '), safe) : '',
      rescued ? h('p', {}, h('i', {}, 'Rescued by: '), rescued) : '',
      this.copying());
  }

  copying() {
    const button = h('button', { type: 'button', class: 'plain' }, 'Copy link');
    button.addEventListener('click', () => {
      const done = () => { button.textContent = 'Copied'; };
      const failed = () => { button.replaceWith(h('input', { readonly: '', value: location.href, 'aria-label': 'Link to this answer' })); };
      if (navigator.clipboard) navigator.clipboard.writeText(location.href).then(done, failed);
      else failed();
    });
    return button;
  }

  // Estimators down, versions that load across; each field is a question of its own.
  strip(question, subjects) {
    const rows = subjects.map((subject) => this.line(question, subject, question.from, subject.name));
    return h('div', { class: 'strips' }, this.grid(`Saved with ${question.from}, loaded with …`, rows), legend(this.answers.verdicts));
  }

  grid(title, rows) {
    return h('div', { class: 'wide', tabindex: '0', role: 'region', 'aria-label': title }, h('table', { class: 'strip' }, h('caption', {}, title),
      h('thead', {}, h('tr', {}, h('td', {}), this.targets().map((one) => h('th', { scope: 'col' }, one)))), h('tbody', {}, rows)));
  }

  targets() {
    return this.answers.loaded.minors;
  }

  line(question, subject, from, name) {
    return h('tr', {}, h('th', { scope: 'row' }, name), this.targets().map((to) => {
      const { verdict, sentence, asked } = this.answers.at(subject, from, to, question.format);
      const here = to === question.to && from === question.from;
      return h('td', { 'data-label': to, class: from === to ? 'home' : null },
        h('a', { class: `is-${verdict.style}`, href: address('ask', { ...question, from, to }), 'aria-current': here ? 'true' : null, title: `${from} → ${to}: ${asked ? sentence : 'no such cell'}`,
          'aria-label': `${subject.name} ${from} → ${to}: ${asked ? sentence : 'no such cell'}` }, asked ? verdict.mark : '–'));
    }));
  }

  // Folded: the same from every version, and the environments behind the answer.
  more(question, subject) {
    const every = lazily('Saved with any version', () => [this.grid(`${subject.name}: saved with ↓, loaded with →`,
      this.answers.saved.minors.map((from) => this.line(question, subject, from, from)))]);
    const pairs = this.pairs(question, subject);
    return [h('details', { id: 'behind' }, h('summary', {}, `Behind this answer: ${many(pairs.length, 'pair')} of environments`), pairs.map(([producer, consumer, answer]) => this.pair(question, subject, producer, consumer, answer))), every];
  }

  pairs({ from, to, format }, subject) {
    const found = this.run.members('producer', from).flatMap((producer) => this.run.members('consumer', to)
      .map((consumer) => [producer, consumer, this.answers.at(subject, producer, consumer, format)]));
    return found.filter(([, , answer]) => answer?.asked).sort((one, other) => one[2].rank - other[2].rank);
  }

  pair(question, subject, producer, consumer, { verdict, sentence }) {
    const cases = new Set(subject.cases.map((place) => this.run.values.case[place]));
    const tests = [...this.run.tests({ producer, consumer, format: question.format }), [this.run.columns.case, this.run.mask('case', (one) => cases.has(one))]];
    return h('div', { class: 'behind' }, h('h3', {}, mark(verdict.style, `${verdict.mark} ${verdict.name}`), ` ${producer} → ${consumer}`),
      lazily(`${capitalized(sentence)}: every model`, () => [caseTable(this.run, [...this.run.where(tests)])]));
  }
}

// Folded, and made when it is opened.
function lazily(title, make) {
  const element = h('details', {}, h('summary', {}, title));
  element.addEventListener('toggle', () => element.append(...make()), { once: true });
  return element;
}

const legend = (verdicts) => h('ul', { class: 'legend', 'aria-label': 'Signs' }, verdicts.map((one) => h('li', {}, mark(one.style, one.mark), ` ${one.name}`)));

// A page from the disk may be refused a place to keep anything.
function remember(question) {
  try { localStorage.setItem(REMEMBERED, JSON.stringify(question)); } catch { /* then the next visit begins anew */ }
}

function remembered() {
  try {
    const found = JSON.parse(localStorage.getItem(REMEMBERED) ?? '{}');
    return Object.fromEntries(Object.entries(found ?? {}).filter(([name, value]) => ['estimator', 'from', 'to', 'format'].includes(name) && typeof value === 'string'));
  } catch { return {}; }
}
