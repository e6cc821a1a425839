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

function table(headings, rows, label) {
  const head = headings.map((heading) => h('th', { scope: 'col', class: heading.number ? 'number' : null }, heading.text ?? heading));
  return h('div', { class: 'wide', tabindex: '0', role: 'region', 'aria-label': label },
    h('table', {}, h('thead', {}, h('tr', {}, head)), h('tbody', {}, rows)));
}

const facts = (pairs) => h('dl', { class: 'facts' },
  pairs.filter(([, value]) => value !== null && value !== '').flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]));

const mark = (kind, text) => h('span', { class: `mark is-${kind}` }, text);

function options(select, values, all) {
  select.replaceChildren(...(all === null ? [] : [h('option', { value: '' }, all)]), ...values.map((value) => h('option', { value }, value)));
}
