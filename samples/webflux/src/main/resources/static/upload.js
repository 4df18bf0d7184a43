import { size } from './files.js';
import { brief } from './names.js';

const byId = id => document.getElementById(id);

/** Sends the chosen file by PUT to where `pathOf` says, tells how far it is, and calls `done` at the end. */
export function prepareUpload(pathOf, isThere, done) {
  byId('upload').onsubmit = event => {
    event.preventDefault();
    const file = byId('file').files[0];
    if (isThere(file.name)) {
      say(`There is a file ${brief(file.name)} already: nothing was sent.`, true);
    } else {
      send(file, pathOf(file.name), done);
    }
  };
}

function send(file, path, done) {
  const request = new XMLHttpRequest();
  request.open('PUT', 'files/' + path);
  request.setRequestHeader('Content-Type', 'application/octet-stream');
  request.upload.onprogress = e => progress(e.loaded, e.total);
  request.onload = () => say(...answer(brief(file.name), request.status));
  request.onerror = () => say('The connection broke: the file was not stored.', true);
  request.onabort = () => say(`The upload of ${brief(file.name)} was cancelled: nothing was stored.`);
  request.onloadend = () => {
    const hadFocus = byId('sending').contains(document.activeElement);
    busy(false);
    if (hadFocus) {
      byId('file').focus();
    }
    done();
  };
  byId('abort').onclick = () => request.abort();
  say('');
  progress(0, file.size);
  const byKeyboard = document.activeElement?.type === 'submit';
  busy(true);
  if (byKeyboard) {
    byId('abort').focus();
  }
  request.send(file);
}

function answer(name, status) {
  switch (status) {
    case 201: return [`${name} is stored.`];
    case 409: return [`There is a file ${name} already: it was left as it is.`, true];
    case 400: return [`The server takes no file of the name ${name}.`, true];
    default: return [`The server could not store ${name} (${status}).`, true];
  }
}

function busy(is) {
  byId('sending').hidden = !is;
  byId('upload').querySelector('[type=submit]').disabled = is;
  byId('file').disabled = is;
}

function progress(sent, total) {
  byId('progress').value = total ? sent / total : 1;
  byId('sent').textContent = `${size(sent)} of ${size(total)}`;
}

function say(text, bad = false) {
  byId('message').textContent = text;
  byId('message').className = bad ? 'bad' : '';
}
