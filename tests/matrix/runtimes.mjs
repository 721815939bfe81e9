// The half of the matrix that takes the package as it is installed: Node, Deno, Bun, workerd, and the
// browsers, in which a page and a module worker import it by its path.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { serve } from '../browser/server.mjs';
import { jobs, readHashes, readSource } from '../support/jobs.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const timeout = 60_000;
const entries = ['crop64', 'crop64/pool', 'crop64/inline'];

// By the name that --only takes. Deno needs leave to read files, and no more.
const runtimes = {
  node: (folder) => inProgram(folder, 'Node', process.execPath),
  'newest-node': (folder) => inProgram(folder, 'Node', installed('node')),
  deno: (folder) => inProgram(folder, 'Deno', installed('deno'), ['run', '--allow-read=.']),
  bun: (folder) => inProgram(folder, 'Bun', installed('bun')),
  workerd: inWorkerd,
  chromium: (folder) => inBrowser(folder, 'Chromium', '../browser/chromium.mjs'),
  firefox: (folder) => inBrowser(folder, 'Firefox', '../browser/firefox.mjs'),
  webkitgtk: (folder) => inBrowser(folder, 'WebKitGTK', '../browser/webkit.mjs'),
};
export const names = Object.keys(runtimes);

const installed = (program) => join(here, 'node_modules/.bin', program);

/** `folder` has the package installed. Gives { runtime, entry, result: 'ok' or why not, hash }. */
export async function* rows({ folder, only = names }) {
  await writePrograms(folder);
  for (const name of names.filter((name) => only.includes(name))) {
    try {
      yield* runtimes[name](folder);
    } catch (error) {
      yield { runtime: name, entry: 'all', result: error.message, hash: '' };
    }
  }
}

async function row(runtime, entry, work) {
  try {
    return { runtime, entry, result: 'ok', hash: await work() };
  } catch (error) {
    return { runtime, entry, result: error.message, hash: '' };
  }
}

const fileOf = (entry) => `${entry.replace('/', '-')}.mjs`;

async function writePrograms(folder) {
  const hashes = readHashes();
  const all = jobs.map((job) => {
    const source = readSource(job).toString('base64');
    return { ...job, source, hash: hashes[job.name] };
  });
  const imports = (entry) => `import * as crop64 from '${entry}';
import { check } from './cases.mjs';
import { jobs } from './jobs.mjs';
`;
  const files = {
    'jobs.mjs': `export const jobs = ${JSON.stringify(all)};`,
    'workerd.mjs': `${imports('crop64')}import wasmModule from 'crop64/crop64.wasm';
await crop64.init({ wasmModule });
export default { test: async () => console.log('hash', await check(crop64, jobs)) };`,
    'workerd.capnp': `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [(name = "main", worker = (
  compatibilityDate = "2025-01-01",
  modules = [
    (name = "main.js", esModule = embed "workerd.js"),
    (name = "crop64.wasm", wasm = embed "node_modules/crop64/dist/crop64.wasm"),
  ],
))]);`,
    'worker.mjs': `const check = ${checkInWindow};
onmessage = ({ data }) => check(data).then(
  (hash) => postMessage({ hash }),
  (error) => postMessage({ error: String(error) }),
);`,
  };
  for (const entry of entries) {
    files[fileOf(entry)] = `${imports(entry)}console.log('hash', await check(crop64, jobs));`;
  }
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(folder, name), content);
  }
  await copyFile(join(here, 'cases.mjs'), join(folder, 'cases.mjs'));
}

async function* inProgram(folder, title, program, flags = []) {
  const [version] = (await run(program, ['--version'], folder)).match(/\d+\.\d+\.\d+/);
  for (const entry of entries) {
    yield row(`${title} ${version}`, entry, async () =>
      hashIn(await run(program, [...flags, fileOf(entry)], folder)),
    );
  }
}

// As wrangler does it: one file, and the wasm beside it as a module.
async function* inWorkerd(folder) {
  const [version] = (await run(installed('workerd'), ['--version'], folder)).match(/[\d-]{10}/);
  yield row(`workerd ${version}`, 'crop64', async () => {
    const { build } = await import('esbuild');
    const wasm = {
      name: 'wasm',
      setup: ({ onResolve }) =>
        onResolve({ filter: /\.wasm$/ }, () => ({ path: './crop64.wasm', external: true })),
    };
    await build({
      entryPoints: [join(folder, 'workerd.mjs')],
      outfile: join(folder, 'workerd.js'),
      bundle: true,
      format: 'esm',
      conditions: ['workerd', 'worker', 'browser'],
      plugins: [wasm],
      logLevel: 'silent',
    });
    return hashIn(await run(installed('workerd'), ['test', 'workerd.capnp'], folder));
  });
}

function hashIn(output) {
  const hash = output.match(/^hash (\w+)$/m)?.[1];
  if (hash === undefined) throw new Error(`Expected a hash but it printed ${output}`);
  return hash;
}

// What a program prints. It and what it started are ended where they take too long.
async function run(command, args, cwd) {
  const env = { ...process.env, NO_COLOR: '1' };
  const stdio = ['ignore', 'pipe', 'pipe'];
  const child = spawn(command, args, { cwd, env, stdio, detached: true });
  const timer = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), timeout);
  try {
    const ended = once(child, 'close');
    const [output, errors, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      ended,
    ]);
    if (code !== 0) throw new Error(`It ended with ${code ?? 'no answer'}: ${errors}${output}`);
    return output + errors;
  } finally {
    clearTimeout(timer);
  }
}

async function* inBrowser(folder, title, launcher) {
  const { launch } = await import(launcher);
  const browser = await launch();
  const server = await serve(folder);
  try {
    const name = `${title} ${(await browser.version()).match(/\d+\.\d+/)}`;
    for (const [where, work] of Object.entries({ window: checkInWindow, worker: checkInWorker })) {
      for (const entry of entries) {
        yield row(`${name}, ${where}`, entry, async () => {
          const page = await browser.newPage();
          await page.goto(`${server.origin}/blank.html`);
          const hash = await inTime(page.evaluate(work, pathOf(folder, entry)));
          await page.close();
          return hash;
        });
      }
    }
  } finally {
    await browser.close();
    await server.close();
  }
}

function pathOf(folder, entry) {
  const { exports } = JSON.parse(readFileSync(join(folder, 'node_modules/crop64/package.json')));
  return join('/node_modules/crop64', exports[entry.replace('crop64', '.')].default);
}

function inTime(work) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('It gave no answer.')), timeout);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

// In the page.
async function checkInWindow(path) {
  const [crop64, { check }, { jobs }] = await Promise.all([
    import(path),
    import('/cases.mjs'),
    import('/jobs.mjs'),
  ]);
  return check(crop64, jobs);
}

// In the page.
async function checkInWorker(path) {
  const worker = new Worker('/worker.mjs', { type: 'module' });
  const { hash, error } = await new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message ?? 'The worker did not load.'));
    worker.postMessage(path);
  });
  if (error !== undefined) throw new Error(error);
  return hash;
}
