import { brief } from './names.js';

const KEPT = 1000;
const byId = id => document.getElementById(id);
let followed = null;
let waiting = [];

// A page that was left may live on in the browser's cache, and would go on listening there.
addEventListener('pagehide', () => byId('stop').hidden || byId('stop').click());

/** Follows a file, instead of the one before. */
export function followLog(fullName, path) {
  const name = brief(fullName);
  followed?.close();
  byId('log').replaceChildren();
  waiting = [];
  const events = followed = new EventSource('api/follow/' + path);
  tell(`Opening ${name} …`);
  events.addEventListener('began', event => {
    tell(`Following ${name}. ${JSON.parse(event.data).text}`, 'live');
  });
  events.onmessage = event => add(JSON.parse(event.data).text);
  events.addEventListener('failed', event => end(`${name} cannot be followed. ${JSON.parse(event.data).text}`));
  // Not again by itself: it would begin anew, and show every line twice.
  events.onerror = () => end(events.readyState === EventSource.CLOSED
      ? `${name} cannot be followed: it is gone, or the server refuses.` : `The server has left ${name}.`);
  byId('stop').onclick = () => {
    byId('log').focus();
    end(`${name} is not followed any more.`, '');
  };
  byId('stop').hidden = false;
  byId('log').focus();
}

function end(text, state = 'bad') {
  followed.close();
  byId('stop').hidden = true;
  tell(text, state);
}

function tell(text, state = '') {
  byId('log-state').textContent = text;
  byId('log-state').className = `state ${state}`;
}

function add(line) {
  if (waiting.push(line) === 1) {
    // Many lines come at once: they are shown together.
    setTimeout(showWaiting, 50);
  }
}

function showWaiting() {
  const log = byId('log');
  const atEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 8;
  log.append(...waiting.slice(-KEPT).map(line => line + '\n'));
  waiting = [];
  while (log.childNodes.length > KEPT) {
    log.firstChild.remove();
  }
  if (atEnd) {
    log.scrollTop = log.scrollHeight;
  }
}
