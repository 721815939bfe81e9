// What JPEGs hold before they are decoded, as a program on libjpeg tells it.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { segments } from '../../support/jpeg.mjs';
import { root } from './fixtures.mjs';

const program = join(root, 'build/asan/coefficients');

/**
 * For each file { width, height, colorSpace, progressive, warnings, components: [{ id, sampling,
 * blocks, hash, table }] }: the hash is that of all quantised coefficients.
 */
export function coefficients(files) {
  if (!existsSync(program)) {
    throw new Error(
      'Expected build/asan/coefficients. Run: ' +
        'cmake --preset asan && cmake --build --preset asan --target coefficients',
    );
  }
  const input = Buffer.concat(files.flatMap((file) => [length(file), file]));
  const { status, stdout, stderr } = spawnSync(program, { input, maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`coefficients ended with ${status}: ${stderr}`);
  return stdout.toString().trim().split('\n').map(JSON.parse);
}

function length(file) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(file.length);
  return bytes;
}

const SOF = [0xc0, 0xc1, 0xc2];

/** The frame of a JPEG: { marker, at, width, height, components: [{ id, sampling, slot }] }. */
export function frame(jpeg) {
  const { marker, at, payload } = segments(jpeg).find((segment) => SOF.includes(segment.marker));
  const components = Array.from({ length: payload[5] }, (_, i) => {
    const [id, factors, slot] = payload.subarray(6 + 3 * i);
    return { id, sampling: `${factors >> 4}x${factors & 15}`, slot };
  });
  const size = { width: payload.readUInt16BE(3), height: payload.readUInt16BE(1) };
  return { marker, at, ...size, components };
}

/** The quantisation table of each component, in zigzag order. */
export function tables(jpeg) {
  const slots = {};
  for (const { payload } of segments(jpeg).filter(({ marker }) => marker === 0xdb)) {
    for (let at = 0; at < payload.length; ) {
      const wide = payload[at] >> 4;
      const number = (i) => (wide ? payload.readUInt16BE(at + 1 + 2 * i) : payload[at + 1 + i]);
      slots[payload[at] & 15] = Array.from({ length: 64 }, (_, i) => number(i));
      at += 1 + 64 * (1 + wide);
    }
  }
  return frame(jpeg).components.map(({ slot }) => slots[slot]);
}

/** The JPEG with another size in its frame, which shows more or less of its blocks. */
export function withSize(jpeg, { width, height }) {
  const patched = Buffer.from(jpeg);
  const { at } = frame(jpeg);
  patched.writeUInt16BE(height, at + 5);
  patched.writeUInt16BE(width, at + 7);
  return patched;
}
