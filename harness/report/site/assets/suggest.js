// A field with suggestions: arrow keys choose, Enter takes, Escape closes. Several names are told apart by commas.

const SUGGESTED = 8;

class Suggestions {
  constructor(field, list, names, taken) {
    Object.assign(this, { field, list, names, taken, at: -1 });
    field.addEventListener('input', () => this.show());
    field.addEventListener('keydown', (event) => this.key(event));
    field.addEventListener('blur', () => this.close());
    list.addEventListener('pointerdown', (event) => {
      event.preventDefault();  // the field keeps the focus
      const option = event.target.closest('[role=option]');
      if (option) this.take(option.dataset.name);
    });
  }

  show() {
    const word = this.field.value.split(',').at(-1).trim().toLowerCase();
    const ranked = this.names.map((name, place) => [name.toLowerCase().indexOf(word), place, name]).filter(([at]) => at >= 0);
    const found = word ? ranked.sort((one, other) => Math.min(one[0], 1) - Math.min(other[0], 1) || one[1] - other[1]).slice(0, SUGGESTED) : [];
    if (!found.length || (found.length === 1 && found[0][2].toLowerCase() === word)) { this.close(); return; }
    this.list.replaceChildren(...found.map(([at, , name], place) => h('li', { role: 'option', id: `suggested-${place}`, 'data-name': name, 'aria-selected': 'false' },
      name.slice(0, at), h('b', {}, name.slice(at, at + word.length)), name.slice(at + word.length))));
    this.list.hidden = false;
    this.field.setAttribute('aria-expanded', 'true');
    this.choose(-1);
  }

  choose(at) {
    this.at = at;
    [...this.list.children].forEach((option, place) => option.setAttribute('aria-selected', String(place === at)));
    if (at >= 0) this.field.setAttribute('aria-activedescendant', `suggested-${at}`);
    else this.field.removeAttribute('aria-activedescendant');
  }

  key(event) {
    const many = this.list.hidden ? 0 : this.list.children.length;
    if (event.key === 'Escape') this.close();
    if (!many) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const step = event.key === 'ArrowDown' ? 1 : -1;
      this.choose((this.at + step + (this.at < 0 && step < 0 ? 1 : 0) + many) % many);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      this.take(this.list.children[Math.max(this.at, 0)].dataset.name);
    }
  }

  take(name) {
    const before = this.field.value.split(',').slice(0, -1).map((one) => one.trim());
    this.field.value = [...before, name].join(', ');
    this.close();
    this.taken();
  }

  close() {
    this.list.hidden = true;
    this.field.setAttribute('aria-expanded', 'false');
    this.choose(-1);
  }
}
