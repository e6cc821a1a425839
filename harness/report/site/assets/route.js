// Which view is shown, and of what: all of it stands in the address, so that every view can be linked to.

function readRoute() {
  const [path, query] = location.hash.replace(/^#\/?/, '').split('?');
  return { view: path || 'ask', wanted: Object.fromEntries(new URLSearchParams(query ?? '')) };
}

function address(view, wanted = {}) {
  const query = new URLSearchParams(Object.entries(wanted).filter(([, value]) => value)).toString();
  return `#/${view}${query ? `?${query}` : ''}`;
}

// Without an entry in the history for every letter that is typed.
function replaceRoute(view, wanted) {
  history.replaceState(null, '', address(view, wanted));
}
