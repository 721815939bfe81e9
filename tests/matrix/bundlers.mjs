// The packed package in bundlers: small projects that import it (bundlers/), are built and served with
// what the README says and nothing else, and do what cases.mjs asks in Chromium.
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { run } from '../../scripts/setup/run.mjs';
import { launch } from '../browser/chromium.mjs';
import { serve as serveFolder } from '../browser/server.mjs';
import { root } from '../support/fixtures.mjs';
import { jobs, readHashes, readSource } from '../support/jobs.mjs';

const projects = join(root, 'tests/matrix/bundlers');
// Longer than any of it takes; what hangs is ended.
const timeout = 5 * 60_000;
const entries = ['crop64', 'crop64/pool', 'crop64/inline'];

const vite = 'node node_modules/vite/bin/vite.js';
const vite7 = 'node node_modules/vite-7/bin/vite.js';
const next = { build: ['next build'], serve: 'next start --hostname 127.0.0.1 --port 0' };
const local = '--host 127.0.0.1 --port 0';
const source = 'type="module" src="/src/index.js"';

const inVite = { title: 'Vite', script: source };
const bundled = { script: 'type="module" src="dist/index.js"' };

// By the name that --only takes, which is that of the package, too, unless `name` is given: the commands
// that build the project, and the one that serves it, or else the folder of files that are served; what
// the script of its page is, where it does not make a page itself; and the page, where it is another
// than the first.
const bundlers = {
  vite: { ...inVite, mode: 'dev', serve: `${vite} ${local}` },
  'vite-build': {
    ...{ ...inVite, mode: 'build', name: 'vite' },
    build: [`${vite} build`],
    folder: 'dist',
  },
  'vite-7': { ...inVite, mode: 'dev', serve: `${vite7} ${local}` },
  webpack: {
    ...{ title: 'webpack', script: 'defer src="dist/main.js"' },
    build: ['webpack --mode production --no-performance'],
  },
  rollup: { title: 'Rollup', ...bundled, build: [fromReadme('npx rollup'), fromReadme('cp')] },
  esbuild: { title: 'esbuild', ...bundled, build: [fromReadme('npx esbuild'), fromReadme('cp')] },
  next: { title: 'Next.js', ...next },
  'next-server': { title: 'Next.js', mode: 'server', ...next, name: 'next', path: 'server' },
};
export const names = Object.keys(bundlers);

// The line of the README that begins so.
function fromReadme(start) {
  const lines = fs.readFileSync(join(root, 'README.md'), 'utf8').split('\n');
  const found = lines.find((line) => line.startsWith(`${start} `));
  if (found === undefined) throw new Error(`Expected a line with ${start} in README.md.`);
  return found.replace(/^npx /, '');
}

/**
 * Tries the package in `tarball` in the bundlers whose names are in `only`. Yields a row for each of
 * the package's entries, as soon as it is known: { runtime, entry, result, hash }, where `result` is
 * 'ok' or what went wrong.
 */
export async function* rows({ tarball, only = names }) {
  const wanted = names.filter((name) => only.includes(name));
  if (wanted.length === 0) return;
  // Next.js would take the repository's lock file for that of a project within it.
  const folder = fs.mkdtempSync(join(tmpdir(), 'crop64-bundlers-'));
  let browser;
  try {
    await install(folder, tarball);
    browser = await launch();
    for (const name of wanted) {
      const bundler = { name, ...bundlers[name] };
      const runtime = titleOf(bundler, folder);
      const answers = await tryIn(bundler, folder, browser).catch((error) =>
        entries.map(() => failed(error)),
      );
      for (const [i, entry] of entries.entries()) yield { runtime, entry, ...answers[i] };
    }
  } finally {
    await browser?.close();
    fs.rmSync(folder, { recursive: true });
  }
}

async function install(folder, tarball) {
  for (const name of ['package.json', 'package-lock.json']) {
    fs.copyFileSync(join(projects, name), join(folder, name));
  }
  const quiet = ['--no-audit', '--no-fund', '--prefer-offline'];
  await run('npm', ['ci', ...quiet], { cwd: folder, timeout });
  await run('npm', ['install', '--no-save', ...quiet, tarball], { cwd: folder, timeout });
}

