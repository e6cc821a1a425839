// Every answer of the run, as the host has worked it out: here it is only looked up.

class Answers {
  constructor(run) {
    Object.assign(this, run.answers);
    this.columns = run.columns;
    this.byName = new Map(this.subjects.map((subject, place) => [subject.name.toLowerCase(), place]));
    this.classes = this.subjects.filter((subject) => subject.kind === 'class');
  }

  // The version that a question begins with: neither the newest, of which there is little to say, nor one that few still have.
  get usual() {
    return this.saved.minors.at(-4) ?? this.saved.minors[0] ?? '';
  }

  // Null where the run has no such estimator.
  subject(name) {
    const place = this.byName.get(name.trim().toLowerCase().replace(/^(case|family|class):/, ''));
    return place === undefined ? null : this.subjects[place];
  }

  // The answer for an estimator, from and to a version, a release or an environment; null where the run has none of that name.
  at(subject, from, to, format = '') {
    const own = (table, name) => (Object.hasOwn(table, name) ? table[name] : undefined);
    const [way, saved, loaded] = [own(this.formats, format), own(this.saved.names, from), own(this.loaded.names, to)];
    if (way === undefined || saved === undefined || loaded === undefined) return null;
    const counts = [Math.max(...Object.values(this.formats)) + 1, this.saved.members.length, this.loaded.members.length];
    const origin = (this.subjects.indexOf(subject) * counts[0] + way) * counts[1] + saved;
    const place = origin * counts[2] + loaded;
    const rank = this.columns.answer_verdict[place];
    const cause = this.columns.answer_cause[place];
    // Told of all formats together: of one alone, the others are what it says.
    const rescue = way ? 0 : this.columns.answer_rescued[(this.subjects.indexOf(subject) * counts[1] + saved) * counts[2] + loaded];
    return {
      rank,
      asked: rank < this.verdicts.length,  // else the run has no such cell
      verdict: this.verdicts[rank] ?? this.verdicts.find((one) => one.name === 'not known'),
      sentence: this.sentences[this.columns.answer_sentence[place]],
      advice: this.advice[this.columns.answer_advice[place]],
      safe: this.stretches[this.columns.answer_safe[origin]],
      cause: cause ? this.causes[cause - 1] : null,
      rescued: rescue ? this.rescues[rescue - 1] : null,
    };
  }
}
