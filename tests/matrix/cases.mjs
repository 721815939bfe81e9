// What the package does in every environment of the matrix: the jobs of ../support/jobs.mjs, whose
// results have known hashes, and what goes wrong. Of its environment it asks for WebCrypto alone.

const bytesOf = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));

// The ways in which a source comes; each gives the same.
const forms = [bytesOf, (base64) => new Blob([bytesOf(base64)]), (base64) => base64];

async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function same(actual, expected, what) {
  if (actual !== expected) throw new Error(`${what}: expected ${expected} but received ${actual}.`);
}

/**
 * Does all of it with `crop64`, one of the package's entries, and gives a short hash of all results.
 * `jobs` are { name, source: base64, options, hash }. Throws on the first result that is wrong.
 */
export async function check(crop64, jobs) {
  const hashes = [];
  for (const [i, { name, source, options, hash }] of jobs.entries()) {
    const form = forms[i % forms.length];
    hashes.push(await sha256(await crop64.toBytes(form(source), options)));
    same(hashes[i], hash, name);
  }
  const [{ source, options }] = jobs;
  const url = await crop64.toDataURL(bytesOf(source), options);
  const [start, base64] = url.split(',');
  same(start, 'data:image/jpeg;base64', 'the start of a data URL');
  same(await sha256(bytesOf(base64)), hashes[0], 'the bytes of a data URL');
  await checkErrors(crop64, bytesOf(source));
  return (await sha256(new TextEncoder().encode(hashes.join()))).slice(0, 12);
}

async function checkErrors({ ImageError, decode, probe }, file) {
  const { width } = await probe(file);
  const crop = { left: 0, top: 0, right: width + 9, bottom: 1 };
  const calls = {
    CROP_OUT_OF_BOUNDS: decode(file, { crop }),
    INVALID_ARGUMENT: decode(file, { corp: crop }),
    TRUNCATED_IMAGE: decode(file.subarray(0, file.length / 2)),
    UNSUPPORTED_FORMAT: decode(new TextEncoder().encode('words')),
  };
  for (const [code, call] of Object.entries(calls)) {
    const error = await call.then(() => 'no error').catch((reason) => reason);
    if (!(error instanceof ImageError)) throw new Error(`Expected ${code} but received ${error}.`);
    same(error.code, code, error.message);
  }
}
