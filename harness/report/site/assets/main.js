// Reads the run, and shows the view that the address names.

async function main() {
  const run = await readRun(byId('packed').textContent);
  byId('packed').remove();  // megabytes of text that nobody needs any more
  const ask = new Ask(run);
  const makers = { ask: () => ask, overview: () => new Overview(run, ask.answers), matrix: () => new Matrix(run), pair: () => new Pair(run), cell: () => new CellView(run) };
  const views = {};  // each is made when it is first looked at
  for (const made of document.querySelectorAll('table.cards')) labelCards(made);
  const charts = new Charts();
  const show = (moveFocus) => {
    const { view, wanted } = readRoute();
    const section = document.querySelector(`main > section#${CSS.escape(view)}`) ?? byId('ask');
    for (const other of document.querySelectorAll('main > section')) other.hidden = other !== section;
    for (const link of document.querySelectorAll('nav a')) {
      if (link.hash === address(section.id)) {
        link.setAttribute('aria-current', 'page');
        link.scrollIntoView({ block: 'nearest', inline: 'nearest' });
      } else link.removeAttribute('aria-current');
    }
    if (makers[section.id]) (views[section.id] ??= makers[section.id]()).open(wanted);
    charts.draw(section);
    if (moveFocus) byId(`${section.id}-title`).focus();
  };
  addEventListener('hashchange', () => show(true));
  show(false);
  byId('loading').remove();
  document.body.dataset.ready = 'yes';
}

main().catch((error) => {
  byId('loading').textContent = `This page cannot be shown: ${error.message}`;
  throw error;
});
