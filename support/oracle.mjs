// Test oracles: Pillow and OpenCV in one Python process, and command line tools. Pillow does not preserve
// 16-bit samples and some transparent colours; use png.mjs for those.
import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

// Reads tasks and writes results as lines of JSON. Bytes and arrays are exchanged as files.
const SERVER = `
import io, json, os, sys, tempfile, traceback
import numpy as np
from PIL import Image

files = 0

def pack(value):
    global files
    if isinstance(value, dict):
        return {key: pack(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [pack(item) for item in value]
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Image.Image):
        value = np.asarray(value)
    if isinstance(value, (bytes, bytearray, np.ndarray)):
        files += 1
        path = os.path.join(folder, f'out{files}')
        with open(path, 'wb') as file:
            file.write(value.tobytes() if isinstance(value, np.ndarray) else value)
        if not isinstance(value, np.ndarray):
            return {'$file': path}
        shape = (*value.shape, 1) if value.ndim == 2 else value.shape
        return {'$file': path, 'height': shape[0], 'width': shape[1], 'channels': shape[2]}
    return value

with tempfile.TemporaryDirectory(prefix='crop64-') as folder:
    print(json.dumps({'folder': folder}), flush=True)
    for line in sys.stdin:
        task = json.loads(line)
        scope = {'io': io, 'np': np, 'Image': Image, **task['values']}
        try:
            if 'cv2' in task['code']:
                import cv2
                scope['cv2'] = cv2
            for name, path in task['files'].items():
                with open(path, 'rb') as file:
                    scope[name] = file.read()
                os.unlink(path)
            exec(task['code'], scope)
            answer = {'result': pack(scope.get('result'))}
        except Exception:
            answer = {'error': traceback.format_exc()}
        print(json.dumps(answer), flush=True)
`;

// Debian's packages are installed for Debian's Python, which need not be the first on the PATH.
function findPython() {
  const modules = `import importlib.util as u
raise SystemExit(not all(map(u.find_spec, ('PIL', 'cv2', 'numpy'))))`;
  const found = ['/usr/bin/python3', 'python3'].find(
    (python) => spawnSync(python, ['-c', modules]).status === 0,
  );
  if (found === undefined) {
    throw new Error("Expected a python3 with PIL, cv2 and numpy (Debian's python3-opencv, …).");
  }
  return found;
}

let server;
let sent = 0;

async function start() {
  const child = spawn(findPython(), ['-c', SERVER], { stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting = [];
  const receive = () =>
    new Promise((resolve, reject) => {
      waiting.push({ resolve, reject });
      hold(child, true);
    });
  createInterface({ input: child.stdout }).on('line', (line) => {
    waiting.shift().resolve(JSON.parse(line));
    hold(child, waiting.length > 0);
  });
  child.on('exit', (code) => {
    server = undefined;
    for (const { reject } of waiting) reject(new Error(`Python ended with ${code}.`));
  });
  const { folder } = await receive();
  return { child, folder, receive };
}

// An idle Python does not keep Node running. It exits and removes its files when its input ends.
function hold(child, busy) {
  for (const handle of [child, child.stdin, child.stdout]) {
    if (busy) handle.ref();
    else handle.unref();
  }
}

/**
 * Runs Python code with io, np, Image, the given values, and cv2 if the code mentions it. Byte arrays become
 * bytes. Returns the variable `result`: bytes as a Buffer, arrays of samples and Pillow's images as
 * { data, width, height, channels }.
 */
export async function python(code, values = {}) {
  server ??= start();
  const { child, folder, receive } = await server;
  const task = { code, values: {}, files: {} };
  for (const [name, value] of Object.entries(values)) {
    if (value instanceof Uint8Array || value instanceof Uint8ClampedArray) {
      task.files[name] = join(folder, `in${sent++}`);
      writeFileSync(task.files[name], value);
    } else {
      task.values[name] = value;
    }
  }
  const answer = receive();
  child.stdin.write(`${JSON.stringify(task)}\n`);
  const { result, error } = await answer;
  if (error !== undefined) throw new Error(`${error}in:\n${code}`);
  return unpack(result);
}

async function unpack(value) {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return Promise.all(value.map(unpack));
  const { $file, ...rest } = value;
  if ($file !== undefined) {
    const data = await readFile($file);
    return 'width' in rest ? { data, ...rest } : data;
  }
  const entries = Object.entries(rest).map(async ([key, item]) => [key, await unpack(item)]);
  return Object.fromEntries(await Promise.all(entries));
}

/** Runs a program with `input` on its standard input and returns its standard output. Throws if it fails. */
export function tool(command, args, input) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { input, maxBuffer: 2 ** 30 });
  if (error !== undefined || status !== 0) {
    throw new Error(`${command} ${args.join(' ')}: ${error ?? stderr.toString()}`);
  }
  return stdout;
}

/** The samples of a JPEG, decoded by libjpeg-turbo's djpeg. */
export function djpeg(file) {
  return parsePnm(tool('djpeg', ['-dct', 'int', '-pnm'], file));
}

/** The samples of a binary PGM or PPM. */
export function parsePnm(pnm) {
  const header = /^P([56])\s+(\d+)\s+(\d+)\s+255\s/.exec(pnm.subarray(0, 64).toString('latin1'));
  const [text, kind, width, height] = header;
  const size = { width: Number(width), height: Number(height), channels: kind === '5' ? 1 : 3 };
  return { data: pnm.subarray(text.length), ...size };
}

/** The samples of a file, decoded by Pillow and converted to `mode`. */
export function pillow(file, mode, box) {
  const code = `
image = Image.open(io.BytesIO(file))
if box: image = image.crop(box)
result = image.convert(mode) if mode else image`;
  return python(code, { file, mode: mode ?? '', box: box ?? [] });
}

/** Checks files with pngcheck, given as paths. Throws its output if any is invalid. */
export function pngcheck(paths) {
  const { status, stdout, error } = spawnSync('pngcheck', ['-q', ...paths], { encoding: 'latin1' });
  if (error !== undefined || status !== 0) {
    throw new Error(`pngcheck: ${error ?? stdout.slice(0, 2000)}`);
  }
}
