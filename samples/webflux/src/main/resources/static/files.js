import { prepareUpload } from './upload.js';

const SHOWN = 500;
const FILTER_FROM = 20;
const RETRY_MS = 2000;
const byId = id => document.getElementById(id);
let follow = null;
let names = [];
let entries = [];

/** Lists the directory that the address names, behind its #. */
export function showFiles(followLog) {
  follow = followLog;
  addEventListener('hashchange', async () => {
    await open();
    // The link that was followed is gone, and the focus with it.
    if (document.activeElement === document.body) {
      (names.length ? byId('path').lastChild.firstChild : byId('files-title')).focus();
    }
  });
  document.addEventListener('visibilitychange', () => document.hidden || list());
  byId('filter').oninput = render;
  prepareUpload(pathOf, name => entries.some(entry => entry.name === name), list);
  open();
}

/** Returns the address of what has this name in the shown directory. */
function pathOf(name) {
  return encoded([...names, name]);
}

function encoded(segments) {
  return segments.map(encodeURIComponent).join('/');
}

function open() {
  try {
    names = location.hash.slice(1).split('/').filter(name => name).map(decodeURIComponent);
  } catch {
    names = [];
  }
  byId('filter').value = '';
  byId('path').parentNode.hidden = names.length === 0;
  byId('path').replaceChildren(...['files', ...names].map((name, i) => {
    const item = document.createElement('li');
    const here = i === names.length;
    const link = document.createElement(here ? 'span' : 'a');
    link.textContent = name;
    if (here) {
      link.setAttribute('aria-current', 'page');
      link.tabIndex = -1;
    } else {
      link.href = '#' + encoded(names.slice(0, i));
    }
    item.append(link);
    return item;
  }));
  return list();
}

async function list() {
  const asked = names;
  try {
    const response = await fetch(['api/files', ...names.map(encodeURIComponent)].join('/'));
    if (!response.ok) {
      throw new Error(response.status === 404 ? 'There is no such directory.' : `The server answered ${response.status}.`);
    }
    const found = await response.json();
    if (asked === names) {
      entries = found;
      render();
    }
  } catch (e) {
    if (asked !== names) {
      return;
    }
    if (e instanceof TypeError) {
      state('The server does not answer. Trying again …', true);
      setTimeout(() => asked === names && list(), RETRY_MS);
    } else {
      entries = [];
      render();
      state(e.message, true);
    }
  }
}

function state(text, bad = false) {
  byId('files-state').textContent = text;
  byId('files-state').className = bad ? 'bad' : 'quiet';
}

function render() {
  const wanted = byId('filter').value.toLowerCase();
  const matching = entries.filter(entry => entry.name.toLowerCase().includes(wanted));
  byId('filter-line').hidden = entries.length < FILTER_FROM;
  byId('listing').hidden = matching.length === 0;
  const focused = byId('files').contains(document.activeElement) ? document.activeElement.title : null;
  byId('files').replaceChildren(...matching.slice(0, SHOWN).map(row));
  if (focused) {
    [...byId('files').querySelectorAll('[title]')].find(element => element.title === focused)?.focus();
  }
  state(entries.length === 0 ? 'There are no files here yet.'
      : matching.length === 0 ? 'No name contains that.'
      : matching.length > SHOWN ? `The first ${SHOWN} of ${matching.length.toLocaleString('en')}: narrow it down by name.` : '');
}

function row(entry) {
  const row = document.createElement('tr');
  const name = cell('th', '', link(entry));
  name.scope = 'row';
  const time = document.createElement('time');
  const changed = new Date(entry.modifiedMillis);
  time.dateTime = changed.toISOString();
  time.textContent = changed.toLocaleString('sv').slice(0, 16);
  const bytes = cell('td', 'number', entry.directory ? '' : size(entry.bytes));
  bytes.title = entry.directory ? '' : `${entry.bytes.toLocaleString('en')} bytes`;
  row.append(name, bytes, cell('td', 'time', time), cell('td', '', entry.directory ? '' : followButton(entry)));
  return row;
}

function cell(kind, style, content) {
  const cell = document.createElement(kind);
  cell.className = style;
  cell.append(content);
  return cell;
}

function link(entry) {
  const link = document.createElement('a');
  link.href = (entry.directory ? '#' : 'files/') + pathOf(entry.name);
  link.textContent = entry.directory ? entry.name + '/' : entry.name;
  link.title = entry.name;
  link.toggleAttribute('download', !entry.directory);
  return link;
}

function followButton(entry) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'second';
  button.textContent = 'Follow';
  button.setAttribute('aria-label', `Follow ${entry.name}`);
  button.title = `Follow ${entry.name}`;
  button.onclick = () => follow(entry.name, pathOf(entry.name));
  return button;
}

export function size(bytes) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  while (bytes >= 999.5 && unit < units.length - 1) {
    bytes /= 1000;
    unit++;
  }
  return `${unit && bytes < 99.95 ? bytes.toFixed(1) : Math.round(bytes)} ${units[unit]}`;
}
