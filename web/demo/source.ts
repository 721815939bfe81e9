// Where a picture comes from: the file picker, a drop, the clipboard, or a sample of this page.

import { byId, say } from './dom.js';
import { pool } from './pool.js';
import { messageOf } from './words.js';

const SAMPLE_TYPES = { jpg: 'image/jpeg', png: 'image/png' };

export function listenForPictures(open: (file: File) => void): void {
  const tell = (error: unknown) => say(byId('status', HTMLElement), messageOf(error), 'error');

  const input = byId('file', HTMLInputElement);
  input.addEventListener('change', () => {
    const [file] = input.files ?? [];
    if (file !== undefined) {
      open(file);
    }
    input.value = ''; // so that the same file can be opened again
  });

  const frame = byId('frame', HTMLElement);
  const isFile = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes('Files') === true;
  document.addEventListener('dragover', (event) => {
    if (isFile(event)) {
      event.preventDefault();
      frame.classList.add('over');
    }
  });
  document.addEventListener('dragleave', ({ relatedTarget }) => {
    if (relatedTarget === null) {
      frame.classList.remove('over');
    }
  });
  document.addEventListener('drop', (event) => {
    frame.classList.remove('over');
    const [file] = event.dataTransfer?.files ?? [];
    if (file !== undefined) {
      event.preventDefault();
      open(file);
    }
  });

  document.addEventListener('paste', ({ clipboardData }) => {
    const [file] = clipboardData?.files ?? [];
    const text = clipboardData?.getData('text/plain').trim() ?? '';
    if (file !== undefined) {
      open(file);
    } else if (text.startsWith('data:')) {
      readDataUrl(text).then(open, tell);
    }
  });

  // Where there are no keys to paste with.
  const paste = byId('paste', HTMLButtonElement);
  paste.hidden = navigator.clipboard?.read === undefined;
  paste.addEventListener('click', () => readClipboard().then(open).catch(tell));

  for (const button of document.querySelectorAll<HTMLElement>('[data-sample]')) {
    const name = button.dataset.sample as string;
    button.addEventListener('click', () => fetchSample(name).then(open).catch(tell));
  }
}

async function readDataUrl(text: string): Promise<File> {
  return asFile(await pool.toBlob(text), 'pasted');
}

async function readClipboard(): Promise<File> {
  for (const item of await navigator.clipboard.read()) {
    const type = item.types.find((type) => type.startsWith('image/'));
    if (type !== undefined) {
      return asFile(await item.getType(type), 'pasted');
    }
  }
  throw new Error('There is no picture on the clipboard.');
}

const asFile = (blob: Blob, name: string): File => {
  const ending = Object.entries(SAMPLE_TYPES).find(([, type]) => type === blob.type)?.[0];
  return new File([blob], ending === undefined ? name : `${name}.${ending}`, { type: blob.type });
};

// Samples are not part of the page: they come when they are asked for.
async function fetchSample(name: string): Promise<File> {
  const response = await fetch(`./samples/${name}`).catch((error) => {
    throw new Error(`The sample did not come: ${messageOf(error)}.`);
  });
  if (!response.ok) {
    throw new Error(`The sample did not come: the server answered ${response.status}.`);
  }
  const type = response.headers.get('content-type') ?? '';
  return new File([await response.blob()], name, { type });
}
