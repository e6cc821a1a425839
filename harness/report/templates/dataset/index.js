"use strict";
// Verdicts on persisted scikit-learn models. dataset.schema.json describes the data; this file unfolds it.

const dataset = require("./dataset.json");

/** Every statement, one at a time. */
function* statements(made = dataset) {
  for (const [estimator, settings] of Object.entries(made.estimators)) {
    for (const [setting, formats] of Object.entries(settings)) {
      for (const [format, grid] of Object.entries(formats)) {
        for (const [first, last, oldest, newest, answer] of made.grids[grid]) {
          for (let from = first; from <= last; from += 1) {
            for (let to = oldest; to <= newest; to += 1) {
              yield statement(made, estimator, setting, format, from, to, answer);
            }
          }
        }
      }
    }
  }
}

/**
 * One statement; null where nothing was tried, which is "not known" and never "safe".
 * `from` and `to` are minor releases, "1.5"; `setting` is such as "criterion=log_loss".
 */
function ask(estimator, { from, to, setting = "", format = "" }, made = dataset) {
  const own = (held, key) => (held && Object.hasOwn(held, key) ? held[key] : undefined);
  const grid = own(own(own(made.estimators, estimator), setting), format);
  const [saved, loaded] = [made.releases.indexOf(from), made.releases.indexOf(to)];
  if (grid === undefined || saved < 0 || loaded < 0) return null;
  const found = made.grids[grid].find(
    ([first, last, oldest, newest]) => first <= saved && saved <= last && oldest <= loaded && loaded <= newest,
  );
  return found === undefined ? null : statement(made, estimator, setting, format, saved, loaded, found[4]);
}

function statement(made, estimator, setting, format, from, to, answer) {
  const [saved, loaded] = [made.releases[from], made.releases[to]];
  const [verdict, sentence, cause, models, bad] = made.answers[answer];
  return {
    estimator,
    setting,
    format,
    from: saved,
    to: loaded,
    verdict: made.verdicts[verdict],
    sentence: made.sentences[sentence],
    cause: cause === null ? null : made.causes[cause].name,
    models,
    bad,
  };
}

module.exports = { dataset, statements, ask };
