// All of it on this machine, to see it work: a Redis, two workers, and the jobs of jobs.json.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startRedis } from './redis.mjs';

const redis = await startRedis();
process.env.REDIS_URL = redis.url;
const { QueueEvents } = await import('bullmq');
const { addJobs, connection, openQueue, QUEUE } = await import('./queue.mjs');
const { readJobs } = await import('./add.mjs');

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const startWorker = () => spawn(process.execPath, [here('worker.mjs')], { stdio: 'inherit' });
const workers = [startWorker(), startWorker()];
const queue = openQueue();
const events = new QueueEvents(QUEUE, { connection });
try {
  await events.waitUntilReady();
  const jobs = await addJobs(queue, await readJobs(here('jobs.json')));
  for (const job of jobs) {
    const { source, destination } = job.data;
    const done = ({ width, height, byteLength }) =>
      `${relative('.', destination)}: ${width} x ${height} pixels, ${byteLength} bytes`;
    const failed = ({ message }) => `${basename(source)} failed: ${message}`;
    console.log(await job.waitUntilFinished(events).then(done, failed));
  }
} finally {
  for (const worker of workers) worker.kill();
  await Promise.all(workers.map((worker) => worker.exitCode ?? once(worker, 'exit')));
  await events.close();
  await queue.close();
  await redis.stop();
}
