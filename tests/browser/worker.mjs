// A module worker that crops what it is sent.
import { ImageError, toDataURL } from '../../dist/index.js';

self.onmessage = async ({ data: { source, options } }) => {
  try {
    self.postMessage({ text: await toDataURL(source, options) });
  } catch (error) {
    self.postMessage({ code: error instanceof ImageError ? error.code : String(error) });
  }
};
