// examples/queue: no job is lost or done by halves when a worker dies, and the README's commands work.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { toBytes } from '../../dist/index.js';
import { writeWhole } from '../../examples/queue/files.mjs';
import { startRedis } from '../../examples/queue/redis.mjs';
import { root } from '../support/fixtures.mjs';
import { describePage } from '../support/pages.mjs';
import { serve } from '../support/server.mjs';
import { until } from '../support/until.mjs';

const run = promisify(execFile);
const example = join(root, 'examples/queue');

let redis;
let folder;
let connected; // examples/queue/queue.mjs, which finds Redis by its environment
let queue;

before(async () => {
  redis = await startRedis();
  process.env.REDIS_URL = redis.url;
  connected = await import('../../examples/queue/queue.mjs');
  queue = connected.openQueue();
  folder = await mkdtemp(join(tmpdir(), 'crop64-queue-'));
});

after(async () => {
  await queue?.close();
  await redis?.stop();
  await rm(folder, { recursive: true });
});

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

// An image like no other: waves under some grain.
function image(n) {
  const [width, height] = [400 + 10 * n, 300];
  const data = new Uint8Array(width * height * 3);
  let grain = n + 1;
  for (let i = 0; i < data.length; i += 1) {
    grain = (grain * 1_103_515_245 + 12_345) % 2 ** 31;
    const wave = 60 * Math.sin(i / (200 + n)) + 60 * Math.cos(i / (90_000 + 1000 * n));
    data[i] = 128 + wave + (grain % 16);
  }
  return { data, width, height, channels: 'RGB' };
}

const OPTIONS = [
  (n) => ({ crop: { x: n % 100, y: n % 50, width: 200, height: 150 } }),
  (n) => ({ crop: { left: 16, top: 16, right: 200, bottom: 100 + (n % 90) }, lossless: true }),
  (n) => ({ resize: { width: 100 + n }, format: 'jpeg', quality: 80 }),
  (n) => ({ rotate: 90, resize: { height: 60 + n }, format: 'png', metadata: 'none' }),
  (n) => ({ crop: { unit: '%', x: 10, y: 10, width: 50, height: 50 }, maxBytes: 20_000 + n }),
];

// Jobs that can't be done, by the code that they fail with.
async function badJobs(good) {
  const bytes = await readFile(good);
  await writeFile(join(folder, 'cut.jpg'), bytes.subarray(0, bytes.length / 2));
  const broken = Buffer.from(bytes);
  broken.fill(0xff, 20, 60);
  await writeFile(join(folder, 'broken.jpg'), broken);
  await writeFile(join(folder, 'text.jpg'), 'This is not an image.');
  const far = { crop: { x: 5000, y: 0, width: 10, height: 10 } };
  return Object.entries({
    TRUNCATED_IMAGE: { source: join(folder, 'cut.jpg'), format: 'png' },
    CORRUPT_IMAGE: { source: join(folder, 'broken.jpg'), format: 'png' },
    UNSUPPORTED_FORMAT: { source: join(folder, 'text.jpg'), format: 'png' },
    CROP_OUT_OF_BOUNDS: { source: good, ...far },
    INVALID_ARGUMENT: { source: good, quality: 0.8 },
    LIMIT_EXCEEDED: { source: good, limits: { pixels: 100 }, format: 'png' },
    LOSSLESS_IMPOSSIBLE: { source: good, lossless: true, quality: 50 },
    SOURCE_UNREADABLE: { source: join(folder, 'nowhere.jpg') },
  }).map(([code, job]) => [code, { ...job, destination: join(folder, 'out', `${code}.png`) }]);
}

