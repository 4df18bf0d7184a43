'use strict';

const byId = id => document.getElementById(id);
const KEPT = 120;
const flight = [];
const rates = [];
let last = null;

function plot(canvas, values) {
  const ratio = window.devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const context = canvas.getContext('2d');
  context.scale(ratio, ratio);
  const most = Math.max(1, ...values);
  context.strokeStyle = getComputedStyle(document.documentElement).getPropertyValue('--accent');
  context.lineWidth = 2;
  context.beginPath();
  values.forEach((value, i) => context.lineTo(width * i / (KEPT - 1), height - 4 - (height - 20) * value / most));
  context.stroke();
  context.fillStyle = getComputedStyle(document.documentElement).getPropertyValue('--quiet');
  context.fillText(String(Math.round(most)), 4, 12);
}

function keep(values, value) {
  values.push(value);
  if (values.length > KEPT) {
    values.shift();
  }
}

function show(stats) {
  const now = performance.now();
  const rate = last ? 1000 * (stats.completed - last.completed) / (now - last.at) : 0;
  last = { completed: stats.completed, at: now };
  keep(flight, stats.inFlight);
  keep(rates, rate);
  byId('in-flight').textContent = stats.inFlight;
  byId('rate').textContent = Math.round(rate);
  byId('disposals').textContent = stats.disposals;
  byId('cancels').textContent = stats.cancelSqes;
  byId('all').textContent = stats.allCancelSqes;
  plot(byId('plot-flight'), flight);
  plot(byId('plot-rate'), rates);
}

function watchRing() {
  const events = new EventSource('api/ring');
  events.onmessage = event => {
    byId('ring-state').textContent = 'Live, twice a second.';
    show(JSON.parse(event.data));
  };
  events.onerror = () => {
    byId('ring-state').textContent = events.readyState === EventSource.CLOSED
        ? 'There is no io_uring here: files are served by Spring’s own means.' : 'Connecting again …';
  };
}

async function post(path) {
  const response = await fetch(path, { method: 'POST' });
  if (!response.ok) {
    throw new Error(`The server answered ${response.status}.`);
  }
  return response.json();
}

byId('open').onclick = async () => {
  try {
    const { streams } = await post('api/streams/open');
    byId('dropped').textContent = streams ? `${streams} streams wait for data.` : 'They are open already.';
  } catch (e) {
    byId('dropped').textContent = e.message;
  }
};

byId('drop').onclick = async () => {
  try {
    const d = await post('api/streams/drop');
    byId('dropped').textContent = d.disposals
        ? `${d.disposals} disposals, ${d.cancelSqes} cancel SQE, ${d.allCancelSqes} ALL cancel; ${d.cancelled} reads ended.`
        : 'None was open.';
  } catch (e) {
    byId('dropped').textContent = e.message;
  }
};

async function list() {
  const response = await fetch('api/files');
  const rows = (await response.json()).map(file => {
    const row = document.createElement('tr');
    const link = document.createElement('a');
    link.href = 'files/' + encodeURIComponent(file.name);
    link.textContent = file.name;
    const follow = document.createElement('button');
    follow.type = 'button';
    follow.textContent = 'Follow';
    follow.setAttribute('aria-label', `Follow ${file.name}`);
    follow.onclick = () => followLog(file.name);
    for (const [content, style] of [[link, ''], [file.bytes.toLocaleString(), 'number'], [follow, '']]) {
      const cell = document.createElement('td');
      cell.className = style;
      cell.append(content);
      row.append(cell);
    }
    return row;
  });
  byId('files').replaceChildren(...rows);
}

let followed = null;

function followLog(name) {
  if (followed) {
    followed.close();
  }
  const log = byId('log');
  log.textContent = '';
  followed = new EventSource('api/follow/' + encodeURIComponent(name));
  byId('log-state').textContent = `Following ${name}.`;
  followed.onmessage = event => {
    const atEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 4;
    log.append(event.data + '\n');
    while (log.childNodes.length > 1000) {
      log.firstChild.remove();
    }
    if (atEnd) {
      log.scrollTop = log.scrollHeight;
    }
  };
  followed.onerror = () => {
    followed.close();
    byId('log-state').textContent = `${name} is not followed any more.`;
  };
}

byId('upload').onsubmit = event => {
  event.preventDefault();
  const file = byId('file').files[0];
  const progress = byId('progress');
  const request = new XMLHttpRequest();
  request.open('PUT', 'files/' + encodeURIComponent(file.name));
  request.setRequestHeader('Content-Type', 'application/octet-stream');
  request.upload.onprogress = e => { progress.value = e.loaded / e.total; };
  request.onloadend = () => {
    progress.hidden = true;
    byId('message').textContent = request.status === 201 ? `${file.name} is stored.`
        : request.status === 409 ? `There is a file ${file.name} already.` : `It was not stored (${request.status}).`;
    list();
  };
  progress.hidden = false;
  request.send(file);
};

watchRing();
list();
