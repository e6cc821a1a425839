// Every class of the run: what became of it in each version, saved with one.

class Overview {
  constructor(run, answers) {
    Object.assign(this, { run, answers, by: 'worst', down: false });
    this.form = byId('overview-form');
    const { from, format } = this.form.elements;
    options(from, answers.saved.minors, null);
    from.value = answers.usual;
    options(format, Object.keys(answers.formats).filter(Boolean), 'every Python format');
    this.subjects = answers.classes.length ? answers.classes : answers.subjects.filter((one) => one.kind === 'case');
    this.form.addEventListener('input', () => this.show(this.wanted()));
    this.form.addEventListener('submit', (event) => event.preventDefault());
    byId('overview-legend').replaceChildren(legend(answers.verdicts));
    byId('overview-csv').addEventListener('click', () => this.download());
  }

  wanted() {
    return Object.fromEntries([...new FormData(this.form)].filter(([, value]) => value));
  }

  open(wanted) {
    const { elements } = this.form;
    elements.from.value = this.answers.saved.minors.includes(wanted.from) ? wanted.from : elements.from.value;
    elements.format.value = wanted.format ?? '';
    elements.name.value = wanted.name ?? '';
    this.show(this.wanted());
  }

  show(wanted) {
    replaceRoute('overview', wanted);
    const { minors } = this.answers.loaded;
    const words = (wanted.name ?? '').toLowerCase();
    const lines = this.subjects.filter((one) => one.name.toLowerCase().includes(words))
      .map((subject) => ({ subject, found: minors.map((to) => this.answers.at(subject, wanted.from, to, wanted.format)) }))
      .filter(({ found }) => found.some((answer) => answer?.asked));
    byId('overview-count').textContent = lines.length ? many(lines.length, 'estimator') : 'no estimator fits';
    this.sort(lines, minors);
    const heads = [['name', 'estimator'], ...minors.map((one) => [one, one])].map(([key, text]) => this.head(key, text));
    byId('overview-table').replaceChildren(h('caption', { class: 'hidden' }, `Saved with ${wanted.from}, loaded with each version`), h('thead', {}, h('tr', {}, heads)),
      h('tbody', {}, lines.map((line) => this.line(line, wanted, minors))));
  }

  // By the name, by one version, or by all: those with most that is bad first.
  sort(lines, minors) {
    const at = minors.indexOf(this.by);
    const rank = (answer) => (answer?.asked ? answer.rank : this.answers.verdicts.length);
    const weigh = ({ found }) => (at >= 0 ? rank(found[at]) * 1000 : Math.min(...found.map(rank)) * 1000) - found.filter((answer) => rank(answer) < 2).length;
    if (this.by === 'name') lines.sort((one, other) => one.subject.name.localeCompare(other.subject.name));
    else lines.sort((one, other) => weigh(one) - weigh(other) || one.subject.name.localeCompare(other.subject.name));
    if (this.down) lines.reverse();
  }

  head(key, text) {
    const sorted = this.by === key ? (this.down ? 'descending' : 'ascending') : null;
    const act = () => {
      this.down = this.by === key && !this.down;
      this.by = key;
      this.show(this.wanted());
      document.querySelector(`#overview-table button[data-key="${CSS.escape(key)}"]`).focus();
    };
    return h('th', { scope: 'col', 'aria-sort': sorted }, h('button', { type: 'button', class: 'sort', 'data-key': key, on: { click: act } }, text));
  }

  line({ subject, found }, wanted, minors) {
    return h('tr', {}, h('th', { scope: 'row' }, subject.name), found.map((answer, place) => h('td', { 'data-label': minors[place], class: minors[place] === wanted.from ? 'home' : null },
      h('a', { class: `is-${answer.verdict.style}`, href: address('ask', { estimator: subject.name, from: wanted.from, to: minors[place], format: wanted.format }),
        title: answer.asked ? answer.sentence : 'no such cell', 'aria-label': `${subject.name} ${wanted.from} → ${minors[place]}: ${answer.asked ? answer.sentence : 'no such cell'}` }, answer.asked ? answer.verdict.mark : '–'))));
  }

  // Of all versions, not only of those that are shown.
  download() {
    const { format } = this.wanted();
    const lines = [['estimator', 'saved_with', 'loaded_with', 'verdict', 'answer', 'cause']];
    for (const subject of this.subjects) {
      for (const from of this.answers.saved.minors) {
        for (const to of this.answers.loaded.minors) {
          const answer = this.answers.at(subject, from, to, format);
          if (answer?.asked) lines.push([subject.name, from, to, answer.verdict.name, answer.sentence, answer.cause ?? '']);
        }
      }
    }
    const text = lines.map((line) => line.map(csvField).join(',')).join('\r\n');
    const link = h('a', { href: URL.createObjectURL(new Blob([text], { type: 'text/csv' })), download: 'verdicts.csv' });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }
}

// A spreadsheet takes what begins with one of these for a formula.
const csvField = (value) => `"${String(value).replace(/^[=+\-@\t\r]/, "'$&").replaceAll('"', '""')}"`;
