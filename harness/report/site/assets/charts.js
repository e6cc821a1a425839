// Charts are drawn by Vega-Lite when they come into view for the first time, without evaluating code (`ast`).

class Charts {
  constructor() {
    this.specs = JSON.parse(byId('specs').textContent);
    this.dark = matchMedia('(prefers-color-scheme: dark)');
    this.dark.addEventListener('change', () => this.redraw());
  }

  draw(section) {
    for (const place of section.querySelectorAll('[data-chart]:not([data-drawn])')) {
      place.dataset.drawn = 'yes';
      this.one(place);
    }
  }

  redraw() {
    for (const place of document.querySelectorAll('[data-chart][data-drawn]')) this.one(place);
  }

  one(place) {
    const look = { actions: false, renderer: 'svg', ast: true, defaultStyle: false, theme: this.dark.matches ? 'dark' : undefined,
      config: { background: 'transparent', font: 'system-ui, sans-serif' }, loader: { load: () => Promise.reject(new Error('nothing is loaded')) } };
    vegaEmbed(place, this.specs[place.dataset.chart], look).catch((error) => { place.textContent = `This chart cannot be drawn: ${error.message}`; });
  }
}
