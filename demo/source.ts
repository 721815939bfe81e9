// Opens images from the file picker, a drop, the clipboard or the samples of this page.

import { byId } from './dom.js';
import { messageOf } from './format-values.js';
import { pool } from './pool.js';

const SAMPLE_TYPES = { jpg: 'image/jpeg', png: 'image/png' };

/** `fail` is called with the reason if no file can be opened. */
export function listenForImages(open: (file: File) => void, fail: (reason: string) => void): void {
  let asked = 0;

  function openNow(file: File): void {
    asked += 1;
    open(file);
  }

  // A file that arrives after the user chose another one is ignored.
  async function openLater(file: Promise<File>): Promise<void> {
    asked += 1;
    const mine = asked;
    try {
      const arrived = await file;
      if (mine === asked) {
        open(arrived);
      }
    } catch (error) {
      if (mine === asked) {
        fail(messageOf(error));
      }
    }
  }

  const input = byId('file', HTMLInputElement);
  input.addEventListener('change', () => {
    const [file] = input.files ?? [];
    if (file !== undefined) {
      openNow(file);
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
      openNow(file);
    }
  });

  document.addEventListener('paste', ({ clipboardData }) => {
    const [file] = clipboardData?.files ?? [];
    const text = clipboardData?.getData('text/plain').trim() ?? '';
    if (file !== undefined) {
      openNow(file);
    } else if (text.startsWith('data:')) {
      openLater(readDataUrl(text));
    }
  });

  // For devices without a keyboard.
  const paste = byId('paste', HTMLButtonElement);
  paste.hidden = navigator.clipboard?.read === undefined;
  paste.addEventListener('click', () => openLater(readClipboard()));

  for (const button of document.querySelectorAll<HTMLElement>('[data-sample]')) {
    const name = button.dataset.sample as string;
    button.addEventListener('click', () => openLater(fetchSample(name)));
  }
}

async function readDataUrl(text: string): Promise<File> {
  const blob = await pool.toBlob(text).catch(() => {
    throw new Error('The pasted data URL has no image that can be read.');
  });
  return asFile(blob, 'pasted');
}

async function readClipboard(): Promise<File> {
  const items = await navigator.clipboard.read().catch(() => {
    throw new Error('The browser does not let this page read the clipboard.');
  });
  for (const item of items) {
    const type = item.types.find((type) => type.startsWith('image/'));
    if (type !== undefined) {
      return asFile(await item.getType(type), 'pasted');
    }
  }
  throw new Error('The clipboard has no image.');
}

const asFile = (blob: Blob, name: string): File => {
  const ending = Object.entries(SAMPLE_TYPES).find(([, type]) => type === blob.type)?.[0];
  return new File([blob], ending === undefined ? name : `${name}.${ending}`, { type: blob.type });
};

// Samples are fetched when they are chosen.
async function fetchSample(name: string): Promise<File> {
  const response = await fetch(`./samples/${name}`).catch((error) => {
    throw new Error(`The sample could not be fetched: ${messageOf(error)}.`);
  });
  if (!response.ok) {
    throw new Error(`The sample could not be fetched: the server answered ${response.status}.`);
  }
  const type = response.headers.get('content-type') ?? '';
  return new File([await response.blob()], name, { type });
}