// With as much of the version as tells releases apart.
function titleOf({ title, name, mode }, folder) {
  const file = join(folder, 'node_modules', name, 'package.json');
  const { version } = JSON.parse(fs.readFileSync(file, 'utf8'));
  const [release] = version.match(/^(0\.)?\d+/);
  return `${title} ${release}${mode === undefined ? '' : ` (${mode})`}`;
}

async function tryIn(bundler, folder, browser) {
  const { build = [], serve, folder: made = '.', path = serve ? '' : 'index.html' } = bundler;
  place(bundler, folder);
  for (const line of build) await succeed(line, folder);
  const server = await (serve ? start(serve, folder) : serveFolder(join(folder, made)));
  try {
    return await ask(browser, `${server.origin}/${path}`);
  } finally {
    await server.close();
  }
}

// Puts a project beside the packages, in the place of the one before.
function place({ title, name, script }, folder) {
  const stays = ['node_modules', 'package.json', 'package-lock.json'];
  for (const file of fs.readdirSync(folder)) {
    if (!stays.includes(file)) fs.rmSync(join(folder, file), { recursive: true });
  }
  fs.cpSync(join(projects, 'src'), join(folder, 'src'), { recursive: true });
  fs.copyFileSync(join(root, 'tests/matrix/cases.mjs'), join(folder, 'src/cases.mjs'));
  const own = join(projects, name);
  if (fs.existsSync(own)) fs.cpSync(own, folder, { recursive: true });
  if (script !== undefined) fs.writeFileSync(join(folder, 'index.html'), pageOf(title, script));
}

const pageOf = (title, script) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>crop64 in ${title}</title>
    <script ${script}></script>
  </head>
</html>
`;

const environment = (folder) => ({
  ...process.env,
  PATH: `${join(folder, 'node_modules/.bin')}:${process.env.PATH}`,
  NEXT_TELEMETRY_DISABLED: '1',
});

// Warnings that are none: of large files (Vite), as crop64/inline is one, and where CI builds, that
// there is no cache of an earlier build (Next.js).
const EXPECTED = /^.*(chunkSizeWarningLimit|No build cache found).*$/gm;

async function succeed(line, folder) {
  const options = { cwd: folder, env: environment(folder), timeout };
  const output = await run('sh', ['-c', line], options);
  const told = stripVTControlCharacters(output).replace(EXPECTED, '');
  const [warning] = told.match(/^.*(warn|⚠)[\s\S]*/im) ?? [];
  if (warning !== undefined) throw new Error(`"${line}" warns: ${warning}`);
}

// A server, once it has told its address. It is a group of processes, and ends as one.
async function start(line, folder) {
  const options = { cwd: folder, env: environment(folder), detached: true };
  const child = spawn('sh', ['-c', line], options);
  const exited = new Promise((resolve) => child.on('exit', resolve));
  const close = async () => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid);
    await exited;
  };
  let output = '';
  const told = new Promise((resolve, reject) => {
    const take = (text) => {
      output += stripVTControlCharacters(`${text}`);
      const [origin] = output.match(/http:\/\/[\w.]+:\d+/) ?? [];
      if (origin !== undefined) resolve(origin);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const fail = (what) => reject(new Error(`"${line}" ${what}: ${output}`));
    exited.then(() => fail('ended'));
    setTimeout(() => fail('told no address'), timeout / 5).unref();
  });
  try {
    return { origin: await told, close };
  } catch (error) {
    await close();
    throw error;
  }
}

// What check (cases.mjs) says of each entry, in a page.
async function ask(browser, url) {
  const page = await browser.newPage();
  try {
    const faults = [];
    page.on('pageerror', (error) => faults.push(error.message));
    await page.goto(url);
    await page
      .waitForFunction(() => globalThis.check !== undefined)
      .catch(({ message }) => {
        throw new Error([...faults, message].join('; '));
      });
    const answers = [];
    for (const entry of entries) {
      const hashed = page.evaluate((...args) => globalThis.check(...args), entry, given());
      answers.push(await hashed.then((hash) => ({ result: 'ok', hash }), failed));
    }
    return answers;
  } finally {
    await page.close();
  }
}

// The jobs as check takes them.
function given() {
  const hashes = readHashes();
  return jobs.map((job) => {
    const source = readSource(job).toString('base64');
    return { name: job.name, source, options: job.options, hash: hashes[job.name] };
  });
}

const failed = ({ message, output = '' }) => ({
  result: [message, output].join('\n').trim(),
  hash: '',
});
