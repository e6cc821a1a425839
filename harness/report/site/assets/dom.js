// Elements are made here and nowhere else: text of models and packages becomes text, never markup.

const byId = (id) => document.getElementById(id);

function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'on') for (const [event, act] of Object.entries(value)) element.addEventListener(event, act);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ''));
  return element;
}

// On a narrow screen each row of it becomes a card, which names its fields by the headings.
function table(headings, rows, label) {
  const head = headings.map((heading) => h('th', { scope: 'col', class: heading.number ? 'number' : null }, heading.text ?? heading));
  const made = h('table', { class: 'cards' }, h('thead', {}, h('tr', {}, head)), h('tbody', {}, rows));
  labelCards(made);
  return h('div', { class: 'wide', tabindex: '0', role: 'region', 'aria-label': label }, made);
}

function labelCards(made) {
  const names = [...(made.tHead?.rows[0].cells ?? [])].map((cell) => cell.textContent);
  for (const body of made.tBodies) for (const row of body.rows) [...row.cells].forEach((cell, at) => { if (names[at]) cell.dataset.label = names[at]; });
}

const facts = (pairs) => h('dl', { class: 'facts' },
  pairs.filter(([, value]) => value !== null && value !== '').flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]));

const mark = (style, text) => h('span', { class: `mark is-${style}` }, text);
const signOf = (kind) => mark(lookOf(kind)[0], `${lookOf(kind)[1]} ${SAID[kind]}`);

function options(select, values, all) {
  select.replaceChildren(...(all === null ? [] : [h('option', { value: '' }, all)]), ...values.map((value) => h('option', { value }, value)));
}