// The test ends its workers, whatever becomes of it.
function startWorker(t) {
  const worker = spawn(process.execPath, [join(example, 'worker.mjs'), '--jobs', '2'], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  t.after(() => worker.kill('SIGKILL'));
  return worker;
}

// The file that an attempt leaves beside its output if it dies.
const halfOf = (id, path) => join(dirname(path), `.${basename(path)}.${id.slice(0, 16)}.1.tmp`);

function deferred() {
  let resolve;
  const promise = new Promise((resolveIt) => {
    resolve = resolveIt;
  });
  return { promise, resolve };
}

const counted = () => queue.getJobCounts('completed', 'failed', 'waiting', 'active', 'delayed');

const title =
  '500 jobs, two workers, of which one is killed: each output once, and as it should be';
test(title, { timeout: 120_000 }, async (t) => {
  const names = Array.from({ length: 20 }, (_, n) => `${n}.${n % 2 === 0 ? 'jpg' : 'png'}`);
  const answers = {};
  for (const [n, name] of names.entries()) {
    const format = n % 2 === 0 ? 'jpeg' : 'png';
    const bytes = await toBytes(image(n), { format });
    await writeFile(join(folder, name), bytes);
    answers[`/${name}`] = { type: `image/${format}`, body: bytes };
  }
  // One job's image does not arrive before the worker that asks for it is dead.
  const asked = deferred();
  const released = deferred();
  answers['/held.png'] = async () => {
    asked.resolve();
    await released.promise;
    return answers['/1.png'];
  };
  const { href: server } = await serve(t, answers);
  const good = Array.from({ length: 500 - 8 }, (_, n) => {
    const name = names[n % names.length];
    return {
      source: n % 7 === 0 ? `${server}${name}` : join(folder, name),
      destination: join(folder, 'out', `${n % 3}`, `${n}`),
      ...OPTIONS[n % OPTIONS.length](n % 40),
    };
  });
  const held = good[200];
  held.source = `${server}held.png`;
  const bad = await badJobs(join(folder, names[0]));
  const jobs = [...good, ...bad.map(([, job]) => job)];

  const workers = [startWorker(t), startWorker(t)];
  await connected.addJobs(queue, jobs);
  await connected.addJobs(queue, jobs); // what is there already is not added again

  await asked.promise;
  const id = connected.idOf(held);
  const { processedBy } = await queue.getJob(id);
  const victim = workers.find(({ pid }) => processedBy.endsWith(`-${pid}`));
  victim.kill('SIGKILL');
  await once(victim, 'exit');
  await writeFile(halfOf(id, held.destination), 'half');
  released.resolve();
  await until(async () => {
    const { completed, failed } = await counted();
    return completed + failed >= jobs.length;
  });

  await connected.addJobs(queue, jobs); // nor what was there
  assert.deepEqual(await counted(), {
    completed: good.length,
    failed: bad.length,
    waiting: 0,
    active: 0,
    delayed: 0,
  });
  const { stalledCounter, attemptsStarted, finishedOn } = await queue.getJob(id);
  assert.ok(stalledCounter >= 1 && attemptsStarted >= 2 && finishedOn > 0, 'it was taken over');
  for (const [code, data] of bad) {
    const { failedReason, attemptsMade } = await queue.getJob(connected.idOf(data));
    assert.equal(failedReason.split(': ')[0], code, failedReason);
    assert.equal(attemptsMade, code === 'SOURCE_UNREADABLE' ? 3 : 1, code);
  }
  const expected = good.map(({ destination }) => destination).sort();
  const entries = await readdir(join(folder, 'out'), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  assert.deepEqual(files.map(({ parentPath, name }) => join(parentPath, name)).sort(), expected);
  for (const { source, destination, ...options } of good) {
    const url = URL.canParse(source) ? new URL(source) : pathToFileURL(source);
    const here = sha256(await toBytes(url, options));
    assert.equal(sha256(await readFile(destination)), here, destination);
  }
});

describe('an output', () => {
  let path;
  before(async () => {
    await mkdir(join(folder, 'outputs'));
    path = join(folder, 'outputs', 'part.png');
  });

  test('is never seen half written', async () => {
    const contents = [1, 2].map((n) => Buffer.alloc(4_000_000 * n, n));
    await writeWhole(path, contents[0], 'id', 1);
    let isOver = false;
    const write = async () => {
      for (let n = 0; n < 20; n += 1) await writeWhole(path, contents[n % 2], 'id', 1);
      isOver = true;
    };
    const look = async () => {
      let looks = 0;
      while (!isOver) {
        const bytes = await readFile(path);
        assert.ok(contents.some((content) => content.equals(bytes)));
        looks += 1;
      }
      assert.ok(looks > 1);
    };
    await Promise.all([write(), look()]);
    assert.deepEqual(await readdir(join(path, '..')), ['part.png']);
  });

  test('what a dead attempt left beside it goes', async () => {
    await writeFile(halfOf('id', path), 'half');
    await writeWhole(path, Buffer.from('whole'), 'id', 2);
    assert.deepEqual(await readdir(join(path, '..')), ['part.png']);
    assert.equal(await readFile(path, 'utf8'), 'whole');
  });

  test('what could not be written leaves nothing', async () => {
    await mkdir(join(path, '../taken.png/folder'), { recursive: true });
    await assert.rejects(writeWhole(join(path, '../taken.png'), Buffer.from('1'), 'id', 1));
    assert.deepEqual(await readdir(join(path, '..')), ['part.png', 'taken.png']);
  });
});

// In a copy, beside what else of the repository it asks for.
describePage('examples/queue/README.md', (block) => {
  let copy;
  before(async () => {
    const repository = join(folder, 'repository');
    copy = join(repository, 'examples/queue');
    await cp(example, copy, { recursive: true, verbatimSymlinks: true });
    await rm(join(copy, 'out'), { recursive: true, force: true });
    for (const name of ['package.json', 'dist', 'tests']) {
      await symlink(join(root, name), join(repository, name));
    }
  });

  test('npm start says what became of each job', async () => {
    const [install, start] = block('sh', 'npm start').trim().split('\n');
    // What is there already is not asked of a registry.
    await run('sh', ['-c', `${install} --offline --no-audit`], { cwd: copy });
    const { stdout } = await run('sh', ['-c', start], { cwd: copy });
    assert.match(stdout, /^out\/part\.jpg: 40 x 40 pixels, \d+ bytes$/m);
    assert.match(stdout, /^out\/small\.png: 20 x 14 pixels, \d+ bytes$/m);
    assert.match(stdout, /^jobs\.json failed: UNSUPPORTED_FORMAT: Expected a JPEG, PNG or BMP/m);
    assert.deepEqual((await readdir(join(copy, 'out'))).sort(), ['part.jpg', 'small.png']);
  });

  test('a worker and jobs for it, on machines that share a Redis', {
    timeout: 60_000,
  }, async () => {
    const [job] = JSON.parse(block('json', '"source"'));
    await writeFile(join(copy, 'jobs.json'), JSON.stringify([job]));
    const photo = await toBytes(image(1), { format: 'jpeg' });
    await writeFile(join(copy, job.source), photo);
    const lines = block('sh', 'REDIS_URL').replaceAll('redis://queue.example:6379', redis.url);
    const [work, add] = lines.trim().split('\n');
    const worker = spawn('sh', ['-c', work], { cwd: copy, detached: true, stdio: 'ignore' });
    try {
      const { stdout } = await run('sh', ['-c', add], { cwd: copy });
      assert.match(stdout, /^1 jobs are in the queue$/m);
      const output = join(copy, job.destination);
      await until(async () => existsSync(output));
      const { source: _, destination: __, ...options } = job;
      assert.ok((await readFile(output)).equals(Buffer.from(await toBytes(photo, options))));
    } finally {
      process.kill(-worker.pid, 'SIGTERM'); // npm and what it started
      await once(worker, 'exit');
    }
  });
});
